import { expect, test } from 'vitest';
import { gaugeLabels, gaugeScale } from '../../web/layout/lane.ts';
import {
  CODE,
  cellCounts,
  cellsInFlight,
  filledSize,
  holeSize,
  legendSteps,
  levelOf,
  levelThresholds,
  quiltCodes,
  sourceLevels,
} from '../../web/layout/quilt.ts';
import { roundsLayout, type StairInput } from '../../web/layout/rounds.ts';
import { runSegments } from '../../web/layout/segments.ts';
import { wrapText, firstFitting, placeOnLine } from '../../web/layout/text.ts';
import { errorAxis, waterfallLayout } from '../../web/layout/waterfall.ts';
import type { MemoryFrame } from '../../web/sim/run-log.ts';
import type { SimEvent } from '../../web/sim/events.ts';
import { narrow, wide } from './numbers.ts';

const MS = 1_000_000;

test('levels are equal steps of a logarithm', () => {
  expect(levelThresholds(512)).toEqual([1, 3, 12, 42, 147]);
  expect(levelThresholds(32)).toEqual([1, 2, 4, 8, 16]);
  expect(levelThresholds(1)).toEqual([1, 1, 1, 1, 1]);
  expect([0, 1, 2, 3, 8, 15, 16, 32].map((count) => levelOf(count, levelThresholds(32)))).toEqual([
    0, 1, 2, 2, 4, 4, 5, 5,
  ]);
});

test('a higher level is never drawn smaller, and a hole never fills its cell unless all is out of date', () => {
  for (const pitch of [3, 4, 5, 6, 7, 8, 9, 12, 16]) {
    for (let level = 1; level <= 5; level++) {
      expect(filledSize(level, pitch)).toBeGreaterThanOrEqual(filledSize(level - 1, pitch));
      expect(filledSize(level, pitch)).toBeLessThan(pitch);
      expect(holeSize(level, pitch)).toBeGreaterThanOrEqual(holeSize(level - 1, pitch));
    }
  }
  expect(legendSteps(131_072, 64, 8).map((step) => step.pages)).toEqual([1, 2, 4, 8, 16]);
  const sizes = legendSteps(131_072, 64, 5).map((step) => step.size);
  expect(new Set(sizes).size).toBe(sizes.length);
});

function frameWith(
  toSend: Record<number, number>,
  written: Record<number, number>,
  cursorPage: number,
): MemoryFrame {
  const counts = (values: Record<number, number>) => {
    const out = new Uint32Array(4096);
    for (const [bucket, count] of Object.entries(values)) out[Number(bucket)] = count;
    return out;
  };
  return {
    atNs: 0,
    migration: 0,
    round: 1,
    cursorPage,
    sentPages: 0,
    wireBytes: 0,
    toSendPages: 0,
    writtenPages: 0,
    guestWrites: 0,
    speedPpm: 1_000_000,
    toSend: counts(toSend),
    written: counts(written),
  };
}

test('cells of a small quilt are 2 x 2 buckets and lose no page', () => {
  const frame = frameWith({ 0: 1, 1: 2, 64: 4, 65: 8, 66: 16 }, {}, 0);
  const cells = cellCounts(frame.toSend, 32);
  expect([cells[0], cells[1]]).toEqual([15, 16]);
  expect(cells.reduce((sum, count) => sum + count, 0)).toBe(31);
});

test('a cell says what is pending at the source and what is out of date at the target', () => {
  const frame = frameWith({ 10: 32 }, { 10: 1, 11: 16 }, 0);
  const picture = { mode: 'run', cells: 64, pageCount: 131_072, frame, sending: false } as const;
  const source = quiltCodes({ ...picture, side: 'source' });
  expect(sourceLevels(source[10] as number)).toEqual({ pending: 5, written: 1 });
  expect(sourceLevels(source[11] as number)).toEqual({ pending: 0, written: 5 });
  expect(sourceLevels(source[12] as number)).toEqual({ pending: 0, written: 0 });
  const target = quiltCodes({ ...picture, side: 'target' });
  expect([target[10], target[11], target[12]]).toEqual([6, 6, 1]);
});

