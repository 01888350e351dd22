/** A whole run on one thread. */
import type { DataPlane } from '../data-plane.ts';
import type { Fleet } from './fleet.ts';
import type { FleetBatch, FleetReport } from './fleet-log.ts';
import { Movers, shellOf } from './movers.ts';
import type { Reply } from './mover.ts';

/** Yields what happened since the last yield; returns the report. `fleet` is for a scenario without groups. */
export function* simulateFleet(fleet: Fleet, plane: DataPlane): Generator<FleetBatch, FleetReport> {
  const movers = new Movers(shellOf(fleet.scenario), plane);
  const run = fleet.run();
  try {
    let replies: readonly Reply[] | undefined;
    for (;;) {
      const step = run.next(replies);
      if (step.done) return step.value;
      if ('batch' in step.value) yield step.value.batch;
      replies = 'orders' in step.value ? movers.obey(step.value.orders) : undefined;
    }
  } finally {
    movers.release();
  }
}
