/** What becomes of tasks: the cancel that meets one, and the report of them all. */
import type { Ns } from '../../base/units.ts';
import type { Scenario } from '../../scenario/schema.ts';
import type { FleetReport } from './fleet-log.ts';
import { fleetTask, type Task } from './tasks.ts';

/** When a move of this VM that starts at `fromNs` is cancelled, if it is. */
export function cancelOf(scenario: Scenario, vm: string, fromNs: Ns): Ns | null {
  const cancel = scenario.actions.find(
    (one) =>
      one.kind === 'cancel' && one.vm === vm && one.atNs >= fromNs && !centerLostAt(scenario, one.atNs),
  );
  return cancel ? cancel.atNs : null;
}

/** Nobody hears a cancel while the center is lost. */
function centerLostAt(scenario: Scenario, atNs: Ns): boolean {
  return scenario.actions.some(
    (one) =>
      one.kind === 'fault' &&
      one.fault === 'vcenter-loss' &&
      one.atNs <= atNs &&
      (one.durationNs === 0 || atNs < one.atNs + one.durationNs),
  );
}

/** @param events how many the log has. */
export function reportOf(all: readonly Task[], events: number): FleetReport {
  const tasks = all.map(fleetTask);
  const count = (outcome: string) => tasks.filter((task) => task.outcome === outcome).length;
  return {
    tasks,
    makespanNs: tasks.reduce((most, { endedNs }) => Math.max(most, endedNs ?? 0), 0),
    completed: count('completed'),
    failed: count('failed'),
    cancelled: count('cancelled'),
    wireBytes: tasks.reduce((sum, { totals }) => sum + (totals?.wireBytes ?? 0), 0),
    longestDowntimeNs: tasks.reduce((most, { totals }) => Math.max(most, totals?.downtimeNs ?? 0), 0),
    events,
  };
}
