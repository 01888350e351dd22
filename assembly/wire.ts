// What goes over the wire, and what the target makes of it. The sender writes messages into the wire buffer and the receiver
// reads nothing but that buffer and the target's memory, so equal memories at the end prove the encoding. Pages go straight
// from guest memory into the buffer: the guest stands still while a group is made, so a copy in between would prove nothing.
//
// A message is a header of 8 bytes (page << 3 | kind) and then: zero page: 1 byte; whole page: 4096 bytes; LZ4: u16 length, block;
// XBZRLE: u8 flag, u16 length, delta. A page that XBZRLE finds unchanged sends no message.
import { ARRIVAL, COMPRESSION_LZ4, COMPRESSION_XBZRLE, LZ4_TABLE, Vm, WIRE } from './layout';
import { lz4Compress, lz4Decompress } from './lz4';
import { PAGE_BYTES, pageIsZero } from './page';
import { cacheData, cacheInsert, cacheLookup, xbzrleDecode, xbzrleEncode } from './xbzrle';

const KIND_ZERO: u64 = 0;
const KIND_WHOLE: u64 = 1;
const KIND_LZ4: u64 = 2;
const KIND_DELTA: u64 = 3;

const HEADER_BYTES: usize = 8;

/** Bytes of a zero page on the wire. */
export const ZERO_WIRE_BYTES: u64 = HEADER_BYTES + 1;

/** Bytes of a page that is sent as it is. */
export const WHOLE_WIRE_BYTES: u64 = HEADER_BYTES + PAGE_BYTES;

/** What a block or a delta costs besides its own bytes. */
export const LZ4_EXTRA_BYTES: u64 = HEADER_BYTES + 2;
export const DELTA_EXTRA_BYTES: u64 = HEADER_BYTES + 3;

/** Longest block and delta that are still cheaper than the whole page. */
export const MOST_BLOCK_BYTES: u32 = u32(WHOLE_WIRE_BYTES - LZ4_EXTRA_BYTES) - 1;
export const MOST_DELTA_BYTES: u32 = u32(WHOLE_WIRE_BYTES - DELTA_EXTRA_BYTES) - 1;

/** The flag byte before a delta: XBZRLE is the only encoding there is. */
const DELTA_FLAG: u8 = 1;

/** Writes the header of a message. */
// @ts-ignore: decorator
@inline
function header(out: usize, page: u64, kind: u64): usize {
  store<u64>(out, (page << 3) | kind);
  return out + HEADER_BYTES;
}

/** The page as it is. */
// @ts-ignore: decorator
@inline
function sendWhole(out: usize, page: u64, from: usize): usize {
  out = header(out, page, KIND_WHOLE);
  memory.copy(out, from, PAGE_BYTES);
  return out + PAGE_BYTES;
}

/** The page as an LZ4 block, or as it is where that is not longer. */
function sendLz4(vm: Vm, out: usize, page: u64, from: usize): usize {
  const length = lz4Compress(from, u32(PAGE_BYTES), out + HEADER_BYTES + 2, MOST_BLOCK_BYTES, LZ4_TABLE);
  if (length == 0) return sendWhole(out, page, from);
  ++vm.compressedPages;
  out = header(out, page, KIND_LZ4);
  store<u16>(out, length);
  return out + 2 + <usize>length;
}

/**
 * The page as what changed since it was last sent, where the cache still has that. The cache starts with the second round:
 * in the first one every page is new, and entries made there would only keep better ones out.
 */
function sendDelta(vm: Vm, out: usize, page: u64, from: usize): usize {
  if (vm.round == 0) return sendWhole(out, page, from);
  const slot = cacheLookup(vm.cache, <u32>page, vm.round);
  if (slot < 0) {
    cacheInsert(vm.cache, <u32>page, vm.round, from);
    return sendWhole(out, page, from);
  }
  const old = cacheData(vm.cache, slot);
  const length = xbzrleEncode(old, from, out + HEADER_BYTES + 3, MOST_DELTA_BYTES);
  if (length == 0) {
    ++vm.unchangedPages;
    return out;
  }
  memory.copy(old, from, PAGE_BYTES);
  if (length < 0) return sendWhole(out, page, from);
  ++vm.deltaPages;
  out = header(out, page, KIND_DELTA);
  store<u8>(out, DELTA_FLAG);
  store<u16>(out, length, 1);
  return out + 3 + <usize>length;
}

/** Nine bytes instead of a page of zeros. A cached page becomes zero too, or a later delta would start from the wrong bytes. */
function sendZero(vm: Vm, out: usize, page: u64): usize {
  ++vm.zeroPages;
  if (vm.compression == COMPRESSION_XBZRLE && vm.round > 0) {
    const slot = cacheLookup(vm.cache, <u32>page, vm.round);
    if (slot >= 0) memory.fill(cacheData(vm.cache, slot), 0, PAGE_BYTES);
  }
  out = header(out, page, KIND_ZERO);
  store<u8>(out, 0);
  return out + 1;
}

/** Applies the messages from `at` to `end` to the target's memory. What can not be decoded stops the module. */
function receive(vm: Vm, at: usize, end: usize): void {
  while (at < end) {
    const kind = load<u64>(at) & 7;
    const target = vm.target + <usize>(load<u64>(at) >> 3) * PAGE_BYTES;
    at += HEADER_BYTES;
    if (kind == KIND_WHOLE) {
      memory.copy(target, at, PAGE_BYTES);
      at += PAGE_BYTES;
    } else if (kind == KIND_ZERO) {
      if (!pageIsZero(target)) memory.fill(target, load<u8>(at), PAGE_BYTES);
      at += 1;
    } else if (kind == KIND_LZ4) {
      const length = <u32>load<u16>(at);
      if (lz4Decompress(at + 2, length, ARRIVAL, u32(PAGE_BYTES)) != i32(PAGE_BYTES)) unreachable();
      memory.copy(target, ARRIVAL, PAGE_BYTES);
      at += 2 + <usize>length;
    } else {
      const length = <u32>load<u16>(at, 1);
      if (xbzrleDecode(at + 3, length, target, u32(PAGE_BYTES)) < 0) unreachable();
      at += 3 + <usize>length;
    }
  }
}

/** Sends the pages `bits` of bitmap word `word`, delivers them to the target's memory and returns their bytes on the wire. */
export function sendPages(vm: Vm, word: u32, bits: u64): u64 {
  const compression = vm.compression;
  const firstPage = (<u64>word) << 6;
  let out = WIRE;
  while (bits != 0) {
    const page = firstPage + ctz<u64>(bits);
    const from = vm.source + <usize>page * PAGE_BYTES;
    bits &= bits - 1;
    if (pageIsZero(from)) out = sendZero(vm, out, page);
    else if (compression == COMPRESSION_LZ4) out = sendLz4(vm, out, page, from);
    else if (compression == COMPRESSION_XBZRLE) out = sendDelta(vm, out, page, from);
    else out = sendWhole(out, page, from);
  }
  receive(vm, WIRE, out);
  return <u64>(out - WIRE);
}
