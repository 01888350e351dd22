import { describe, expect, test } from 'vitest';
import { laneLayout } from '../../web/layout/lane.ts';
import { pointAt, lengthOf, type Box } from '../../web/layout/path.ts';
import { legendLayout, linkPath, networkLayout, stageLayout, type Size } from '../../web/layout/topology.ts';
import { narrow, wide } from './numbers.ts';

/** The places the stage gets on the screens of the design, and smaller ones. */
const sizes: Size[] = [
  { width: 1068, height: 528 },
  { width: 1232, height: 480 },
  { width: 976, height: 410 },
  { width: 720, height: 420 },
  { width: 672, height: 300 },
  { width: 448, height: 170 },
  { width: 358, height: 500 },
  { width: 288, height: 400 },
];

const inside = (box: Box, size: Size) =>
  box.x >= 0 && box.y >= 0 && box.x + box.width <= size.width && box.y + box.height <= size.height;
const apart = (a: Box, b: Box) =>
  a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;

describe.each(sizes)('a stage of $width x $height', (size) => {
  const stage = stageLayout(size, 18);

  test('keeps everything inside what it says it needs', () => {
    for (const box of [
      stage.source,
      stage.target,
      stage.lane,
      stage.legend,
      stage.sourceHead,
      stage.targetHead,
    ]) {
      expect(inside(box, { width: size.width, height: stage.size.height })).toBe(true);
    }
    if (stage.kind !== 'phone') expect(stage.size.height).toBeLessThanOrEqual(size.height);
  });

  test('puts nothing over anything else', () => {
    const boxes = [stage.source, stage.target, stage.lane, stage.legend, stage.sourceHead, stage.targetHead];
    if (stage.network) boxes.push(stage.network);
    if (stage.gauge) boxes.push(stage.gauge);
    for (const a of boxes) for (const b of boxes) if (a !== b) expect(apart(a, b)).toBe(true);
  });

  test('stacks the lane without overlaps', () => {
    const lane = laneLayout(stage.lane);
    if (!lane.gauge) return;
    expect(lane.gauge.y).toBeGreaterThan(lane.linkY + 4);
    if (lane.datastore) expect(lane.gauge.y + lane.gauge.height).toBeLessThan(lane.diskY + lane.diskSize);
    expect(lane.gauge.x).toBeGreaterThanOrEqual(stage.lane.x + lane.inset);
    expect(lane.gauge.x + lane.gauge.width).toBeLessThanOrEqual(stage.lane.x + stage.lane.width - lane.inset);
  });

  test.each([
    ['narrow', narrow],
    ['wide', wide],
  ])('keeps the network apart with a %s face', (_, measure) => {
    if (!stage.network) return;
    const table = measure('is behind port 1, esx-01  port 2, esx-02', 12);
    const at = networkLayout(stage, table);
    expect(at.table.x + table).toBeLessThanOrEqual(size.width);
    expect(at.router.x - at.client.x).toBeGreaterThan(60);
    expect(at.switch.x - at.router.x).toBeGreaterThan(60);
    for (const point of [...at.sourceWire, ...at.targetWire]) {
      expect(point.x).toBeGreaterThanOrEqual(0);
      expect(point.x).toBeLessThanOrEqual(size.width);
    }
  });

  test.each([
    ['narrow', narrow],
    ['wide', wide],
  ])('keeps the legend apart with a %s face', (_, measure) => {
    const texts = [
      ['dirty, this round', 'written since', 'in flight', 'clean'],
      ['1, 4, 12, 42, 147+ pages a cell'],
      ['arrived and current', 'hole: newer at the source', 'cell: 512 pages'],
    ];
    const groups = texts.map((group) => group.map((text) => ({ key: text, text, mark: 13 })));
    const legend = legendLayout(groups, size.width, { targetX: stage.target.x }, measure);
    for (const item of legend.items) {
      expect(item.x).toBeGreaterThanOrEqual(0);
      expect(item.x + item.width).toBeLessThanOrEqual(size.width);
      expect(item.y + 18).toBeLessThanOrEqual(legend.height);
    }
    const boxes = legend.items.map((item) => ({ ...item, height: 18 }));
    for (const a of boxes) for (const b of boxes) if (a !== b) expect(apart(a, b)).toBe(true);
  });
});

test('the stage of the design gets the quilts of the design', () => {
  expect(stageLayout({ width: 1068, height: 528 }, 18)).toMatchObject({ kind: 'full', cells: 64, pitch: 6 });
  expect(stageLayout({ width: 976, height: 460 }, 18)).toMatchObject({ kind: 'full', cells: 64, pitch: 5 });
  expect(stageLayout({ width: 720, height: 420 }, 18)).toMatchObject({ kind: 'full', cells: 32, pitch: 8 });
  expect(stageLayout({ width: 358, height: 420 }, 18)).toMatchObject({ kind: 'phone', cells: 32, pitch: 5 });
  expect(stageLayout({ width: 672, height: 302 }, 18)).toMatchObject({
    kind: 'compact',
    cells: 32,
    pitch: 8,
  });
});

test('the wire of the link leaves and arrives at the height of the sweep', () => {
  const lane = { x: 385, y: 116, width: 298, height: 384 };
  const path = linkPath(lane, 166, 300, 18);
  expect(path[0]).toEqual({ x: 385, y: 300 });
  expect(path.at(-1)).toEqual({ x: 683, y: 300 });
  expect(pointAt(path, 0)).toEqual(path[0]);
  expect(pointAt(path, 1)).toEqual(path.at(-1));
  // 18 out, 134 up, 262 along, 134 down, 18 in
  expect(lengthOf(path)).toBe(566);
  expect(pointAt(path, 0.5)).toEqual({ x: 534, y: 166 });
});
