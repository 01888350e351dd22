import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as oracle from '../oracle/lz4.ts';
import { layArena } from '../support/arena.ts';
import { corrupted } from '../support/corrupt.ts';
import type { Fixture } from '../support/lz4-fixtures/make.ts';
import { kinds, openNative } from '../support/lz4-native.ts';
import { arbitraryContent, contentClasses, contentOf, noise } from '../support/pages.ts';
import { fromRoot } from '../support/root.ts';
import { builds, loadKernels } from '../support/wasm.ts';

const SLACK = 64;
const TABLE_BYTES = 16384;
const MOST_BYTES = 65536;

const fixturePath = fromRoot('test/support/lz4-fixtures/blocks.json');
const fixtures = JSON.parse(readFileSync(fixturePath, 'utf8')) as Fixture[];
const blockOf = (fixture: Fixture) => Uint8Array.from(Buffer.from(fixture.block, 'base64'));

/** Room that any content fits into after compression. */
const bound = (length: number) => length + Math.floor(length / 255) + 16;
const content = fc.oneof(
  { weight: 3, arbitrary: arbitraryContent(fc.nat(64)) },
  { weight: 3, arbitrary: arbitraryContent(fc.constant(4096)) },
  { weight: 1, arbitrary: arbitraryContent(fc.integer({ min: 60000, max: MOST_BYTES })) },
);

/** Sequences that make sense, with every short distance and lengths around the limits of their fields. */
const length = fc.oneof(fc.nat(20), fc.constantFrom(14, 15, 16, 269, 270, 271, 525), fc.nat(900));
const sequences = fc
  .tuple(
    fc.array(fc.record({ literals: length, distance: fc.oneof(fc.nat(20), fc.nat(2000)), match: length }), {
      maxLength: 30,
    }),
    fc.nat(20),
  )
  .map(([parts, last]) => {
    let reach = 0;
    const list = parts.map(({ literals, distance, match }, at): oracle.Sequence => {
      // A block cannot begin with a match: there is nothing yet to repeat.
      const count = reach === 0 ? Math.max(1, literals) : literals;
      reach += count;
      const back = Math.min(Math.max(1, distance), reach);
      reach += match + 4;
      return { literals: noise(at + count, count), match: { distance: back, length: match + 4 } };
    });
    return [...list, { literals: noise(7, last) }];
  });

