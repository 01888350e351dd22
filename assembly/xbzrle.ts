// XBZRLE: what changed in a page since it was last sent, in the wire format of QEMU, and the cache of what was sent.
// A block is a repetition of: length of a run of equal bytes, length of a run of changed bytes, the changed bytes.
// Lengths are ULEB128 of at most two bytes (14 bits); equal bytes at the end of the page are left out.
import { PAGE_BYTES } from './page';

/** Longest length that fits one byte of ULEB128, plus one. */
const ULEB_ONE_BYTE: u32 = 0x80;

/** What encoder and cache say instead of a length or a slot. */
const NONE: i32 = -1;

/** Writes `length` (below 2^14) as ULEB128 at `out` and returns the address behind it. Two bytes must be writable. */
// @ts-ignore: decorator
@inline
function writeLength(out: usize, length: u32): usize {
  const short = length < ULEB_ONE_BYTE;
  store<u16>(out, short ? length : (length & 0x7f) | 0x80 | ((length >> 7) << 8));
  return out + (short ? 1 : 2);
}

/** True when any of the 64 bytes at `a` and `b` differ. */
// @ts-ignore: decorator
@inline
function differs(a: usize, b: usize): bool {
  const first = v128.xor(v128.load(a), v128.load(b));
  const second = v128.xor(v128.load(a, 16), v128.load(b, 16));
  const third = v128.xor(v128.load(a, 32), v128.load(b, 32));
  const fourth = v128.xor(v128.load(a, 48), v128.load(b, 48));
  return v128.any_true(v128.or(v128.or(first, second), v128.or(third, fourth)));
}

/** A bit for each of the 64 bytes at `a` and `b`, set where they differ. */
// @ts-ignore: decorator
@inline
function changedBits(a: usize, b: usize): u64 {
  const zero = i8x16.splat(0);
  const first = v128.xor(v128.load(a), v128.load(b));
  const second = v128.xor(v128.load(a, 16), v128.load(b, 16));
  const third = v128.xor(v128.load(a, 32), v128.load(b, 32));
  const fourth = v128.xor(v128.load(a, 48), v128.load(b, 48));
  const low = i8x16.bitmask(i8x16.eq(first, zero)) | (i8x16.bitmask(i8x16.eq(second, zero)) << 16);
  const high = i8x16.bitmask(i8x16.eq(third, zero)) | (i8x16.bitmask(i8x16.eq(fourth, zero)) << 16);
  return ~((<u64>u32(low)) | ((<u64>u32(high)) << 32));
}

/** `writeRun` where the page or the room ends soon: not one byte more than needed is read or written. */
function writeRunExactly(out: usize, outEnd: usize, equal: u32, from: usize, length: u32): usize {
  const bytes = <usize>length;
  const header: usize = (equal < ULEB_ONE_BYTE ? 1 : 2) + (length < ULEB_ONE_BYTE ? 1 : 2);
  if (outEnd - out < header + bytes) return 0;
  out = writeLength(out, equal);
  out = writeLength(out, length);
  memory.copy(out, from, bytes);
  return out + bytes;
}

/**
 * Appends one pair of runs: `equal` bytes that stayed, then the `length` changed bytes at `from`. Returns the address
 * behind it, or 0 when it does not fit before `outEnd`. Sixteen bytes go at once where neither the page that ends
 * at `fromEnd` nor the output is left, because most runs are short and a call of memory.copy costs more than the copy.
 * Twenty is a copy beyond the run and two lengths of two bytes.
 */
// @ts-ignore: decorator
@inline
function writeRun(out: usize, outEnd: usize, equal: u32, from: usize, length: u32, fromEnd: usize): usize {
  const bytes = <usize>length;
  if (outEnd - out < bytes + 20 || fromEnd - from < bytes + 16) {
    return writeRunExactly(out, outEnd, equal, from, length);
  }
  out = writeLength(out, equal);
  out = writeLength(out, length);
  v128.store(out, v128.load(from));
  for (let at: usize = 16; at < bytes; at += 16) v128.store(out + at, v128.load(from + at));
  return out + bytes;
}

