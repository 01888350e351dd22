import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bitmapOf, bucketsOf, nextWord, pagesOf, runsOf } from '../oracle/bitmap.ts';
import { builds, loadKernels } from '../support/wasm.ts';

/** Bitmaps of up to 40 words: empty and full words, lone bits and arbitrary ones, so that runs cross words and blocks. */
const word = fc.oneof(
  { weight: 3, arbitrary: fc.constant(0n) },
  { weight: 2, arbitrary: fc.constant(0xffffffffffffffffn) },
  fc.nat(63).map((bit) => 1n << BigInt(bit)),
  fc.nat(63).map((bit) => (1n << 64n) - (1n << BigInt(bit))),
  fc.nat(63).map((bit) => (1n << BigInt(bit)) - 1n),
  fc.bigInt(0n, (1n << 64n) - 1n),
);
const bitmap = fc
  .array(word, { maxLength: 40, size: 'max' })
  .map((words) => new Uint8Array(BigUint64Array.from(words).buffer));

describe.each(builds)('bitmap kernels, %s build', (build) => {
  const { kernels, bytes, words32, alloc, put, reset } = loadKernels(build);

  const place = (content: Uint8Array) => {
    reset();
    const base = put(content);
    return { base, words: content.length / 8, now: () => bytes(base, content.length) };
  };

  it('marks, tests and clears single pages', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ page: fc.nat(639), mark: fc.boolean() })), (steps) => {
        const { base, now } = place(new Uint8Array(80));
        const set = new Set<number>();
        for (const { page, mark } of steps) {
          if (mark) kernels.bitmapMark(base, BigInt(page));
          else expect(kernels.bitmapTestAndClear(base, BigInt(page))).toBe(set.has(page) ? 1 : 0);
          if (mark) set.add(page);
          else set.delete(page);
        }
        expect(now()).toEqual(bitmapOf(set, 10));
      }),
    );
  });

  it('fills exactly the pages there are and leaves the words behind alone', () => {
    fc.assert(
      fc.property(fc.nat(640), (pageCount) => {
        const { base, now } = place(new Uint8Array(96).fill(0xa5));
        kernels.bitmapFill(base, BigInt(pageCount));
        const words = Math.ceil(pageCount / 64);
        const expected = new Uint8Array(96).fill(0xa5);
        expected.set(bitmapOf(Array(pageCount).keys(), words));
        expect(now()).toEqual(expected);
        kernels.bitmapClear(base, words);
        expect(now()).toEqual(expected.fill(0, 0, words * 8));
      }),
    );
  });

  it('counts bits and finds the next word', () => {
    fc.assert(
      fc.property(bitmap, fc.nat(40), (content, from) => {
        const { base, words } = place(content);
        const pages = pagesOf(content);
        expect(kernels.bitmapPopcount(base, words)).toBe(BigInt(pages.length));
        const fromWord = Math.min(from, words);
        expect(kernels.bitmapNextWord(base, fromWord, words)).toBe(nextWord(pages, fromWord, words));
      }),
    );
  });

  it('moves bits into a page list, in parts of any size, and loses none', () => {
    fc.assert(
      fc.property(bitmap, fc.integer({ min: 1, max: 200 }), fc.boolean(), (content, maxOut, resume) => {
        const { base, words, now } = place(content);
        const out = alloc(maxOut * 4 + 4);
        const pages = pagesOf(content);
        const listed: number[] = [];
        for (let count = maxOut, from = 0; count === maxOut;) {
          words32(out, maxOut + 1).fill(0xdeadbeef);
          count = kernels.bitmapScanClearListFrom(base, resume ? from : 0, words, out, maxOut);
          listed.push(...words32(out, count));
          from = (listed.at(-1) ?? 0) >> 6;
          expect(words32(out, maxOut + 1)[maxOut]).toBe(0xdeadbeef);
          expect(pagesOf(now())).toEqual(pages.slice(listed.length));
        }
        expect(listed).toEqual(pages);
      }),
    );
  });

  it('moves bits into maximal runs, in parts of any size, and loses none', () => {
    fc.assert(
      fc.property(bitmap, fc.integer({ min: 1, max: 60 }), fc.boolean(), (content, maxRuns, resume) => {
        const { base, words, now } = place(content);
        const out = alloc(maxRuns * 8 + 8);
        const runs = runsOf(pagesOf(content));
        const listed: [number, number][] = [];
        for (let count = maxRuns, from = 0; count === maxRuns;) {
          words32(out, maxRuns * 2 + 1).fill(0xdeadbeef);
          count = kernels.bitmapScanClearRunsFrom(base, resume ? from : 0, words, out, maxRuns);
          const pairs = words32(out, maxRuns * 2 + 1);
          for (let run = 0; run < count; ++run) listed.push([pairs[run * 2]!, pairs[run * 2 + 1]!]);
          const [first, pages] = listed.at(-1) ?? [0, 0];
          from = (first + pages) >> 6;
          expect(pairs[maxRuns * 2]).toBe(0xdeadbeef);
          expect(runsOf(pagesOf(now()))).toEqual(runs.slice(listed.length));
        }
        expect(listed).toEqual(runs);
      }),
    );
  });

  it('scans from the start by default', () => {
    const { base, words } = place(bitmapOf([1, 2, 70, 639], 10));
    const out = alloc(64);
    expect(kernels.bitmapScanClearRuns(base, words, out, 1)).toBe(1);
    expect([...words32(out, 2)]).toEqual([1, 2]);
    expect(kernels.bitmapScanClearList(base, words, out, 8)).toBe(2);
    expect([...words32(out, 2)]).toEqual([70, 639]);
    expect(kernels.bitmapScanClearList(base, words, out, 8)).toBe(0);
  });

  it('counts bits per bucket for any number of pages and buckets', () => {
    fc.assert(
      fc.property(bitmap, fc.nat(63), fc.integer({ min: 1, max: 300 }), (content, short, buckets) => {
        const { base, words } = place(content);
        const pageCount = Math.max(0, words * 64 - short);
        const out = alloc(buckets * 4);
        kernels.bitmapBuckets(base, BigInt(pageCount), buckets, out);
        expect([...words32(out, buckets)]).toEqual(bucketsOf(pagesOf(content), pageCount, buckets));
      }),
    );
  });

  if (build === 'debug') {
    it('traps on broken preconditions', () => {
      const { base } = place(new Uint8Array(64));
      expect(() => kernels.bitmapMark(base + 1, 0n)).toThrow(WebAssembly.RuntimeError);
      expect(() => kernels.bitmapMark(base, 1n << 32n)).toThrow(WebAssembly.RuntimeError);
      expect(() => kernels.bitmapNextWord(base, 9, 8)).toThrow(WebAssembly.RuntimeError);
      expect(() => kernels.bitmapBuckets(base, 64n, 0, base)).toThrow(WebAssembly.RuntimeError);
    });
  }
});