test('the group on the wire is ahead of the sweep, at both hosts', () => {
  const frame = frameWith({ 5: 3, 100: 1, 101: 1, 300: 7 }, {}, 32 * 90);
  expect(cellsInFlight(frame.toSend, frame.cursorPage, 131_072, 64)).toEqual([100, 101, 300]);
  const picture = { mode: 'run', cells: 64, pageCount: 131_072, frame, sending: true } as const;
  expect(quiltCodes({ ...picture, side: 'source' })[100]).toBe(CODE.flight);
  expect(quiltCodes({ ...picture, side: 'target' })[300]).toBe(CODE.flight);
  expect(quiltCodes({ ...picture, side: 'target', mode: 'empty' })[300]).toBe(CODE.empty);
});

const megabytes = (bytes: number) =>
  bytes >= 1e9 ? `${(bytes / 1e9).toFixed(2)} GB` : `${(bytes / 1e6).toFixed(1)} MB`;
const stairsOf = (sizes: number[]): StairInput[] =>
  sizes.slice(0, -1).map((dirtyBytes, round) => ({
    round,
    dirtyBytes,
    leftBytes: sizes[round + 1] ?? 0,
    state: 'done',
    share: 1,
  }));

test.each([
  ['shrinking', [8590e6, 1679e6, 501e6, 178e6, 66.6e6, 25.3e6]],
  ['flat above the goal', [403e6, 214e6, 180e6, 171e6, 168e6, 166e6, 166e6, 166e6]],
  ['thirty rounds', Array.from({ length: 31 }, (_, i) => 900e6 * 0.97 ** i)],
])('the staircase, %s, stays in its chart and its words apart', (_, sizes) => {
  for (const measure of [narrow, wide]) {
    for (const width of [336, 486, 720]) {
      const chart = roundsLayout({
        width,
        height: 126,
        stairs: stairsOf(sizes),
        goalBytes: 58.5e6,
        goalTexts: ['goal 58.5 MB:', '500 ms of link'],
        formatBytes: megabytes,
        measure,
      });
      const labels = chart.stairs.filter((stair) => stair.label !== '');
      labels.forEach((stair, i) => {
        const next = labels[i + 1];
        if (next) expect(stair.x0 + measure(stair.label, 11)).toBeLessThanOrEqual(next.x0);
      });
      for (const stair of chart.stairs) {
        expect(stair.y).toBeGreaterThanOrEqual(chart.top);
        expect(stair.leftY).toBeLessThanOrEqual(chart.bottom);
        expect(stair.leftY).toBeGreaterThanOrEqual(stair.y - 0.001);
      }
      const last = chart.lastLabel;
      expect(last).not.toBeNull();
      if (!last) continue;
      expect(last.x + measure(last.text, 11)).toBeLessThanOrEqual(width);
      for (const line of chart.goalLines) expect(Math.abs(line.y - last.y)).toBeGreaterThanOrEqual(8);
    }
  }
});

test('decades are positions on a logarithm, all the same distance apart', () => {
  const chart = roundsLayout({
    width: 486,
    height: 200,
    stairs: stairsOf([8590e6, 1679e6, 25.3e6]),
    goalBytes: 58.5e6,
    goalTexts: ['goal'],
    formatBytes: megabytes,
    measure: narrow,
  });
  expect(chart.decades.map((decade) => decade.label)).toEqual(['10 MB', '100 MB', '1 GB', '10 GB']);
  const gaps = chart.decades.slice(1).map((decade, i) => (chart.decades[i]?.y ?? 0) - decade.y);
  for (const gap of gaps) expect(gap).toBeCloseTo(gaps[0] as number, 6);
});

test('the gauge is linear from zero and its labels never touch', () => {
  for (const neededNs of [10 * MS, 499 * MS, 973 * MS, 73_400 * MS]) {
    const scale = gaugeScale(neededNs, 500 * MS, 228);
    expect(scale.goalX).toBeCloseTo((500 * MS * 228) / scale.maxNs, 6);
    expect(scale.hatchedX).toBeLessThanOrEqual(228);
    expect(scale.filledX).toBeLessThanOrEqual(scale.goalX);
    const labels = gaugeLabels(scale, 228, { goal: 'goal 500 ms', zero: '0', most: '80 s' }, wide);
    expect(labels[0]?.key).toBe('goal');
    for (const a of labels) {
      expect(a.x).toBeGreaterThanOrEqual(0);
      expect(a.x + a.width).toBeLessThanOrEqual(228);
      for (const b of labels) if (a !== b) expect(a.x + a.width <= b.x || b.x + b.width <= a.x).toBe(true);
    }
  }
});

