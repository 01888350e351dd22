/**
 * What the engine's kernels do on this machine, against the memory copy of the same browser. Every measure works on pages as the
 * guests of the product have them; a figure is the median of several rounds, each long enough for a browser's coarse clock.
 */
import { GIB, MIB, NS_PER_SECOND, PAGE_BYTES, PPM } from '../base/units.ts';
import type { GuestMemorySpec } from '../sim/data-plane.ts';
import type { BenchRow } from './protocol.ts';
import { WasmDataPlane, type WasmGuestMemory } from './wasm-data-plane.ts';
import type { Kernels } from './wasm.ts';

/** Kernels that a run reaches through the data plane only, called one by one here. */
export interface BenchKernels extends Kernels {
  copyPage(from: number, to: number): void;
  gatherPages(memoryBase: number, list: number, count: number, staging: number): void;
  pageIsZero(page: number): number;
  pageHash(page: number): bigint;
  bitmapNextWord(base: number, fromWord: number, words: number): number;
  lz4Compress(source: number, length: number, target: number, capacity: number, table: number): number;
  lz4Decompress(source: number, length: number, target: number, capacity: number): number;
  xbzrleEncode(oldPage: number, newPage: number, out: number, outMax: number): number;
  xbzrleDecode(source: number, length: number, target: number, targetLength: number): number;
}

const ROUNDS = 7;
const ROUND_MS = 10;
/** More than any second-level cache holds. */
const PAGES = 4096;
const BATCH_PAGES = 64;
const BITMAP_BYTES = 8 * MIB;
/** A page that does not get shorter still fits, and what writes ahead of itself stays inside. */
const BLOCK_BYTES = PAGE_BYTES + 256;
const LZ4_TABLE_BYTES = 16 * 1024;
const SOURCE_REGION = 3;
const TARGET_REGION = 4;

const CONTENTS = {
  text: { textPpm: PPM, heapPpm: 0, randomPpm: 0 },
  heap: { textPpm: 0, heapPpm: PPM, randomPpm: 0 },
  random: { textPpm: 0, heapPpm: 0, randomPpm: PPM },
  zero: { textPpm: 0, heapPpm: 0, randomPpm: 0 },
} as const;
type ContentName = keyof typeof CONTENTS;
const NAMED = Object.keys(CONTENTS) as ContentName[];

/** `once` does the work once and returns how much it was: bytes, or writes. */
interface Measure extends Pick<BenchRow, 'id' | 'name' | 'group' | 'unit'> {
  once(): number;
}

/** How many rows there will be; known before the first is measured, so that progress can be shown. */
export const BENCH_ROWS = 16;

export function* bench(kernels: BenchKernels, now: () => number): Generator<BenchRow> {
  const stage = new Stage(kernels);
  try {
    for (const { once, ...row } of measures(kernels, stage))
      yield { ...row, perSecond: medianRate(once, now) };
  } finally {
    stage.release();
  }
}

/** The median of some rounds; the first call is thrown away, because it runs code the browser has not yet compiled well. */
export function medianRate(once: () => number, now: () => number): number {
  once();
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const fromMs = now();
    let done = 0;
    let passedMs = 0;
    while (passedMs < ROUND_MS) {
      done += once();
      passedMs = now() - fromMs;
    }
    rates.push((1000 * done) / passedMs);
  }
  return rates.sort((a, b) => a - b)[(ROUNDS - 1) / 2] ?? 0;
}

function measures(kernels: BenchKernels, stage: Stage): Measure[] {
  return [
    ...copies(kernels, stage),
    ...pageTests(kernels, stage),
    ...NAMED.slice(0, 3).flatMap((name) => [packing(kernels, stage, name), unpacking(kernels, stage, name)]),
    ...deltas(kernels, stage),
    ...tracking(kernels, stage),
  ];
}

function copies(kernels: BenchKernels, stage: Stage): Measure[] {
  const { list, staging } = stage;
  const from = stage.pagesOf('heap');
  const group = 'copy';
  return [
    {
      id: 'gather',
      name: 'memory.copy, 64 pages into a cache-sized buffer',
      group,
      unit: 'bytes',
      once() {
        for (let at = 0; at < PAGES; at += BATCH_PAGES)
          kernels.gatherPages(from, list + 4 * at, BATCH_PAGES, staging);
        return PAGES * PAGE_BYTES;
      },
    },
    {
      id: 'large',
      name: `plain copy of ${(PAGES * PAGE_BYTES) / MIB} MiB`,
      group,
      unit: 'bytes',
      once() {
        const bytes = PAGES * PAGE_BYTES;
        new Uint8Array(kernels.memory.buffer).copyWithin(stage.otherHost, from, from + bytes);
        return bytes;
      },
    },
    {
      id: 'page-copy',
      name: 'page copy, neighbours, one call a page',
      group,
      unit: 'bytes',
      once: everyPage((page) =>
        kernels.copyPage(from + page * PAGE_BYTES, staging + (page % BATCH_PAGES) * PAGE_BYTES),
      ),
    },
  ];
}

