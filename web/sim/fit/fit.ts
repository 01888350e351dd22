/**
 * Which write rate and working set explain a measured migration best. What the log gives is taken: memory, share of zero pages, bandwidth.
 * The two numbers it does not give are searched for: first by the textbook course of rounds on a grid, where what is written while a round is
 * sent is sent in the next; then the engine itself runs the best of each part of the grid, and again around the best of those, page by
 * page. One final record fixes only how much is written while a round is sent, so several answers may be as good; a series of records
 * with what remained tells them apart.
 */
import { oneMinusExpNegative } from '../../base/exp.ts';
import { PAGE_BYTES } from '../../base/units.ts';
import type { Measured } from './measured.ts';

export type FitPattern = 'uniform' | 'sweep';

export interface Fitted {
  readonly pattern: FitPattern;
  readonly writesPerSecond: number;
  readonly workingSetBytes: number;
  readonly bytesPerSecond: number;
  /** Memory that is not zero at the start. */
  readonly usedBytes: number;
  readonly zeroBytes: number;
  readonly downtimeLimitMs: number;
  readonly course: Course;
  /** Root of the mean squared relative error over what was measured. */
  readonly error: number;
}

export interface Course {
  readonly totalMs: number;
  readonly transferredBytes: number;
  readonly downtimeMs: number;
  readonly syncs: number;
  /** Remaining at the start of each round. */
  readonly rounds: readonly { readonly atMs: number; readonly leftBytes: number }[];
}

/** QEMU's default, and Cloud Hypervisor's. */
const DOWNTIME_LIMIT_MS = 300;
/** Header of a page of QEMU's stream; a zero page takes nine bytes. */
const PAGE_HEADER = 8;
const MOST_ROUNDS = 2_000;

interface Guess {
  readonly pattern: FitPattern;
  readonly rate: number;
  readonly set: number;
}

/** Candidates for the engine, the best by the textbook first: one for each pattern and part of the working sets. */
export function candidates(measured: Measured, downtimeLimitMs = DOWNTIME_LIMIT_MS): Fitted[] {
  const known = knownOf(measured, downtimeLimitMs);
  const pages = Math.max(1, known.usedBytes / PAGE_BYTES);
  const sendPages = known.bytesPerSecond / PAGE_BYTES;
  const found: Fitted[] = [];
  for (const pattern of ['uniform', 'sweep'] as const)
    for (const part of PARTS) {
      const set = pages * part;
      const rates = measured.dirtyPagesPerSecond === null ? [] : [measured.dirtyPagesPerSecond];
      for (let step = 0; step <= GRID; step++) rates.push((sendPages * RATES * step * step) / (GRID * GRID));
      const all = rates.map((rate) => fittedBy(measured, known, { pattern, rate, set }));
      found.push(all.reduce((best, one) => (one.error < best.error ? one : best)));
    }
  return found.sort((a, b) => a.error - b.error);
}

/** Around one that the engine found good: a little more and less of both numbers. `width` is a share of each. */
export function neighbours(measured: Measured, best: Fitted, width: number): Fitted[] {
  const known = knownOf(measured, best.downtimeLimitMs);
  const pages = Math.max(1, known.usedBytes / PAGE_BYTES);
  const set = best.workingSetBytes / PAGE_BYTES;
  return [1 - width, 1, 1 + width].flatMap((byRate) =>
    [1 - width, 1, 1 + width].flatMap((bySet) =>
      byRate === 1 && bySet === 1
        ? []
        : fittedBy(measured, known, {
            pattern: best.pattern,
            rate: best.writesPerSecond * byRate,
            set: Math.min(pages, Math.max(1, set * bySet)),
          }),
    ),
  );
}

function fittedBy(measured: Measured, known: Known, guess: Guess): Fitted {
  const course = courseOf(known, guess);
  return {
    pattern: guess.pattern,
    writesPerSecond: Math.round(guess.rate),
    workingSetBytes: Math.max(1, Math.round(guess.set)) * PAGE_BYTES,
    bytesPerSecond: known.bytesPerSecond,
    ...{ usedBytes: known.usedBytes, zeroBytes: known.zeroBytes, downtimeLimitMs: known.downtimeLimitMs },
    ...{ course, error: errorOf(measured, course) },
  };
}

/** Shares of the memory that the guest may write. */
const PARTS = [0.03, 0.08, 0.2, 0.35, 0.5, 0.7, 0.88, 1] as const;
const GRID = 80;
/** Up to so many times what the line sends, in finer steps where little is written. */
const RATES = 8;

interface Known {
  readonly bytesPerSecond: number;
  readonly usedBytes: number;
  readonly zeroBytes: number;
  readonly downtimeLimitMs: number;
  readonly setupMs: number;
  /** Where the migration never ended: how long it was looked at. */
  readonly untilMs: number;
}

