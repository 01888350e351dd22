import fc from 'fast-check';
import { expect, test } from 'vitest';
import { grainEveryNs, marksAt } from '../../web/layout/motion.ts';
import { pingsOfRow, rasterRows, rasterScale, rowNs, rowPaths, spanInRow } from '../../web/layout/raster.ts';
import { lensWindow, nsAt, timelineLayout, timeTicks, xOf } from '../../web/layout/timeline.ts';
import { wide } from './numbers.ts';

const SECOND = 1_000_000_000;
const MS = 1_000_000;

test('a click on the timeline finds the instant that is drawn there', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 300, max: 1600 }),
      fc.integer({ min: SECOND, max: 3_600 * SECOND }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (width, endNs, share) => {
        const stun = { fromNs: endNs * 0.97, toNs: endNs * 0.975 };
        const layout = timelineLayout(width, endNs, lensWindow(endNs, stun));
        for (const part of [layout.whole, ...(layout.lens ? [layout.lens] : [])]) {
          const ns = Math.min(endNs, part.fromNs + share * (part.toNs - part.fromNs));
          // Half a nanosecond of rounding, and what a double loses on the way.
          expect(Math.abs(nsAt(layout, xOf(part, ns)) - ns)).toBeLessThan(2 + endNs * 1e-9);
        }
      },
    ),
  );
});

test('the lens lies beside the whole, magnifies, and holds the stun', () => {
  const stun = { fromNs: 95.2 * SECOND, toNs: 95.5 * SECOND };
  const { whole, lens, factor } = timelineLayout(1392, 97 * SECOND, lensWindow(97 * SECOND, stun));
  expect(lens).not.toBeNull();
  if (!lens) return;
  expect(whole.right).toBeLessThan(lens.left);
  expect(lens.right).toBe(1392);
  expect(factor).toBeGreaterThan(5);
  expect(lens.fromNs).toBeLessThan(stun.fromNs);
  expect(lens.toNs).toBeGreaterThan(stun.toNs);
});

test('a run without a stun, and one that is nearly all stun, have no lens', () => {
  expect(timelineLayout(1392, 10 * SECOND, lensWindow(10 * SECOND, null)).lens).toBeNull();
  const long = { fromNs: 2 * SECOND, toNs: 9 * SECOND };
  expect(timelineLayout(1392, 10 * SECOND, lensWindow(10 * SECOND, long)).lens).toBeNull();
});

test('labels of the axis never touch', () => {
  for (const width of [180, 358, 720, 1392]) {
    for (const endNs of [0.04 * SECOND, 5.6 * SECOND, 236 * SECOND, 7_000 * SECOND]) {
      const { whole } = timelineLayout(width, endNs, null);
      const ticks = timeTicks(whole, wide);
      expect(ticks.length).toBeGreaterThan(0);
      ticks.forEach((tick, i) => {
        expect(tick.x).toBeGreaterThanOrEqual(0);
        expect(tick.x + tick.width).toBeLessThanOrEqual(width);
        const next = ticks[i + 1];
        if (next) expect(next.x - (tick.x + tick.width)).toBeGreaterThanOrEqual(8);
      });
    }
  }
});

test('grains are a function of time: they never overtake and the same instant gives the same grains', () => {
  const stream = {
    fromNs: SECOND,
    untilNs: 3 * SECOND,
    everyNs: grainEveryNs(117, 125),
    flightNs: SECOND / 4,
  };
  // 1/64 s x 125 / 117
  expect(stream.everyNs).toBeCloseTo(16_693_376, 0);
  for (let atNs = 0.9 * SECOND; atNs < 3.5 * SECOND; atNs += 7 * MS) {
    const marks = marksAt(atNs, stream);
    expect(marksAt(atNs, stream)).toEqual(marks);
    marks.forEach((mark, i) => {
      expect(mark.share).toBeGreaterThanOrEqual(0);
      expect(mark.share).toBeLessThanOrEqual(1);
      const behind = marks[i + 1];
      if (behind) expect(behind.share).toBeLessThan(mark.share);
    });
  }
  expect(marksAt(0.5 * SECOND, stream)).toEqual([]);
  expect(marksAt(3.5 * SECOND, stream)).toEqual([]);
});

test('a row is a hundred pings, and only those that have been sent', () => {
  expect(rowNs(10 * MS)).toBe(SECOND);
  expect(pingsOfRow(93, 94 * SECOND, 10 * MS)).toEqual({ from: 9300, to: 9400 });
  expect(pingsOfRow(94, 94 * SECOND, 10 * MS)).toEqual({ from: 9400, to: 9401 });
  expect(pingsOfRow(94, 94.019 * SECOND, 10 * MS)).toEqual({ from: 9400, to: 9402 });
  expect(pingsOfRow(95, 94 * SECOND, 10 * MS)).toEqual({ from: 9500, to: 9500 });
  expect(pingsOfRow(-1, 0, 10 * MS)).toEqual({ from: -100, to: 0 });
});

test('rows stand around the instant, two of them to come', () => {
  expect(rasterRows(94 * SECOND, SECOND, 9)).toEqual([88, 89, 90, 91, 92, 93, 94, 95, 96]);
  expect(rasterRows(0, SECOND, 9)).toEqual([-6, -5, -4, -3, -2, -1, 0, 1, 2]);
  expect(rasterRows(94 * SECOND, SECOND, 1)).toEqual([94]);
});

test('marks of a row lie between its labels and its numbers', () => {
  const scale = rasterScale(528, 30, 32, 44);
  const paths = rowPaths(['answered', 'lost', 'slow'], 9400, scale, 20);
  expect(paths.answered).toMatch(/^M[\d.]+ 20h0$/);
  expect(paths.slow).toMatch(/^M[\d.]+ 20h0$/);
  expect(paths.lost.match(/M/g)).toHaveLength(1);
  expect(scale.left).toBeGreaterThan(30);
  expect(scale.right + 44 + 32).toBeLessThan(528);
  expect(spanInRow(95, SECOND, 94.5 * SECOND, 95.5 * SECOND, scale)).toEqual({
    x0: scale.left,
    x1: (scale.left + scale.right) / 2,
  });
  expect(spanInRow(93, SECOND, 94.5 * SECOND, 95.5 * SECOND, scale)).toBeNull();
});
