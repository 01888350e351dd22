// Dirty bitmaps: one bit a page, in contiguous 64-bit little-endian words; bit p % 64 of word p / 64 belongs to page p.
// A bitmap of n pages occupies ceil(n / 64) words at an 8-byte aligned base, and the bits past page n - 1 stay zero.
// Page indices leave these kernels as u32, so a bitmap has at most 2^32 pages (16 TiB of guest memory).

/** Words looked at in one step of a scan: 64 bytes, the least that pays for one branch. */
const WORDS_PER_BLOCK: u32 = 8;

/** Bytes that a list scan reads word by word before it may skip again: empty blocks are rarely lone ones. */
const GROUP_BYTES: usize = 256;

/** 64 TiB of guest memory, more than any VM has. */
const MAX_PAGES: u64 = 1 << 34;

/** More pages than this would not fit the u32 page lists. */
const MAX_LISTED_PAGES: u64 = 1 << 32;

/** Address of the word that holds the bit of `page`. */
// @ts-ignore: decorator
@inline
function wordOf(base: usize, page: u64): usize {
  return base + (usize(page >> 6) << 3);
}

/** True when any bit of the eight words at `at` is set. */
// @ts-ignore: decorator
@inline
function blockHasBits(at: usize): bool {
  const low = v128.or(v128.load(at), v128.load(at, 16));
  const high = v128.or(v128.load(at, 32), v128.load(at, 48));
  return v128.any_true(v128.or(low, high));
}

/** Marks `page` as written. */
export function bitmapMark(base: usize, page: u64): void {
  assert((base & 7) == 0 && page < MAX_PAGES);
  const word = wordOf(base, page);
  store<u64>(word, load<u64>(word) | ((1 as u64) << (page & 63)));
}

/** Clears the bit of `page` and returns what it was: 1 for written, 0 for clean. */
export function bitmapTestAndClear(base: usize, page: u64): i32 {
  assert((base & 7) == 0 && page < MAX_PAGES);
  const word = wordOf(base, page);
  const bits = load<u64>(word);
  const bit = (1 as u64) << (page & 63);
  store<u64>(word, bits & ~bit);
  return i32((bits & bit) != 0);
}

/** Sets exactly the bits of pages 0 to `pageCount` - 1; the rest of the last word becomes zero, other words stay. */
export function bitmapFill(base: usize, pageCount: u64): void {
  assert((base & 7) == 0 && pageCount <= MAX_PAGES);
  const tail = wordOf(base, pageCount);
  memory.fill(base, 0xff, tail - base);
  const rest = pageCount & 63;
  if (rest != 0) store<u64>(tail, ((1 as u64) << rest) - 1);
}

/** Clears `words` words. */
export function bitmapClear(base: usize, words: u32): void {
  assert((base & 7) == 0);
  memory.fill(base, 0, (<usize>words) << 3);
}

/** Number of set bits in `words` words. Four sums, because one sum would make every addition wait for the last. */
export function bitmapPopcount(base: usize, words: u32): u64 {
  assert((base & 7) == 0);
  let at = base;
  const end = base + ((<usize>words) << 3);
  const endOfFours = base + ((<usize>(words & ~3)) << 3);
  let a: u64 = 0;
  let b: u64 = 0;
  let c: u64 = 0;
  let d: u64 = 0;
  for (; at < endOfFours; at += 32) {
    a += popcnt<u64>(load<u64>(at));
    b += popcnt<u64>(load<u64>(at, 8));
    c += popcnt<u64>(load<u64>(at, 16));
    d += popcnt<u64>(load<u64>(at, 24));
  }
  for (; at < end; at += 8) a += popcnt<u64>(load<u64>(at));
  return a + b + c + d;
}

/** Index of the first word at or after `fromWord` that is not zero, or `words` when there is none. */
export function bitmapNextWord(base: usize, fromWord: u32, words: u32): u32 {
  assert((base & 7) == 0 && fromWord <= words);
  let word = fromWord;
  while (words - word >= WORDS_PER_BLOCK && !blockHasBits(base + ((<usize>word) << 3))) {
    word += WORDS_PER_BLOCK;
  }
  while (word < words && load<u64>(base + ((<usize>word) << 3)) == 0) ++word;
  return word;
}

/**
 * Moves the set bits of `words` words into a list: writes the page indices in rising order to `out` (u32 each, at
 * most `maxOut`), clears their bits and returns how many there are. A full list stops the scan: bits that are not in
 * the list stay set, so the next call finds them. A result below `maxOut` means that the bitmap is now empty.
 */
export function bitmapScanClearList(base: usize, words: u32, out: usize, maxOut: u32): u32 {
  return bitmapScanClearListFrom(base, 0, words, out, maxOut);
}

/**
 * The same from word `fromWord` on, so that a sweep in batches need not look again at what it has emptied: after a
 * full list, go on at word `lastPage / 64`. Page indices count from `base`, whatever `fromWord` is.
 */
