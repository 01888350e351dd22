/**
 * A guest in expectation: what a round costs on the wire and how many pages are dirty after it, from a few numbers per phase
 * instead of one bit a page. The estimate and the expected fidelity both stand on it.
 */
import {
  NS_PER_SECOND,
  PAGE_BYTES,
  PPM,
  transferNs,
  type Bytes,
  type BytesPerSecond,
  type Ns,
  type Ppm,
} from '../base/units.ts';
import type { Phase } from '../scenario/schema.ts';
import type { GuestMemorySpec } from './data-plane.ts';
import { ExpectedWrites, type Burst } from './expected.ts';
import { RAW_PAGE_WIRE_BYTES, ZERO_PAGE_WIRE_BYTES } from './rounds.ts';

/** LZ4 on 4 KiB pages of these classes, measured with this project's encoder; random pages go as they are. */
export const LZ4_SHARE = { text: 0.507, heap: 0.565, random: 1 };
/** XBZRLE: header and length field, and about three bytes of run lengths for each changed spot. */
const DELTA_HEADER_BYTES = 11;
const DELTA_RUN_BYTES = 3;
/** The trace cost depends on the pages dirtied, which depend on the time it leaves; this many steps settle it. */
const TRACE_STEPS = 4;
const FIRST_ROUND_STEPS = 3;

export interface ListCost {
  readonly wireBytes: Bytes;
  readonly zeroPages: number;
}

export interface RoundEnd {
  readonly writes: number;
  readonly guestNs: Ns;
  readonly dirtyPages: number;
}

interface PhaseState {
  readonly phase: Phase;
  readonly expected: ExpectedWrites;
}

export class ExpectedGuest {
  readonly #phases: readonly PhaseState[];
  readonly #pages: number;
  #guestNs: Ns = 0;
  #round = 0;

