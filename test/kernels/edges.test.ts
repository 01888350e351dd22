// Every buffer in turn ends where the memory ends, so that a read or write past what a kernel promises traps.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { corrupted } from '../support/corrupt.ts';
import { arbitraryChange, contentClasses, contentOf } from '../support/pages.ts';
import { builds, loadKernels } from '../support/wasm.ts';

const PAGE_BYTES = 4096;
const LZ4_READ_SLACK = 32;
const LZ4_WRITE_SLACK = 64;

describe.each(builds)('buffers at the end of memory, %s build', (build) => {
  const { kernels, bytes, alloc, put } = loadKernels(build);
  const low = alloc(3 * 65536);
  const high = low + 65536 + 4096;
  const table = high + 65536;
  const end = kernels.memory.buffer.byteLength;
  const putAt = (at: number, content: Uint8Array) => {
    bytes(at, content.length).set(content);
    return at;
  };

  it('page, copy and hash kernels touch their pages only', () => {
    const page = contentOf('text', 1, PAGE_BYTES);
    const last = putAt(end - PAGE_BYTES, page);
    putAt(low, page);
    expect(kernels.pageEquals(low, last)).toBe(1);
    expect(kernels.pageEquals(last, low)).toBe(1);
    expect(kernels.pageHash(last)).toBe(kernels.pageHash(low));
    kernels.fusedCopyZeroHash(last, low, high);
    kernels.fusedCopyZeroHash(low, last, high);
    kernels.copyPage(low, last);
    bytes(last, PAGE_BYTES).fill(0);
    expect(kernels.pageIsZero(last)).toBe(1);
    for (let length = 0; length < 100; ++length) {
      expect(kernels.xxh64(end - length, length, 0n)).toBe(
        kernels.xxh64(putAt(low, new Uint8Array(length)), length, 0n),
      );
    }
  });

  it('bitmap kernels touch their words only', () => {
    for (let words = 1; words < 20; ++words) {
      const base = end - words * 8;
      const pageCount = BigInt(words * 64);
      kernels.bitmapFill(base, pageCount);
      expect(kernels.bitmapPopcount(base, words)).toBe(pageCount);
      kernels.bitmapBuckets(base, pageCount, 3, low);
      expect(kernels.bitmapScanClearRuns(base, words, low, 8)).toBe(1);
      expect(kernels.bitmapNextWord(base, 0, words)).toBe(words);
      expect(kernels.bitmapScanClearList(base, words, low, 8)).toBe(0);
      kernels.bitmapMark(base, pageCount - 1n);
      expect(kernels.bitmapTestAndClear(base, pageCount - 1n)).toBe(1);
      kernels.bitmapClear(base, words);
    }
  });

  it('XBZRLE needs no slack on any side', () => {
    fc.assert(
      fc.property(arbitraryChange, ({ before, after }) => {
        const last = end - PAGE_BYTES;
        const length = kernels.xbzrleEncode(putAt(low, before), putAt(last, after), high, PAGE_BYTES);
        expect(kernels.xbzrleEncode(putAt(last, before), putAt(low, after), high, PAGE_BYTES)).toBe(length);
        if (length <= 0) return;
        const block = bytes(high, length).slice();
        expect(
          kernels.xbzrleEncode(putAt(low, before), putAt(low + PAGE_BYTES, after), end - length, length),
        ).toBe(length);
        expect(kernels.xbzrleDecode(end - length, length, low, PAGE_BYTES)).toBeGreaterThan(0);
        expect(kernels.pageEquals(low, low + PAGE_BYTES)).toBe(1);
        expect(
          kernels.xbzrleDecode(putAt(high, block), length, putAt(last, before), PAGE_BYTES),
        ).toBeGreaterThan(0);
        expect(kernels.pageEquals(last, low + PAGE_BYTES)).toBe(1);
      }),
    );
  });

  it('LZ4 needs the slack that it states and no more', () => {
    for (const name of contentClasses) {
      for (const length of [0, 1, 13, 40, 300, PAGE_BYTES, 65536]) {
        const content = contentOf(name, length, length);
        const room = length + 400;
        const size = kernels.lz4Compress(
          putAt(end - LZ4_READ_SLACK - length, content),
          length,
          high,
          room,
          table,
        );
        const block = bytes(high, size).slice();
        const target = end - LZ4_WRITE_SLACK - size;
        expect(kernels.lz4Compress(putAt(low, content), length, target, size, table)).toBe(size);
        expect(kernels.lz4Decompress(putAt(end - LZ4_READ_SLACK - size, block), size, low, length)).toBe(
          length,
        );
        expect(Buffer.compare(bytes(low, length), content)).toBe(0);
        const last = end - LZ4_WRITE_SLACK - length;
        expect(kernels.lz4Decompress(putAt(high, block), size, last, length)).toBe(length);
        expect(Buffer.compare(bytes(last, length), content)).toBe(0);
      }
    }
  });

  it('no damaged block makes a decoder read past its input', () => {
    const valid = bytes(
      high,
      kernels.lz4Compress(putAt(low, contentOf('text', 1, 300)), 300, high, 400, table),
    ).slice();
    const endless = Uint8Array.from({ length: 300 }, (_, at) => (at === 0 ? 0xff : 255));
    const cut = (seed: number) => endless.subarray(0, 1 + (seed % 300));
    for (let seed = 0; seed < 3000; ++seed) {
      for (const block of [
        corrupted(valid, seed),
        cut(seed),
        Uint8Array.of(seed & 127, 0x80 | (seed & 127)),
      ]) {
        const size = block.length;
        kernels.lz4Decompress(putAt(end - LZ4_READ_SLACK - size, block), size, low, 2 * 65536);
        kernels.xbzrleDecode(putAt(end - size, block), size, low, PAGE_BYTES);
      }
    }
  });

  it('puts nothing behind the memory', () => {
    expect(put(new Uint8Array(65536)) + 65536).toBeLessThan(kernels.memory.buffer.byteLength);
  });
});