test('bars of the waterfall begin where the one before ended, and their words stay inside', () => {
  const durations = [4.2, 0.14, 60.7, 71.6, 28.2, 5.1, 1.1];
  let startNs = 0;
  const parts = durations.map((ms, i) => {
    const part = {
      key: `${i}`,
      name: `Part number ${i}`,
      startNs,
      durationNs: ms * MS,
      says: [`${ms} ms, 1,738 pages, 7.13 MB`, `${ms} ms`],
      kind: i < 5 ? 'stopped' : 'network',
    } as const;
    startNs += ms * MS;
    return part;
  });
  for (const measure of [narrow, wide]) {
    for (const width of [300, 358, 564]) {
      const chart = waterfallLayout(parts, width, 30, measure('171 ms', 13, true), measure);
      chart.bars.forEach((bar, i) => {
        const before = chart.bars[i - 1];
        if (before) expect(bar.x).toBeCloseTo(chart.x(before.startNs + before.durationNs), 6);
        const wideness = measure(bar.label.text, 12);
        const from = bar.label.anchor === 'start' ? bar.label.x : bar.label.x - wideness;
        expect(bar.label.text).not.toBe('');
        expect(from).toBeGreaterThanOrEqual(0);
        expect(from + wideness).toBeLessThanOrEqual(width);
      });
    }
  }
});

test('errors stand around the prediction and never cover each other', () => {
  const axis = errorAxis(
    [-0.8, -0.2, -2.4, -0.7].map((percent, i) => ({ key: `${i}`, percent })),
    200,
  );
  expect(axis.most).toBe(5);
  expect(axis.dots.find((dot) => dot.key === '2')?.x).toBeCloseTo(52, 6);
  for (const a of axis.dots)
    for (const b of axis.dots)
      if (a !== b) expect(Math.abs(a.x - b.x) >= 9 || a.floor !== b.floor).toBe(true);
  expect(errorAxis([{ key: 'a', percent: 41 }], 200).most).toBeGreaterThanOrEqual(41);
});

test('a run becomes stretches of time that follow each other', () => {
  const at = (seq: number, ms: number, code: string, n: object): SimEvent =>
    ({ seq, atNs: ms * MS, migration: 0, code, n }) as SimEvent;
  const events = [
    at(0, 0, 'requested', {}),
    at(1, 80, 'round-started', { round: 0, bytesPerSecond: 100 }),
    at(2, 1080, 'round-ended', { bytesPerSecond: 99, dirtyBytesPerSecond: 40 }),
    at(3, 1080, 'round-started', { round: 1, bytesPerSecond: 100 }),
  ];
  const run = runSegments(events, 0, 1500 * MS, 55);
  expect(
    run.segments.map(({ kind, round, fromNs, toNs, done }) => [kind, round, fromNs / MS, toNs / MS, done]),
  ).toEqual([
    ['prepare', -1, 0, 80, true],
    ['round', 0, 80, 1080, true],
    ['round', 1, 1080, 1500, false],
  ]);
  expect(run.sent.map((one) => one.bytesPerSecond)).toEqual([99, 100]);
  expect(run.dirtied.map((one) => one.bytesPerSecond)).toEqual([40, 55]);
  expect(run.endedNs).toBeNull();
});

test('text is fitted by measure alone', () => {
  expect(firstFitting(['shared datastore: disks stay', 'disk stays'], 80, narrow, 12)).toBe('disk stays');
  expect(firstFitting(['disk stays'], 10, narrow, 12)).toBe('');
  for (const line of wrapText('Too long: finish the round, look again.', 120, wide, 12))
    expect(wide(line, 12)).toBeLessThanOrEqual(120);
  expect(
    placeOnLine(
      [
        { x: 0, width: 10 },
        { x: 5, width: 10 },
        { x: 20, width: 5 },
      ],
      4,
    ),
  ).toHaveLength(2);
});
