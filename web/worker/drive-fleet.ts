/** Drives the run of a fleet over any number of threads. */
import { fail, ok, type Problem, type Result } from '../base/result.ts';
import type { Fleet } from '../sim/fleet/fleet.ts';
import type { FleetBatch, FleetReport } from '../sim/fleet/fleet-log.ts';
import type { Reply } from '../sim/fleet/mover.ts';
import { shellOf } from '../sim/fleet/movers.ts';
import { Crew } from './crew.ts';
import type { MoverThread } from './mover-host.ts';

export interface DriveOptions {
  readonly onBatch: (batch: FleetBatch) => void | Promise<void>;
  /** True ends the run before its next step. */
  readonly isStopped: () => boolean;
}

export async function driveFleet(
  fleet: Fleet,
  threads: readonly MoverThread[],
  { onBatch, isStopped }: DriveOptions,
): Promise<Result<FleetReport, Problem[]>> {
  const shell = shellOf(fleet.scenario);
  await Promise.all(threads.map((thread) => thread.open(shell)));
  const crew = new Crew(threads);
  const run = fleet.run();
  let replies: readonly Reply[] | undefined;
  try {
    for (;;) {
      if (isStopped()) return fail([{ code: 'engine.stopped', message: 'The run was stopped.', path: '' }]);
      const step = run.next(replies);
      if (step.done) return ok(step.value);
      replies = undefined;
      if ('batch' in step.value) {
        await onBatch(step.value.batch);
        continue;
      }
      const answer = crew.obey(step.value.orders, step.value.safeNs);
      const result = answer instanceof Promise ? await answer : answer;
      if (!result.ok) return result;
      replies = result.value;
    }
  } finally {
    await Promise.all(threads.map((thread) => thread.close()));
  }
}
