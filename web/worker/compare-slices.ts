/** Cuts a comparison into slices of wall time, so that a page can show progress without drowning in it. */
import { compareJobs, type CompareMessage, type CompareRequest } from '../sim/compare/jobs.ts';

export type CompareWord =
  | { readonly messages: readonly CompareMessage[] }
  | { readonly failed: string }
  | { readonly finished: true };

/** Short enough for a page that shares its thread; a frame of it at least stays free. */
const SLICE_MS = 25;

/** Every result, and of the progress in between the newest alone. */
export function* compareSlices(
  request: CompareRequest,
  now: () => number,
): Generator<readonly CompareMessage[], void> {
  let slice: CompareMessage[] = [];
  let sinceMs = now();
  for (const message of compareJobs(request)) {
    if (slice.at(-1)?.kind === 'progress') slice.pop();
    slice.push(message);
    if (now() - sinceMs < SLICE_MS) continue;
    yield slice;
    slice = [];
    sinceMs = now();
  }
  yield slice;
}
