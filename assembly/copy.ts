// Moving whole pages: guest memory to a staging buffer and back. `memory.copy` is as fast as the native one and faster
// than any loop of loads and stores; 64 pages (256 KiB) is the batch, because it stays in the second-level cache.
import { pageHash } from './hash';
import { PAGE_BYTES, pageIsZero } from './page';

/** Pages in one batch; staging buffers are this many pages long. */
export const BATCH_PAGES: u32 = 64;

/** `pageHash` of a page of zeros. */
const ZERO_PAGE_HASH: u64 = 0xac869b6f32d8bbdb;

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

/** Looks at each of the 64 cache lines of a page, all at once in flight, and returns the bits seen there. */
// @ts-ignore: decorator
@inline
function touchPage(page: usize): u64 {
  let seen: u64 = 0;
  for (let at = page, end = page + PAGE_BYTES; at < end; at += 256) {
    seen |= load<u64>(at) | load<u64>(at, 64) | load<u64>(at, 128) | load<u64>(at, 192);
  }
  return seen;
}

/**
 * Copies the page at `source` to `target`, writes its page hash (u64) to `hashOut` and returns true when it is all
 * zeros. One kernel instead of three reads the page from memory once, and a page of zeros, whose hash is known, is not hashed.
 * The lines are fetched before anything is computed: multiplications between the loads would leave the memory waiting.
 * The pages must not overlap.
 */
export function fusedCopyZeroHash(source: usize, target: usize, hashOut: usize): bool {
  assert((hashOut & 7) == 0 && (source + PAGE_BYTES <= target || target + PAGE_BYTES <= source));
  if (touchPage(source) == 0 && pageIsZero(source)) {
    memory.fill(target, 0, PAGE_BYTES);
    store<u64>(hashOut, ZERO_PAGE_HASH);
    return true;
  }
  memory.copy(target, source, PAGE_BYTES);
  store<u64>(hashOut, pageHash(target));
  return false;
}
