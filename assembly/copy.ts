// Moving whole pages: guest memory to a staging buffer and back. `memory.copy` is as fast as the native one and faster
// than any loop of loads and stores; 64 pages (256 KiB) is the batch, because it stays in the second-level cache.
import { LANE_1, LANE_2, LANE_3, LANE_4, avalanche, laneRound, mergeLanes } from './hash';
import { PAGE_BYTES } from './page';

/** Pages in one batch; staging buffers are this many pages long. */
export const BATCH_PAGES: u32 = 64;

/** Copies one page of 4096 bytes. */
export function copyPage(from: usize, to: usize): void {
  assert(from >= __heap_base && to >= __heap_base);
  memory.copy(to, from, PAGE_BYTES);
}

/** Collects the `count` pages whose u32 indices stand at `list` from the memory at `memoryBase` into `staging`, in list order. */
export function gatherPages(memoryBase: usize, list: usize, count: u32, staging: usize): void {
  assert(count <= BATCH_PAGES && (list & 3) == 0);
  const end = list + ((<usize>count) << 2);
  for (let at = list, to = staging; at < end; at += 4, to += PAGE_BYTES) {
    memory.copy(to, memoryBase + <usize>load<u32>(at) * PAGE_BYTES, PAGE_BYTES);
  }
}

/** The way back: puts the `count` pages of `staging` where the u32 page indices at `list` say, in list order. */
export function scatterPages(staging: usize, list: usize, count: u32, memoryBase: usize): void {
  assert(count <= BATCH_PAGES && (list & 3) == 0);
  const end = list + ((<usize>count) << 2);
  for (let at = list, from = staging; at < end; at += 4, from += PAGE_BYTES) {
    memory.copy(memoryBase + <usize>load<u32>(at) * PAGE_BYTES, from, PAGE_BYTES);
  }
}

/**
 * Copies the page at `source` to `target`, writes its page hash (u64) to `hashOut` and returns true when it is all
 * zeros. One pass instead of three reads the page from memory once. The pages must not overlap.
 */
export function fusedCopyZeroHash(source: usize, target: usize, hashOut: usize): bool {
  assert((hashOut & 7) == 0 && (source + PAGE_BYTES <= target || target + PAGE_BYTES <= source));
  let a = LANE_1;
  let b = LANE_2;
  let c = LANE_3;
  let d = LANE_4;
  let seen = i64x2.splat(0);
  for (let at: usize = 0; at < PAGE_BYTES; at += 32) {
    const from = source + at;
    const low = v128.load(from);
    const high = v128.load(from, 16);
    v128.store(target + at, low);
    v128.store(target + at, high, 16);
    seen = v128.or(seen, v128.or(low, high));
    a = laneRound(a, load<u64>(from));
    b = laneRound(b, load<u64>(from, 8));
    c = laneRound(c, load<u64>(from, 16));
    d = laneRound(d, load<u64>(from, 24));
  }
  store<u64>(hashOut, avalanche(mergeLanes(a, b, c, d) + <u64>PAGE_BYTES));
  return !v128.any_true(seen);
}
