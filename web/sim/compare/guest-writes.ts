/**
 * Which pages the synthetic guest of a scenario writes, in order: the rules of `assembly/guest/synthetic.ts` without its memory. The
 * order depends on the seed and the phases alone, never on who sends what when.
 */
import { NS_PER_SECOND, PPM, mulDivCeil, mulDivFloor, type Ns } from '../../base/units.ts';
import { exp, ln } from '../../base/exp.ts';
import type { Phase } from '../../scenario/schema.ts';
import { Stream, drawBelow, prngSeed } from './random.ts';

/** Streams of the seed, as the kernels number them. */
const CHOICE = 0;
const SCATTER = 4;
const EXTENT_PAGES = 64;
const ZIPF_CELLS = 4096;
/** Writes chosen at a time. */
const BATCH = 4096;

/** The guest's memory in entries of the trace; one entry is one page, or several that are written alike. */
export interface GuestSpec {
  readonly seed: number;
  readonly entries: number;
  readonly pagesPerEntry: number;
  /** In the order of `afterNs`. */
  readonly phases: readonly Phase[];
}

interface PlacedPhase {
  readonly phase: Phase;
  /** Writes of all phases before it, and of it. */
  readonly firstWrite: number;
  readonly writes: number;
  readonly entries: number;
  readonly start: number;
  readonly hotEntries: number;
  /** Where extent i of the ranks lies; empty where ranks are not scattered. */
  readonly extents: Uint32Array;
  readonly quantiles: Float64Array;
}

/** Entry writes of a phase that are due after `ns` of it: floor(rate ns / (10^9 pagesPerEntry)). */
function writesAfter(spec: GuestSpec, phase: Phase, ns: Ns): number {
  if (phase.pattern === 'idle') return 0;
  return mulDivFloor(ns, phase.writesPerSecond, NS_PER_SECOND * spec.pagesPerEntry);
}

/** Chooses the entries, one write after the other. A copy goes on by itself. */
export class GuestWrites {
  private phase = 0;
  /** Writes of the current phase that are made. */
  private made = 0;
  private readonly placed: readonly PlacedPhase[];
  private readonly stream: Stream;

  constructor(
    private readonly spec: GuestSpec,
    from?: GuestWrites,
  ) {
    this.placed = from ? from.placed : place(spec);
    this.stream = new Stream(from ? from.stream.state.slice() : prngSeed(spec.seed, CHOICE), 2 * BATCH);
    if (!from) return;
    this.phase = from.phase;
    this.made = from.made;
  }

  copy(): GuestWrites {
    return new GuestWrites(this.spec, this);
  }

  /** All writes that are due at guest time `guestNs`. */
  dueAt(guestNs: Ns): number {
    let due = 0;
    for (const { phase, firstWrite, writes } of this.placed) {
      if (guestNs < phase.afterNs) break;
      due = firstWrite + Math.min(writes, writesAfter(this.spec, phase, guestNs - phase.afterNs));
    }
    return due;
  }

  /** Guest time at which write number `write`, counted from 0, is due. */
  dueNs(write: number): Ns {
    const placed = this.placed.find(({ firstWrite, writes }) => write < firstWrite + writes)!;
    const { phase, firstWrite } = placed;
    const made = write - firstWrite + 1;
    return phase.afterNs + mulDivCeil(made, NS_PER_SECOND * this.spec.pagesPerEntry, phase.writesPerSecond);
  }

  /** Fills `out` with the entries of the next writes. */
  fill(out: Uint32Array): void {
    let at = 0;
    while (at < out.length) {
      const placed = this.placed[this.phase]!;
      const end = Math.min(out.length, at + placed.writes - this.made);
      for (let to = at; at < end; at = to) {
        to = Math.min(end, at + BATCH);
        this.choose(placed, out.subarray(at, to));
        this.made += to - at;
      }
      if (at === out.length || this.phase + 1 === this.placed.length) break;
      this.phase++;
      this.made = 0;
    }
    // Only an idle last phase leaves a rest, and nobody asks for writes that are never due.
    out.fill(0, at);
  }

  private choose(placed: PlacedPhase, out: Uint32Array): void {
    const { pattern } = placed.phase;
    if (pattern === 'sweep') return sweep(placed, this.made, out);
    this.stream.next(pattern === 'hot-cold' ? 2 * out.length : out.length);
    if (pattern === 'uniform') uniform(placed, this.stream, out);
    else if (pattern === 'zipf') zipf(placed, this.stream, out);
    else hotCold(placed, this.stream, out);
  }
}

function sweep({ start, entries }: PlacedPhase, made: number, out: Uint32Array): void {
  let next = made % entries;
  for (let at = 0; at < out.length; at++) {
    out[at] = start + next;
    if (++next === entries) next = 0;
  }
}

