// eslint-disable-next-line @typescript-eslint/ban-ts-comment
// @ts-nocheck This file is AssemblyScript; only its compiler knows its types.
// What a migration does with every page, one part at a time, over the memories of a VM of the product.
import { ARRIVAL, LZ4_TABLE, WIRE } from '../../../assembly/layout';
import { lz4Compress, lz4Decompress } from '../../../assembly/lz4';
import { PAGE_BYTES, pageIsZero } from '../../../assembly/page';

const GROUP_BYTES: usize = 64 * PAGE_BYTES;

/** Reads all pages and says how many are zero. */
export function partZero(source: usize, pages: u32): u32 {
  let zeros: u32 = 0;
  const end = source + <usize>pages * PAGE_BYTES;
  for (let page = source; page < end; page += PAGE_BYTES) if (pageIsZero(page)) ++zeros;
  return zeros;
}

/** The zero test, and for other pages the way through the wire buffer into the target, group by group. */
export function partMove(source: usize, target: usize, pages: u32): void {
  const bytes = <usize>pages * PAGE_BYTES;
  for (let group: usize = 0; group < bytes; group += GROUP_BYTES) {
    const end = min(group + GROUP_BYTES, bytes);
    let wire = WIRE;
    let moved: u64 = 0;
    for (let at = group; at < end; at += PAGE_BYTES) {
      moved <<= 1;
      if (pageIsZero(source + at)) continue;
      memory.copy(wire, source + at, PAGE_BYTES);
      wire += PAGE_BYTES;
      moved |= 1;
    }
    for (let at = end; at > group; moved >>= 1) {
      at -= PAGE_BYTES;
      if ((moved & 1) == 0) continue;
      wire -= PAGE_BYTES;
      memory.copy(target + at, wire, PAGE_BYTES);
    }
  }
}

/** The zero test, and the block of every other page; with a target, the block is also read and put where it belongs. */
export function partBlocks(source: usize, target: usize, pages: u32): void {
  const bytes = <usize>pages * PAGE_BYTES;
  for (let at: usize = 0; at < bytes; at += PAGE_BYTES) {
    if (pageIsZero(source + at)) continue;
    const length = lz4Compress(source + at, u32(PAGE_BYTES), WIRE, 8192, LZ4_TABLE);
    if (target == 0) continue;
    lz4Decompress(WIRE, length, ARRIVAL, u32(PAGE_BYTES));
    memory.copy(target + at, ARRIVAL, PAGE_BYTES);
  }
}
