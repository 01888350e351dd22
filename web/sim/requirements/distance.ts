/** Requirements 7 and 9: latency and bandwidth of a long distance, which the oldest sources demand and newer ones watch. */
import { NS_PER_MS, type Ns } from '../../base/units.ts';
import type { EsxVersion } from '../../scenario/choices.ts';
import type { Scenario } from '../../scenario/schema.ts';
import { atLeast, SESSION_BYTES_PER_SECOND, sessionsOn } from '../network/stream.ts';
import type { Rule } from './finding.ts';
import { fix, onHost, onWan } from './fix.ts';
import { msText, rateText } from './words.ts';

/** Light in fibre covers about 200,000 km a second, and a round trip is twice the way: 1 ms for each 100 km. */
export const rttOfKm = (km: number): Ns => km * 10_000;
export const kmOfRtt = (rttNs: Ns): number => Math.floor(rttNs / 10_000);

/**
 * The longest round trip. The profile of the oldest sources: 100 ms, as announced in 2014. Else by the older of both hosts: 5 ms up to
 * 4.1, 10 ms with 5.x, 150 ms from 6.0 on (vSphere 4.1, 5.0 and 6.0 manuals). Exactly the limit is allowed.
 */
export function rttLimitNs({ policy }: Scenario, older: EsxVersion): Ns {
  if (policy.profile === 'seed') return 100 * NS_PER_MS;
  if (atLeast(older, '6.0')) return 150 * NS_PER_MS;
  return (atLeast(older, '5.0') ? 10 : 5) * NS_PER_MS;
}

/** Whether limits of a long distance stop a move, or only raise an alarm. */
export const isStrict = ({ policy }: Scenario): boolean => policy.profile === 'seed';

const ALARM = 'Unsupported vMotion network latency detected (esx.problem.net.migrate.unsupported.latency)';

const latency: Rule = {
  id: 'distance-latency',
  topic: 'Distance',
  short: 'Too long a round trip',
  fault: '',
  severity: 'warning',
  wording: 'read',
  known: 'read',
  find(move) {
    if (!move.isLive || !move.changesHost || !move.isBetweenSites) return null;
    const { source, target, scenario } = move;
    const older = atLeast(source.version, target.version) ? target.version : source.version;
    const limitNs = rttLimitNs(scenario, older);
    const wan = move.inventory.wanOf(source, target);
    const rttNs = wan ? wan.rttNs : (move.way?.rttNs ?? 0);
    if (rttNs <= limitNs) return null;
    return {
      severity: isStrict(scenario) ? 'error' : 'warning',
      message: isStrict(scenario)
        ? `The latency between the sites must be ${msText(limitNs)} or less.`
        : `${ALARM}: the move goes on.`,
      wording: isStrict(scenario) ? 'ours' : 'read',
      why: `The round trip takes ${msText(rttNs)}, at most ${msText(limitNs)} are supported. Light alone needs 1 ms for each 100 km, so ${msText(rttNs)} are at most ${kmOfRtt(rttNs)} km of fibre.`,
      fix: wan ? fix(`Shorten ${wan.id} to ${msText(limitNs)}`, onWan(wan.id, { rttNs: limitNs })) : null,
    };
  },
};

const bandwidth: Rule = {
  id: 'distance-bandwidth',
  topic: 'Distance',
  short: 'Less than 250 Mbit/s for each move',
  fault: '',
  severity: 'warning',
  wording: 'ours',
  known: 'read',
  find(move) {
    if (!move.isLive || !move.changesHost || !move.isBetweenSites) return null;
    const wan = move.inventory.wanOf(move.source, move.target);
    if (!wan || sessionsOn(wan.bytesPerSecond) >= 1) return null;
    return {
      severity: isStrict(move.scenario) ? 'error' : 'warning',
      message: `A long distance vMotion needs ${rateText(SESSION_BYTES_PER_SECOND)} for itself.`,
      why: `${wan.id} carries ${rateText(wan.bytesPerSecond)}; what a WAN optimiser gains does not count.`,
      fix: fix(
        `Give ${wan.id} ${rateText(SESSION_BYTES_PER_SECOND)}`,
        onWan(wan.id, { bytesPerSecond: SESSION_BYTES_PER_SECOND }),
      ),
    };
  },
};

const version: Rule = {
  id: 'distance-version',
  topic: 'Distance',
  short: 'Long distance needs 6.0',
  fault: '',
  severity: 'error',
  wording: 'ours',
  known: 'read',
  find(move) {
    if (!move.isLive || !move.changesHost || !move.isBetweenSites) return null;
    // Before, only short ways between sites were supported: metro vMotion, whose limit `distance-latency` has.
    if (move.bothAtLeast('6.0') || !isStrict(move.scenario)) return null;
    return {
      message:
        'Migration between sites has the requirements of migration between two vCenter Servers: 6.0 on both sides.',
      why: `${move.source.id} runs ${move.source.version}, ${move.target.id} ${move.target.version}.`,
      fix: fix(
        'Update both hosts to ESX 6.0',
        ...[move.source, move.target]
          .filter((host) => !atLeast(host.version, '6.0'))
          .map(({ id }) => onHost(id, () => ({ version: '6.0' as const }))),
      ),
    };
  },
};

export const DISTANCE_RULES: readonly Rule[] = [version, latency, bandwidth];