export function bitmapScanClearListFrom(
  base: usize,
  fromWord: u32,
  words: u32,
  out: usize,
  maxOut: u32,
): u32 {
  assert((base & 7) == 0 && (out & 3) == 0 && fromWord <= words && words <= u32(MAX_LISTED_PAGES >> 6));
  const end = base + ((<usize>words) << 3);
  const outEnd = out + ((<usize>maxOut) << 2);
  let at = base + ((<usize>fromWord) << 3);
  let next = out;
  let before = out;
  while (at < end) {
    if (next == before) while (end - at >= 64 && !blockHasBits(at)) at += 64;
    before = next;
    for (const groupEnd = min(at + GROUP_BYTES, end); at < groupEnd; at += 8) {
      let bits = load<u64>(at);
      if (bits == 0) continue;
      const first = u32(at - base) << 3;
      if (outEnd - next >= 256) {
        store<u64>(at, 0);
        do {
          store<u32>(next, first + u32(ctz<u64>(bits)));
          next += 4;
          bits &= bits - 1;
        } while (bits != 0);
        continue;
      }
      for (; bits != 0 && next < outEnd; bits &= bits - 1, next += 4) {
        store<u32>(next, first + u32(ctz<u64>(bits)));
      }
      store<u64>(at, bits);
      if (next == outEnd) return maxOut;
    }
  }
  return u32(next - out) >> 2;
}

/**
 * Moves the set bits of `words` words into runs: writes pairs (first page, number of pages), u32 each, to `out`, at
 * most `maxRuns` pairs, clears the bits and returns the number of pairs. Every run is as long as it can be, also
 * across words. A full list stops the scan before the run that has no room; its bits and all later ones stay set.
 */
export function bitmapScanClearRuns(base: usize, words: u32, out: usize, maxRuns: u32): u32 {
  return bitmapScanClearRunsFrom(base, 0, words, out, maxRuns);
}

/** Writes one run of the pages `first` to `end` - 1 as the pair number `index` of `out`. */
// @ts-ignore: decorator
@inline
function storeRun(out: usize, index: u32, first: u64, end: u64): void {
  store<u64>(out + ((<usize>index) << 3), first | ((end - first) << 32));
}

/**
 * The same from word `fromWord` on; after a full list, go on at word (first + pages) / 64 of the last run.
 * Adding its lowest bit to a word carries through the lowest run of ones: what the carry sets is where the run ends,
 * and a sum of zero says that the run reaches the end of the word and may go on in the next one.
 */
export function bitmapScanClearRunsFrom(
  base: usize,
  fromWord: u32,
  words: u32,
  out: usize,
  maxRuns: u32,
): u32 {
  assert((base & 7) == 0 && (out & 3) == 0 && fromWord <= words && words <= u32(MAX_LISTED_PAGES >> 6) - 1);
  let runs: u32 = 0;
  let open = false;
  let runStart: u64 = 0;
  for (let word = fromWord; word < words; ++word) {
    const at = base + ((<usize>word) << 3);
    if (!open && words - word >= WORDS_PER_BLOCK && !blockHasBits(at)) {
      word += WORDS_PER_BLOCK - 1;
      continue;
    }
    let bits = load<u64>(at);
    const firstPage = (<u64>word) << 6;
    if (open && bits != u64.MAX_VALUE) {
      storeRun(out, runs++, runStart, firstPage + ctz<u64>(~bits));
      bits &= bits + 1;
      open = false;
    }
    while (bits != 0 && !open) {
      if (runs == maxRuns) {
        store<u64>(at, bits);
        return runs;
      }
      const low = ctz<u64>(bits);
      const carried = bits + ((1 as u64) << low);
      open = carried == 0;
      runStart = firstPage + low;
      if (!open) storeRun(out, runs++, runStart, firstPage + ctz<u64>(carried));
      bits &= carried;
    }
    store<u64>(at, 0);
  }
  if (open) storeRun(out, runs++, runStart, (<u64>words) << 6);
  return runs;
}

/** Number of set bits of the pages `from` to `to` - 1. Ends inside a word are masked, so any range is right. */
function countRange(base: usize, from: u64, to: u64): u64 {
  if (from >= to) return 0;
  const firstWord = wordOf(base, from);
  const lastWord = wordOf(base, to);
  const head = u64.MAX_VALUE << (from & 63);
  const tail = ((1 as u64) << (to & 63)) - 1;
  if (firstWord == lastWord) return popcnt<u64>(load<u64>(firstWord) & head & tail);
  let count = popcnt<u64>(load<u64>(firstWord) & head);
  if (tail != 0) count += popcnt<u64>(load<u64>(lastWord) & tail);
  return count + bitmapPopcount(firstWord + 8, u32((lastWord - firstWord - 8) >> 3));
}

/**
 * Set bits per bucket, for a heat map: bucket b of `buckets` covers the pages floor(b * pageCount / buckets) to
 * floor((b + 1) * pageCount / buckets) - 1 and its count goes to `out` as u32 number b. Every page is in one bucket;
 * with more buckets than pages some are empty. Products stay below 2^64 because both factors are at most 2^32.
 */
export function bitmapBuckets(base: usize, pageCount: u64, buckets: u32, out: usize): void {
  assert((base & 7) == 0 && (out & 3) == 0 && pageCount < MAX_PAGES && buckets > 0);
  let from: u64 = 0;
  for (let bucket: u32 = 0; bucket < buckets; ++bucket) {
    const to = ((<u64>bucket + 1) * pageCount) / buckets;
    store<u32>(out + ((<usize>bucket) << 2), u32(countRange(base, from, to)));
    from = to;
  }
}
