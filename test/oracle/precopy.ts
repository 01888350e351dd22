// The pre-copy loop from its definition, without compression: one entry a page, whole numbers as BigInt where they are long, the
// schedule of the wire known beforehand. Slow, and meant to be read next to the comments of `web/sim/data-plane.ts`.
import type { Counters, GuestMemorySpec } from '../../web/sim/data-plane.ts';
import type { Phase } from '../../web/scenario/schema.ts';
import { drawBelow, mix64, prngNext, prngOutput, prngSeed } from './prng.ts';

/** From `atNs` on the wire carries so many bytes a second. The first change is the start. */
export interface RateChange {
  readonly atNs: number;
  readonly bytesPerSecond: number;
}

/** What the control plane does: rates by time, and the guest's speed in each round. */
export interface Schedule {
  readonly rates: readonly RateChange[];
  readonly speedsPpm: readonly number[];
}

export interface OracleRound {
  /** Pages on the list when the round starts, in order. */
  readonly pages: number[];
  /** Counters when it is over. */
  readonly after: Counters;
}

const PAGE_BYTES = 4096;
const ZERO_WIRE_BYTES = 9;
const WHOLE_WIRE_BYTES = 8 + PAGE_BYTES;
const NS_PER_SECOND = 1_000_000_000n;
const MASK = (1n << 64n) - 1n;
const STEP = 0x9e3779b97f4a7c15n;

const ceilDiv = (a: bigint, b: bigint) => (a + b - 1n) / b;

/** 0 zero, 1 text, 2 heap, 3 random: by the draw of the page's extent of 16 pages against the shares. */
export function classOfPage(spec: GuestMemorySpec, page: number): number {
  const seed = prngSeed(BigInt(spec.seed), 1n);
  const draw = Number(drawBelow(mix64((seed + BigInt(page >> 4) * STEP) & MASK), 1_000_000n));
  const { textPpm, heapPpm, randomPpm } = spec.content;
  if (draw < textPpm) return 1;
  if (draw < textPpm + heapPpm) return 2;
  return draw < textPpm + heapPpm + randomPpm ? 3 : 0;
}

/** Where the ranks of a working set lie: extents of 64 pages permuted, what does not fill an extent stays. */
export function scatteredPage(seed: number, rank: number, pages: number): number {
  const extents = BigInt(Math.floor(pages / 64));
  let extent = BigInt(Math.floor(rank / 64));
  if (extent >= extents) return rank;
  let bits = 0n;
  while (1n << bits < extents) bits++;
  const mask = (1n << bits) - 1n;
  const half = (bits + 1n) / 2n;
  const [factor, factor2, offset] = [4n, 5n, 6n].map((stream) => prngSeed(BigInt(seed), stream)) as [
    bigint,
    bigint,
    bigint,
  ];
  do {
    extent = (extent * (factor | 1n) + offset) & mask;
    extent ^= extent >> half;
    extent = (extent * (factor2 | 1n)) & mask;
    extent ^= extent >> half;
  } while (extent >= extents);
  return Number(extent) * 64 + (rank % 64);
}

/** Quantile q of the bounded Pareto law from 1 to `ranks` + 1. */
function zipfQuantile(cell: number, ranks: number, exponentMilli: number): number {
  const q = cell / 4096;
  if (cell === 0) return 1;
  if (cell === 4096) return ranks + 1;
  if (exponentMilli === 1000) return Math.pow(ranks + 1, q);
  const power = (1000 - exponentMilli) / 1000;
  return Math.pow(1 + q * (Math.pow(ranks + 1, power) - 1), 1 / power);
}

export class PrecopyOracle {
  readonly rounds: OracleRound[] = [];
  private readonly pageCount: number;
  private readonly isZero: boolean[] = [];
  private waits: boolean[];
  private written: boolean[];
  private nowNs = 0;
  private speedPpm = 1_000_000;
  private debtNs = 0n;
  /** Guest time in parts per million of a nanosecond. */
  private guestParts = 0n;
  private phase = -1;
  private phaseWrites = 0n;
  private choice: bigint;
  private readonly total = { sentPages: 0, zeroPages: 0, wireBytes: 0, guestWrites: 0, traceFaults: 0 };

  constructor(
    private readonly spec: GuestMemorySpec,
    private readonly schedule: Schedule,
  ) {
    this.pageCount = spec.usedBytes / PAGE_BYTES;
    for (let page = 0; page < this.pageCount; page++) this.isZero.push(classOfPage(spec, page) === 0);
    this.waits = this.isZero.map(() => true);
    this.written = this.isZero.map(() => false);
    this.choice = prngSeed(BigInt(spec.seed), 0n);
    this.nowNs = this.schedule.rates[0]?.atNs ?? 0;
  }

  /** Runs as many rounds as the schedule has speeds. */
  run(): OracleRound[] {
    for (const speedPpm of this.schedule.speedsPpm) {
      this.speedPpm = speedPpm;
      const pages = this.waits.flatMap((waits, page) => (waits ? [page] : []));
      for (let first = 0; first < this.pageCount; first += 64) this.sendGroup(first);
      this.rounds.push({ pages, after: this.counters() });
      this.waits = this.written;
      this.written = this.waits.map(() => false);
    }
    return this.rounds;
  }

