import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as oracle from '../oracle/prng.ts';
import { builds, loadKernels } from '../support/wasm.ts';

const u64 = fc.bigInt(0n, (1n << 64n) - 1n);
const unsigned = (value: bigint) => BigInt.asUintN(64, value);
const golden = 0x9e3779b97f4a7c15n;

describe.each(builds)('random numbers, %s build', (build) => {
  const { kernels } = loadKernels(build);

  it('gives the published sequence of SplitMix64', () => {
    const published = [
      6457827717110365317n,
      3203168211198807973n,
      9817491932198370423n,
      4593380528125082431n,
    ];
    published.forEach((value, at) => {
      const state = unsigned(1234567n + BigInt(at + 1) * golden);
      expect(unsigned(kernels.mix64(state))).toBe(value);
    });
    expect(unsigned(kernels.mix64(golden))).toBe(0xe220a8397b1dcdafn);
  });

  it('equals its oracle', () => {
    fc.assert(
      fc.property(u64, u64, (a, b) => {
        expect(unsigned(kernels.mix64(a))).toBe(oracle.mix64(a));
        expect(unsigned(kernels.prngSeed(a, b))).toBe(oracle.prngSeed(a, b));
        if (a !== 0n) expect(unsigned(kernels.prngNext(a))).toBe(oracle.prngNext(a));
        expect(unsigned(kernels.prngOutput(a))).toBe(oracle.prngOutput(a));
      }),
    );
  });

  it('draws below any n under 2^34, exactly as 60 bits of randomness say', () => {
    const below = fc.oneof(
      fc.bigInt(1n, 1n << 20n),
      fc.bigInt(1n, (1n << 34n) - 1n),
      fc.constant((1n << 34n) - 1n),
    );
    const random = fc.oneof(u64, fc.constantFrom(0n, (1n << 64n) - 1n, 1n << 34n, (1n << 34n) - 1n));
    fc.assert(
      fc.property(random, below, (value, n) => {
        const drawn = unsigned(kernels.drawBelow(value, n));
        expect(drawn).toBe(oracle.drawBelow(value, n));
        expect(drawn).toBeLessThan(n);
      }),
    );
  });

  it('spreads draws evenly: chi-squared over 100 values', () => {
    const counts = new Array<number>(100).fill(0);
    const draws = 100_000;
    let state = kernels.prngSeed(7n, 0n);
    for (let draw = 0; draw < draws; ++draw) {
      state = kernels.prngNext(state);
      counts[Number(kernels.drawBelow(kernels.prngOutput(state), 100n))]! += 1;
    }
    // chi2 = sum (observed - expected)^2 / expected; 99 degrees of freedom leave 54..160 with probability below 1e-3.
    const chi2 = counts.reduce((sum, count) => sum + (count - draws / 100) ** 2 / (draws / 100), 0);
    expect(chi2).toBeGreaterThan(54);
    expect(chi2).toBeLessThan(160);
  });

  it('gives unrelated streams for neighbouring seeds and numbers, and never the state zero', () => {
    const states = new Set<bigint>();
    for (let seed = 0n; seed < 64n; ++seed) {
      for (let stream = 0n; stream < 64n; ++stream) states.add(kernels.prngSeed(seed, stream));
    }
    expect(states.size).toBe(64 * 64);
    expect(states.has(0n)).toBe(false);
  });
});