function pageTests(kernels: BenchKernels, stage: Stage): Measure[] {
  const zero = stage.pagesOf('zero');
  const heap = stage.pagesOf('heap');
  return [
    {
      id: 'zero-test',
      name: 'zero test, pages of zeros',
      group: 'look',
      unit: 'bytes',
      once: everyPage((page) => kernels.pageIsZero(zero + page * PAGE_BYTES)),
    },
    {
      id: 'page-hash',
      name: 'page hash, XXH64',
      group: 'look',
      unit: 'bytes',
      once: everyPage((page) => kernels.pageHash(heap + page * PAGE_BYTES)),
    },
  ];
}

function packing(kernels: BenchKernels, { pagesOf, staging, table }: Stage, name: ContentName): Measure {
  const from = pagesOf(name);
  return {
    id: `lz4-${name}`,
    name: `LZ4 compress, ${name}`,
    group: 'pack',
    unit: 'bytes',
    once: everyPage((page) =>
      kernels.lz4Compress(from + page * PAGE_BYTES, PAGE_BYTES, staging, BLOCK_BYTES, table),
    ),
  };
}

/** Blocks of the first pages: few enough to stay where they are, many enough to differ. */
function unpacking(kernels: BenchKernels, stage: Stage, name: ContentName): Measure {
  const from = stage.pagesOf(name);
  const blocks = Array.from({ length: BATCH_PAGES }, (_, page) => {
    const at = stage.reserve(BLOCK_BYTES);
    const length = kernels.lz4Compress(from + page * PAGE_BYTES, PAGE_BYTES, at, BLOCK_BYTES, stage.table);
    return { at, length };
  });
  return {
    id: `unlz4-${name}`,
    name: `LZ4 decompress, ${name}`,
    group: 'pack',
    unit: 'bytes',
    once() {
      for (const { at, length } of blocks) kernels.lz4Decompress(at, length, stage.staging, PAGE_BYTES);
      return blocks.length * PAGE_BYTES;
    },
  };
}

/** A page of which 64 bytes in eight places have changed since it was sent. */
function deltas(kernels: BenchKernels, stage: Stage): Measure[] {
  const old = stage.pagesOf('heap');
  const changed = stage.reserve(BATCH_PAGES * PAGE_BYTES);
  const bytes = new Uint8Array(kernels.memory.buffer);
  bytes.copyWithin(changed, old, old + BATCH_PAGES * PAGE_BYTES);
  for (let at = 256; at < BATCH_PAGES * PAGE_BYTES; at += 512)
    for (let i = 0; i < 8; i++) bytes[changed + at + i] = ~(bytes[changed + at + i] ?? 0);
  const out = stage.reserve(BLOCK_BYTES);
  const lengths = kernels.xbzrleEncode(old, changed, out, PAGE_BYTES);
  const target = stage.reserve(BLOCK_BYTES);
  kernels.copyPage(old, target);
  const group = 'pack';
  const encode = everyPage((page) => {
    const at = (page % BATCH_PAGES) * PAGE_BYTES;
    kernels.xbzrleEncode(old + at, changed + at, stage.staging, PAGE_BYTES);
  });
  const decode = everyPage(() => kernels.xbzrleDecode(out, lengths, target, PAGE_BYTES));
  return [
    { id: 'xbzrle', name: 'XBZRLE encode, 64 bytes changed', group, unit: 'bytes', once: encode },
    { id: 'unxbzrle', name: 'XBZRLE decode', group, unit: 'bytes', once: decode },
  ];
}

