// What pages hold before the first write, and what a write puts there. A page's class belongs to its extent of 16 pages, so
// that memory looks like what allocators make: stretches of one kind. The same hash answers for VMs without bytes.
import { GROUP_PAGES, TEXT, TEXT_BYTES, Vm } from '../layout';
import { PAGE_BYTES } from '../page';
import { drawBelow, mix64, prngNext, prngOutput } from '../prng';

export const CLASS_ZERO: u32 = 0;
export const CLASS_TEXT: u32 = 1;
export const CLASS_HEAP: u32 = 2;
export const CLASS_RANDOM: u32 = 3;

/** Pages of one class, as a power of two. */
export const EXTENT_SHIFT: u64 = 4;

/** Spreads consecutive numbers before they are hashed; odd, so that no two meet. */
const STEP: u64 = 0x9e3779b97f4a7c15;

/** Parts per million. */
const PPM: u64 = 1000000;

/**
 * The eight kinds of value a heap page is made of: a fixed part and a mask of random bits. Two kinds of pointers into an
 * arena, an address of code, two small counts, nothing, a length, eight characters of a name.
 */
const VALUE_FIXED: usize = memory.data<u64>([
  0x00007f3a5c000000, 0x00007f3a5d000000, 0x0000555555554000, 0, 0, 0, 0x0000000100000000, 0x6060606060606060,
]);
const VALUE_MASK: usize = memory.data<u64>([
  0x0000000000fffff0, 0x00000000000ffff0, 0x0000000000000fc0, 0x00000000000000ff, 0x0000000000000003, 0,
  0x00000000000000f8, 0x0f0f0f0f0f0f0f0f,
]);

/** Class of the pages of `extent`. */
// @ts-ignore: decorator
@inline
export function classOfExtent(vm: Vm, extent: u64): u32 {
  const draw = drawBelow(mix64(vm.classSeed + extent * STEP), PPM);
  if (draw >= vm.randomBelow) return CLASS_ZERO;
  if (draw < vm.textBelow) return CLASS_TEXT;
  return draw < vm.heapBelow ? CLASS_HEAP : CLASS_RANDOM;
}

/** A value as programs keep it on the heap. */
// @ts-ignore: decorator
@inline
function heapValue(random: u64): u64 {
  const kind = (<usize>(random >> 61)) << 3;
  return load<u64>(VALUE_FIXED + kind) | ((random >> 5) & load<u64>(VALUE_MASK + kind));
}

/** The 16 hexadecimal digits of `value` as text at `at`. */
function storeHex(at: usize, value: u64): void {
  for (let digit: usize = 0; digit < 16; ++digit) {
    const nibble = (<u32>(value >> (60 - ((<u64>digit) << 2)))) & 15;
    store<u8>(at + digit, nibble < 10 ? 48 + nibble : 87 + nibble);
  }
}

/**
 * Writes the first content of `page`, whose class is `kind`, to the 4096 bytes at `at`. Every page but a zero page carries
 * its number in a form that no other page has, so that two pages are never equal and a page at a wrong place is found.
 */
export function fillPage(vm: Vm, page: u64, kind: u32, at: usize): void {
  if (kind == CLASS_ZERO) {
    memory.fill(at, 0, PAGE_BYTES);
    return;
  }
  let state = mix64(vm.contentSeed + page * STEP) | 1;
  if (kind == CLASS_TEXT) {
    memory.copy(at, TEXT + <usize>drawBelow(prngOutput(state), TEXT_BYTES), PAGE_BYTES);
    storeHex(at + ((<usize>(state >> 32)) & 0xff0), page);
    return;
  }
  const end = at + PAGE_BYTES;
  if (kind == CLASS_HEAP) {
    store<u64>(at, 0x00007f0000000000 | (page << 4));
    for (let to = at + 8; to < end; to += 8) {
      state = prngNext(state);
      store<u64>(to, heapValue(prngOutput(state)));
    }
  } else {
    store<u64>(at, mix64(vm.contentSeed + ~page * STEP));
    for (let to = at + 8; to < end; to += 8) {
      state = prngNext(state);
      store<u64>(to, prngOutput(state));
    }
  }
}