  private sendGroup(first: number): void {
    let bytes = 0;
    let pages = 0;
    for (let page = first; page < Math.min(first + 64, this.pageCount); page++) {
      if (!this.waits[page]) continue;
      this.waits[page] = false;
      pages++;
      if (this.isZero[page]) this.total.zeroPages++;
      bytes += this.isZero[page] ? ZERO_WIRE_BYTES : WHOLE_WIRE_BYTES;
    }
    if (pages === 0) return;
    this.total.sentPages += pages;
    this.total.wireBytes += bytes;
    const startNs = this.nowNs;
    this.nowNs = this.endOf(startNs, bytes);
    this.runGuest(BigInt(this.nowNs - startNs));
  }

  /** When `bytes` that start at `startNs` have passed: each stretch of one rate carries whole bytes, the last one to its end. */
  private endOf(startNs: number, bytes: number): number {
    const rates = this.schedule.rates.filter(
      (change, index, all) => change.bytesPerSecond !== all[index - 1]?.bytesPerSecond,
    );
    let atNs = startNs;
    let left = BigInt(bytes);
    for (let index = 0; index < rates.length; index++) {
      const rate = BigInt(rates[index]?.bytesPerSecond ?? 0);
      const untilNs = rates[index + 1]?.atNs ?? Infinity;
      if (untilNs <= atNs) continue;
      const endNs = rate === 0n ? Infinity : atNs + Number(ceilDiv(left * NS_PER_SECOND, rate));
      if (endNs <= untilNs) return endNs;
      left -= (BigInt(untilNs - atNs) * rate) / NS_PER_SECOND;
      atNs = untilNs;
    }
    throw new Error('the last rate must carry something');
  }

  private runGuest(elapsedNs: bigint): void {
    const paid = elapsedNs < this.debtNs ? elapsedNs : this.debtNs;
    this.debtNs -= paid;
    this.guestParts += (elapsedNs - paid) * BigInt(this.speedPpm);
    const guestNs = this.guestParts / 1_000_000n;
    for (;;) {
      const next = this.spec.phases[this.phase + 1];
      if (!next || guestNs < BigInt(next.afterNs)) break;
      this.writeUntil(BigInt(next.afterNs));
      this.phase++;
      this.phaseWrites = 0n;
    }
    this.writeUntil(guestNs);
  }

  private writeUntil(guestNs: bigint): void {
    const phase = this.spec.phases[this.phase];
    if (!phase || phase.pattern === 'idle') return;
    const due = (BigInt(phase.writesPerSecond) * (guestNs - BigInt(phase.afterNs))) / NS_PER_SECOND;
    for (; this.phaseWrites < due; this.phaseWrites++) this.write(this.choosePage(phase));
  }

  private write(page: number): void {
    this.total.guestWrites++;
    this.isZero[page] = false;
    if (this.waits[page] || this.written[page]) return;
    this.written[page] = true;
    this.total.traceFaults++;
    this.debtNs += BigInt(this.spec.traceFaultNs);
  }

  private choosePage(phase: Phase): number {
    const pages = Math.min(phase.workingSetBytes / PAGE_BYTES, this.pageCount);
    const start = Math.floor(Math.floor((this.pageCount - pages) / 3) / 64) * 64;
    if (phase.pattern === 'sweep') return start + Number(this.phaseWrites % BigInt(pages));
    if (phase.pattern === 'uniform') return start + Number(drawBelow(this.draw(), BigInt(pages)));
    if (phase.pattern === 'zipf')
      return start + scatteredPage(this.spec.seed, this.zipfRank(phase, pages), pages);
    return start + scatteredPage(this.spec.seed, this.hotColdRank(phase, pages), pages);
  }

  private zipfRank(phase: Phase, pages: number): number {
    const random = this.draw();
    const cell = Number(random >> 52n);
    const low = zipfQuantile(cell, pages, phase.zipfExponentMilli);
    const high = zipfQuantile(cell + 1, pages, phase.zipfExponentMilli);
    const share = Number(random & 0xfffffffffffffn) / 2 ** 52;
    return Math.min(Math.floor(low + (high - low) * share) - 1, pages - 1);
  }

  private hotColdRank(phase: Phase, pages: number): number {
    const hotPages = Math.max(1, Math.floor((pages * phase.hotPagesPpm) / 1_000_000));
    const isHot = Number(drawBelow(this.draw(), 1_000_000n)) < phase.hotWritesPpm || hotPages === pages;
    const place = Number(drawBelow(this.draw(), BigInt(isHot ? hotPages : pages - hotPages)));
    return isHot ? place : hotPages + place;
  }

  private draw(): bigint {
    this.choice = prngNext(this.choice);
    return prngOutput(this.choice);
  }

  private counters(): Counters {
    return {
      ...this.total,
      nowNs: this.nowNs,
      deltaPages: 0,
      unchangedPages: 0,
      compressedPages: 0,
      guestNs: Number(this.guestParts / 1_000_000n),
      toSendPages: 0,
      writtenPages: this.written.filter(Boolean).length,
      cursorPage: this.pageCount,
    };
  }
}
