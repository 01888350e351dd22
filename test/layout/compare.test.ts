import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import {
  axisEndNs,
  compareLayout,
  predictionAxis,
  type CompareSample,
  type CompareSeries,
} from '../../web/layout/compare.ts';
import { formatBytes, formatRate } from '../../web/model/format.ts';
import { narrow as measure } from './numbers.ts';

const SECOND = 1_000_000_000;
const numbersIn = (path: string): number[] => (path.match(/[\d.]+/g) ?? []).map(Number);
const sample = (tNs: number, over: Partial<CompareSample> = {}): CompareSample => ({
  tNs,
  dirtyBytesPerSecond: 50e6,
  sendBytesPerSecond: 100e6,
  remainingBytes: 1e8,
  guestPpm: 1_000_000,
  ...over,
});
const series = (over: Partial<CompareSeries> = {}): CompareSeries => ({
  samples: [sample(SECOND), sample(2 * SECOND, { remainingBytes: 0 })],
  totalNs: 2 * SECOND,
  stun: { fromNs: 1.9 * SECOND, toNs: 2 * SECOND },
  fetching: null,
  ends: true,
  ...over,
});
const layoutOf = (all: CompareSeries[], endNs = axisEndNs(all), width = 400, height = 76) =>
  compareLayout({ series: all, width, height, endNs, formatBytes, formatRate, measure });

describe('engines on shared axes', () => {
  it('have one scale: what is twice as much is twice as high in every row', () => {
    const small = series({ samples: [sample(SECOND, { sendBytesPerSecond: 50e6, dirtyBytesPerSecond: 0 })] });
    const layout = layoutOf([series(), small]);
    const heightOf = (path: string) => layout.bottom - numbersIn(path)[1]!;
    expect(heightOf(layout.rows[0]!.sent)).toBeCloseTo(2 * heightOf(layout.rows[1]!.sent), 0);
    expect(layout.rates.map((tick) => tick.text)).toEqual(['0', '100 MB/s']);
    expect(layout.bytes.at(-1)!.text).toBe('100 MB');
    // One ends where the axis ends, the marks with it.
    expect(layout.rows[0]!.endX).toBeCloseTo(layout.right, 6);
    expect(layout.rows[0]!.stun!.x + layout.rows[0]!.stun!.width).toBeCloseTo(layout.right, 6);
  });

  it('end with the last that ends; one that goes on is cut a little later', () => {
    const open = series({ totalNs: 300 * SECOND, ends: false, stun: null });
    expect(axisEndNs([series(), series({ totalNs: 4 * SECOND })])).toBe(4 * SECOND);
    expect(axisEndNs([series({ totalNs: 4 * SECOND }), open])).toBe(4.6 * SECOND);
    expect(axisEndNs([open])).toBe(300 * SECOND);
    expect(axisEndNs([])).toBe(1);
  });

  it('stay within the picture, whatever runs are like', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            steps: fc.array(
              fc.tuple(fc.integer({ min: 1, max: 20 }), fc.nat(3e9), fc.nat(1e9), fc.nat(1_000_000)),
              {
                minLength: 0,
                maxLength: 30,
              },
            ),
            ends: fc.boolean(),
          }),
          { minLength: 1, maxLength: 8 },
        ),
        fc.integer({ min: 120, max: 900 }),
        (runs, width) => {
          const all = runs.map(({ steps, ends }): CompareSeries => {
            let tNs = 0;
            const samples = steps.map(([tenths, remainingBytes, rate, guestPpm]) => {
              tNs += tenths * 100_000_000;
              return sample(tNs, {
                remainingBytes,
                dirtyBytesPerSecond: rate,
                sendBytesPerSecond: rate / 2,
                guestPpm,
              });
            });
            return { samples, totalNs: tNs, ends, stun: { fromNs: tNs, toNs: tNs }, fetching: null };
          });
          const layout = layoutOf(all, axisEndNs(all), width);
          for (const row of layout.rows)
            for (const path of [row.remaining, row.dirty, row.sent, row.guest])
              for (const number of numbersIn(path)) {
                expect(number).toBeGreaterThanOrEqual(0);
                expect(number).toBeLessThanOrEqual(Math.max(width, 76));
              }
          for (const tick of layout.times)
            expect(tick.at + measure(tick.text, 11) / 2).toBeLessThanOrEqual(width + 1);
        },
      ),
      { numRuns: 60 },
    );
  });
});

test('predicted bytes lie on an axis to twice what was sent; what is beyond stands at its end', () => {
  const axis = predictionAxis(100, [50, 250, null], 200);
  expect(axis.actualX).toBe(100);
  expect(axis.marks).toEqual([{ x: 50, beyond: false }, { x: 200, beyond: true }, null]);
});
