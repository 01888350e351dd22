/** The client of the VM as a view asks about it: one ping, the transactions of a second, the totals at an instant. */
import { NS_PER_SECOND, type Ns } from '../base/units.ts';
import type { ClientSpec } from '../scenario/schema.ts';
import { clientTotals, trackClient, type ClientTrack } from '../sim/client.ts';
import type { ClientTotals, PlannedMigration, RunLog, ServiceStretch } from '../sim/run-log.ts';

export { firstPingFrom, pingOutcome, pingTotals, transactionsBetween } from '../sim/client.ts';
export type { ClientTrack, PingOutcome } from '../sim/client.ts';

/** The stream is followed at least this far past the instant, and twice as far as before, so that it is rarely begun anew. */
const AHEAD_NS = 60 * NS_PER_SECOND;

interface Kept {
  readonly track: ClientTrack;
  readonly untilNs: Ns;
  readonly stretches: number;
}

const tracks = new WeakMap<readonly ServiceStretch[], Map<string, Kept>>();

/** The stream of transactions of a migration's VM, at least until `untilNs`. What comes later never changes what was before. */
export function trackUntil(log: RunLog, migration: PlannedMigration, untilNs: Ns): ClientTrack {
  let perVm = tracks.get(log.service);
  if (!perVm) tracks.set(log.service, (perVm = new Map()));
  const kept = perVm.get(migration.vm);
  if (kept && kept.stretches === log.service.length && kept.untilNs >= untilNs) return kept.track;
  const service = log.service.filter((stretch) => log.migrations[stretch.migration]?.vm === migration.vm);
  const farNs = untilNs + Math.max(AHEAD_NS, untilNs);
  const track = trackClient(clientOf(log, migration), service, farNs);
  perVm.set(migration.vm, { track, untilNs: farNs, stretches: log.service.length });
  return track;
}

export function clientAt(log: RunLog, migration: PlannedMigration, atNs: Ns): ClientTotals {
  return clientTotals(trackUntil(log, migration, atNs), atNs);
}

export function clientOf(log: RunLog, migration: PlannedMigration): ClientSpec {
  const vm = log.scenario.vms.find((one) => one.id === migration.vm);
  if (!vm) throw new RangeError(`the scenario has no VM ${migration.vm}`);
  return vm.client;
}
