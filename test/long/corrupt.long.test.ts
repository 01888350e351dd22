// Long lane: a great many damaged blocks through both decoders. Nothing may trap and nothing outside may change.
import { describe, expect, it } from 'vitest';
import { layArena } from '../support/arena.ts';
import { corrupted } from '../support/corrupt.ts';
import { contentClasses, contentOf, noise } from '../support/pages.ts';
import { builds, loadKernels } from '../support/wasm.ts';

const PAGE_BYTES = 4096;
const INPUTS = 200_000;
const LZ4_SLACK = 64;

/** Another seed covers other damage: set CORRUPT_SEED. The seed in the log repeats a run. */
const firstSeed = Number(process.env['CORRUPT_SEED'] ?? 20_260_101);

describe.each(builds)('damaged blocks, %s build', (build) => {
  const loaded = loadKernels(build);
  const { kernels, alloc, put, bytes, reset } = loaded;

  /** Valid blocks to damage, made by the encoders; short ones too, where damage meets the ends more often. */
  const lz4Blocks = contentClasses.flatMap((name) =>
    [20, 200, PAGE_BYTES].map((length) => {
      reset();
      const source = put(contentOf(name, length, length));
      const [target, table] = [alloc(length + 200), alloc(8192)];
      alloc(LZ4_SLACK);
      return bytes(target, kernels.lz4Compress(source, length, target, length + 64, table)).slice();
    }),
  );
  const xbzrleBlocks = [1, 3, 9, 27, 81].map((writes) => {
    reset();
    const [before, after, out] = [alloc(PAGE_BYTES), alloc(PAGE_BYTES), alloc(PAGE_BYTES)];
    for (let write = 0; write < writes; ++write) {
      const [a, b, length] = noise(writes * 1000 + write, 3) as unknown as [number, number, number];
      bytes(after + (((a << 8) | b) % (PAGE_BYTES - 40)), (length % 40) + 1).fill(length | 1);
    }
    return bytes(out, kernels.xbzrleEncode(before, after, out, PAGE_BYTES)).slice();
  });

  /** Runs `decode` on every damaged block and counts what must not happen. */
  const survey = (blocks: Uint8Array[], slack: number, decode: typeof kernels.lz4Decompress) => {
    const seen = { traps: 0, damaged: 0, tooLong: 0, accepted: 0 };
    for (let input = 0; input < INPUTS; ++input) {
      const block = corrupted(blocks[input % blocks.length]!, firstSeed + input);
      const capacity = input % 4 === 0 ? input % 300 : PAGE_BYTES;
      reset();
      const arena = layArena(loaded, block, capacity, slack);
      try {
        const length = decode(arena.source, block.length, arena.target, capacity);
        if (length > capacity) seen.tooLong += 1;
        if (length >= 0) seen.accepted += 1;
      } catch {
        seen.traps += 1;
      }
      if (arena.damage() > 0) seen.damaged += 1;
    }
    console.info(`${build}: ${INPUTS} inputs from seed ${firstSeed}: ${JSON.stringify(seen)}`);
    return seen;
  };

  it('LZ4: 200,000 damaged blocks, no trap, no byte outside the output and its slack', () => {
    const seen = survey(lz4Blocks, LZ4_SLACK, kernels.lz4Decompress);
    expect(seen).toMatchObject({ traps: 0, damaged: 0, tooLong: 0 });
    // Both answers must occur, or the inputs say nothing.
    expect(seen.accepted).toBeGreaterThan(INPUTS / 100);
    expect(seen.accepted).toBeLessThan(INPUTS * 0.9);
  });

  it('XBZRLE: 200,000 damaged blocks, no trap, no byte outside the page', () => {
    const seen = survey(xbzrleBlocks, 0, kernels.xbzrleDecode);
    expect(seen).toMatchObject({ traps: 0, damaged: 0, tooLong: 0 });
    expect(seen.accepted).toBeGreaterThan(INPUTS / 100);
    expect(seen.accepted).toBeLessThan(INPUTS * 0.9);
  });
});
