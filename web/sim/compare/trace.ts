/**
 * One write trace: which page the guest of a scenario writes, write by write, in guest time. It is recorded once and read by every
 * engine, so that engines differ in what they do and not in what they meet.
 *
 * Bounds: a trace has at most 2^20 entries and about 2^25 writes within its horizon. A larger VM, or one that writes faster, has several
 * pages in one entry, a power of two, that count as written alike, and fewer writes in proportion: pages get dirty at the same rate and
 * saturate at the same working set, in steps of an entry. 2^24 writes are kept (64 MiB); later ones are made again for each reader.
 */
import { NS_PER_SECOND, PAGE_BYTES, type Bytes, type Ns } from '../../base/units.ts';
import { usedBytesOf } from '../../scenario/memory.ts';
import type { Content, Phase, Vm } from '../../scenario/schema.ts';
import { fastestWrites } from '../memory-spec.ts';
import { GuestWrites } from './guest-writes.ts';
import { extentPpm, prngSeed } from './random.ts';

export interface TraceSpec {
  readonly seed: number;
  readonly memoryBytes: Bytes;
  /** Memory the guest has ever used; the rest was never touched. */
  readonly usedBytes: Bytes;
  readonly content: Content;
  readonly phases: readonly Phase[];
  readonly vcpus: number;
  readonly deviceStateBytes: Bytes;
  /** What the first write to a tracked page costs the guest. */
  readonly traceFaultNs: Ns;
}

export interface TraceBounds {
  readonly mostEntries: number;
  readonly mostWrites: number;
  /** Writes kept in memory. */
  readonly keptWrites: number;
  /** How long engines may run. */
  readonly horizonNs: Ns;
}

export const TRACE_BOUNDS: TraceBounds = {
  mostEntries: 2 ** 20,
  mostWrites: 2 ** 25,
  keptWrites: 2 ** 24,
  horizonNs: 300 * NS_PER_SECOND,
};

const CHUNK_WRITES = 2 ** 16;
const EXTENT_PAGES_SHIFT = 4;
const CLASSES = 1;

/** What a page holds before the first write. */
export const ZERO_PAGE = 0;
export const TEXT_PAGE = 1;
export const HEAP_PAGE = 2;
export const RANDOM_PAGE = 3;

/** What the VM of a scenario writes; `place` is that of its migration in the plan, as the seed of the single move has it. */
export function traceSpecOf(
  scenario: { seed: number; policy: { traceFaultNs: Ns } },
  vm: Vm,
  place = 0,
): TraceSpec {
  return {
    seed: scenario.seed + place,
    memoryBytes: vm.memoryBytes,
    usedBytes: usedBytesOf(vm),
    content: vm.content,
    phases: [...vm.phases].sort((a, b) => a.afterNs - b.afterNs),
    vcpus: vm.vcpus,
    deviceStateBytes: vm.deviceStateBytes,
    traceFaultNs: scenario.policy.traceFaultNs,
  };
}

export class WriteTrace {
  readonly pagesPerEntry: number;
  /** Entries the guest has used, and all of its memory; the used ones come first. */
  readonly usedEntries: number;
  readonly entries: number;
  /** What each entry holds at the start: ZERO_PAGE ... RANDOM_PAGE. */
  readonly classes: Uint8Array;
  private readonly chunks: Uint32Array[] = [];
  /** The generator where what is kept so far ends. */
  private readonly writes: GuestWrites;

  constructor(
    readonly spec: TraceSpec,
    readonly bounds: TraceBounds = TRACE_BOUNDS,
  ) {
    this.pagesPerEntry = pagesPerEntry(spec, bounds);
    const entryBytes = PAGE_BYTES * this.pagesPerEntry;
    this.usedEntries = Math.max(1, Math.ceil(spec.usedBytes / entryBytes));
    this.entries = Math.max(this.usedEntries, Math.ceil(spec.memoryBytes / entryBytes));
    this.classes = classesOf(spec, this.usedEntries, this.entries);
    const { seed, phases } = spec;
    this.writes = new GuestWrites({
      seed,
      entries: this.usedEntries,
      pagesPerEntry: this.pagesPerEntry,
      phases,
    });
  }

