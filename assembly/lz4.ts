// LZ4 blocks (public block format): what a page shrinks to when it is sent compressed, and back.
// Slack contract of both directions: 32 bytes behind the input are readable and 64 bytes behind the output capacity are
// writable. Their content is not looked at and not kept. It lets copies go 16 or 32 bytes at a time right up to the end.

/** Shortest match that the format can express. */
const MIN_MATCH: usize = 4;

/** The last bytes of a block are always literals. */
const LAST_LITERALS: usize = 5;

/** The last match starts at least this far before the end. */
const MATCH_FIND_LIMIT: usize = 12;

/** Largest value of a token's half; it says that more length bytes follow. */
const NIBBLE: usize = 15;

/** Entries of the hash table are u16 offsets, so inputs end at 64 KiB. */
const MAX_INPUT_BYTES: u32 = 1 << 16;

/** Largest block that is decoded. Below it a length, at most 255 a byte, cannot leave 32 bits. */
const MAX_BLOCK_BYTES: u32 = 1 << 24;

/** log2 of the number of table entries. A table is 16 KiB, which is cleared for every block; half of it loses 0.2 % of the ratio. */
const TABLE_LOG: u32 = 13;

/** Bytes of the table that `lz4Compress` needs. */
export const LZ4_TABLE_BYTES: usize = 2 << TABLE_LOG;

/** After 2^this misses in a row the search takes longer steps, so that data without matches costs little. */
const SKIP_LOG: u32 = 6;

/** Row o holds i mod o for i in 0..15: the bytes of a match at distance o < 16, as a shuffle of the first o bytes. */
// prettier-ignore
const PATTERN: usize = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1,
  0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0,
  0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3,
  0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0,
  0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5, 0, 1, 2, 3,
  0, 1, 2, 3, 4, 5, 6, 0, 1, 2, 3, 4, 5, 6, 0, 1,
  0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 2, 3, 4, 5, 6,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0, 1, 2, 3, 4,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0, 1, 2, 3,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0, 1, 2,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 0, 1,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 0,
], 16);

/** How far one shuffled store advances at distance o: the largest multiple of o that is at most 16. */
const PATTERN_STEP: usize = memory.data<u8>([16, 16, 16, 15, 16, 15, 12, 14, 16, 9, 10, 11, 12, 13, 14, 15]);

/** Table slot address of the four bytes at `at`. */
// @ts-ignore: decorator
@inline
function slotOf(table: usize, at: usize): usize {
  return table + ((<usize>((load<u32>(at) * 2654435761) >> (32 - TABLE_LOG))) << 1);
}

/**
 * Copies `length` bytes, 32 at a time, and up to 32 more. The source is at least 16 bytes before the target, or disjoint.
 * The first 32 are not in the loop, because most copies end there and a loop costs a check of its own.
 */
// @ts-ignore: decorator
@inline
function copyWild(to: usize, from: usize, length: usize): void {
  v128.store(to, v128.load(from));
  v128.store(to, v128.load(from, 16), 16);
  if (length <= 32) return;
  const end = to + length;
  do {
    to += 32;
    from += 32;
    v128.store(to, v128.load(from));
    v128.store(to, v128.load(from, 16), 16);
  } while (to + 32 < end);
}

/** Writes what of a length exceeds 15, as bytes of 255 and a last smaller one, and returns the address behind it. */
// @ts-ignore: decorator
@inline
function writeLength(out: usize, rest: usize): usize {
  for (; rest >= 255; rest -= 255) store<u8>(out++, 255);
  store<u8>(out, rest);
  return out + 1;
}

/** How many bytes at `a` and `b` are equal, looking no further than `limit` for `a`. Reads up to 15 bytes beyond. */
// @ts-ignore: decorator
@inline
function countEqual(a: usize, b: usize, limit: usize): usize {
  const start = a;
  const first = load<u64>(a) ^ load<u64>(b);
  if (first != 0) return min(<usize>(ctz<u64>(first) >> 3), limit - start);
  a += 8;
  b += 8;
  while (a < limit) {
    const differ = ~i8x16.bitmask(i8x16.eq(v128.load(a), v128.load(b))) & 0xffff;
    if (differ != 0) return min(a + <usize>ctz<i32>(differ), limit) - start;
    a += 16;
    b += 16;
  }
  return limit - start;
}