function knownOf(measured: Measured, downtimeLimitMs: number): Known {
  const { memoryBytes, zeroPages, pageBytes, transferredBytes, totalMs, setupMs } = measured;
  const zeroBytes = Math.min(memoryBytes, zeroPages * pageBytes);
  const busyMs = Math.max(1, (totalMs ?? 0) - setupMs);
  // Over the whole run rather than in its last moment, which is what a single figure of the tool may be.
  const mean = transferredBytes && totalMs ? (transferredBytes * 1_000) / busyMs : null;
  return {
    bytesPerSecond: Math.max(PAGE_BYTES, Math.round(mean ?? measured.bytesPerSecond ?? 125_000_000)),
    usedBytes: Math.max(PAGE_BYTES, memoryBytes - zeroBytes),
    ...{ zeroBytes, downtimeLimitMs, setupMs },
    untilMs: measured.status === 'completed' ? Infinity : (totalMs ?? Infinity),
  };
}

/** Rounds until what is left fits into the downtime, or until nobody looked any more. */
export function courseOf(known: Known, { pattern, rate, set }: Guess): Course {
  const perPage = PAGE_BYTES + PAGE_HEADER;
  const msOf = (pages: number) => (pages * perPage * 1_000) / known.bytesPerSecond;
  const zeroMs = ((known.zeroBytes / PAGE_BYTES) * (PAGE_HEADER + 1) * 1_000) / known.bytesPerSecond;
  let left = known.usedBytes / PAGE_BYTES;
  let atMs = known.setupMs;
  let sent = (known.zeroBytes / PAGE_BYTES) * (PAGE_HEADER + 1);
  const rounds = [{ atMs, leftBytes: left * PAGE_BYTES }];
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const takesMs = msOf(left) + (round === 0 ? zeroMs : 0);
    if (round > 0 && msOf(left) <= known.downtimeLimitMs) break;
    if (atMs + takesMs > known.untilMs) {
      sent += (known.bytesPerSecond * Math.max(0, known.untilMs - atMs)) / 1_000;
      const totalMs = known.untilMs;
      return { totalMs, transferredBytes: sent, downtimeMs: 0, syncs: rounds.length, rounds };
    }
    sent += left * perPage;
    atMs += takesMs;
    left = dirtied(pattern, rate, set, takesMs);
    rounds.push({ atMs, leftBytes: left * PAGE_BYTES });
  }
  const downtimeMs = msOf(left);
  sent += left * perPage;
  // The last sync is that with the guest stopped.
  return { totalMs: atMs + downtimeMs, transferredBytes: sent, downtimeMs, syncs: rounds.length + 1, rounds };
}

/** Distinct pages written in a time: each equally likely, or one after the other. */
function dirtied(pattern: FitPattern, rate: number, set: number, ms: number): number {
  const writes = (rate * ms) / 1_000;
  return pattern === 'sweep' ? Math.min(set, writes) : set * oneMinusExpNegative(-writes / set);
}

/** What a course or a run of an engine says of what was measured. */
export interface Outcome {
  readonly totalMs: number;
  readonly transferredBytes: number;
  readonly downtimeMs: number | null;
  readonly syncs: number;
  readonly remainingAt: (atMs: number) => number;
}

const errorOf = (measured: Measured, course: Course): number =>
  outcomeError(measured, { ...course, downtimeMs: null, remainingAt: (atMs) => remainingAt(course, atMs) });

/**
 * Root of the mean squared error of what was measured: relative for time and bytes, for syncs of at least four; samples count together as
 * one, in shares of the memory (our choice of weights). The downtime is left out: on a fast path the last pages are sent far faster
 * than the rest, so it says nothing about the guest.
 */
export function outcomeError(measured: Measured, outcome: Outcome): number {
  const parts: number[] = [];
  const add = (got: number | null, want: number, least: number) => {
    if (got === null) return;
    const off = (want - got) / Math.max(got, least);
    parts.push(off * off);
  };
  add(measured.totalMs, outcome.totalMs, 1);
  add(measured.transferredBytes, outcome.transferredBytes, 1);
  add(measured.syncs, outcome.syncs, 4);
  const offs = measured.samples.flatMap(({ atMs, remainingBytes }) =>
    remainingBytes === null ? [] : [(outcome.remainingAt(atMs) - remainingBytes) / measured.memoryBytes],
  );
  if (offs.length > 0) parts.push(offs.reduce((sum, one) => sum + one * one, 0) / offs.length);
  if (parts.length === 0) return Infinity;
  return Math.sqrt(parts.reduce((sum, one) => sum + one, 0) / parts.length);
}

/** Straight between the starts of rounds: what is left of a round's list while it is sent. */
export function remainingAt({ rounds, totalMs }: Course, atMs: number): number {
  const at = rounds.findLastIndex((round) => round.atMs <= atMs);
  const round = rounds[Math.max(0, at)] as Course['rounds'][number];
  const endMs = rounds[at + 1]?.atMs ?? totalMs;
  const share = endMs > round.atMs ? Math.min(1, Math.max(0, (atMs - round.atMs) / (endMs - round.atMs))) : 1;
  return round.leftBytes * (1 - share);
}