  get entryBytes(): Bytes {
    return PAGE_BYTES * this.pagesPerEntry;
  }

  reader(): TraceReader {
    return new TraceReader(this);
  }

  /** Writes that are due at guest time `guestNs`. */
  dueAt(guestNs: Ns): number {
    return this.writes.dueAt(guestNs);
  }

  /** Guest time at which write number `write` is due. */
  dueNs(write: number): Ns {
    return this.writes.dueNs(write);
  }

  /** Chunks that are recorded; the first is number 0. */
  get keptChunks(): number {
    return this.bounds.keptWrites / CHUNK_WRITES;
  }

  /** A recorded chunk, or null where nothing is kept of it. */
  kept(chunk: number): Uint32Array | null {
    while (this.chunks.length <= chunk && this.chunks.length < this.keptChunks) {
      const pages = new Uint32Array(CHUNK_WRITES);
      this.writes.fill(pages);
      this.chunks.push(pages);
    }
    return this.chunks[chunk] ?? null;
  }

  /** The generator behind what is kept, for one reader. */
  rest(): GuestWrites {
    return this.writes.copy();
  }
}

/** Takes writes `from` to `to` of `pages`, in order; answers how far it came, which is `to` unless it stops the guest there. */
export interface WriteSink {
  apply(pages: Uint32Array, from: number, to: number): number;
}

/** Reads a trace from its beginning, once. */
export class TraceReader {
  /** Writes read so far. */
  read = 0;
  private own: { readonly writes: GuestWrites; chunk: number; readonly pages: Uint32Array } | null = null;

  constructor(private readonly trace: WriteTrace) {}

  /** Hands on the writes that are due until `guestNs` and were not read yet; false where the sink took only a part of them. */
  until(guestNs: Ns, sink: WriteSink): boolean {
    const due = this.trace.dueAt(guestNs);
    while (this.read < due) {
      const chunk = Math.floor(this.read / CHUNK_WRITES);
      const from = this.read - chunk * CHUNK_WRITES;
      const to = Math.min(CHUNK_WRITES, from + due - this.read);
      const taken = sink.apply(this.trace.kept(chunk) ?? this.again(chunk), from, to);
      this.read += taken - from;
      if (taken < to) return false;
    }
    return true;
  }

  private again(chunk: number): Uint32Array {
    this.own ??= {
      writes: this.trace.rest(),
      chunk: this.trace.keptChunks - 1,
      pages: new Uint32Array(CHUNK_WRITES),
    };
    while (this.own.chunk < chunk) {
      this.own.writes.fill(this.own.pages);
      this.own.chunk++;
    }
    return this.own.pages;
  }
}

/** The least power of two with which entries and writes stay within their bounds. */
function pagesPerEntry(spec: TraceSpec, bounds: TraceBounds): number {
  const pages = Math.max(spec.memoryBytes, spec.usedBytes) / PAGE_BYTES;
  const writes = fastestWrites(spec.phases) * (bounds.horizonNs / NS_PER_SECOND);
  const least = Math.max(pages / bounds.mostEntries, writes / bounds.mostWrites);
  let size = 1;
  while (size < least && size * 64 < pages) size *= 2;
  return size;
}

/** Stretches of 16 pages are of one class, by the same hash as the kernels' pages. */
function classesOf(spec: TraceSpec, usedEntries: number, entries: number): Uint8Array {
  const { textPpm, heapPpm, randomPpm } = spec.content;
  const seed = prngSeed(spec.seed, CLASSES);
  const classes = new Uint8Array(entries);
  for (let first = 0; first < usedEntries; first += 1 << EXTENT_PAGES_SHIFT) {
    const draw = extentPpm(seed, first >> EXTENT_PAGES_SHIFT);
    let kind = ZERO_PAGE;
    if (draw < textPpm) kind = TEXT_PAGE;
    else if (draw < textPpm + heapPpm) kind = HEAP_PAGE;
    else if (draw < textPpm + heapPpm + randomPpm) kind = RANDOM_PAGE;
    classes.fill(kind, first, Math.min(usedEntries, first + (1 << EXTENT_PAGES_SHIFT)));
  }
  return classes;
}