/** Writes the last sequence, which is literals alone, and returns the length of the block, or 0 without room. */
function lastBlock(target: usize, out: usize, outEnd: usize, from: usize, end: usize): i32 {
  const length = end - from;
  const extra: usize = length >= NIBBLE ? (length - NIBBLE) / 255 + 1 : 0;
  if (outEnd - out < 1 + extra + length) return 0;
  store<u8>(out++, min(length, NIBBLE) << 4);
  if (length >= NIBBLE) out = writeLength(out, length - NIBBLE);
  memory.copy(out, from, length);
  return i32(out + length - target);
}

/**
 * Writes one sequence: token, `literals` bytes from `from`, the distance and the length of the match. Returns the address
 * behind it, or 0 without room. The estimate of the room is at most three bytes too high, which refuses nothing
 * that would fit, because the last sequence, six bytes at least, has yet to follow.
 */
// @ts-ignore: decorator
@inline
function writeSequence(
  out: usize,
  outEnd: usize,
  from: usize,
  literals: usize,
  distance: usize,
  match: usize,
): usize {
  // The shift overestimates; the division, which is slower, is made only where the room is nearly used up.
  if (outEnd - out < literals + ((literals + match) >> 7) + 5) {
    if (outEnd - out < literals + (literals + match) / 255 + 5) return 0;
  }
  const rest = match - MIN_MATCH;
  let token = literals << 4;
  let next = out + 1;
  if (literals < NIBBLE) {
    v128.store(next, v128.load(from));
  } else {
    token = NIBBLE << 4;
    next = writeLength(next, literals - NIBBLE);
    copyWild(next, from, literals);
  }
  next += literals;
  store<u16>(next, distance);
  if (rest < NIBBLE) {
    store<u8>(out, token | rest);
    return next + 2;
  }
  store<u8>(out, token | NIBBLE);
  return writeLength(next + 2, rest - NIBBLE);
}

/**
 * Compresses `sourceLength` bytes (at most 65536) at `source` into `target` and returns the length of the block, or 0
 * when it does not fit into `targetCapacity` bytes. `table` is 16 KiB of scratch, 2-byte aligned. Slack contract above.
 * The search is greedy: hash four bytes, look at the one position remembered for that hash, remember this one. A
 * cleared table says position 0 everywhere, which is a candidate like any other, so nothing marks an empty entry.
 */
export function lz4Compress(
  source: usize,
  sourceLength: u32,
  target: usize,
  targetCapacity: u32,
  table: usize,
): i32 {
  assert(sourceLength <= MAX_INPUT_BYTES && (table & 1) == 0);
  if (sourceLength > MAX_INPUT_BYTES) return 0;
  const end = source + <usize>sourceLength;
  const outEnd = target + <usize>targetCapacity;
  const matchLimit = end - LAST_LITERALS;
  const lastStart = end - MATCH_FIND_LIMIT;
  memory.fill(table, 0, LZ4_TABLE_BYTES);
  let anchor = source;
  let out = target;
  let next = source + 1;
  while (next <= lastStart) {
    let at = next;
    let match = source;
    let slot: usize = 0;
    let tries: usize = 1 << SKIP_LOG;
    while (true) {
      slot = slotOf(table, at);
      match = source + <usize>load<u16>(slot);
      store<u16>(slot, at - source);
      if (load<u32>(match) == load<u32>(at)) break;
      at += tries++ >> SKIP_LOG;
      if (at > lastStart) break;
    }
    if (at > lastStart) break;
    while (at > anchor && match > source && load<u8>(at - 1) == load<u8>(match - 1)) {
      --at;
      --match;
    }
    // A match is often followed by another at once, so that position is tried before the search goes on.
    do {
      const length = MIN_MATCH + countEqual(at + MIN_MATCH, match + MIN_MATCH, matchLimit);
      out = writeSequence(out, outEnd, anchor, at - anchor, at - match, length);
      if (out == 0) return 0;
      at += length;
      anchor = at;
      if (at > lastStart) break;
      store<u16>(slotOf(table, at - 2), at - 2 - source);
      slot = slotOf(table, at);
      match = source + <usize>load<u16>(slot);
      store<u16>(slot, at - source);
    } while (load<u32>(match) == load<u32>(at));
    next = at + 1;
  }
  return lastBlock(target, out, outEnd, anchor, end);
}

