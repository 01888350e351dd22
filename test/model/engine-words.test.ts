import { expect, test } from 'vitest';
import { benchLines, type BenchRow } from '../../web/model/bench-words.ts';
import { formatMany, machineLine } from '../../web/model/engine-words.ts';

test.each([
  [3_104_000, '3.10 M'],
  [12_345_678, '12.3 M'],
  [99_960_000, '100 M'],
  [2_500_000_000, '2.50 G'],
  [950, '950 '],
])('%d reads as "%s"', (value, text) => {
  expect(formatMany(value)).toBe(text);
});

test('the machine in one line: what ran, where, in how much memory', () => {
  const figures = {
    thread: 'worker',
    pages: 3_100_000,
    computeMs: 1000,
    memoryBytes: 1.07 * 2 ** 30,
  } as const;
  expect(machineLine(figures)).toBe('3.10 M pages/s, 1 worker, 1.07 GiB');
  expect(machineLine({ ...figures, thread: 'main', pages: 0 })).toBe(
    'no worker, the page computes, 1.07 GiB',
  );
});

test('bars share one scale and ratios one yardstick; what is no number of bytes has neither', () => {
  const row = (id: string, perSecond: number, unit: BenchRow['unit'] = 'bytes'): BenchRow => ({
    id,
    name: id,
    group: 'copy',
    unit,
    perSecond,
  });
  const lines = benchLines([row('gather', 10e9), row('large', 20e9), row('writes', 15e6, 'writes')]);
  expect(lines.map((line) => line.share)).toEqual([0.5, 1, null]);
  expect(lines.map((line) => line.ratio)).toEqual(['1.00 ×', '2.00 ×', '']);
  expect(lines.map((line) => line.value)).toEqual(['10.0 GB/s', '20.0 GB/s', '15.0 M writes/s']);
  expect(lines.every((line) => line.means !== '')).toBe(true);
});
