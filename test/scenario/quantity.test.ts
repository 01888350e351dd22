import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GIB, MIB, NS_PER_MS, NS_PER_SECOND } from '../../web/base/units.ts';
import * as quantity from '../../web/scenario/quantity.ts';
import type { QuantityKind } from '../../web/scenario/quantity.ts';

const formatters = {
  formatBytes: [
    [0, '0 B'],
    [12, '12 B'],
    [999, '999 B'],
    [999.6, '1.00 kB'],
    [4_104, '4.10 kB'],
    [999_499, '999 kB'],
    [999_500, '1.00 MB'],
    [45_000_000, '45.0 MB'],
    [430_300_000, '430 MB'],
    [8_589_934_592, '8.59 GB'],
    [-45_000_000, '−45.0 MB'],
    [Infinity, '– B'],
  ],
  formatIec: [
    [0, '0 B'],
    [4096, '4 KiB'],
    [512 * MIB, '512 MiB'],
    [64 * GIB, '64 GiB'],
    [1.5 * GIB, '1.50 GiB'],
    [1000 * MIB, '1,000 MiB'],
    [24 * 1024 * GIB, '24 TiB'],
    [123_456_789, '118 MiB'],
  ],
  formatRate: [
    [117_500_000, '118 MB/s'],
    [45_000_000, '45.0 MB/s'],
    [1_175_000_000, '1.18 GB/s'],
    [0, '0 B/s'],
  ],
  formatLinkRate: [
    [125_000_000, '1 Gb/s'],
    [1_250_000_000, '10 Gb/s'],
    [312_500_000, '2.50 Gb/s'],
    [12_500_000, '100 Mb/s'],
    [0, '0 b/s'],
    [117_500_000, '940 Mb/s'],
  ],
  formatDuration: [
    [0, '0 ms'],
    [200_000, '200 µs'],
    [4 * NS_PER_MS, '4 ms'],
    [217_400_000, '217 ms'],
    [45_000_001, '45.0 ms'],
    [1_520_000_000, '1.52 s'],
    [NS_PER_SECOND, '1 s'],
    [95_900_000_000, '95.9 s'],
    [99_960_000_000, '100 s'],
    [119_600_000_000, '2 min'],
    [235 * NS_PER_SECOND, '3 min 55 s'],
    [3_599.6 * NS_PER_SECOND, '1 h'],
    [7_500 * NS_PER_SECOND, '2 h 5 min'],
    [(4 * 24 + 3) * 3_600 * NS_PER_SECOND, '4 d 3 h'],
    [-4 * NS_PER_MS, '−4 ms'],
  ],
  formatCount: [
    [0, '0'],
    [999, '999'],
    [2_653_628, '2,653,628'],
    [-1_000, '−1,000'],
  ],
  formatClock: [
    [0, '0:00.000'],
    [94 * NS_PER_SECOND, '1:34.000'],
    [999_999_999, '0:00.999'],
    [3_723_250_000_000, '1:02:03.250'],
  ],
  formatPercent: [
    [0, '0 %'],
    [940_000, '94.0 %'],
    [62_500, '6.25 %'],
    [1_000_000, '100 %'],
    [1_350_000, '135 %'],
  ],
} as const;

describe.each(Object.entries(formatters))('%s', (name, cases) => {
  const format = quantity[name as keyof typeof formatters];
  it.each(cases as readonly (readonly [number, string])[])('%d is %s', (value, text) =>
    expect(format(value)).toBe(text),
  );
});

