import { scaleLinear, scaleLog } from 'd3';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { linearScale, logScale, niceSpan, ticksOf, tickText } from '../../web/layout/scale.ts';

const number = fc.double({ min: -1e12, max: 1e12, noNaN: true, noDefaultInfinity: true });
const span = fc.tuple(number, number).filter(([from, to]) => Math.abs(to - from) > 1e-3);
const near = (a: number, b: number, size: number) =>
  expect(Math.abs(a - b)).toBeLessThanOrEqual(1e-9 * Math.max(1, size));

describe('the scales of D3 say the same', () => {
  test('straight, and back', () => {
    fc.assert(
      fc.property(span, span, number, (domain, range, value) => {
        const ours = linearScale(domain, range);
        const theirs = scaleLinear().domain(domain).range(range);
        near(ours(value), theirs(value), Math.abs(theirs(value)) + 1e12);
        near(ours.invert(value), theirs.invert(value), Math.abs(theirs.invert(value)) + 1e12);
      }),
    );
  });

  test('logarithmic, held within its range', () => {
    const positive = fc.double({ min: 1e-3, max: 1e15, noNaN: true });
    fc.assert(
      fc.property(
        positive,
        fc.double({ min: 1.5, max: 1e9, noNaN: true }),
        positive,
        (from, times, value) => {
          const theirs = scaleLog()
            .domain([from, from * times])
            .range([148, 18])
            .clamp(true);
          near(logScale([from, from * times], [148, 18])(value), theirs(value), 148);
        },
      ),
    );
  });

  test('ticks and their texts', () => {
    fc.assert(
      fc.property(span, fc.integer({ min: 1, max: 12 }), (domain, count) => {
        const theirs = scaleLinear().domain([...domain].sort((a, b) => a - b));
        const [from, to] = theirs.domain() as [number, number];
        const ticks = ticksOf([from, to], count);
        expect(ticks.map((tick) => tick.value)).toEqual(theirs.ticks(count));
        expect(ticks.map((tick) => tick.text)).toEqual(theirs.ticks(count).map(theirs.tickFormat(count)));
      }),
    );
  });

  test('nice ends, as the axes here have them', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-3, max: 1e15, noNaN: true }), (most) => {
        const [low, high] = scaleLinear().domain([0, most]).nice(4).domain() as [number, number];
        const nice = niceSpan([0, most], 4);
        near(nice[0], low, 0);
        near(nice[1], high, high);
      }),
    );
  });
});

test('nothing above zero stands at the start of a logarithmic axis', () => {
  expect(logScale([10, 1000], [100, 0])(0)).toBe(100);
  expect(logScale([10, 1000], [100, 0])(-5)).toBe(100);
  expect(logScale([10, 1000], [100, 0])(1e9)).toBe(0);
});

test('a span of no length has its value in the middle and whole numbers for text', () => {
  expect(linearScale([5, 5], [0, 10])(5)).toBe(5);
  expect(tickText([5, 5], 4)(1234567)).toBe('1,234,567');
});
