// Hashes that prove that what arrived is what was sent: XXH64 (public specification, version 0.1.1) of a page, and a
// fold of page hashes in page order for a whole memory. Not cryptographic: they find faults, not attackers.
import { PAGE_BYTES } from './page';

const PRIME_1: u64 = 0x9e3779b185ebca87;
const PRIME_2: u64 = 0xc2b2ae3d27d4eb4f;
const PRIME_3: u64 = 0x165667b19e3779f9;
const PRIME_4: u64 = 0x85ebca77c2b2ae63;
const PRIME_5: u64 = 0x27d4eb2f165667c5;

/** Start values of the four lanes for seed 0; a lane for another seed starts at the same value plus the seed. */
const LANE_1: u64 = PRIME_1 + PRIME_2;
const LANE_2: u64 = PRIME_2;
const LANE_3: u64 = 0;
const LANE_4: u64 = 0 - PRIME_1;

/** One round of a lane: takes in eight bytes. */
// @ts-ignore: decorator
@inline
function laneRound(lane: u64, input: u64): u64 {
  return rotl<u64>(lane + input * PRIME_2, 31) * PRIME_1;
}

/** Folds one finished lane into the sum of the lanes. */
// @ts-ignore: decorator
@inline
function mergeLane(hash: u64, lane: u64): u64 {
  return (hash ^ laneRound(0, lane)) * PRIME_1 + PRIME_4;
}

/** The four lanes as one value, before the length and the tail are added. */
function mergeLanes(a: u64, b: u64, c: u64, d: u64): u64 {
  let hash = rotl<u64>(a, 1) + rotl<u64>(b, 7) + rotl<u64>(c, 12) + rotl<u64>(d, 18);
  hash = mergeLane(hash, a);
  hash = mergeLane(hash, b);
  hash = mergeLane(hash, c);
  return mergeLane(hash, d);
}

/** Spreads every input bit over all output bits; the last step of the specification. */
function avalanche(hash: u64): u64 {
  hash = (hash ^ (hash >> 33)) * PRIME_2;
  hash = (hash ^ (hash >> 29)) * PRIME_3;
  return hash ^ (hash >> 32);
}

/** Takes in the last 0 to 31 bytes at `at`, eight, four and one at a time. */
function hashTail(hash: u64, at: usize, end: usize): u64 {
  for (; end - at >= 8; at += 8) {
    hash = rotl<u64>(hash ^ laneRound(0, load<u64>(at)), 27) * PRIME_1 + PRIME_4;
  }
  if (end - at >= 4) {
    hash = rotl<u64>(hash ^ (<u64>load<u32>(at) * PRIME_1), 23) * PRIME_2 + PRIME_3;
    at += 4;
  }
  for (; at < end; ++at) {
    hash = rotl<u64>(hash ^ (<u64>load<u8>(at) * PRIME_5), 11) * PRIME_1;
  }
  return hash;
}

/** XXH64 of `length` bytes at `at` with `seed`. Four lanes, because one multiplication must not wait for another. */
export function xxh64(at: usize, length: u32, seed: u64): u64 {
  const end = at + <usize>length;
  assert(end >= at);
  if (length < 32) return avalanche(hashTail(seed + PRIME_5 + length, at, end));
  let a = seed + LANE_1;
  let b = seed + LANE_2;
  let c = seed + LANE_3;
  let d = seed + LANE_4;
  for (const stripesEnd = at + ((<usize>length) & ~31); at < stripesEnd; at += 32) {
    a = laneRound(a, load<u64>(at));
    b = laneRound(b, load<u64>(at, 8));
    c = laneRound(c, load<u64>(at, 16));
    d = laneRound(d, load<u64>(at, 24));
  }
  return avalanche(hashTail(mergeLanes(a, b, c, d) + length, at, end));
}

/** XXH64 of the 4096 bytes at `page` with seed 0: the hash of a page wherever this project compares pages. */
export function pageHash(page: usize): u64 {
  assert(page >= __heap_base);
  return xxh64(page, u32(PAGE_BYTES), 0);
}

/** The state from which a fold of page hashes begins: what XXH64 begins an input below 32 bytes with. */
export function hashStart(seed: u64): u64 {
  return seed + PRIME_5;
}

/** Folds the hash of the next page into `state`: one eight-byte tail round of XXH64, so the order of pages counts. */
export function hashFold(state: u64, hash: u64): u64 {
  return rotl<u64>(state ^ laneRound(0, hash), 27) * PRIME_1 + PRIME_4;
}

/** Ends a fold of `count` page hashes. The count goes in, so that memories of different size do not meet by chance. */
export function hashFinish(state: u64, count: u64): u64 {
  return avalanche(state + (count << 3));
}
