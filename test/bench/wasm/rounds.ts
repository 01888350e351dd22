// eslint-disable-next-line @typescript-eslint/ban-ts-comment
// @ts-nocheck This file is AssemblyScript; only its compiler knows its types.
// The loops around the kernels, one for each measure. They are compiled together with the product and by its options, so that
// what is measured is the product's code without a call from JavaScript per page. Each does its work `reps` times and returns
// a sum of what it did in the last repetition, which the native twin has to return too.
import { bitmapMark, bitmapPopcount, bitmapScanClearListFrom } from '../../../assembly/bitmap';
import { BATCH_PAGES, fusedCopyZeroHash, gatherPages } from '../../../assembly/copy';
import { pageHash, xxh64 } from '../../../assembly/hash';
import { lz4Compress, lz4Decompress } from '../../../assembly/lz4';
import { PAGE_BYTES, pageIsZero } from '../../../assembly/page';
import { drawBelow, prngNext, prngOutput, prngSeed } from '../../../assembly/prng';
import { xbzrleEncode } from '../../../assembly/xbzrle';
export { genBits, genChanges, genList, genOrder, genPages } from './contents';
export { partBlocks, partMove, partZero } from './parts';

/** Room for a block of 4 KiB that does not shrink: what liblz4 asks for. */
const BLOCK_ROOM: u32 = 4096 + 4096 / 255 + 16;

/** Entries of the page list of a scan: a batch that stays in the cache, as the product would use. */
const LIST_ENTRIES: u32 = 16384;

export function hashOf(at: usize, bytes: u32): u64 {
  return xxh64(at, bytes, 0);
}

/** Puts a fresh copy where the measure changes its input. */
export function restore(from: usize, to: usize, bytes: u32): void {
  memory.copy(to, from, bytes);
}

/** All pages of the list, 64 at a time, from all over the memory into one staging buffer. */
export function roundCopy(source: usize, list: usize, pages: u32, staging: usize, reps: u32): u64 {
  for (let rep: u32 = 0; rep < reps; ++rep) {
    for (let done: u32 = 0; done < pages; done += BATCH_PAGES) {
      gatherPages(source, list + ((<usize>done) << 2), BATCH_PAGES, staging);
    }
  }
  return pages;
}

/** Copies, tests and hashes the pages of the list in one pass. */
export function roundFused(source: usize, list: usize, pages: u32, staging: usize, reps: u32): u64 {
  let sum: u64 = 0;
  const hashes = staging + <usize>BATCH_PAGES * PAGE_BYTES;
  for (let rep: u32 = 0; rep < reps; ++rep) {
    sum = 0;
    for (let index: u32 = 0; index < pages; ++index) {
      const from = source + <usize>load<u32>(list + ((<usize>index) << 2)) * PAGE_BYTES;
      const slot = <usize>(index & (BATCH_PAGES - 1));
      if (fusedCopyZeroHash(from, staging + slot * PAGE_BYTES, hashes + (slot << 3))) ++sum;
      sum += load<u64>(hashes + (slot << 3));
    }
  }
  return sum;
}

/** The same in three passes over each batch: copy 64 pages, test them, hash them. */
export function roundThreePasses(source: usize, list: usize, pages: u32, staging: usize, reps: u32): u64 {
  let sum: u64 = 0;
  const hashes = staging + <usize>BATCH_PAGES * PAGE_BYTES;
  for (let rep: u32 = 0; rep < reps; ++rep) {
    sum = 0;
    for (let done: u32 = 0; done < pages; done += BATCH_PAGES) {
      gatherPages(source, list + ((<usize>done) << 2), BATCH_PAGES, staging);
      for (let page = staging; page < hashes; page += PAGE_BYTES) if (pageIsZero(page)) ++sum;
      for (let slot: usize = 0; slot < BATCH_PAGES; ++slot) {
        const hash = pageHash(staging + slot * PAGE_BYTES);
        store<u64>(hashes + (slot << 3), hash);
        sum += hash;
      }
    }
  }
  return sum;
}