/**
 * The least hash of an extent of zero pages, so that making the bitmap compares and does not multiply: drawBelow(h, PPM) is at
 * least `below` exactly where the upper 60 bits of h are at least ceil(below * 2^60 / PPM). Division in two halves of 30 bits.
 */
export function firstZeroDraw(below: u64): u64 {
  if (below >= PPM) return 0;
  const high = (below << 30) / PPM;
  const rest = (below << 30) % PPM;
  return ((high << 30) + ((rest << 30) + PPM - 1) / PPM) << 4;
}

/** Sets words `from` to `to` of the zero bitmap from the classes alone; no page of another class is ever zero. */
export function markZeroPages(vm: Vm, from: u32, to: u32): void {
  const end = vm.zero + ((<usize>to) << 3);
  const least = vm.zeroFrom;
  // With no zero pages at all `randomBelow` is a million, which no draw reaches.
  const isNone = vm.randomBelow >= PPM;
  let zeros: u64 = 0;
  let seed = vm.classSeed + ((<u64>from) << 2) * STEP;
  for (let at = vm.zero + ((<usize>from) << 3); at < end; at += 8) {
    let bits: u64 = 0;
    if (!isNone) {
      bits |= mix64(seed) >= least ? 0xffff : 0;
      bits |= mix64(seed + STEP) >= least ? 0xffff0000 : 0;
      bits |= mix64(seed + 2 * STEP) >= least ? 0xffff00000000 : 0;
      bits |= mix64(seed + 3 * STEP) >= least ? 0xffff000000000000 : 0;
      seed += 4 * STEP;
    }
    store<u64>(at, bits);
    zeros += popcnt<u64>(bits);
  }
  vm.firstZeros += zeros;
  const rest = vm.pageCount & (GROUP_PAGES - 1);
  if (to != vm.words || rest == 0) return;
  const lastWord = vm.zero + ((<usize>(to - 1)) << 3);
  store<u64>(lastWord, load<u64>(lastWord) & (((1 as u64) << rest) - 1));
}

/** Fills pages `from` to `to` of the source's memory and empties the target's, which also touches both for the first time. */
export function fillMemory(vm: Vm, from: u64, to: u64): void {
  for (let page = from; page < to; ++page) {
    fillPage(vm, page, classOfExtent(vm, page >> EXTENT_SHIFT), vm.source + <usize>page * PAGE_BYTES);
  }
  memory.fill(vm.target + <usize>from * PAGE_BYTES, 0, <usize>(to - from) * PAGE_BYTES);
}

/**
 * Executes write number `index` of the guest on the 4096 bytes at `at`: `bytes` bytes at an offset that is a multiple of 8.
 * What is written fits the class; its first eight bytes are never all zero, so a page that was written is never zero.
 * The hash is apart from the stream that chooses pages: VMs without bytes choose the same pages.
 */
export function writeInto(vm: Vm, at: usize, kind: u32, index: u64, bytes: u32): void {
  let state = mix64(vm.writeSeed + index * STEP) | 1;
  const offset = (<usize>drawBelow(prngOutput(state), <u64>((<u32>PAGE_BYTES - bytes) >> 3) + 1)) << 3;
  const end = at + offset + <usize>bytes;
  let to = at + offset;
  if (kind == CLASS_TEXT) {
    state = prngNext(state);
    memory.copy(to, TEXT + <usize>drawBelow(prngOutput(state), TEXT_BYTES), <usize>bytes);
    return;
  }
  state = prngNext(state);
  if (kind == CLASS_RANDOM) {
    store<u64>(to, prngOutput(state) | 1);
    for (to += 8; to < end; to += 8) {
      state = prngNext(state);
      store<u64>(to, prngOutput(state));
    }
  } else {
    store<u64>(to, 0x00007f3a5c000010 | (prngOutput(state) & 0xfffff0));
    for (to += 8; to < end; to += 8) {
      state = prngNext(state);
      store<u64>(to, heapValue(prngOutput(state)));
    }
  }
}