describe.each(builds)('LZ4 blocks, %s build', (build) => {
  const loaded = loadKernels(build);
  const { kernels, bytes, alloc, reset } = loaded;

  const compress = (source: Uint8Array, capacity = bound(source.length)) => {
    reset();
    const table = alloc(TABLE_BYTES);
    bytes(table, TABLE_BYTES).fill(0xee);
    const arena = layArena(loaded, source, capacity, SLACK);
    const size = kernels.lz4Compress(arena.source, source.length, arena.target, capacity, table);
    expect(arena.damage()).toBe(0);
    return arena.output(size).slice();
  };

  const decompress = (block: Uint8Array, capacity: number) => {
    reset();
    const arena = layArena(loaded, block, capacity, SLACK);
    const size = kernels.lz4Decompress(arena.source, block.length, arena.target, capacity);
    expect(arena.damage()).toBe(0);
    return size < 0 ? undefined : arena.output(size).slice();
  };

  const expectSame = (a: Uint8Array | undefined, b: Uint8Array | undefined) => {
    expect(a?.length).toBe(b?.length);
    if (a && b) expect(Buffer.compare(a, b)).toBe(0);
  };

  it('gives back what it compressed, in blocks that obey the format', () => {
    fc.assert(
      fc.property(content, (source) => {
        const block = compress(source);
        expect(block.length).toBeGreaterThan(0);
        expect(oracle.violations(block, source.length)).toEqual([]);
        expectSame(oracle.decode(block, source.length), source);
        expectSame(decompress(block, source.length), source);
        if (source.length > 0) expect(decompress(block, source.length - 1)).toBeUndefined();
      }),
      { numRuns: 150 },
    );
  });

  it('gives back every length up to 300 of every class', () => {
    for (const name of contentClasses) {
      for (let size = 0; size <= 300; size += build === 'debug' ? 3 : 1) {
        const source = contentOf(name, size, size);
        const block = compress(source);
        expect(oracle.violations(block, size)).toEqual([]);
        expectSame(decompress(block, size), source);
      }
    }
  });

  it('fits into exactly the room that it needs, and says so when there is less', () => {
    fc.assert(
      fc.property(arbitraryContent(fc.oneof(fc.nat(64), fc.nat(4096))), fc.nat(4096), (source, less) => {
        const block = compress(source);
        expectSame(compress(source, block.length), block);
        expect(compress(source, block.length - 1).length).toBe(0);
        expect(compress(source, Math.min(less, block.length - 1)).length).toBe(0);
      }),
    );
  });

  it('decompresses any well-formed block: every distance, every length, any end', () => {
    fc.assert(
      fc.property(sequences, fc.nat(40), fc.integer({ min: 1, max: 60 }), (list, room, less) => {
        const block = oracle.assemble(list);
        const expected = oracle.decode(block, 1 << 16)!;
        expectSame(decompress(block, expected.length + room), expected);
        expectSame(decompress(block, expected.length), expected);
        if (expected.length >= less) expect(decompress(block, expected.length - less)).toBeUndefined();
      }),
      { numRuns: 600 },
    );
  });

  it('decompresses what the obvious compressor makes', () => {
    fc.assert(
      fc.property(arbitraryContent(fc.nat(500)), (source) => {
        const block = oracle.compress(source);
        expect(oracle.violations(block, source.length)).toEqual([]);
        expectSame(decompress(block, source.length), source);
      }),
    );
  });

  it('refuses what its oracle refuses, and writes nowhere but into the output and its slack', () => {
    const valid = fc.oneof(
      sequences.map(oracle.assemble),
      arbitraryContent(fc.constant(4096)).map((source) => compress(source)),
      fc.uint8Array({ maxLength: 80 }),
    );
    fc.assert(
      fc.property(valid, fc.integer(), fc.oneof(fc.constant(4096), fc.nat(300)), (block, seed, capacity) => {
        for (const damaged of [corrupted(block, seed), corrupted(block, ~seed)]) {
          expectSame(decompress(damaged, capacity), oracle.decode(damaged, capacity));
        }
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['nothing at all', []],
    ['a token without its literals', [0x10]],
    ['literals that end too early', [0x20, 1]],
    ['a length that never ends', [0xf0, 255, 255]],
    ['half a distance', [0x10, 1, 1]],
    ['a distance of zero', [0x10, 1, 0, 0, 0x00]],
    ['a distance before the start', [0x10, 1, 2, 0, 0x00]],
    ['a match length that never ends', [0x1f, 1, 1, 0, 255]],
    ['a match as the last thing', [0x10, 1, 1, 0]],
    ['more than the output holds', [0x1f, 1, 1, 0, 255, 255, 0, 0x00]],
  ])('refuses %s', (_, block) => {
    expect(decompress(Uint8Array.from(block), 100)).toBeUndefined();
    expect(oracle.decode(Uint8Array.from(block), 100)).toBeUndefined();
  });

  it('refuses more than 64 KiB of input', () => {
    reset();
    const at = alloc(MOST_BYTES + 256);
    const out = alloc(bound(MOST_BYTES) + 256);
    const run = () => kernels.lz4Compress(at, MOST_BYTES + 1, out, bound(MOST_BYTES), alloc(TABLE_BYTES));
    if (build === 'debug') expect(run).toThrow(WebAssembly.RuntimeError);
    else expect(run()).toBe(0);
  });

  it('reads the recorded blocks of liblz4', () => {
    expect(fixtures.length).toBeGreaterThan(100);
    for (const fixture of fixtures) {
      const source = contentOf(fixture.content, fixture.seed, fixture.length);
      expectSame(decompress(blockOf(fixture), fixture.length), source);
    }
  });

  it('makes pages about as small as liblz4 does', () => {
    let ours = 0;
    let theirs = 0;
    for (const fixture of fixtures.filter(({ length, maker }) => length === 4096 && maker === 'default')) {
      ours += compress(contentOf(fixture.content, fixture.seed, fixture.length)).length;
      theirs += blockOf(fixture).length;
    }
    expect(ours / theirs).toBeLessThan(1.02);
  });

  const native = openNative();
  const isLive = typeof native === 'function';
  const liveName = isLive
    ? 'is read by real liblz4, and reads it (live)'
    : `NOT LIVE, ${native.absent}: our blocks of the recorded contents are read by the oracle only`;

  it(liveName, () => {
    if (!isLive) console.warn(`LZ4: ${liveName}`);
    const sources = [
      ...fixtures.map((fixture) => contentOf(fixture.content, fixture.seed, fixture.length)),
      ...contentClasses.flatMap((name) =>
        [0, 1, 12, 13, 4095, 4096, 65535, MOST_BYTES].map((size) => contentOf(name, size, size)),
      ),
    ];
    const blocks = sources.map((source) => compress(source));
    if (!isLive) {
      blocks.forEach((block, at) => expectSame(oracle.decode(block, sources[at]!.length), sources[at]));
      return;
    }
    const request = (kind: number, capacity: number, input: Uint8Array) => ({ kind, capacity, bytes: input });
    const read = native(blocks.map((block, at) => request(kinds.decompress, sources[at]!.length, block)));
    read.forEach(({ result, bytes: output }, at) => {
      expect(result).toBe(sources[at]!.length);
      expectSame(output, sources[at]);
    });
    for (const kind of [kinds.compress, kinds.compressHigh]) {
      const made = native(sources.map((source) => request(kind, bound(source.length), source)));
      made.forEach(({ bytes: block }, at) => expectSame(decompress(block, sources[at]!.length), sources[at]));
    }
  });
});