/** Empties the bitmap through a list of pages. */
export function roundScan(base: usize, words: u32, list: usize, reps: u32): u64 {
  let sum: u64 = 0;
  for (let rep: u32 = 0; rep < reps; ++rep) {
    sum = 0;
    let from: u32 = 0;
    while (true) {
      const found = bitmapScanClearListFrom(base, from, words, list, LIST_ENTRIES);
      sum += found;
      if (found < LIST_ENTRIES) break;
      const last = load<u32>(list + ((<usize>LIST_ENTRIES - 1) << 2));
      sum += last;
      from = last >> 6;
    }
  }
  return sum;
}

/** Writes to random pages; the generator is part of it on both sides. */
export function roundSetBit(base: usize, pages: u32, writes: u32, reps: u32): u64 {
  let state: u64 = 0;
  for (let rep: u32 = 0; rep < reps; ++rep) {
    state = prngSeed(7, 7);
    for (let write: u32 = 0; write < writes; ++write) {
      state = prngNext(state);
      bitmapMark(base, drawBelow(prngOutput(state), pages));
    }
  }
  return state;
}

export function roundPopcount(base: usize, words: u32, reps: u32): u64 {
  let sum: u64 = 0;
  for (let rep: u32 = 0; rep < reps; ++rep) sum = bitmapPopcount(base, words);
  return sum;
}

export function roundZero(base: usize, pages: u32, reps: u32): u64 {
  let sum: u64 = 0;
  const end = base + <usize>pages * PAGE_BYTES;
  for (let rep: u32 = 0; rep < reps; ++rep) {
    sum = 0;
    for (let page = base; page < end; page += PAGE_BYTES) if (pageIsZero(page)) ++sum;
  }
  return sum;
}

export function roundHash(base: usize, pages: u32, reps: u32): u64 {
  let sum: u64 = 0;
  const end = base + <usize>pages * PAGE_BYTES;
  for (let rep: u32 = 0; rep < reps; ++rep) {
    sum = 0;
    for (let page = base; page < end; page += PAGE_BYTES) sum += pageHash(page);
  }
  return sum;
}

/** Encodes the changes of all pages one behind the other. */
export function roundXbzrle(before: usize, after: usize, pages: u32, out: usize, reps: u32): u64 {
  let next = out;
  const bytes = <usize>pages * PAGE_BYTES;
  for (let rep: u32 = 0; rep < reps; ++rep) {
    next = out;
    for (let at: usize = 0; at < bytes; at += PAGE_BYTES) {
      next += <usize>max(xbzrleEncode(before + at, after + at, next, u32(PAGE_BYTES)), 0);
    }
  }
  return next - out;
}

/** Compresses all pages one behind the other; their lengths go to `lengths`. Sums depend on the compressor: none is returned. */
export function roundCompress(
  source: usize,
  pages: u32,
  out: usize,
  lengths: usize,
  table: usize,
  reps: u32,
): u64 {
  for (let rep: u32 = 0; rep < reps; ++rep) {
    let next = out;
    for (let index: u32 = 0; index < pages; ++index) {
      const from = source + <usize>index * PAGE_BYTES;
      const length = lz4Compress(from, u32(PAGE_BYTES), next, BLOCK_ROOM, table);
      store<u32>(lengths + ((<usize>index) << 2), length);
      next += <usize>length;
    }
  }
  return 0;
}

/** Decompresses the blocks that the compressing round has left. */
export function roundDecompress(blocks: usize, lengths: usize, pages: u32, out: usize, reps: u32): u64 {
  let sum: u64 = 0;
  for (let rep: u32 = 0; rep < reps; ++rep) {
    sum = 0;
    let block = blocks;
    for (let index: u32 = 0; index < pages; ++index) {
      const length = load<u32>(lengths + ((<usize>index) << 2));
      sum += lz4Decompress(block, length, out + <usize>index * PAGE_BYTES, u32(PAGE_BYTES));
      block += length;
    }
  }
  return sum;
}

/** Bytes of all blocks, for the compression ratio. */
export function sumOf(lengths: usize, count: u32): u64 {
  let sum: u64 = 0;
  for (let index: u32 = 0; index < count; ++index) sum += load<u32>(lengths + ((<usize>index) << 2));
  return sum;
}
