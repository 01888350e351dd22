/**
 * What tells runs on one trace apart the most, and why: computed from their numbers. Times and bytes are held against each other as
 * ratios; the larger of the two factors that make a ratio is its cause.
 */
import { NS_PER_SECOND, PPM, type Bytes, type BytesPerSecond, type Ns, type Ppm } from '../../base/units.ts';
import type { Decision } from '../policy/decision.ts';
import type { EngineRun } from './engine-run.ts';

export type Measure = 'end' | 'total' | 'stun' | 'bytes';

/** What made the end possible, or what stood against it. */
export interface EndCause {
  readonly kind: 'end';
  readonly dirtyBytesPerSecond: BytesPerSecond;
  readonly sendBytesPerSecond: BytesPerSecond;
  /** Least that was ever left after the first pass. */
  readonly leastLeftBytes: Bytes;
  /** How the other one ended: slowed the guest, moved it first, or stopped it with so much left. */
  readonly other: 'slowed' | 'moved-first' | 'stopped';
  readonly otherPpm: Ppm;
  readonly otherLeftBytes: Bytes;
  readonly otherStunNs: Ns;
}

/** A larger and a smaller value of what makes the difference. */
export interface Pair {
  readonly more: number;
  readonly less: number;
}

export type Cause =
  | EndCause
  /** Not even one pass was over: mean send rates. */
  | { readonly kind: 'first-pass'; readonly rates: Pair }
  /** Mean send rates, from first to last byte. */
  | { readonly kind: 'rate'; readonly rates: Pair }
  /** Pages sent, each as often as it was sent, and passes over the memory. */
  | { readonly kind: 'pages'; readonly pages: Pair; readonly passes: Pair }
  /** Bytes for a page, on average. */
  | { readonly kind: 'page-bytes'; readonly pageBytes: Pair }
  /** What was left when the guest was stopped, and the rule that stopped it. */
  | {
      readonly kind: 'left';
      readonly left: Pair;
      readonly rules: { readonly more: Decision; readonly less: Decision };
    }
  /** Much the same was left: stopping and resuming itself takes as long. */
  | { readonly kind: 'fixed'; readonly left: Pair };

export interface Difference {
  readonly measure: Measure;
  /** Places of the two runs in the list: the one with more of it, or the one that did not end. */
  readonly more: number;
  readonly less: number;
  /** More over less; Infinity where one did not end. */
  readonly factor: number;
  readonly cause: Cause;
}

/** Ratios below this are the same for whoever reads them. */
const ALIKE = 1.05;

type Of = (run: EngineRun) => number;
const MEASURES: readonly (readonly [Exclude<Measure, 'end'>, Of])[] = [
  ['total', (run) => run.totalNs],
  ['stun', (run) => run.downtimeNs],
  ['bytes', (run) => run.wireBytes],
];

/** The largest difference among the runs; null where there is none, or fewer than two runs. */
export function largestDifference(runs: readonly EngineRun[]): Difference | null {
  const ended = runs.flatMap((run, at) => (run.outcome === 'completed' ? [at] : []));
  const open = runs.findIndex((run) => run.outcome === 'unfinished' || run.outcome === 'aborted');
  if (open >= 0 && ended.length > 0) return endDifference(runs, open, quickest(runs, ended));
  let largest: Difference | null = null;
  for (const [measure, of] of MEASURES) {
    const [more, less] = [extreme(runs, ended, of, 1), extreme(runs, ended, of, -1)];
    if (more === undefined || less === undefined) return null;
    const factor = of(runs[more]!) / Math.max(1, of(runs[less]!));
    if (factor < ALIKE || factor <= (largest?.factor ?? 0)) continue;
    largest = { measure, more, less, factor, cause: causeOf(measure, runs[more]!, runs[less]!) };
  }
  return largest;
}

function quickest(runs: readonly EngineRun[], ended: readonly number[]): number {
  return extreme(runs, ended, (run) => run.totalNs, -1)!;
}