/**
 * Copies `length` bytes of a match at `distance` behind `to`, and up to 32 more. A distance below 16 repeats bytes that
 * are being written, so it becomes a shuffled pattern that is stored over and over.
 */
// @ts-ignore: decorator
@inline
function copyMatch(to: usize, distance: usize, length: usize): void {
  if (distance >= 16) {
    copyWild(to, to - distance, length);
    return;
  }
  const end = to + length;
  const pattern = i8x16.swizzle(v128.load(to - distance), v128.load(PATTERN + (distance << 4)));
  const step = <usize>load<u8>(PATTERN_STEP + distance);
  do {
    v128.store(to, pattern);
    to += step;
  } while (to < end);
}

/**
 * Where the length bytes at `at` end: behind the first that is not 255, or `end` + 1 when there is none before `end`.
 * The byte at `end` itself may be looked at; it is slack, and the answer does not depend on it.
 */
// @ts-ignore: decorator
@inline
function lengthEnd(at: usize, end: usize): usize {
  if (load<u8>(at) != 255) return at + 1;
  while (at < end && load<u8>(at) == 255) ++at;
  return at + 1;
}

/**
 * Decompresses the block of `sourceLength` bytes at `source` into `target` and returns how many bytes came out, or -1
 * when the block is malformed or holds more than `targetCapacity` bytes. The bytes are hostile: what is read of them
 * stays inside the input and its slack, what is written inside the capacity and its slack, whatever they say.
 */
export function lz4Decompress(source: usize, sourceLength: u32, target: usize, targetCapacity: u32): i32 {
  const end = source + <usize>sourceLength;
  const outEnd = target + <usize>targetCapacity;
  assert(end >= source && outEnd >= target);
  if (sourceLength == 0 || sourceLength > MAX_BLOCK_BYTES) return -1;
  let at = source;
  let out = target;
  // A short sequence is copied before anything is known of it: 14 literals and 18 bytes of a match stay inside both slacks,
  // so one look at the input and one at the output behind it are enough. A token behind the end is refused there too.
  while (true) {
    const token = <usize>load<u8>(at);
    let length = token >> 4;
    if (length != NIBBLE) {
      v128.store(out, v128.load(at, 1));
      at += length + 1;
    } else {
      const behind = lengthEnd(at + 1, end);
      if (behind > end) return -1;
      length += (behind - at - 2) * 255 + <usize>load<u8>(behind - 1);
      at = behind;
      if (length > end - at || length > outEnd - out) return -1;
      copyWild(out, at, length);
      at += length;
    }
    out += length;
    const distance = <usize>load<u16>(at);
    at += 2;
    if (at > end) return at == end + 2 && out <= outEnd ? i32(out - target) : -1;
    // One unsigned comparison refuses both a distance of zero and one that leaves the output.
    if (distance - 1 >= out - target) return -1;
    length = (token & NIBBLE) + MIN_MATCH;
    if (length != NIBBLE + MIN_MATCH && distance >= 8) {
      const match = out - distance;
      store<u64>(out, load<u64>(match));
      store<u64>(out, load<u64>(match, 8), 8);
      store<u16>(out, load<u16>(match, 16), 16);
      out += length;
      if (out > outEnd) return -1;
      continue;
    }
    if (length == NIBBLE + MIN_MATCH) {
      const behind = lengthEnd(at, end);
      if (behind > end) return -1;
      length += (behind - at - 1) * 255 + <usize>load<u8>(behind - 1);
      at = behind;
    }
    if (out > outEnd || length > outEnd - out) return -1;
    copyMatch(out, distance, length);
    out += length;
  }
}