function uniform({ start, entries }: PlacedPhase, { hi, lo }: Stream, out: Uint32Array): void {
  for (let at = 0; at < out.length; at++) out[at] = start + drawBelow(hi[at]!, lo[at]!, entries);
}

function hotCold(placed: PlacedPhase, { hi, lo }: Stream, out: Uint32Array): void {
  const { start, entries, hotEntries, phase } = placed;
  const hotWrites = hotEntries < entries ? phase.hotWritesPpm : PPM;
  for (let at = 0; at < out.length; at++) {
    const isHot = drawBelow(hi[2 * at]!, lo[2 * at]!, PPM) < hotWrites;
    const rank = drawBelow(hi[2 * at + 1]!, lo[2 * at + 1]!, isHot ? hotEntries : entries - hotEntries);
    out[at] = start + scattered(placed, isHot ? rank : hotEntries + rank);
  }
}

/** The upper 12 bits choose the cell of the table, the others the place in it. */
function zipf(placed: PlacedPhase, { hi, lo }: Stream, out: Uint32Array): void {
  const { start, entries, quantiles } = placed;
  for (let at = 0; at < out.length; at++) {
    const cell = hi[at]! >>> 20;
    const share = ((hi[at]! & 0xfffff) * 2 ** 32 + (lo[at]! >>> 0)) / 2 ** 52;
    const least = quantiles[cell]!;
    const rank = Math.floor(least + (quantiles[cell + 1]! - least) * share) - 1;
    out[at] = start + scattered(placed, Math.min(rank, entries - 1));
  }
}

function place(spec: GuestSpec): PlacedPhase[] {
  let firstWrite = 0;
  return spec.phases.map((phase, i) => {
    const nextNs = spec.phases[i + 1]?.afterNs;
    const writes = nextNs === undefined ? Infinity : writesAfter(spec, phase, nextNs - phase.afterNs);
    const wanted = Math.ceil(phase.workingSetBytes / (4096 * spec.pagesPerEntry));
    const entries = Math.min(Math.max(1, wanted), spec.entries);
    const third = Math.floor((spec.entries - entries) / 3);
    const isScattered = phase.pattern === 'hot-cold' || phase.pattern === 'zipf';
    const one: PlacedPhase = {
      phase,
      firstWrite,
      // An idle phase makes no write and is left by time alone.
      writes: phase.pattern === 'idle' ? 0 : writes,
      entries,
      start: third - (third % EXTENT_PAGES),
      hotEntries: Math.max(1, mulDivFloor(entries, phase.hotPagesPpm, PPM)),
      extents: isScattered ? scatter(spec.seed, Math.floor(entries / EXTENT_PAGES)) : new Uint32Array(),
      quantiles: phase.pattern === 'zipf' ? zipfTable(entries, phase.zipfExponentMilli) : new Float64Array(),
    };
    firstWrite += one.writes;
    return one;
  });
}

/** Extents of ranks permuted among the numbers below the next power of two, and once more while the result lies outside. */
function scatter(seed: number, extents: number): Uint32Array {
  const [factor, factor2, offset] = [0, 1, 2].map((k) => prngSeed(seed, SCATTER + k)[1]!) as [
    number,
    number,
    number,
  ];
  let bits = 0;
  while (1 << bits < extents) bits++;
  const mask = (1 << bits) - 1;
  const half = (bits + 1) >> 1;
  return Uint32Array.from({ length: extents }, (_, rank) => {
    let extent = rank;
    do {
      extent = (Math.imul(extent, factor | 1) + offset) & mask;
      extent ^= extent >> half;
      extent = Math.imul(extent, factor2 | 1) & mask;
      extent ^= extent >> half;
    } while (extent >= extents);
    return extent;
  });
}

function scattered({ extents }: PlacedPhase, rank: number): number {
  const extent = rank >> 6;
  if (extent >= extents.length) return rank;
  return extents[extent]! * EXTENT_PAGES + (rank & (EXTENT_PAGES - 1));
}

/** Quantile q of the bounded Pareto law from 1 to m = ranks + 1: (1 + q (m^(1-s) - 1))^(1/(1-s)), and m^q where s is 1. */
function zipfTable(ranks: number, exponentMilli: number): Float64Array {
  const most = ranks + 1;
  const power = (1000 - exponentMilli) / 1000;
  const table = Float64Array.from({ length: ZIPF_CELLS + 1 }, (_, cell) => {
    const q = cell / ZIPF_CELLS;
    if (exponentMilli === 1000) return exp(q * ln(most));
    const base = 1 + q * (exp(power * ln(most)) - 1);
    return exp((base >= 1 ? ln(base) : -ln(1 / base)) / power);
  });
  table[0] = 1;
  table[ZIPF_CELLS] = most;
  return table;
}
