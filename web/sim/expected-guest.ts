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
const LZ4_SHARE = { text: 0.52, heap: 0.45, random: 1 };
/** XBZRLE: header and length field, and about three bytes of run lengths for each changed spot. */
const DELTA_HEADER_BYTES = 11;
const DELTA_RUN_BYTES = 3;
/** The trace cost depends on the pages dirtied, which depend on the time it leaves; this many steps settle it. */
const TRACE_STEPS = 4;

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
    const first = this.#firstCost(0, speedPpm);
    return bytesPerSecond > 0
      ? this.#firstCost(transferNs(first.wireBytes, bytesPerSecond), speedPpm)
      : first;
  }

  /** The guest runs for `durationNs` while the list goes out; what it leaves dirty becomes the next list. */
  endRound(durationNs: Ns, speedPpm: Ppm): RoundEnd {
    const guestNs = this.#guestTime(durationNs, speedPpm);
    const bursts = this.#bursts(guestNs);
    this.#phases.forEach(({ expected }, i) => expected.endRound(bursts[i] as Burst));
    this.#guestNs += guestNs;
    this.#round++;
    return {
      writes: bursts.reduce((sum, burst) => sum + burst.writes, 0),
      guestNs,
      dirtyPages: this.listedPages,
    };
  }

  /** Takes over what was really counted. */
  adopt(dirtyPages: number): void {
    const expected = this.listedPages;
    if (expected > 0) for (const state of this.#phases) state.expected.scaleTo(dirtyPages / expected);
  }

  /** Mean wire bytes of a page that is not zero, in this round. */
  pageCost(round: number): number {
    const { compression, xbzrleCacheBytes, usedBytes } = this.spec;
    if (compression === 'lz4') return this.#lz4PageBytes();
    if (compression === 'off' || round === 0) return RAW_PAGE_WIRE_BYTES;
    const hits = Math.min(1, xbzrleCacheBytes / usedBytes);
    const delta = DELTA_HEADER_BYTES + DELTA_RUN_BYTES + this.#phaseAt(this.#guestNs).bytesPerWrite;
    return hits * Math.min(RAW_PAGE_WIRE_BYTES, delta) + (1 - hits) * RAW_PAGE_WIRE_BYTES;
  }

  #firstCost(durationNs: Ns, speedPpm: Ppm): ListCost {
    const { textPpm, heapPpm, randomPpm } = this.spec.content;
    const zeroShare = (PPM - textPpm - heapPpm - randomPpm) / PPM;
    const bursts = this.#bursts(this.#guestTime(durationNs, speedPpm));
    const woken = this.#phases.reduce(
      (sum, { expected }, i) => sum + expected.writtenBeforeSent(bursts[i] as Burst),
      0,
    );
    const zeroPages = Math.max(0, (this.#pages - woken) * zeroShare);
    const wireBytes = Math.round(
      zeroPages * ZERO_PAGE_WIRE_BYTES + (this.#pages - zeroPages) * this.pageCost(0),
    );
    return { wireBytes, zeroPages: Math.round(zeroPages) };
  }

  /** What the first write to each page leaves of the guest's time. */
  #guestTime(durationNs: Ns, speedPpm: Ppm): Ns {
    let guestNs = (durationNs * speedPpm) / PPM;
    for (let i = 0; i < TRACE_STEPS && this.spec.traceFaultNs > 0; i++) {
      const bursts = this.#bursts(guestNs);
      const faults = this.#phases.reduce(
        (sum, { expected }, k) => sum + expected.dirtyAfter(bursts[k] as Burst),
        0,
      );
      guestNs = Math.max(0, durationNs - faults * this.spec.traceFaultNs) * (speedPpm / PPM);
    }
    return guestNs;
  }

  /** Which writes each phase makes in the next `guestNs` of guest time, and when. */
  #bursts(guestNs: Ns): Burst[] {
    const endNs = this.#guestNs + guestNs;
    return this.#phases.map(({ phase }, i) => {
      const fromNs = Math.max(this.#guestNs, phase.afterNs);
      const toNs = Math.min(endNs, this.#phases[i + 1]?.phase.afterNs ?? Infinity);
      if (toNs <= fromNs || phase.pattern === 'idle') return { writes: 0, from: 0, to: 1 };
      const writes = (phase.writesPerSecond * this.writeFactor * (toNs - fromNs)) / NS_PER_SECOND;
      return { writes, from: (fromNs - this.#guestNs) / guestNs, to: (toNs - this.#guestNs) / guestNs };
    });
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