/** The first of those with the most (sign 1) or the least (sign -1). */
function extreme(
  runs: readonly EngineRun[],
  among: readonly number[],
  of: Of,
  sign: 1 | -1,
): number | undefined {
  return among.reduce<number | undefined>(
    (best, at) => (best === undefined || sign * of(runs[at]!) > sign * of(runs[best]!) ? at : best),
    undefined,
  );
}

function endDifference(runs: readonly EngineRun[], more: number, less: number): Difference {
  const other = runs[less]!;
  if (runs[more]!.rounds.length === 0) {
    const rates = { more: meanRate(runs[more]!), less: meanRate(other) };
    return { measure: 'end', more, less, factor: Infinity, cause: { kind: 'first-pass', rates } };
  }
  const how = other.postCopy ? 'moved-first' : other.lowestGuestPpm < PPM ? 'slowed' : 'stopped';
  const { dirtyBytesPerSecond, sendBytesPerSecond } = steadyRates(runs[more]!);
  const cause: EndCause = {
    kind: 'end',
    dirtyBytesPerSecond,
    sendBytesPerSecond,
    leastLeftBytes: leastLeft(runs[more]!),
    other: how,
    otherPpm: other.lowestGuestPpm,
    otherLeftBytes: other.leftAtStopBytes ?? 0,
    otherStunNs: other.downtimeNs,
  };
  return { measure: 'end', more, less, factor: Infinity, cause };
}

/** Means of the second half, when the first pass is over. */
export function steadyRates(run: EngineRun): { dirtyBytesPerSecond: number; sendBytesPerSecond: number } {
  const fromNs = run.totalNs / 2;
  let [spanNs, dirty, sent] = [0, 0, 0];
  run.samples.forEach((one, i) => {
    const windowNs = one.tNs - (run.samples[i - 1]?.tNs ?? 0);
    if (one.tNs <= fromNs) return;
    spanNs += windowNs;
    dirty += one.dirtyBytesPerSecond * windowNs;
    sent += one.sendBytesPerSecond * windowNs;
  });
  const mean = (sum: number) => (spanNs > 0 ? Math.round(sum / spanNs) : 0);
  return { dirtyBytesPerSecond: mean(dirty), sendBytesPerSecond: mean(sent) };
}

function leastLeft(run: EngineRun): Bytes {
  const passed = run.rounds[0]?.endNs ?? 0;
  const left = run.samples.filter((one) => one.tNs >= passed).map((one) => one.remainingBytes);
  return left.reduce((least, one) => Math.min(least, one), Infinity);
}

function causeOf(measure: Measure, more: EngineRun, less: EngineRun): Cause {
  if (measure === 'stun') return stunCause(more, less);
  if (measure === 'bytes') return bytesCause(more, less);
  const slower = meanRate(less) / meanRate(more);
  // Time is bytes over rate: whichever of the two differs more is the reason.
  if (slower < more.wireBytes / less.wireBytes) return bytesCause(more, less);
  return { kind: 'rate', rates: { more: meanRate(more), less: meanRate(less) } };
}

function meanRate(run: EngineRun): BytesPerSecond {
  return Math.round((run.wireBytes * NS_PER_SECOND) / run.totalNs);
}

function bytesCause(more: EngineRun, less: EngineRun): Cause {
  const pageBytes = (run: EngineRun) => run.wireBytes / Math.max(1, run.sentPages);
  const morePages = more.sentPages / Math.max(1, less.sentPages);
  if (pageBytes(more) / pageBytes(less) > morePages)
    return { kind: 'page-bytes', pageBytes: { more: pageBytes(more), less: pageBytes(less) } };
  const passes = (run: EngineRun) => Math.max(1, run.rounds.length);
  return {
    kind: 'pages',
    pages: { more: more.sentPages, less: less.sentPages },
    passes: { more: passes(more), less: passes(less) },
  };
}

function stunCause(more: EngineRun, less: EngineRun): Cause {
  const left = { more: more.leftAtStopBytes ?? 0, less: less.leftAtStopBytes ?? 0 };
  if (left.more <= left.less) return { kind: 'fixed', left };
  const rule = (run: EngineRun) => run.decisions.at(-1)!.decision;
  return { kind: 'left', left, rules: { more: rule(more), less: rule(less) } };
}