function tracking(kernels: BenchKernels, stage: Stage): Measure[] {
  const writer = stage.guest({ ...guestSpec(), fidelity: 'page-exact', usedBytes: GIB }, 20_000_000);
  writer.beginTracking(0, 1_250_000_000);
  const idle = stage.guest({ ...guestSpec(), fidelity: 'page-exact', usedBytes: GIB }, 0);
  let [untilNs, before] = [0, 0];
  return [
    {
      id: 'bitmap-scan',
      name: 'bitmap scan, clean pages',
      group: 'track',
      unit: 'bytes',
      once() {
        kernels.bitmapNextWord(stage.bitmap, 0, BITMAP_BYTES / 8);
        return BITMAP_BYTES;
      },
    },
    {
      id: 'writes',
      name: 'guest writes marked in the bitmap',
      group: 'track',
      unit: 'writes',
      once() {
        writer.advance((untilNs += 0.0005 * NS_PER_SECOND), Number.MAX_SAFE_INTEGER);
        const { guestWrites } = writer.counters();
        const done = guestWrites - before;
        before = guestWrites;
        return done;
      },
    },
    {
      id: 'sweep',
      name: 'sweep of a large VM, one bit a page',
      group: 'track',
      unit: 'pages',
      once() {
        idle.beginTracking(0, 1_250_000_000);
        while (idle.advance(Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER) !== 'round');
        return idle.pageCount;
      },
    },
  ];
}

function everyPage(work: (page: number) => void): () => number {
  return () => {
    for (let page = 0; page < PAGES; page++) work(page);
    return PAGES * PAGE_BYTES;
  };
}

/** Guests for their pages, and scratch memory above them. */
class Stage {
  readonly list: number;
  readonly staging: number;
  readonly table: number;
  readonly bitmap: number;
  /** Room for all pages of a guest, as the target host has it. */
  readonly otherHost: number;
  readonly #guests: WasmGuestMemory[] = [];
  readonly #pages = new Map<ContentName, number>();
  readonly #plane: WasmDataPlane;
  #next = 0;
  #end = 0;

  constructor(kernels: BenchKernels) {
    this.#plane = new WasmDataPlane(kernels);
    for (const name of NAMED) {
      const guest = this.guest({ ...guestSpec(), content: CONTENTS[name] }, 0);
      this.#pages.set(name, kernels.vmRegion(guest.address, SOURCE_REGION) >>> 0);
    }
    // Scratch lies in a guest's memory as well: what the kernels hand out is theirs to place.
    const scratch = this.guest({ ...guestSpec(), usedBytes: 16 * MIB, content: CONTENTS.zero }, 0);
    this.#next = kernels.vmRegion(scratch.address, SOURCE_REGION) >>> 0;
    this.#end = this.#next + 16 * MIB;
    this.otherHost = kernels.vmRegion(scratch.address, TARGET_REGION) >>> 0;
    this.bitmap = this.reserve(BITMAP_BYTES);
    this.staging = this.reserve(BATCH_PAGES * PAGE_BYTES + 256);
    this.table = this.reserve(LZ4_TABLE_BYTES);
    this.list = this.reserve(4 * PAGES);
    // Every page once, far from its neighbour in the list: 1,021 has no factor in common with the number of pages.
    const list = new Uint32Array(kernels.memory.buffer, this.list, PAGES);
    for (let at = 0; at < PAGES; at++) list[at] = (at * 1021) % PAGES;
  }

  readonly pagesOf = (name: ContentName): number => this.#pages.get(name) ?? 0;

  readonly reserve = (bytes: number): number => {
    const at = this.#next;
    this.#next = Math.ceil((at + bytes) / 64) * 64;
    if (this.#next > this.#end) throw new RangeError('the bench has no scratch memory left');
    return at;
  };

  guest(spec: GuestMemorySpec, writesPerSecond: number): WasmGuestMemory {
    const phases = spec.phases.map((phase) => ({
      ...phase,
      writesPerSecond,
      pattern: writesPerSecond > 0 ? ('uniform' as const) : ('idle' as const),
      workingSetBytes: spec.usedBytes,
    }));
    const guest = this.#plane.create({ ...spec, phases });
    this.#guests.push(guest);
    while (!guest.prepare());
    return guest;
  }

  release(): void {
    for (const guest of this.#guests.splice(0)) guest.release();
  }
}

function guestSpec(): GuestMemorySpec {
  const phase = {
    afterNs: 0,
    pattern: 'idle' as const,
    writesPerSecond: 0,
    workingSetBytes: PAGE_BYTES,
    bytesPerWrite: 64,
    hotWritesPpm: 0,
    hotPagesPpm: PPM,
    zipfExponentMilli: 990,
  };
  return {
    fidelity: 'byte-exact',
    usedBytes: PAGES * PAGE_BYTES,
    seed: 1,
    content: CONTENTS.heap,
    phases: [phase],
    compression: 'off',
    xbzrleCacheBytes: MIB,
    traceFaultNs: 0,
  };
}
