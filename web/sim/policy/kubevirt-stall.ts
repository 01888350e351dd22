/**
 * KubeVirt's stall detector (enhancement 248). Each bitmap sync is a record of what remained. A move is stalled when what remains is at
 * least (1 - margin) of the best value older than the window. It then waits for a local minimum, at most (1 + margin) of the target;
 * each time its patience ends, the target becomes the next smallest value of the history and the patience halves.
 */
import type { PollSample } from './decision.ts';

export interface StallRules {
  readonly windowMs: number;
  readonly margin: number;
  readonly patienceMs: number;
  readonly smoothing: number;
}

export interface Stall {
  readonly stalled: boolean;
  readonly atMinimum: boolean;
  /** Least that remained before the window. */
  readonly bestBytes: number;
  /** Smoothed bandwidth, newest last: mean = a x newest + (1 - a) x mean before. */
  readonly bytesPerSecond: number;
  readonly estimateMs: number;
}

export function judgeStall(rules: StallRules, polls: readonly PollSample[]): Stall {
  const records = polls.filter((one, i) => i === 0 || one.iteration !== polls[i - 1]?.iteration);
  const now = polls.at(-1) as PollSample;
  const best = bestBefore(records, now.elapsedMs - rules.windowMs);
  const bytesPerSecond = records.reduce(
    (mean, one) =>
      mean === 0 ? one.bytesPerSecond : rules.smoothing * one.bytesPerSecond + (1 - rules.smoothing) * mean,
    0,
  );
  const current = records.at(-1) as PollSample;
  const stalled = best !== Infinity && current.remainingBytes >= (1 - rules.margin) * best;
  return {
    stalled,
    atMinimum:
      stalled && current.remainingBytes <= (1 + rules.margin) * target(rules, records, now.elapsedMs),
    bestBytes: best === Infinity ? 0 : best,
    bytesPerSecond,
    estimateMs: bytesPerSecond > 0 ? (now.remainingBytes / bytesPerSecond) * 1000 : Infinity,
  };
}

function bestBefore(records: readonly PollSample[], untilMs: number): number {
  return Math.min(
    Infinity,
    ...records.filter((one) => one.elapsedMs <= untilMs).map((one) => one.remainingBytes),
  );
}

/** The value waited for, after the patience that has run out since the stall began. */
function target(rules: StallRules, records: readonly PollSample[], nowMs: number): number {
  const since = records.find(
    (one) => one.remainingBytes >= (1 - rules.margin) * bestBefore(records, one.elapsedMs - rules.windowMs),
  );
  let patience = rules.patienceMs;
  let waited = nowMs - (since?.elapsedMs ?? nowMs);
  let given = 0;
  while (patience >= 1 && waited >= patience) {
    waited -= patience;
    patience /= 2;
    given++;
  }
  const values = records.map((one) => one.remainingBytes).sort((a, b) => a - b);
  return values[Math.min(given, values.length - 1)] ?? Infinity;
}
