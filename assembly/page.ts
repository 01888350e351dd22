// One page of guest memory and the two questions asked of it most often: is it all zeros, and is it the same as another.

/** Bytes in a page of guest memory. Every pointer to a page names 4096 readable bytes; no alignment is needed. */
export const PAGE_BYTES: usize = 4096;

/** First byte of linear memory that no static data occupies. Tests and the memory map place their regions above it. */
export function heapBase(): usize {
  return __heap_base;
}

/**
 * True when all 4096 bytes at `page` are zero. The step is 128 bytes because eight loads in flight hide the latency
 * of one branch, and a page that is not zero nearly always shows it in the first step.
 */
export function pageIsZero(page: usize): bool {
  assert(page >= __heap_base);
  const end = page + PAGE_BYTES;
  for (let at = page; at < end; at += 128) {
    const a = v128.or(v128.load(at), v128.load(at, 16));
    const b = v128.or(v128.load(at, 32), v128.load(at, 48));
    const c = v128.or(v128.load(at, 64), v128.load(at, 80));
    const d = v128.or(v128.load(at, 96), v128.load(at, 112));
    if (v128.any_true(v128.or(v128.or(a, b), v128.or(c, d)))) return false;
  }
  return true;
}

/** The bits in which the 16 bytes at `a + offset` and at `b + offset` differ. */
// @ts-ignore: decorator
@inline
function difference(a: usize, b: usize, offset: usize): v128 {
  return v128.xor(v128.load(a + offset), v128.load(b + offset));
}

/** True when the 4096 bytes at `a` and at `b` are the same. The pages may overlap or be one page. */
export function pageEquals(a: usize, b: usize): bool {
  assert(a >= __heap_base && b >= __heap_base);
  for (let at: usize = 0; at < PAGE_BYTES; at += 64) {
    const low = v128.or(difference(a, b, at), difference(a, b, at + 16));
    const high = v128.or(difference(a, b, at + 32), difference(a, b, at + 48));
    if (v128.any_true(v128.or(low, high))) return false;
  }
  return true;
}
