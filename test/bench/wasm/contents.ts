// eslint-disable-next-line @typescript-eslint/ban-ts-comment
// @ts-nocheck This file is AssemblyScript; only its compiler knows its types.
// The pages and bitmaps that the kernels are measured on. The same seed gives the same bytes in every engine.
import { TEXT, TEXT_BYTES } from '../../../assembly/layout';
import { PAGE_BYTES } from '../../../assembly/page';
import { drawBelow, prngNext, prngOutput, prngSeed } from '../../../assembly/prng';
import { makeText } from '../../../assembly/guest/text';

export const CLASS_TEXT: u32 = 0;
export const CLASS_ZERO_RUNS: u32 = 1;
export const CLASS_POINTERS: u32 = 2;
export const CLASS_RANDOM: u32 = 3;
export const CLASS_HEAP: u32 = 4;
export const CLASS_MIX: u32 = 5;
export const CLASS_ZERO: u32 = 6;
export const CLASS_MIGRATION: u32 = 7;

let state: u64 = 1;

/** The next random 64-bit number. */
function draw(): u64 {
  state = prngNext(state);
  return prngOutput(state);
}

/** A random number below `n`. */
function below(n: u64): usize {
  return <usize>drawBelow(draw(), n);
}

/** A page of zeros with a short run of random bytes about every 340 bytes. */
function fillZeroRuns(page: usize): void {
  memory.fill(page, 0, PAGE_BYTES);
  for (let run = 0; run < 12; ++run) {
    const at = page + below(<u64>PAGE_BYTES - 8);
    const length: usize = 1 + below(8);
    const bytes = draw();
    for (let byte: usize = 0; byte < length; ++byte) store<u8>(at + byte, bytes >> (byte << 3));
  }
}

/** Addresses of one arena of 1 MiB, aligned to 16 bytes: nothing but pointers. */
function fillPointers(page: usize): void {
  const arena = 0x00007f0000000000 | ((<u64>below(8)) << 20);
  for (let at: usize = 0; at < PAGE_BYTES; at += 8) store<u64>(page + at, arena | (draw() & 0xffff0));
}

/** Bytes that no compressor shortens. */
function fillRandom(page: usize): void {
  for (let at: usize = 0; at < PAGE_BYTES; at += 8) store<u64>(page + at, draw());
}

/** One object: type pointer, links to neighbours, counts and flags. */
function fillObject(at: usize, length: usize, arena: u64): void {
  store<u64>(at, 0x0000555555550000 | (<u64>below(16) * 0x48));
  for (let offset: usize = 8; offset < length; offset += 8) {
    const kind = below(8);
    let value: u64 = 0;
    if (kind < 3) value = arena | ((<u64>below(1024)) << 5);
    else if (kind == 3) value = <u64>below(64);
    else if (kind == 4) value = 1 | ((<u64>below(4)) << 32);
    store<u64>(at + offset, value);
  }
}

/** What an allocator leaves behind: chunks with their size in front, which are objects, strings, tables or free. */
function fillHeap(page: usize): void {
  const end = page + PAGE_BYTES;
  const arena = 0x0000555556000000 | ((<u64>below(64)) << 15);
  let at = page;
  while (at < end) {
    const length = min<usize>(16 * (1 + below(12)), end - at - 8);
    store<u64>(at, <u64>length + 9);
    at += 8;
    const kind = below(8);
    memory.fill(at, 0, length);
    if (kind < 4) fillObject(at, length, arena);
    else if (kind == 4) memory.copy(at, TEXT + below(TEXT_BYTES), min<usize>(length, 8 + below(40)));
    else if (kind == 5) for (let to: usize = 0; to < length; to += 4) store<u32>(at + to, below(256));
    else if (kind == 6)
      for (let to: usize = 0; to < length; to += 8) store<u64>(at + to, arena + ((<u64>to) << 5));
    at = min(at + length, end);
    if (end - at < 24) {
      memory.fill(at, 0, end - at);
      break;
    }
  }
}

/** The class that page number `index` of a buffer of class `kind` has. */
function classOf(kind: u32, index: u32): u32 {
  if (kind == CLASS_MIX) return index % 5;
  if (kind != CLASS_MIGRATION) return kind;
  const third = (index >> 4) % 3;
  if (third == 0) return CLASS_ZERO;
  return third == 1 ? CLASS_TEXT : CLASS_HEAP;
}

/** Fills `pages` pages at `at` with content of class `kind`. */
export function genPages(at: usize, pages: u32, kind: u32, seed: u32): void {
  makeText();
  state = prngSeed(seed, kind);
  for (let index: u32 = 0; index < pages; ++index, at += PAGE_BYTES) {
    const one = classOf(kind, index);
    if (one == CLASS_TEXT) memory.copy(at, TEXT + below(TEXT_BYTES), PAGE_BYTES);
    else if (one == CLASS_ZERO_RUNS) fillZeroRuns(at);
    else if (one == CLASS_POINTERS) fillPointers(at);
    else if (one == CLASS_RANDOM) fillRandom(at);
    else if (one == CLASS_HEAP) fillHeap(at);
    else memory.fill(at, 0, PAGE_BYTES);
  }
}

/** The numbers 0 to `count` - 1 in random order, as u32. */
export function genList(at: usize, count: u32, seed: u32): void {
  state = prngSeed(seed, 100);
  for (let index: u32 = 0; index < count; ++index) {
    const other = at + (below(<u64>index + 1) << 2);
    store<u32>(at + ((<usize>index) << 2), load<u32>(other));
    store<u32>(other, index);
  }
}

/** The numbers 0 to `count` - 1 in order, as u32. */
export function genOrder(at: usize, count: u32): void {
  for (let index: u32 = 0; index < count; ++index) store<u32>(at + ((<usize>index) << 2), index);
}

/** A bitmap of `words` words, each bit of which is set with a chance of `perMille` in a thousand. */
export function genBits(at: usize, words: u32, perMille: u32, seed: u32): void {
  state = prngSeed(seed, 101);
  const limit = (<u64>perMille * 65536) / 1000;
  for (let index: u32 = 0; index < words; ++index, at += 8) {
    let bits: u64 = 0;
    for (let four: u64 = 0; four < 64; four += 4) {
      const random = draw();
      for (let bit: u64 = 0; bit < 4; ++bit) {
        if (((random >> (bit << 4)) & 0xffff) < limit) bits |= (1 as u64) << (four + bit);
      }
    }
    store<u64>(at, bits);
  }
}

/** A copy of `pages` pages in which `changes` words of eight bytes of every page are random. */
export function genChanges(from: usize, to: usize, pages: u32, changes: u32, seed: u32): void {
  state = prngSeed(seed, 102);
  memory.copy(to, from, <usize>pages * PAGE_BYTES);
  for (let index: u32 = 0; index < pages; ++index, to += PAGE_BYTES) {
    for (let change: u32 = 0; change < changes; ++change) store<u64>(to + (below(512) << 3), draw());
  }
}
