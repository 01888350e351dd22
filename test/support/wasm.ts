// Loads a build of the kernels for tests, with views of its memory and a bump allocator above its static data.
import { existsSync, readFileSync } from 'node:fs';
import { fromRoot } from './root.ts';

export type Build = 'debug' | 'release';
export const builds: readonly Build[] = ['debug', 'release'];

/** The kernels as JavaScript sees them: pointers and u32 are numbers (signed when returned), u64 is BigInt. */
export interface Kernels {
  memory: WebAssembly.Memory;
  heapBase(): number;
  pageIsZero(page: number): number;
  pageEquals(a: number, b: number): number;
  bitmapMark(base: number, page: bigint): void;
  bitmapTestAndClear(base: number, page: bigint): number;
  bitmapFill(base: number, pageCount: bigint): void;
  bitmapClear(base: number, words: number): void;
  bitmapPopcount(base: number, words: number): bigint;
  bitmapNextWord(base: number, fromWord: number, words: number): number;
  bitmapScanClearList(base: number, words: number, out: number, maxOut: number): number;
  bitmapScanClearListFrom(base: number, fromWord: number, words: number, out: number, maxOut: number): number;
  bitmapScanClearRuns(base: number, words: number, out: number, maxRuns: number): number;
  bitmapScanClearRunsFrom(
    base: number,
    fromWord: number,
    words: number,
    out: number,
    maxRuns: number,
  ): number;
  bitmapBuckets(base: number, pageCount: bigint, buckets: number, out: number): void;
  copyPage(from: number, to: number): void;
  gatherPages(memoryBase: number, list: number, count: number, staging: number): void;
  scatterPages(staging: number, list: number, count: number, memoryBase: number): void;
  fusedCopyZeroHash(source: number, target: number, hashOut: number): number;
  xxh64(at: number, length: number, seed: bigint): bigint;
  pageHash(page: number): bigint;
  hashStart(seed: bigint): bigint;
  hashFold(state: bigint, hash: bigint): bigint;
  hashFinish(state: bigint, count: bigint): bigint;
  mix64(value: bigint): bigint;
  prngSeed(seed: bigint, stream: bigint): bigint;
  prngNext(state: bigint): bigint;
  prngOutput(state: bigint): bigint;
  drawBelow(random: bigint, n: bigint): bigint;
  xbzrleEncode(oldPage: number, newPage: number, out: number, outMax: number): number;
  xbzrleDecode(source: number, sourceLength: number, target: number, targetLength: number): number;
  cacheBytes(slots: number, withData: number): bigint;
  cacheInit(cache: number, slots: number, withData: number): void;
  cacheLookup(cache: number, page: number, round: number): number;
  cacheInsert(cache: number, page: number, round: number, data: number): number;
  cacheData(cache: number, slot: number): number;
  lz4Compress(source: number, sourceLength: number, target: number, capacity: number, table: number): number;
  lz4Decompress(source: number, sourceLength: number, target: number, capacity: number): number;
}

export interface Loaded {
  readonly kernels: Kernels;
  /** A view that growing the memory detaches: take it after the last `alloc`. */
  bytes(at: number, length: number): Uint8Array;
  words32(at: number, length: number): Uint32Array;
  /** Reserves zeroed memory, 16-byte aligned, and grows the memory when needed. */
  alloc(length: number): number;
  /** Reserves memory that holds `content`. */
  put(content: Uint8Array): number;
  /** Gives back all that was reserved. */
  reset(): void;
}

const WASM_PAGE = 65536;
const files: Record<Build, string> = {
  debug: fromRoot('assembly/build/vmotion.debug.wasm'),
  release: fromRoot('assembly/build/vmotion.wasm'),
};

const align = (at: number) => (at + 15) & ~15;

/** Instantiates one build. Each caller gets a memory of its own. */
export function loadKernels(build: Build): Loaded {
  const path = files[build];
  if (!existsSync(path))
    throw new Error(`The ${build} kernels are not built; build the wasm first (see package.json).`);
  const module = new WebAssembly.Module(readFileSync(path));
  const kernels = new WebAssembly.Instance(module, {}).exports as unknown as Kernels;
  const { memory } = kernels;
  const start = align(kernels.heapBase());
  let top = start;
  const bytes = (at: number, length: number) => new Uint8Array(memory.buffer, at, length);
  const alloc = (length: number) => {
    const at = top;
    top = align(at + length);
    // One page more than asked, so that nothing reserved ends where the memory ends and a stray access is seen as one.
    const missing = Math.ceil(top / WASM_PAGE) + 1 - memory.buffer.byteLength / WASM_PAGE;
    if (missing > 0) memory.grow(missing);
    bytes(at, top - at).fill(0);
    return at;
  };
  return {
    kernels,
    bytes,
    words32: (at, length) => new Uint32Array(memory.buffer, at, length),
    alloc,
    put: (content) => {
      const at = alloc(content.length);
      bytes(at, content.length).set(content);
      return at;
    },
    reset: () => {
      top = start;
    },
  };
}
