/** A run as the pictures of the comparison need it: its windows, and when the guest stood still or lacked memory. */
import type { EngineRun } from '../sim/compare/engine-run.ts';

export type Span = { readonly fromNs: number; readonly toNs: number };

/** From the order to stop to the guest that runs again; null where it was never stopped. */
export function stunOf(run: EngineRun): Span | null {
  if (run.downtimeNs === 0) return null;
  const toNs = run.postCopy ? run.postCopy.startNs : run.totalNs;
  return { fromNs: toNs - run.downtimeNs, toNs };
}

export function seriesOf(run: EngineRun) {
  const { samples, totalNs, postCopy } = run;
  const fetching: Span | null = postCopy ? { fromNs: postCopy.startNs, toNs: postCopy.endNs } : null;
  return { samples, totalNs, stun: stunOf(run), fetching, ends: run.outcome !== 'unfinished' };
}
