/** Runs several tests look at: a scenario is computed by the first test that asks, and read by the others of the same worker. */
import type { Problem, Result } from '../../web/base/result.ts';
import type { Scenario } from '../../web/scenario/schema.ts';
import { simulateHeadless, type HeadlessRun } from '../../web/worker/headless.ts';

const known = new Map<string, Promise<Result<HeadlessRun, Problem[]>>>();

/** For tests of what is done with a run. Tests of the engine itself start it themselves, every time. */
export function knownRun(scenario: Scenario): Promise<Result<HeadlessRun, Problem[]>> {
  const key = JSON.stringify(scenario);
  let run = known.get(key);
  if (!run) {
    run = simulateHeadless(scenario);
    known.set(key, run);
  }
  return run;
}

/** The same of a scenario that must run. */
export async function inNode(scenario: Scenario): Promise<HeadlessRun> {
  const result = await knownRun(scenario);
  if (!result.ok) throw new Error(result.error.map((one) => one.message).join('\n'));
  return result.value;
}

/** What several tests of a file look at and none changes: made by the first that asks. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
