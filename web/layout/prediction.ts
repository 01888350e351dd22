/**
 * The estimate gives totals: how many rounds, how long in all, how long stopped. To draw the rounds that are still to come they
 * are spread over it: this round's list is known, what the stun sends follows from its time, and the sizes in between fall by
 * equal factors so that all rounds together last as long as the estimate says. Drawn dashed and without numbers of its own.
 */
import type { Bytes, BytesPerSecond, Ns } from '../base/units.ts';
import type { EstimateNumbers } from '../sim/events.ts';

export interface PredictedRound {
  readonly round: number;
  readonly dirtyBytes: Bytes;
  readonly leftBytes: Bytes;
  readonly startNs: Ns;
  readonly endNs: Ns;
}

export interface Prediction {
  readonly rounds: readonly PredictedRound[];
  readonly stun: { readonly startNs: Ns; readonly endNs: Ns } | null;
  readonly endNs: Ns;
}

export interface PredictionInput {
  readonly estimate: EstimateNumbers;
  readonly requestedNs: Ns;
  readonly bytesPerSecond: BytesPerSecond;
  /** The round under way, or the next one; its list and its start. */
  readonly round: number;
  readonly listBytes: Bytes;
  readonly startNs: Ns;
  /** What the list costs on the wire, as a share of its bytes: zero pages cost next to nothing. */
  readonly wireShare: number;
  /** Sent while the VM is stopped, apart from pages. */
  readonly deviceBytes: Bytes;
  readonly goalBytes: Bytes;
}

/** Stopping and starting the vCPUs take about this long and send nothing. */
const STILL_NS = 35_000_000;
const LEAST_BYTES = 4096;
const MOST_DRAWN = 200;

export function predict(input: PredictionInput): Prediction {
  const { estimate, requestedNs } = input;
  const endNs = Math.max(input.startNs, requestedNs + estimate.totalNs);
  const tailNs = Math.max(0, estimate.networkGapNs - estimate.downtimeNs);
  const stunEnd = Math.max(input.startNs, endNs - tailNs);
  const stunStart = estimate.converges === 1 ? Math.max(input.startNs, stunEnd - estimate.downtimeNs) : endNs;
  const count = Math.min(MOST_DRAWN, Math.max(0, estimate.rounds - input.round));
  return {
    rounds: spread(input, count, stunStart),
    stun: estimate.converges === 1 ? { startNs: stunStart, endNs: stunEnd } : null,
    endNs,
  };
}

function spread(input: PredictionInput, count: number, untilNs: Ns): PredictedRound[] {
  if (count === 0) return [];
  const start = Math.max(LEAST_BYTES, input.listBytes);
  const converges = input.estimate.converges === 1;
  const end = converges
    ? lastBytes(input, start)
    : Math.max(LEAST_BYTES, Math.min(start, input.goalBytes * 1.5));
  const spanNs = Math.max(1, untilNs - input.startNs);
  const timeOf = (sizes: readonly Bytes[]) =>
    sizes.map(
      (bytes, i) => ((i === 0 ? bytes * input.wireShare : bytes) / Math.max(1, input.bytesPerSecond)) * 1e9,
    );
  const sizes = fit(start, end, count, (some) => sumOf(timeOf(some.slice(0, count))) - spanNs);
  const times = timeOf(sizes.slice(0, count));
  const scale = spanNs / Math.max(1, sumOf(times));
  let atNs = input.startNs;
  return times.map((durationNs, i) => {
    const startNs = atNs;
    atNs = startNs + durationNs * scale;
    return {
      round: input.round + i,
      dirtyBytes: sizes[i] as Bytes,
      leftBytes: sizes[i + 1] as Bytes,
      startNs,
      endNs: atNs,
    };
  });
}

const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

/** Sizes from `start` to `end` in `count` steps; the first drop is chosen so that all rounds together last as long as estimated. */
function fit(start: Bytes, end: Bytes, count: number, tooLong: (sizes: readonly Bytes[]) => number): Bytes[] {
  const from = (second: Bytes) => [
    start,
    ...Array.from({ length: count }, (_, i) =>
      count === 1 ? end : second * Math.pow(end / second, i / (count - 1)),
    ),
  ];
  let low = end;
  let high = start;
  for (let i = 0; i < 40; i++) {
    const middle = Math.sqrt(low * high);
    if (tooLong(from(middle)) > 0) high = middle;
    else low = middle;
  }
  return from(Math.sqrt(low * high));
}

/** What the stun's own time leaves for pages, at most the goal and at most what there is. */
function lastBytes(
  { estimate, bytesPerSecond, deviceBytes, goalBytes }: PredictionInput,
  start: Bytes,
): Bytes {
  const pagesNs = estimate.downtimeNs - STILL_NS - (deviceBytes / Math.max(1, bytesPerSecond)) * 1e9;
  const bytes = (pagesNs / 1e9) * bytesPerSecond;
  return Math.max(LEAST_BYTES, Math.min(bytes, goalBytes, start));
}
