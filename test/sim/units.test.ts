import fc from 'fast-check';
import { expect, test } from 'vitest';
import { transferNs } from '../../web/base/units.ts';

/** The same in whole numbers of any size. */
function exactNs(bytes: number, bytesPerSecond: number): number {
  const rate = BigInt(bytesPerSecond);
  return Number((BigInt(bytes) * 1_000_000_000n + rate - 1n) / rate);
}

test('the time of a transfer is exact to the nanosecond, for any bytes and rate', () => {
  const rates = fc.oneof(
    fc.integer({ min: 1, max: 2_000_000_000 }),
    fc.maxSafeInteger().filter((rate) => rate > 0),
    // Around the rate above which it is computed another way.
    fc.integer({ min: -2_000, max: 2_000 }).map((by) => Math.floor(Number.MAX_SAFE_INTEGER / 1000) + by),
  );
  fc.assert(
    fc.property(fc.maxSafeInteger().map(Math.abs), rates, (bytes, rate) => {
      const expected = exactNs(bytes, rate);
      fc.pre(expected <= Number.MAX_SAFE_INTEGER);
      expect(transferNs(bytes, rate)).toBe(expected);
    }),
    { seed: 20261127, numRuns: 20_000 },
  );
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 40 }), fc.integer({ min: 1, max: 2 ** 36 }), (bytes, rate) => {
      fc.pre(exactNs(bytes, rate) <= Number.MAX_SAFE_INTEGER);
      expect(transferNs(bytes, rate)).toBe(exactNs(bytes, rate));
    }),
    { seed: 20261127, numRuns: 20_000 },
  );
});