/**
 * Encodes the page at `newPage` against the one at `oldPage` into `out`, at most `outMax` bytes. Returns 0 when the
 * pages are the same, -1 when the encoding does not fit (send the page whole), else its length. Nothing is written
 * at or behind `out + outMax`. The output is the one that a byte-by-byte scan gives: no run of equal bytes is merged.
 * Runs come from a mask of 64 bytes: adding its lowest bit carries through a run of ones and marks its end.
 */
export function xbzrleEncode(oldPage: usize, newPage: usize, out: usize, outMax: u32): i32 {
  assert(outMax <= 0x3fff && oldPage >= __heap_base && newPage >= __heap_base);
  const outEnd = out + <usize>outMax;
  const end = newPage + PAGE_BYTES;
  let next = out;
  let equalFrom = newPage;
  let changedFrom: usize = 0;
  for (let at = newPage, before = oldPage; at < end; at += 64, before += 64) {
    let changed = changedBits(at, before);
    if (changed == 0 && changedFrom == 0) {
      // An equal block is mostly followed by others, which one test passes faster than a mask.
      do {
        at += 64;
        before += 64;
        if (at >= end) return i32(next - out);
      } while (!differs(at, before));
      changed = changedBits(at, before);
    }
    if (changedFrom != 0) {
      if (changed == u64.MAX_VALUE) continue;
      const runEnd = at + <usize>ctz<u64>(~changed);
      next = writeRun(
        next,
        outEnd,
        u32(changedFrom - equalFrom),
        changedFrom,
        u32(runEnd - changedFrom),
        end,
      );
      if (next == 0) return NONE;
      equalFrom = runEnd;
      changedFrom = 0;
      changed &= changed + 1;
    }
    while (changed != 0) {
      const first = ctz<u64>(changed);
      const carried = changed + (changed & (0 - changed));
      const runStart = at + <usize>first;
      if (carried == 0) {
        changedFrom = runStart;
        break;
      }
      const runEnd = at + <usize>ctz<u64>(carried);
      next = writeRun(next, outEnd, u32(runStart - equalFrom), runStart, u32(runEnd - runStart), end);
      if (next == 0) return NONE;
      equalFrom = runEnd;
      changed &= carried;
    }
  }
  if (changedFrom != 0) {
    next = writeRun(next, outEnd, u32(changedFrom - equalFrom), changedFrom, u32(end - changedFrom), end);
    if (next == 0) return NONE;
  }
  return i32(next - out);
}

/**
 * Copies 1 to 16 bytes exactly. The bytes behind a run are old content that stays, so no byte more may be written;
 * two moves that overlap cover every length of a class without a loop.
 */
// @ts-ignore: decorator
@inline
function copyShort(to: usize, from: usize, length: usize): void {
  if (length >= 8) {
    const last = load<u64>(from + length - 8);
    store<u64>(to, load<u64>(from));
    store<u64>(to + length - 8, last);
  } else if (length >= 4) {
    const last = load<u32>(from + length - 4);
    store<u32>(to, load<u32>(from));
    store<u32>(to + length - 4, last);
  } else {
    store<u8>(to, load<u8>(from));
    if (length > 1) store<u16>(to + length - 2, load<u16>(from + length - 2));
  }
}

/**
 * Applies an encoded block of `sourceLength` bytes to the page at `target`, which must hold the old content, and
 * returns how many of its bytes the block spans, or -1 when the block is malformed: less than two bytes for a length,
 * a length of more than two bytes, an empty run (only the first run of equal bytes may be empty), or a run that leaves
 * the source or the target. A refused block may have changed the page, but nothing outside
 * `target` .. `target + targetLength` is written and nothing outside the source is read: the bytes are hostile.
 */
export function xbzrleDecode(source: usize, sourceLength: u32, target: usize, targetLength: u32): i32 {
  const sourceEnd = source + <usize>sourceLength;
  const targetEnd = target + <usize>targetLength;
  assert(sourceEnd >= source && targetEnd >= target);
  let at = source;
  let to = target;
  while (at < sourceEnd) {
    if (sourceEnd - at < 2) return NONE;
    const isFirst = at == source;
    let length = <usize>load<u8>(at++);
    if (length >= ULEB_ONE_BYTE) {
      const high = <usize>load<u8>(at++);
      if (high >= ULEB_ONE_BYTE) return NONE;
      length = (length & 0x7f) | (high << 7);
    }
    if ((length == 0 && !isFirst) || length > targetEnd - to || sourceEnd - at < 2) return NONE;
    to += length;
    length = <usize>load<u8>(at++);
    if (length >= ULEB_ONE_BYTE) {
      const high = <usize>load<u8>(at++);
      if (high >= ULEB_ONE_BYTE) return NONE;
      length = (length & 0x7f) | (high << 7);
    }
    if (length == 0 || length > targetEnd - to || length > sourceEnd - at) return NONE;
    if (length <= 16) copyShort(to, at, length);
    else memory.copy(to, at, length);
    to += length;
    at += length;
  }
  return i32(to - target);
}

