import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldHashes, xxh64 } from '../oracle/hash.ts';
import { arbitraryPage, noise } from '../support/pages.ts';
import { builds, loadKernels } from '../support/wasm.ts';

const u64 = fc.bigInt(0n, (1n << 64n) - 1n);
const unsigned = (value: bigint) => BigInt.asUintN(64, value);
const hex = (value: bigint) => unsigned(value).toString(16).padStart(16, '0');
const onBits = (value: bigint) => value.toString(2).replaceAll('0', '').length;

/** Published XXH64 values. */
const vectors: [text: string, seed: bigint, hash: string][] = [
  ['', 0n, 'ef46db3751d8e999'],
  ['a', 0n, 'd24ec4f1a98c6e5b'],
  ['abc', 0n, '44bc2cf5ad770999'],
  ['xxhash', 0n, '32dd38952c4bc720'],
  ['xxhash', 20141025n, 'b559b98d844e0635'],
  ['Nobody inspects the spammish repetition', 0n, 'fbcea83c8a378bf1'],
];

describe.each(builds)('hash kernels, %s build', (build) => {
  const { kernels, bytes, alloc, put, reset } = loadKernels(build);

  it.each(vectors)('gives the published XXH64 of %j with seed %d', (text, seed, hash) => {
    reset();
    const content = new TextEncoder().encode(text);
    expect(hex(kernels.xxh64(put(content), content.length, seed))).toBe(hash);
    expect(hex(xxh64(content, seed))).toBe(hash);
  });

  it('equals its oracle for every length, seed and alignment', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200, size: 'max' }), u64, fc.nat(15), (content, seed, shift) => {
        reset();
        const at = alloc(content.length + 16) + shift;
        bytes(at, content.length).set(content);
        expect(unsigned(kernels.xxh64(at, content.length, seed))).toBe(xxh64(content, seed));
      }),
    );
  });

  it('hashes a page as XXH64 with seed 0', () => {
    fc.assert(
      fc.property(arbitraryPage, (page) => {
        reset();
        expect(unsigned(kernels.pageHash(put(page)))).toBe(xxh64(page, 0n));
      }),
      { numRuns: 40 },
    );
  });

  it('folds page hashes in order', () => {
    fc.assert(
      fc.property(fc.array(u64, { maxLength: 50 }), u64, (hashes, seed) => {
        const state = hashes.reduce((sum, hash) => kernels.hashFold(sum, hash), kernels.hashStart(seed));
        expect(unsigned(kernels.hashFinish(state, BigInt(hashes.length)))).toBe(foldHashes(hashes, seed));
      }),
    );
  });

  it('changes about half of its bits for every single bit of a page', () => {
    reset();
    const page = put(noise(1, 4096));
    const before = unsigned(kernels.pageHash(page));
    const view = bytes(page, 4096);
    const seen = new Set([before]);
    let flips = 0;
    for (let bit = 0; bit < 32768; ++bit) {
      view[bit >> 3]! ^= 1 << (bit & 7);
      const hash = unsigned(kernels.pageHash(page));
      seen.add(hash);
      if (bit % 16 === 0) flips += onBits(hash ^ before);
      view[bit >> 3]! ^= 1 << (bit & 7);
    }
    expect(seen.size).toBe(32769);
    // 2048 samples of 64 bits: the mean of flipped bits is 32 with a standard deviation below 0.1.
    expect(flips / 2048).toBeGreaterThan(31.5);
    expect(flips / 2048).toBeLessThan(32.5);
  });

  it('sees swapped words, in one lane and across lanes', () => {
    reset();
    const page = put(noise(2, 4096));
    const words = new BigUint64Array(kernels.memory.buffer, page, 512);
    const before = kernels.pageHash(page);
    const swap = (a: number, b: number) => ([words[a], words[b]] = [words[b]!, words[a]!]);
    for (let word = 0; word < 508; ++word) {
      for (const distance of [1, 4]) {
        swap(word, word + distance);
        expect(kernels.pageHash(page)).not.toBe(before);
        swap(word, word + distance);
      }
    }
    expect(kernels.pageHash(page)).toBe(before);
  });

  it('sees swapped pages, a page more and a page less', () => {
    const fold = (hashes: bigint[]) =>
      kernels.hashFinish(
        hashes.reduce((sum, hash) => kernels.hashFold(sum, hash), kernels.hashStart(0n)),
        BigInt(hashes.length),
      );
    const hashes = [1n, 2n, 3n, 4n, 0n];
    const results = [
      hashes,
      [2n, 1n, 3n, 4n, 0n],
      [1n, 2n, 4n, 3n, 0n],
      [0n, 2n, 3n, 4n, 1n],
      [...hashes, 0n],
      hashes.slice(0, 4),
      [],
      [0n],
    ].map(fold);
    expect(new Set(results).size).toBe(results.length);
  });
});
