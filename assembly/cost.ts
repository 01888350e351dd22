// What pages would cost on the wire where a VM has no bytes. Zero pages, whole pages and cache hits are exact; how long a
// block or a delta is comes from really encoding pages of this VM, made on the spot, with the writes its guest would do.
import {
  CLASS_HEAP,
  CLASS_RANDOM,
  CLASS_TEXT,
  CLASS_ZERO,
  EXTENT_SHIFT,
  classOfExtent,
  fillPage,
  writeInto,
} from './guest/content';
import { phaseAt } from './guest/synthetic';
import {
  COMPRESSION_LZ4,
  COMPRESSION_OFF,
  COMPRESSION_XBZRLE,
  COST_STEPS,
  LZ4_TABLE,
  SAMPLE_NEW,
  SAMPLE_OLD,
  SAMPLE_OUT,
  Vm,
} from './layout';
import { lz4Compress } from './lz4';
import { PAGE_BYTES } from './page';
import { mix64 } from './prng';
import {
  DELTA_EXTRA_BYTES,
  LZ4_EXTRA_BYTES,
  MOST_BLOCK_BYTES,
  MOST_DELTA_BYTES,
  WHOLE_WIRE_BYTES,
  ZERO_WIRE_BYTES,
} from './wire';
import { cacheInsert, cacheLookup, xbzrleEncode } from './xbzrle';

/** Pages encoded for one mean, which then is within about a per cent of the mean of all pages of that class. */
const SAMPLES: u64 = 64;

/** Means of writes are counted in parts of this. */
const FRACTION: u64 = 1024;

/** The cache keys pages with 32 bits and keeps the largest for itself: pages beyond are always sent whole. */
const MOST_CACHED_PAGE: u64 = u32.MAX_VALUE;

/** Wire bytes of the page at `SAMPLE_NEW` under LZ4. */
function lz4Cost(): u64 {
  const length = lz4Compress(SAMPLE_NEW, u32(PAGE_BYTES), SAMPLE_OUT, MOST_BLOCK_BYTES, LZ4_TABLE);
  return length == 0 ? WHOLE_WIRE_BYTES : LZ4_EXTRA_BYTES + <u64>length;
}

/** Wire bytes of the page at `SAMPLE_NEW` under XBZRLE when the cache holds what is at `SAMPLE_OLD`. */
function deltaCost(): u64 {
  const length = xbzrleEncode(SAMPLE_OLD, SAMPLE_NEW, SAMPLE_OUT, MOST_DELTA_BYTES);
  return length < 0 ? WHOLE_WIRE_BYTES : DELTA_EXTRA_BYTES + <u64>length;
}

/**
 * Mean wire bytes, rounded, of pages that were written `writes` times: with LZ4 the block of a page of class `kind`; with XBZRLE
 * the delta of pages drawn from where the guest writes, so that their classes are mixed as there.
 */
function meanCost(vm: Vm, kind: u32, writes: u64): u64 {
  const phase = phaseAt(vm, max(vm.phaseIndex, 0));
  const isLz4 = vm.compression == COMPRESSION_LZ4;
  let sum: u64 = 0;
  for (let sample: u64 = 0; sample < SAMPLES; ++sample) {
    const page = vm.workingSetStart + (mix64(vm.contentSeed ^ sample) % max<u64>(vm.workingSetPages, 1));
    const pageKind = isLz4 ? kind : classOfExtent(vm, page >> EXTENT_SHIFT);
    fillPage(vm, page, pageKind, SAMPLE_NEW);
    if (!isLz4) memory.copy(SAMPLE_OLD, SAMPLE_NEW, PAGE_BYTES);
    for (let write: u64 = 0; write < writes; ++write) {
      writeInto(vm, SAMPLE_NEW, pageKind, ~(sample * SAMPLES + write), phase.bytesPerWrite);
    }
    sum += isLz4 ? lz4Cost() : deltaCost();
  }
  return (sum + SAMPLES / 2) / SAMPLES;
}

/** The mean cost at step `step`, which is 2^step writes; sampled once a phase. No cost is 0, so 0 says that it is not there. */
function stepCost(vm: Vm, kind: u32, step: u64): u64 {
  const at = vm.stepCosts + ((<usize>kind * COST_STEPS + <usize>step) << 3);
  if (load<u64>(at) == 0) store<u64>(at, meanCost(vm, kind, (1 as u64) << step));
  return load<u64>(at);
}

/** The cost for a mean of `writes` / 1024 writes a page: on the line between the two neighbours among 1, 2, 4 ... 64. */
function costAfterWrites(vm: Vm, kind: u32, writes: u64): u64 {
  const atLeastOne = max(writes, FRACTION);
  const step = min<u64>(63 - clz<u64>(atLeastOne / FRACTION), COST_STEPS - 1);
  const low = stepCost(vm, kind, step);
  const below = FRACTION << step;
  if (below == atLeastOne || step == COST_STEPS - 1) return low;
  const rise = <i64>stepCost(vm, kind, step + 1) - <i64>low;
  return low + <u64>((rise * <i64>(atLeastOne - below)) / <i64>below);
}

/**
 * Before the first round: pages are as they were made, but for zero pages, which cost this only once they were written. No
 * page is in the cache.
 */
