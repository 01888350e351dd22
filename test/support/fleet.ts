import type { DataPlane } from '../../web/sim/data-plane.ts';
import { Fleet } from '../../web/sim/fleet/fleet.ts';
import type { FleetBatch, FleetEvent, FleetEventCode, FleetReport } from '../../web/sim/fleet/fleet-log.ts';
import { simulateFleet } from '../../web/sim/fleet/simulate-fleet.ts';
import { expandGroups } from '../../web/scenario/groups.ts';
import type { Scenario } from '../../web/scenario/schema.ts';
import { testPlane } from './run.ts';

export interface FleetRun {
  readonly fleet: Fleet;
  readonly events: FleetEvent[];
  readonly batches: FleetBatch[];
  readonly report: FleetReport;
}

export async function runFleet(scenario: Scenario, plane?: DataPlane): Promise<FleetRun> {
  const fleet = new Fleet(expandGroups(scenario));
  const batches: FleetBatch[] = [];
  const run = simulateFleet(fleet, plane ?? (await testPlane()));
  for (let step = run.next(); ; step = run.next()) {
    if (step.done)
      return { fleet, batches, events: batches.flatMap(({ events }) => events), report: step.value };
    batches.push(step.value);
  }
}

/** Events of one code, with their numbers typed. */
export function ofCode<C extends FleetEventCode>(
  events: readonly FleetEvent[],
  code: C,
): Extract<FleetEvent, { code: C }>[] {
  return events.filter((event): event is Extract<FleetEvent, { code: C }> => event.code === code);
}

/** A line of a golden log: `[  1.234567890] task code numbers`. */
export function fleetLine({ atNs, task, code, n }: FleetEvent): string {
  const seconds = `${Math.floor(atNs / 1e9)}.${String(atNs % 1e9).padStart(9, '0')}`;
  const numbers = Object.entries(n).map(([key, value]) => `${key}=${value}`);
  return `[${seconds.padStart(14)}] ${task < 0 ? '-' : task} ${code} ${numbers.join(' ')}`;
}
