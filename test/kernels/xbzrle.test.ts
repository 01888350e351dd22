import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as oracle from '../oracle/xbzrle.ts';
import { layArena } from '../support/arena.ts';
import { corrupted } from '../support/corrupt.ts';
import { arbitraryChange, arbitraryPage, contentOf, noise } from '../support/pages.ts';
import { builds, loadKernels } from '../support/wasm.ts';

const PAGE_BYTES = 4096;

/** The vector of the format's documentation: 1001 zero bytes, 21 bytes that differ in part, zero bytes to the end. */
const documented = {
  before: '05060708090a0b0c0d0e0f1011121368 00006b006d',
  after: '0102030405060708090a0b0c0d0e0f68 0000670069',
  block: 'e9070f0102030405060708090a0b0c0d0e0f0301670101 69',
};
const fromHex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const pageWith = (at: number, content: Uint8Array) => {
  const page = new Uint8Array(PAGE_BYTES);
  page.set(content, at);
  return page;
};

describe.each(builds)('XBZRLE, %s build', (build) => {
  const loaded = loadKernels(build);
  const { kernels, bytes, alloc, put, reset } = loaded;

  /** Encodes and checks that nothing behind `max` bytes was written. */
  const encode = (before: Uint8Array, after: Uint8Array, max = PAGE_BYTES) => {
    reset();
    const [old, now] = [put(before), put(after)];
    const out = alloc(max + 64);
    bytes(out, max + 64).fill(0xc5);
    const length = kernels.xbzrleEncode(old, now, out, max);
    expect(bytes(out + max, 64).every((byte) => byte === 0xc5)).toBe(true);
    return { length, block: bytes(out, Math.max(0, length)).slice() };
  };

  const decode = (block: Uint8Array, page: Uint8Array) => {
    reset();
    const arena = layArena(loaded, block, page.length, 0, page);
    const length = kernels.xbzrleDecode(arena.source, block.length, arena.target, page.length);
    expect(arena.damage()).toBe(0);
    return { length, page: arena.output(page.length).slice() };
  };

  it('gives the documented vector', () => {
    const before = pageWith(1001, fromHex(documented.before));
    const after = pageWith(1001, fromHex(documented.after));
    expect(encode(before, after)).toEqual({ length: 24, block: fromHex(documented.block) });
    expect(decode(fromHex(documented.block), before)).toEqual({ length: 1022, page: after });
  });

  it('reads every length of 0 to 16383 and refuses longer forms', () => {
    const page = new Uint8Array(0x4000);
    for (let length = 0; length < 0x4000; ++length) {
      const uleb = length < 0x80 ? [length] : [(length & 0x7f) | 0x80, length >> 7];
      reset();
      const [source, target] = [put(Uint8Array.of(...uleb, 1, 7)), put(page.subarray(0, length + 1))];
      expect(kernels.xbzrleDecode(source, uleb.length + 2, target, length + 1)).toBe(length + 1);
      expect(bytes(target, length + 1)[length]).toBe(7);
    }
    expect(decode(Uint8Array.of(0x80, 0x80, 1, 7), page).length).toBe(-1);
    expect(decode(Uint8Array.of(0, 0x80, 0x80, 7), page).length).toBe(-1);
  });

  it('sends nothing for a page that did not change', () => {
    fc.assert(
      fc.property(arbitraryPage, (page) => {
        expect(encode(page, page).length).toBe(0);
      }),
    );
    expect(decode(new Uint8Array(0), new Uint8Array(PAGE_BYTES)).length).toBe(0);
  });

  it('needs four bytes for a change of the last byte', () => {
    const after = pageWith(PAGE_BYTES - 1, Uint8Array.of(1));
    expect(encode(new Uint8Array(PAGE_BYTES), after)).toEqual({ length: 4, block: fromHex('ff1f0101') });
  });

  it('gives up when every second byte changed', () => {
    const after = Uint8Array.from({ length: PAGE_BYTES }, (_, at) => at & 1);
    expect(encode(new Uint8Array(PAGE_BYTES), after).length).toBe(-1);
  });

  it('carries 10,000 random range edits', () => {
    const edits = new Uint32Array(noise(11, 80_000).buffer);
    reset();
    const [old, now, out, target] = [alloc(4096), alloc(4096), alloc(4096), alloc(4096)];
    const page = contentOf('text', 5, PAGE_BYTES);
    let sent = 0;
    for (let edit = 0; edit < 10_000; ++edit) {
      const at = edits[edit * 2]! % PAGE_BYTES;
      const length = Math.min(edits[edit * 2 + 1]! % (edit % 3 === 0 ? 4096 : 64), PAGE_BYTES - at);
      bytes(old, PAGE_BYTES).set(page);
      bytes(target, PAGE_BYTES).set(page);
      page.set(noise(edit, length), at);
      bytes(now, PAGE_BYTES).set(page);
      const encoded = kernels.xbzrleEncode(old, now, out, PAGE_BYTES);
      if (encoded < 0) continue;
      sent += 1;
      const reach = kernels.xbzrleDecode(out, encoded, target, PAGE_BYTES);
      if (reach < 0 || kernels.pageEquals(now, target) === 0) expect.fail(`Edit ${edit} did not arrive.`);
    }
    expect(sent).toBeGreaterThan(9900);
  });

  it('encodes as its oracle does, at every limit', () => {
    fc.assert(
      fc.property(
        arbitraryChange,
        fc.oneof(fc.constant(PAGE_BYTES), fc.nat(PAGE_BYTES)),
        ({ before, after }, max) => {
          const expected = oracle.encode(before, after, max);
          const encoded = encode(before, after, max);
          expect(encoded.length).toBe(expected ? expected.length : -1);
          expect(Buffer.compare(encoded.block, expected ?? new Uint8Array(0))).toBe(0);
          if (!expected) return;
          expect(encode(before, after, expected.length).length).toBe(expected.length);
          if (expected.length > 0) expect(encode(before, after, expected.length - 1).length).toBe(-1);
          const decoded = decode(encoded.block, before);
          expect(decoded.length).toBeGreaterThanOrEqual(0);
          expect(Buffer.compare(decoded.page, after)).toBe(0);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('refuses what its oracle refuses, and writes nowhere else', () => {
    const target = fc.oneof(fc.constant(PAGE_BYTES), fc.nat(200));
    fc.assert(
      fc.property(arbitraryChange, fc.integer(), target, ({ before, after }, seed, length) => {
        const valid = oracle.encode(before, after, 0x3fff)!;
        const page = before.subarray(0, length);
        for (const block of [corrupted(valid, seed), corrupted(valid.subarray(0, 60), ~seed)]) {
          const expected = oracle.decode(block, page);
          const decoded = decode(block, page);
          expect(decoded.length).toBe(expected ? expected.length : -1);
          if (expected) expect(Buffer.compare(decoded.page, expected.page)).toBe(0);
        }
      }),
      { numRuns: 400 },
    );
  });

  it.each([
    ['one byte only', '05'],
    ['no room for the second length', '0501'],
    ['an empty run of changed bytes', '050001'],
    ['a second empty run of equal bytes', '000107000108'],
    ['a second empty run of equal bytes in two bytes', '00010780000108'],
    ['changed bytes that end too early', '000407'],
    ['equal bytes beyond the page', 'ff7f0107'],
    ['changed bytes beyond the page', 'ff1f020707'],
  ])('refuses %s', (_, hex) => {
    expect(decode(fromHex(hex), new Uint8Array(PAGE_BYTES)).length).toBe(-1);
    expect(oracle.decode(fromHex(hex), new Uint8Array(PAGE_BYTES))).toBeUndefined();
  });
});

describe.each(builds)('cache of sent pages, %s build', (build) => {
  const { kernels, bytes, alloc, put, reset } = loadKernels(build);
  const step = fc.record({ page: fc.nat(40), wait: fc.nat(2), insert: fc.boolean(), seed: fc.nat(1000) });

  it.each([0, 1])('keeps, refreshes and replaces as its oracle does, page data %d', (withData) => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.constantFrom(1, 2, 8, 16), (steps, slots) => {
        reset();
        const size = Number(kernels.cacheBytes(slots, withData));
        const cache = alloc(size + 64);
        bytes(cache, size + 64).fill(0xc5);
        kernels.cacheInit(cache, slots, withData);
        const twin = new oracle.Cache(slots);
        let round = 0;
        for (const { page, wait, insert, seed } of steps) {
          round += wait;
          const data = noise(seed, PAGE_BYTES);
          const slot = insert
            ? kernels.cacheInsert(cache, page, round, withData ? put(data) : 0)
            : kernels.cacheLookup(cache, page, round);
          const held = insert ? twin.insert(page, round, data) && data : twin.lookup(page, round);
          expect(slot).toBe(held ? page % slots : -1);
          if (!held || !withData) continue;
          expect(Buffer.compare(bytes(kernels.cacheData(cache, slot), PAGE_BYTES), held)).toBe(0);
        }
        expect(bytes(cache + size, 64).every((byte) => byte === 0xc5)).toBe(true);
      }),
    );
  });

  it('replaces another page only when that was not used for two rounds', () => {
    reset();
    const cache = alloc(Number(kernels.cacheBytes(4, 0)));
    kernels.cacheInit(cache, 4, 0);
    expect(kernels.cacheInsert(cache, 1, 1, 0)).toBe(1);
    expect(kernels.cacheInsert(cache, 5, 2, 0)).toBe(-1);
    expect(kernels.cacheLookup(cache, 1, 2)).toBe(1);
    expect(kernels.cacheInsert(cache, 5, 3, 0)).toBe(-1);
    expect(kernels.cacheInsert(cache, 5, 4, 0)).toBe(1);
    expect(kernels.cacheLookup(cache, 1, 4)).toBe(-1);
  });
});