  /** `writeFactor` makes the guest write more or less than it says, for the range of an estimate. */
  constructor(
    readonly spec: Omit<GuestMemorySpec, 'fidelity' | 'seed'>,
    readonly writeFactor = 1,
  ) {
    this.#pages = spec.usedBytes / PAGE_BYTES;
    this.#phases = [...spec.phases]
      .sort((a, b) => a.afterNs - b.afterNs)
      .map((phase) => ({ phase, expected: new ExpectedWrites(phase, this.#pages) }));
    for (const { expected } of this.#phases) expected.passes(this.#pages, 1, 1);
  }

  get listedPages(): number {
    if (this.#round === 0) return this.#pages;
    return Math.min(
      this.#pages,
      this.#phases.reduce((sum, { expected }) => sum + expected.listedPages, 0),
    );
  }

  /** The list of the round to come on the wire, if the link and the guest keep this pace. */
  listCost(bytesPerSecond: BytesPerSecond, speedPpm: Ppm): ListCost {
    if (this.#round > 0)
      return { wireBytes: Math.ceil(this.listedPages * this.pageCost(this.#round)), zeroPages: 0 };
    return this.#firstCost(bytesPerSecond, speedPpm);
  }

  /** What `endRound` would say; changes nothing. */
  expectedEnd(durationNs: Ns, speedPpm: Ppm): RoundEnd {
    const guestNs = this.#guestTime(durationNs, speedPpm);
    const bursts = this.#bursts(guestNs, durationNs, speedPpm);
    return {
      writes: writesOf(bursts),
      guestNs,
      dirtyPages: this.#dirtyAfter(bursts),
    };
  }

  /** The guest runs for `durationNs` while the list goes out; what it leaves dirty becomes the next list. */
  endRound(durationNs: Ns, speedPpm: Ppm): RoundEnd {
    const guestNs = this.#guestTime(durationNs, speedPpm);
    const bursts = this.#bursts(guestNs, durationNs, speedPpm);
    this.#phases.forEach(({ expected }, i) => expected.endRound(bursts[i] as Burst));
    this.#guestNs += guestNs;
    this.#round++;
    return { writes: writesOf(bursts), guestNs, dirtyPages: this.listedPages };
  }

  /** Takes over what was really counted. */
  adopt(dirtyPages: number): void {
    const expected = this.listedPages;
    if (expected > 0) for (const state of this.#phases) state.expected.scaleTo(dirtyPages / expected);
  }

  /** Share of pages XBZRLE finds in its cache. */
  get cacheHits(): number {
    return Math.min(1, this.spec.xbzrleCacheBytes / this.spec.usedBytes);
  }

  /** Mean wire bytes of a page that is not zero, in this round. */
  pageCost(round: number): number {
    const { compression } = this.spec;
    if (compression === 'lz4') return this.#lz4PageBytes();
    if (compression === 'off' || round === 0) return RAW_PAGE_WIRE_BYTES;
    const hits = this.cacheHits;
    const delta = DELTA_HEADER_BYTES + DELTA_RUN_BYTES + this.#phaseAt(this.#guestNs).bytesPerWrite;
    return hits * Math.min(RAW_PAGE_WIRE_BYTES, delta) + (1 - hits) * RAW_PAGE_WIRE_BYTES;
  }

  /** Round 0, step by step: how many zero pages are written in time depends on when the sweep passes, and that on the zero pages. */
  #firstCost(bytesPerSecond: BytesPerSecond, speedPpm: Ppm): ListCost {
    const zeroCost = ZERO_PAGE_WIRE_BYTES;
    const { textPpm, heapPpm, randomPpm } = this.spec.content;
    const zeroShare = (PPM - textPpm - heapPpm - randomPpm) / PPM;
    const cost = (zeros: number) => zeros * zeroCost + (1 - zeros) * this.pageCost(0);
    let zeroPages = this.#pages * zeroShare;
    for (let i = 0; i < FIRST_ROUND_STEPS && bytesPerSecond > 0 && zeroShare > 0; i++) {
      const durationNs = transferNs(Math.round(this.#pages * cost(zeroPages / this.#pages)), bytesPerSecond);
      const bursts = this.#bursts(this.#guestTime(durationNs, speedPpm), durationNs, speedPpm);
      const woken = this.#phases.map(({ expected }, k) => expected.writtenBeforeSent(bursts[k] as Burst));
      this.#phases.forEach(({ expected }, k) => {
        const still = 1 - (woken[k] as number) / expected.pages;
        expected.passes(this.#pages, cost(zeroShare), cost(zeroShare * still));
      });
      zeroPages = Math.max(0, (this.#pages - sum(woken)) * zeroShare);
    }
    return {
      wireBytes: Math.round(this.#pages * cost(zeroPages / this.#pages)),
      zeroPages: Math.round(zeroPages),
    };
  }

  /** What the first write to each page leaves of the guest's time. */
  #guestTime(durationNs: Ns, speedPpm: Ppm): Ns {
    let guestNs = (durationNs * speedPpm) / PPM;
    for (let i = 0; i < TRACE_STEPS && this.spec.traceFaultNs > 0; i++) {
      const bursts = this.#bursts(guestNs, durationNs, speedPpm);
      const faults = this.#dirtyAfter(bursts);
      guestNs = Math.max(0, durationNs - faults * this.spec.traceFaultNs) * (speedPpm / PPM);
    }
    return guestNs;
  }

  /** Working sets of phases may overlap; there can never be more dirty pages than pages. */
  #dirtyAfter(bursts: readonly Burst[]): number {
    let pages = 0;
    for (let i = 0; i < bursts.length; i++) pages += this.#phases[i]!.expected.dirtyAfter(bursts[i] as Burst);
    return Math.min(this.#pages, pages);
  }

  /** Which writes each phase makes in the next `guestNs` of guest time, and when. */
  #bursts(guestNs: Ns, durationNs: Ns, speedPpm: Ppm): Burst[] {
    const endNs = this.#guestNs + guestNs;
    const perFault = durationNs > 0 ? this.spec.traceFaultNs / durationNs : 0;
    // Counted up: it is asked for a hundred times a round, and closures would cost more than the arithmetic.
    const bursts: Burst[] = [];
    for (let i = 0; i < this.#phases.length; i++) {
      const { phase } = this.#phases[i] as PhaseState;
      const fromNs = Math.max(this.#guestNs, phase.afterNs);
      const toNs = Math.min(endNs, this.#phases[i + 1]?.phase.afterNs ?? Infinity);
      const perSecond = phase.pattern === 'idle' ? 0 : phase.writesPerSecond * this.writeFactor;
      if (toNs <= fromNs || perSecond === 0) {
        bursts.push({ writes: 0, from: 0, to: 1, perWrite: 0, perFault });
        continue;
      }
      const from = (fromNs - this.#guestNs) / guestNs;
      const to = (toNs - this.#guestNs) / guestNs;
      const perWrite = ((NS_PER_SECOND / perSecond) * (PPM / Math.max(1, speedPpm))) / durationNs;
      bursts.push({ writes: (perSecond * (toNs - fromNs)) / NS_PER_SECOND, from, to, perWrite, perFault });
    }
    return bursts;
  }

  #phaseAt(guestNs: Ns): Phase {
    const begun = this.#phases.filter(({ phase }) => phase.afterNs <= guestNs);
    return (begun.at(-1) ?? (this.#phases[0] as PhaseState)).phase;
  }

  #lz4PageBytes(): number {
    const { textPpm, heapPpm, randomPpm } = this.spec.content;
    const all = Math.max(1, textPpm + heapPpm + randomPpm);
    const share = (textPpm * LZ4_SHARE.text + heapPpm * LZ4_SHARE.heap + randomPpm * LZ4_SHARE.random) / all;
    return 10 + PAGE_BYTES * share;
  }
}

function writesOf(bursts: readonly Burst[]): number {
  return bursts.reduce((total, { writes }) => total + writes, 0);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