export function firstCosts(vm: Vm): void {
  if (vm.compression != COMPRESSION_LZ4) return;
  vm.zeroCost = costAfterWrites(vm, CLASS_ZERO, FRACTION);
  vm.textCost = meanCost(vm, CLASS_TEXT, 0);
  vm.heapCost = meanCost(vm, CLASS_HEAP, 0);
  vm.randomCost = meanCost(vm, CLASS_RANDOM, 0);
}

/**
 * Before every other round, whose pages were all written: a delta holds the writes of the last round, `roundWrites` over the pages
 * on the list; a page under LZ4 holds all writes since the beginning, spread over the pages that can have them, and pages on the
 * list at least those of the round.
 */
export function nextCosts(vm: Vm, roundWrites: u64): void {
  if (vm.compression == COMPRESSION_OFF || vm.toSendPages == 0) return;
  const ofRound = (roundWrites * FRACTION) / vm.toSendPages;
  if (vm.compression == COMPRESSION_XBZRLE) {
    vm.deltaCost = costAfterWrites(vm, CLASS_ZERO, ofRound);
    return;
  }
  const touched = max<u64>(min(vm.guestWrites, vm.workingSetPages), 1);
  const writes = max(ofRound, (vm.guestWrites * FRACTION) / touched);
  vm.zeroCost = costAfterWrites(vm, CLASS_ZERO, writes);
  vm.textCost = costAfterWrites(vm, CLASS_TEXT, writes);
  vm.heapCost = costAfterWrites(vm, CLASS_HEAP, writes);
  vm.randomCost = costAfterWrites(vm, CLASS_RANDOM, writes);
}

/** Adds up pages of one class under LZ4; counts them as compressed where the mean says that a block is cheaper. */
// @ts-ignore: decorator
@inline
function costOf(vm: Vm, pages: u64, cost: u64): u64 {
  if (cost < WHOLE_WIRE_BYTES) vm.compressedPages += pages;
  return pages * cost;
}

/** The pages `bits` of word `word`, none of them zero, under LZ4: class by class, 16 pages at a time. */
function costLz4(vm: Vm, word: u32, bits: u64): u64 {
  let bytes: u64 = 0;
  let extent = (<u64>word) << 2;
  for (; bits != 0; bits >>= 16) {
    const pages = popcnt<u64>(bits & 0xffff);
    if (pages != 0) {
      const kind = classOfExtent(vm, extent);
      if (kind == CLASS_TEXT) bytes += costOf(vm, pages, vm.textCost);
      else if (kind == CLASS_HEAP) bytes += costOf(vm, pages, vm.heapCost);
      else if (kind == CLASS_RANDOM) bytes += costOf(vm, pages, vm.randomCost);
      else bytes += costOf(vm, pages, vm.zeroCost);
    }
    ++extent;
  }
  return bytes;
}

/** The pages `bits` of word `word`, none of them zero, under XBZRLE: the same lookups as with bytes, so hits are exact. */
function costDelta(vm: Vm, word: u32, bits: u64): u64 {
  if (vm.round == 0) return popcnt<u64>(bits) * WHOLE_WIRE_BYTES;
  const firstPage = (<u64>word) << 6;
  let bytes: u64 = 0;
  for (; bits != 0; bits &= bits - 1) {
    const page = firstPage + ctz<u64>(bits);
    if (page < MOST_CACHED_PAGE && cacheLookup(vm.cache, <u32>page, vm.round) >= 0) {
      if (vm.deltaCost < WHOLE_WIRE_BYTES) ++vm.deltaPages;
      bytes += vm.deltaCost;
    } else {
      if (page < MOST_CACHED_PAGE) cacheInsert(vm.cache, <u32>page, vm.round, 0);
      bytes += WHOLE_WIRE_BYTES;
    }
  }
  return bytes;
}

/** Counts the pages `bits` of word `word` as sent and returns their bytes on the wire. */
export function costPages(vm: Vm, word: u32, bits: u64): u64 {
  const zeros = bits & load<u64>(vm.zero + ((<usize>word) << 3));
  const others = bits & ~zeros;
  const zeroPages = popcnt<u64>(zeros);
  vm.zeroPages += zeroPages;
  const zeroBytes = zeroPages * ZERO_WIRE_BYTES;
  if (vm.compression == COMPRESSION_LZ4) return zeroBytes + costLz4(vm, word, others);
  if (vm.compression == COMPRESSION_XBZRLE) return zeroBytes + costDelta(vm, word, others);
  return zeroBytes + popcnt<u64>(others) * WHOLE_WIRE_BYTES;
}

/** No page of the list under way that is not zero costs less on the wire. */
export function leastCost(vm: Vm): u64 {
  if (vm.compression == COMPRESSION_OFF) return WHOLE_WIRE_BYTES;
  if (vm.compression == COMPRESSION_XBZRLE) {
    if (vm.round == 0) return WHOLE_WIRE_BYTES;
    // An unchanged page that the cache holds is not sent at all.
    return vm.byteExact != 0 ? 0 : min(vm.deltaCost, WHOLE_WIRE_BYTES);
  }
  if (vm.byteExact != 0) return LZ4_EXTRA_BYTES + 1;
  const written = min(vm.zeroCost, vm.textCost);
  return min(min(written, min(vm.heapCost, vm.randomCost)), WHOLE_WIRE_BYTES);
}
