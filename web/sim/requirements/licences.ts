/** Requirement 6: what each edition allows, on both hosts. */
import { LICENCES, type Licence } from '../../scenario/choices.ts';
import type { Host } from '../../scenario/schema.ts';
import { atLeast } from '../network/stream.ts';
import { unable, type Found, type Rule } from './finding.ts';
import { fix, onHost } from './fix.ts';
import type { Move } from './move.ts';

export const LICENCE_NAMES: Readonly<Record<Licence, string>> = {
  hypervisor: 'vSphere Hypervisor',
  essentials: 'Essentials',
  'essentials-plus': 'Essentials Plus',
  standard: 'Standard',
  enterprise: 'Enterprise',
  'enterprise-plus': 'Enterprise Plus',
  'vsphere-foundation': 'vSphere Foundation',
};

const from = (least: Licence) => new Set(LICENCES.slice(LICENCES.indexOf(least)));

/**
 * Lowest editions (editions compared for 5.0 and 6.7; vSphere 6.0 and 6.7 manuals): vMotion from Essentials Plus on; Storage vMotion from
 * Standard on since 5.1 (read for 6.7; that it was 5.1 is remembered), Enterprise before; another switch from Essentials Plus on; another
 * center or a long distance Enterprise Plus.
 */
const VMOTION = from('essentials-plus');
const STORAGE = from('standard');
const STORAGE_OLD = from('enterprise');
const DISTANCE = from('enterprise-plus');

function lacking(
  move: Move,
  hosts: readonly Host[],
  allowed: (host: Host) => ReadonlySet<Licence>,
  what: string,
  least: (host: Host) => Licence,
): Found[] {
  return hosts.flatMap((host): Found[] => {
    if (allowed(host).has(host.licence)) return [];
    const need = least(host);
    return [
      {
        message: unable(move, `Host '${host.id}' is not licensed for ${what}.`),
        why: `${host.id} has ${LICENCE_NAMES[host.licence]}; ${what} needs at least ${LICENCE_NAMES[need]}${hosts.length > 1 ? ' on both hosts' : ''}.`,
        fix: fix(
          `License ${host.id} with ${LICENCE_NAMES[need]}`,
          onHost(host.id, () => ({ licence: need })),
        ),
      },
    ];
  });
}

const vmotion: Rule = {
  id: 'licence-vmotion',
  topic: 'Licence',
  short: 'No licence for vMotion',
  fault: 'VMotionNotLicensed',
  severity: 'error',
  wording: 'remembered',
  known: 'read',
  find: (move) =>
    move.isLive && move.changesHost
      ? lacking(
          move,
          [move.source, move.target],
          () => VMOTION,
          'vMotion',
          () => 'essentials-plus',
        )
      : null,
};

const storage: Rule = {
  id: 'licence-storage-vmotion',
  topic: 'Licence',
  short: 'No licence for Storage vMotion',
  fault: '',
  severity: 'error',
  wording: 'remembered',
  known: 'read',
  // Host and disk at once was allowed with Essentials Plus as well (Epping's and Denneman's notes on 5.1).
  find: (move) =>
    move.isLive && move.movesDisk && !move.changesHost
      ? lacking(
          move,
          [move.source],
          ({ version }) => (atLeast(version, '5.1') ? STORAGE : STORAGE_OLD),
          'Storage vMotion',
          ({ version }) => (atLeast(version, '5.1') ? 'standard' : 'enterprise'),
        )
      : null,
};

const distance: Rule = {
  id: 'licence-distance',
  topic: 'Licence',
  short: 'No licence for long distance',
  fault: '',
  severity: 'error',
  wording: 'remembered',
  known: 'read',
  find: (move) =>
    move.isLive && move.changesHost && move.isBetweenSites
      ? lacking(
          move,
          [move.source, move.target],
          () => DISTANCE,
          'long distance vMotion',
          () => 'enterprise-plus',
        )
      : null,
};

export const LICENCE_RULES: readonly Rule[] = [vmotion, storage, distance];