describe('parsing', () => {
  it.each<[QuantityKind, string, number]>([
    ['bytes', '64 GiB', 64 * GIB],
    ['bytes', '64GiB', 64 * GIB],
    ['bytes', ' 1.5 GB ', 1_500_000_000],
    ['bytes', '1,024 B', 1024],
    ['bytes', '0', 0],
    ['rate', '10 Gb/s', 1_250_000_000],
    ['rate', '10Gbit/s', 1_250_000_000],
    ['rate', '100Mbps', 12_500_000],
    ['rate', '900MiB/s', 900 * MIB],
    ['rate', '117 MB/s', 117_000_000],
    ['duration', '0.2 ms', 200_000],
    ['duration', '3 min 55 s', 235 * NS_PER_SECOND],
    ['duration', '50 µs', 50_000],
    ['duration', '50 \u03bcs', 50_000],
    ['duration', '50us', 50_000],
    ['count', '2,653,628', 2_653_628],
  ])('%s "%s"', (kind, text, value) =>
    expect(quantity.parseQuantity(text, kind)).toEqual({ ok: true, value }),
  );

  it.each<[QuantityKind, string, string]>([
    ['bytes', '', 'Write a number with a unit'],
    ['bytes', '64', 'unit is missing'],
    ['bytes', '64 GiB 3 MiB', 'Write a number'],
    ['bytes', '-1 GiB', 'Write a number'],
    ['bytes', '1e9 B', 'Write a number'],
    ['bytes', '64 gib', 'Did you mean GiB?'],
    ['bytes', '10 Gb/s', 'no unit that fits here'],
    ['rate', '10 GB', 'no unit that fits here'],
    ['duration', '5 parsec', 'no unit that fits here'],
    ['count', 'four', 'whole number'],
    ['bytes', '99999999 PB', 'more than can be counted'],
    ['bytes', '1'.repeat(100), 'Write a number'],
    ['bytes', '1,5 GB', 'Write a number'],
  ])('refuses %s "%s"', (kind, text, words) => {
    expect(quantity.parseQuantity(text, kind)).toMatchObject({
      ok: false,
      error: expect.stringContaining(words),
    });
  });

  const amounts = fc.oneof(
    fc.integer({ min: 0, max: 5_000 }),
    fc.integer({ min: 0, max: 1_000_000_000 }),
    fc.integer({ min: 0, max: 4_000_000_000_000_000 }),
  );
  const pairs: [QuantityKind, (value: number) => string][] = [
    ['bytes', quantity.formatBytes],
    ['bytes', quantity.formatIec],
    ['rate', quantity.formatRate],
    ['rate', quantity.formatLinkRate],
    ['duration', quantity.formatDuration],
    ['count', quantity.formatCount],
  ];

  it.each(pairs)(
    'of %s reads what is written, within the digits shown, and writes it alike',
    (kind, format) => {
      fc.assert(
        fc.property(amounts, (value) => {
          const text = format(value);
          const parsed = quantity.parseQuantity(text, kind);
          if (!parsed.ok) throw new Error(`${text}: ${parsed.error}`);
          // Three digits: off by half of the last one, 0.5 %; minutes and hours drop up to half of their smaller part.
          expect(Math.abs(parsed.value - value)).toBeLessThanOrEqual(value * 0.025 + 1);
          expect(format(parsed.value)).toBe(shown(format, parsed.value, text));
        }),
        { numRuns: 500 },
      );
    },
  );

  /** "1.00 MB" reads as exactly a million bytes, which memory and links may write without zeros. */
  function shown(format: (value: number) => string, value: number, text: string): string {
    const withoutZeros = text.replace(/\.0+(?= )|(?<=\.\d)0(?= )/, '');
    return [text, withoutZeros].find((one) => one === format(value)) ?? text;
  }

  it.each<QuantityKind>(['bytes', 'rate', 'duration', 'count'])(
    'of %s is exact where an address needs it',
    (kind) => {
      fc.assert(
        fc.property(amounts, (value) => {
          expect(quantity.parseQuantity(quantity.exactQuantity(value, kind), kind)).toEqual({
            ok: true,
            value,
          });
        }),
        { numRuns: 500 },
      );
    },
  );

  it('writes at most three digits that mean something', () => {
    fc.assert(
      fc.property(amounts, (value) => {
        for (const format of [quantity.formatBytes, quantity.formatRate, quantity.formatIec]) {
          const digits = format(value).replace(/[^\d]/g, '').replace(/^0+/, '').replace(/0+$/, '');
          expect(digits.length).toBeLessThanOrEqual(3);
        }
      }),
    );
  });
});
