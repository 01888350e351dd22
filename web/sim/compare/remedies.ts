/**
 * What might let a move end that does not: the engine's own means, a faster link, a guest that writes less memory. Each is a run to be
 * made, not a promise; of one kind the least change comes first.
 */
import type { BytesPerSecond } from '../../base/units.ts';
import type { Given } from '../policy/parameters.ts';
import type { CompareLink } from './link.ts';
import type { TraceSpec } from './trace.ts';

export type RemedyKind =
  'no-cap' | 'bandwidth' | 'sdps' | 'throttle' | 'dirty-limit' | 'xbzrle' | 'post-copy' | 'smaller-set';

export interface Remedy {
  readonly kind: RemedyKind;
  /** Bytes a second of the link, or bytes of the working set; 0 where the kind says all. */
  readonly amount: number;
  readonly parameters: Given;
  readonly link: CompareLink;
  readonly trace: TraceSpec;
}

export interface Patient {
  readonly engine: string;
  readonly parameters: Given;
  readonly link: CompareLink;
  readonly trace: TraceSpec;
}

const FASTER = [2, 5, 10, 40];
const SMALLER = [2, 4, 8];

/** Of each kind one or more to be tried in order until one ends. */
export function remediesFor(patient: Patient): Remedy[] {
  return [...ownMeans(patient), ...faster(patient), ...smaller(patient)];
}

function ownMeans(patient: Patient): Remedy[] {
  const { engine, parameters, trace } = patient;
  const qemu = engine.startsWith('qemu');
  const means: readonly (readonly [RemedyKind, boolean, Given])[] = [
    ['no-cap', qemu, { 'max-bandwidth': 0 }],
    ['no-cap', engine === 'ovirt', { migration_max_bandwidth: 0 }],
    ['sdps', engine.startsWith('esx'), { sdps: true }],
    ['throttle', qemu, { 'auto-converge': true }],
    ['throttle', engine === 'kubevirt', { allowAutoConverge: true }],
    ['throttle', engine === 'nova', { live_migration_permit_auto_converge: true }],
    ['dirty-limit', engine === 'qemu-9.2', { 'dirty-limit': true }],
    ['xbzrle', qemu, { xbzrle: true, 'xbzrle-cache-size': cacheFor(trace.usedBytes) }],
    ['post-copy', qemu, { 'postcopy-ram': true, 'postcopy-after-precopy': true }],
    ['post-copy', engine.startsWith('esx'), { quickResume: true }],
    ['post-copy', engine === 'cloud-hypervisor', { memory_mode: 'postcopy' }],
    ['post-copy', engine === 'kubevirt', { allowPostCopy: true }],
    ['post-copy', engine === 'ovirt', { policy: 'Post-copy migration' }],
  ];
  return means
    .filter(([, has]) => has)
    .map(([kind, , given]) => ({ ...rest(patient), kind, amount: 0, parameters: merged(parameters, given) }))
    .filter((one) => !same(one.parameters, parameters));
}

const rest = ({ parameters, link, trace }: Patient) => ({ parameters, link, trace });

/** QEMU has either throttle, never both: the one that is tried takes the place of the other. */
const EITHER: Readonly<Record<string, string>> = {
  'auto-converge': 'dirty-limit',
  'dirty-limit': 'auto-converge',
};

function merged(parameters: Given, given: Given): Given {
  const ousted = Object.keys(given).map((name) => EITHER[name]);
  const kept = Object.entries(parameters).filter(([name]) => !ousted.includes(name));
  return { ...Object.fromEntries(kept), ...given };
}

function same(one: Given, other: Given): boolean {
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  return names.every((name) => one[name] === other[name]);
}

function cacheFor(bytes: number): number {
  let size = 4096;
  while (size < bytes) size *= 2;
  return size;
}

/** A faster line, and a window that fills it. */
function faster(patient: Patient): Remedy[] {
  const { link } = patient;
  return FASTER.map((factor) => {
    const bytesPerSecond: BytesPerSecond = link.bytesPerSecond * factor;
    const wide = { ...link, bytesPerSecond, windowBytes: link.windowBytes * factor };
    return { ...rest(patient), kind: 'bandwidth' as const, amount: bytesPerSecond, link: wide };
  });
}

function smaller(patient: Patient): Remedy[] {
  const { trace } = patient;
  return SMALLER.map((divisor) => {
    const phases = trace.phases.map((phase) => ({
      ...phase,
      workingSetBytes: Math.max(4096, Math.ceil(phase.workingSetBytes / divisor / 4096) * 4096),
    }));
    const amount = Math.max(...phases.map((phase) => phase.workingSetBytes));
    return { ...rest(patient), kind: 'smaller-set' as const, amount, trace: { ...trace, phases } };
  });
}
