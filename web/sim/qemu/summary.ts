/** How far predictions lie from measurements, over undisturbed runs without `compress`. */
import type { RunMeasurement } from './read-record.ts';
import type { RunPrediction } from './record.ts';

export interface RunResult {
  readonly id: unknown;
  readonly repeat: unknown;
  readonly kind: string;
  readonly qemu: string;
  readonly link: boolean;
  readonly disturbed: boolean;
  readonly predicted: RunPrediction;
  readonly measured: RunMeasurement | null;
}

/** Of relative errors fractions, of downtime milliseconds; null where nothing was measured. */
export interface ErrorSpread {
  readonly medianError: number | null;
  readonly p90Error: number | null;
}

export interface Summary {
  readonly runs: number;
  readonly outcomeAgreement: number | null;
  readonly totalTime: ErrorSpread;
  readonly transferred: ErrorSpread;
  readonly syncs: { readonly exact: number | null; readonly withinOne: number | null };
  readonly downtimeMs: ErrorSpread;
  readonly linkStopToResume: ErrorSpread;
}

/** Shorter runs are all start and end: a relative error says nothing about them. */
const SHORTEST_RELATIVE_MS = 500;
const SHORTEST_STOP_TO_RESUME_MS = 60;

/** The value below which `share` of all lie, between neighbours in proportion; null of none. */
export function quantile(values: readonly number[], share: number): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const low = Math.floor(at);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low]! + (sorted[high]! - sorted[low]!) * (at - low);
}

const rounded = (value: number | null): number | null =>
  value === null ? null : Math.round(value * 1e6) / 1e6;
const spread = (errors: readonly number[]): ErrorSpread => ({
  medianError: rounded(quantile(errors, 0.5)),
  p90Error: rounded(quantile(errors, 0.9)),
});
const shareOf = (hits: readonly boolean[]): number | null =>
  hits.length === 0 ? null : rounded(hits.filter(Boolean).length / hits.length);

type Pick2 = (run: RunResult) => readonly [number | null, number | null | undefined];

/** Errors of the runs that have both numbers. */
function errors(runs: readonly RunResult[], pick: Pick2, relative: boolean): number[] {
  return runs.flatMap((run) => {
    const [predicted, measured] = pick(run);
    if (predicted === null || measured === null || measured === undefined) return [];
    const error = Math.abs(predicted - measured);
    return [relative ? error / measured : error];
  });
}

export function summarise(all: readonly RunResult[]): Summary {
  const runs = all.filter((run) => !run.disturbed && run.kind !== 'compress');
  const known = runs.filter((run) => run.measured?.outcome);
  const completed = known.filter((run) => run.measured?.outcome === 'completed');
  const long = completed.filter((run) => (run.measured?.totalMs ?? 0) >= SHORTEST_RELATIVE_MS);
  const slow = completed.filter(
    (run) => run.kind === 'link' && (run.measured?.stopToResumeMs ?? 0) > SHORTEST_STOP_TO_RESUME_MS,
  );
  const syncs = errors(known, (run) => [run.predicted.syncs, run.measured?.syncs], false);
  return {
    runs: runs.length,
    outcomeAgreement: shareOf(known.map((run) => run.predicted.outcome === run.measured?.outcome)),
    totalTime: spread(errors(long, (run) => [run.predicted.totalMs, run.measured?.totalMs], true)),
    transferred: spread(errors(long, (run) => [run.predicted.transferred, run.measured?.transferred], true)),
    syncs: { exact: shareOf(syncs.map((e) => e === 0)), withinOne: shareOf(syncs.map((e) => e <= 1)) },
    downtimeMs: spread(
      errors(
        completed.filter((run) => !run.link),
        (run) => [run.predicted.downtimeMs, run.measured?.downtimeMs],
        false,
      ),
    ),
    linkStopToResume: spread(
      errors(slow, (run) => [run.predicted.stopToResumeMs, run.measured?.stopToResumeMs], true),
    ),
  };
}
