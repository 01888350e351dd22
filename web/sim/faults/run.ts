/** One schedule of faults, run twice and held against the properties. */
import { ProblemError } from '../../base/result.ts';
import { parseScenario } from '../../scenario/parse.ts';
import type { Scenario } from '../../scenario/schema.ts';
import type { DataPlane, GuestMemory, GuestMemorySpec } from '../data-plane.ts';
import { Fleet } from '../fleet/fleet.ts';
import { fleetHash } from '../fleet/ledger.ts';
import type { FleetEvent } from '../fleet/fleet-log.ts';
import { simulateFleet } from '../fleet/simulate-fleet.ts';
import { movedFirstViolations, moveFirst } from './moved-first.ts';
import { violationsOf, type Ran, type Violation } from './properties.ts';
import { faultsIn, scheduleOf } from './schedule.ts';
import type { Acknowledges } from './transactions.ts';

/** One seed in so many moves a guest before its memory as well. */
const MOVES_FIRST_EACH = 4;

/** Where a test puts its defects. */
export interface Seeded {
  readonly plane?: (plane: DataPlane) => DataPlane;
  readonly fleet?: (fleet: Fleet, nth: number) => void;
  readonly acknowledges?: Acknowledges;
}

export interface FaultRun {
  readonly faults: number;
  readonly violations: readonly Violation[];
}

export function runFaults(seed: number, plane: DataPlane, seeded: Seeded = {}): FaultRun {
  const parsed = parseScenario(scheduleOf(seed));
  if (!parsed.ok) throw new ProblemError(parsed.error);
  const scenario = parsed.value;
  const ran = runOnce(scenario, plane, seeded, 0);
  const again = runOnce(scenario, plane, seeded, 1).logHash;
  const violations = violationsOf(ran, again, seeded.acknowledges);
  if (seed % MOVES_FIRST_EACH !== 0) return { faults: faultsIn(scenario), violations };
  const first = moveFirst(seed);
  return {
    faults: faultsIn(scenario) + first.faults.length,
    violations: [...violations, ...movedFirstViolations(first, moveFirst(seed).run)],
  };
}

function runOnce(scenario: Scenario, plane: DataPlane, seeded: Seeded, nth: number): Ran {
  const counted = new Counted(seeded.plane?.(plane) ?? plane);
  const fleet = new Fleet(scenario);
  seeded.fleet?.(fleet, nth);
  const events: FleetEvent[] = [];
  const run = simulateFleet(fleet, counted);
  let step = run.next();
  // One by one: a batch may hold more events than a call takes arguments.
  for (; !step.done; step = run.next()) for (const event of step.value.events) events.push(event);
  const endNs = events[events.length - 1]?.atNs ?? 0;
  return { fleet, report: step.value, logHash: fleetHash(events), endNs, heldMemories: counted.held };
}

/** Counts memories that were made and not given back. */
class Counted implements DataPlane {
  held = 0;

  constructor(readonly plane: DataPlane) {}

  get capacityBytes(): number {
    return this.plane.capacityBytes;
  }

  bytesNeeded(spec: GuestMemorySpec): number {
    return this.plane.bytesNeeded(spec);
  }

  create(spec: GuestMemorySpec): GuestMemory {
    const memory = this.plane.create(spec);
    const release = memory.release.bind(memory);
    this.held++;
    memory.release = () => {
      this.held--;
      release();
    };
    return memory;
  }
}