// The cache: a direct-mapped table of the pages that were sent, keyed by page index. Layout from its 16-byte aligned base:
// u32 slots, u32 withData, 8 bytes unused; then per slot u32 page, u32 age; then, with data, 4096 bytes per slot.
// Page-exact VMs have no bytes, so their cache has keys only: it says whether a page would have been found.

/** Bytes before the keys. */
const CACHE_HEADER_BYTES: usize = 16;

/** The key of an empty slot. No memory has that many pages. */
const EMPTY: u32 = u32.MAX_VALUE;

/** An entry gives way to another page only when it was not used for this many rounds. */
const LIFETIME_ROUNDS: u32 = 2;

/** Address of the page and age of `slot`. */
// @ts-ignore: decorator
@inline
function keyOf(cache: usize, slot: u32): usize {
  return cache + CACHE_HEADER_BYTES + ((<usize>slot) << 3);
}

/** The only slot in which `page` may stand. */
// @ts-ignore: decorator
@inline
function slotOf(cache: usize, page: u32): u32 {
  return page & (load<u32>(cache) - 1);
}

/** Bytes that a cache of `slots` slots occupies, with page data (`withData` 1) or keys only (0). */
export function cacheBytes(slots: u32, withData: u32): u64 {
  const keys = <u64>CACHE_HEADER_BYTES + ((<u64>slots) << 3);
  return withData != 0 ? ((keys + 15) & ~15) + <u64>slots * PAGE_BYTES : keys;
}

/** Makes an empty cache of `slots` slots, a power of two, at `cache`. The memory may hold anything before. */
export function cacheInit(cache: usize, slots: u32, withData: u32): void {
  assert((cache & 15) == 0 && popcnt<u32>(slots) == 1);
  store<u32>(cache, slots);
  store<u32>(cache, withData, 4);
  memory.fill(cache + CACHE_HEADER_BYTES, 0xff, (<usize>slots) << 3);
}

/** The slot that holds `page`, whose age becomes `round` (the dirty-sync counter), or -1 when the page is not there. */
export function cacheLookup(cache: usize, page: u32, round: u32): i32 {
  assert(page != EMPTY);
  const slot = slotOf(cache, page);
  const key = keyOf(cache, slot);
  if (load<u32>(key) != page) return NONE;
  store<u32>(key, round, 4);
  return i32(slot);
}

/**
 * Puts `page` into its slot with age `round` and returns the slot. A slot with another page gives way only when
 * age + 2 <= round; otherwise the result is -1 and the page goes out plain. With data, the 4096 bytes at `data` are
 * what was sent and are copied; a cache of keys only does not look at `data`.
 */
export function cacheInsert(cache: usize, page: u32, round: u32, data: usize): i32 {
  assert(page != EMPTY);
  const slot = slotOf(cache, page);
  const key = keyOf(cache, slot);
  const held = load<u32>(key);
  if (held != EMPTY && held != page && <u64>load<u32>(key, 4) + LIFETIME_ROUNDS > round) return NONE;
  store<u32>(key, page);
  store<u32>(key, round, 4);
  if (load<u32>(cache, 4) != 0) memory.copy(cacheData(cache, i32(slot)), data, PAGE_BYTES);
  return i32(slot);
}

/** Address of the 4096 bytes that were last sent for the page in `slot`. Only for a cache with data. */
export function cacheData(cache: usize, slot: i32): usize {
  const slots = load<u32>(cache);
  assert(load<u32>(cache, 4) != 0 && slot >= 0 && u32(slot) < slots);
  return cache + <usize>((CACHE_HEADER_BYTES + ((<usize>slots) << 3) + 15) & ~15) + <usize>slot * PAGE_BYTES;
}
