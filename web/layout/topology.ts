/**
 * Where everything on the stage stands: the hosts are the quilts, above them the network that clients see, between them the
 * link and the datastore. A pure function of the size and of measured text, so that a test can hold it against every screen.
 */
import type { Box, Point } from './path.ts';
import type { Cells } from './quilt.ts';
import type { Measure } from './text.ts';

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface StageLayout {
  /** full: with the network above. compact: an embed, without. phone: the lane is a slit, the gauge stands below. */
  readonly kind: 'full' | 'compact' | 'phone';
  readonly cells: Cells;
  readonly pitch: number;
  readonly network: Box | null;
  readonly sourceHead: Box;
  readonly targetHead: Box;
  readonly source: Box;
  readonly target: Box;
  readonly lane: Box;
  readonly legend: Box;
  readonly gauge: Box | null;
  readonly size: Size;
}

/** Quilts by pitch, widest first, and the narrowest lane each may leave. */
const QUILTS: readonly { cells: Cells; pitch: number; lane: number; from: number }[] = [
  { cells: 64, pitch: 6, lane: 264, from: 0 },
  { cells: 64, pitch: 5, lane: 220, from: 0 },
  { cells: 64, pitch: 4, lane: 220, from: 900 },
  { cells: 32, pitch: 8, lane: 120, from: 0 },
  { cells: 32, pitch: 7, lane: 120, from: 0 },
  { cells: 32, pitch: 6, lane: 120, from: 0 },
  { cells: 32, pitch: 5, lane: 120, from: 0 },
  { cells: 32, pitch: 4, lane: 120, from: 0 },
  { cells: 32, pitch: 3, lane: 96, from: 0 },
];
/** On a phone the lane is a slit of 34 at least. */
const PHONE_BELOW = 440;
const PHONE_LANE = 34;
const PHONE_PITCHES = [6, 5, 4, 3];

export const NETWORK_HEIGHT = 84;
const FULL_HEAD = 32;
const COMPACT_HEAD = 24;
const LEGEND_GAP = 4;
const PHONE_GAUGE = 66;
/** Below this quilt the network above it would weigh more than the memory. */
const LEAST_QUILT_WITH_NETWORK = 224;

export function stageLayout(size: Size, legendHeight: number): StageLayout {
  if (size.width < PHONE_BELOW) return phoneLayout(size, legendHeight);
  const full = fitting(size, legendHeight, NETWORK_HEIGHT + FULL_HEAD, LEAST_QUILT_WITH_NETWORK);
  if (full) return place('full', size, full, legendHeight);
  const compact =
    fitting(size, legendHeight, COMPACT_HEAD, 0) ?? (QUILTS[QUILTS.length - 1] as (typeof QUILTS)[number]);
  return place('compact', size, compact, legendHeight);
}

function fitting(size: Size, legendHeight: number, above: number, least: number) {
  return QUILTS.find(({ cells, pitch, lane, from }) => {
    const side = cells * pitch;
    const high = above + side + LEGEND_GAP + legendHeight;
    return side >= least && size.width >= from && 2 * side + lane <= size.width && high <= size.height;
  });
}

function place(
  kind: 'full' | 'compact',
  size: Size,
  quilt: { cells: Cells; pitch: number },
  legendHeight: number,
): StageLayout {
  const side = quilt.cells * quilt.pitch;
  const head = kind === 'full' ? FULL_HEAD : COMPACT_HEAD;
  const headY = kind === 'full' ? NETWORK_HEIGHT : 0;
  const y = headY + head;
  // Canvas pixels stay sharp on whole numbers only.
  const targetX = Math.round(size.width - side - 1);
  const source = { x: 1, y, width: side, height: side };
  const legendY = y + side + LEGEND_GAP;
  return {
    kind,
    cells: quilt.cells,
    pitch: quilt.pitch,
    network: kind === 'full' ? { x: 0, y: 0, width: size.width, height: NETWORK_HEIGHT } : null,
    sourceHead: { x: 0, y: headY, width: side + 1, height: head },
    targetHead: { x: targetX, y: headY, width: side + 1, height: head },
    source,
    target: { ...source, x: targetX },
    lane: { x: side + 1, y, width: targetX - side - 1, height: side },
    legend: { x: 0, y: legendY, width: size.width, height: legendHeight },
    gauge: null,
    size: { width: size.width, height: legendY + legendHeight },
  };
}

function phoneLayout(size: Size, legendHeight: number): StageLayout {
  const pitch = PHONE_PITCHES.find((one) => 2 * 32 * one + PHONE_LANE <= size.width) ?? 3;
  const wide = place('compact', size, { cells: 32, pitch }, legendHeight);
  const gaugeY = wide.size.height + 8;
  const gauge = { x: 0, y: gaugeY, width: size.width, height: PHONE_GAUGE };
  return { ...wide, kind: 'phone', gauge, size: { width: size.width, height: gaugeY + PHONE_GAUGE } };
}

export interface NetworkLayout {
  readonly client: Point;
  readonly router: Point;
  readonly switch: Point;
  /** From the client to the switch, and from the switch to each host. */
  readonly uplink: readonly Point[];
  readonly sourceWire: readonly Point[];
  readonly targetWire: readonly Point[];
  readonly sourcePort: Point;
  readonly targetPort: Point;
  readonly table: Point & { readonly width: number };
  readonly pingLabel: Point & { readonly width: number };
}

const SWITCH_HALF = 30;
const ROUTER_HALF = 14;
const CLIENT_HALF = 24;
const TABLE_GAP = 20;

/** The table of the switch needs `tableWidth`; the switch moves left of the middle where it would be cut. */
export function networkLayout(stage: StageLayout, tableWidth: number): NetworkLayout {
  const { source, target, size } = stage;
  const y = 34;
  const client = { x: 30, y };
  const middle = (source.x + target.x + target.width) / 2;
  const mostX = size.width - tableWidth - TABLE_GAP - SWITCH_HALF;
  const at = { x: Math.round(Math.max(client.x + 160, Math.min(middle, mostX))), y };
  const router = { x: Math.round(client.x + (at.x - client.x) * 0.45), y };
  const turnY = 70;
  const wire = (portX: number, hostX: number): Point[] => [
    { x: portX, y: y + 9 },
    { x: portX, y: turnY },
    { x: hostX, y: turnY },
    { x: hostX, y: NETWORK_HEIGHT },
  ];
  const pingFrom = client.x + CLIENT_HALF;
  const pingTo = router.x - ROUTER_HALF;
  return {
    client,
    router,
    switch: at,
    uplink: [
      { x: client.x + CLIENT_HALF, y },
      { x: at.x - SWITCH_HALF, y },
    ],
    sourceWire: wire(at.x - 22, Math.round(source.x + source.width / 2)),
    targetWire: wire(at.x + 22, Math.round(target.x + target.width / 2)),
    sourcePort: { x: at.x - 28, y: y + 24 },
    targetPort: { x: at.x + 28, y: y + 24 },
    table: {
      x: at.x + SWITCH_HALF + TABLE_GAP,
      y: y - 8,
      width: size.width - at.x - SWITCH_HALF - TABLE_GAP,
    },
    pingLabel: { x: (pingFrom + pingTo) / 2, y: y - 14, width: pingTo - pingFrom },
  };
}

/** The wire of the link: out of the source at the sweep, up to the adapters, along, and into the target at the same row. */
export function linkPath(lane: Box, linkY: number, sweepY: number | null, inset: number): Point[] {
  const right = lane.x + lane.width;
  const from = { x: lane.x, y: linkY };
  const to = { x: right, y: linkY };
  if (sweepY === null || Math.abs(sweepY - linkY) < 1) return [from, to];
  return [
    { x: lane.x, y: sweepY },
    { x: lane.x + inset, y: sweepY },
    { x: lane.x + inset, y: linkY },
    { x: right - inset, y: linkY },
    { x: right - inset, y: sweepY },
    { x: right, y: sweepY },
  ];
}

export interface LegendEntry {
  readonly key: string;
  readonly text: string;
  /** Room for the mark before the text. */
  readonly mark: number;
}

export interface LegendItem extends LegendEntry, Point {
  readonly width: number;
}

const LEGEND_LINE = 18;
const LEGEND_SPACE = 16;
export const LEGEND_PX = 11;

/**
 * Three groups, each under what it explains where there is room for all of them on one line; otherwise one after the other,
 * in as many lines as they need.
 */
export function legendLayout(
  groups: readonly (readonly LegendEntry[])[],
  width: number,
  anchors: { readonly targetX: number },
  measure: Measure,
): { items: LegendItem[]; height: number } {
  const sized = groups.map((group) =>
    group.map((entry) => ({ ...entry, width: Math.ceil(entry.mark + measure(entry.text, LEGEND_PX)) })),
  );
  const widths = sized.map((group) =>
    group.reduce((sum, entry) => sum + entry.width + LEGEND_SPACE, -LEGEND_SPACE),
  );
  const [first = 0, middle = 0, last = 0] = widths;
  const lastX = Math.min(anchors.targetX, width - last);
  const gap = lastX - first;
  if (gap >= middle + 2 * LEGEND_SPACE) {
    const starts = [0, first + (gap - middle) / 2, lastX];
    return { items: sized.flatMap((group, i) => inARow(group, starts[i] ?? 0)), height: LEGEND_LINE };
  }
  return flow(sized.flat(), width);
}

function inARow(group: readonly (LegendEntry & { width: number })[], startX: number): LegendItem[] {
  let x = startX;
  return group.map((entry) => {
    const item = { ...entry, x, y: 0 };
    x += entry.width + LEGEND_SPACE;
    return item;
  });
}

function flow(
  entries: readonly (LegendEntry & { width: number })[],
  width: number,
): { items: LegendItem[]; height: number } {
  let x = 0;
  let y = 0;
  const items = entries.map((entry) => {
    if (x > 0 && x + entry.width > width) {
      x = 0;
      y += LEGEND_LINE;
    }
    const item = { ...entry, x, y };
    x += entry.width + LEGEND_SPACE;
    return item;
  });
  return { items, height: y + LEGEND_LINE };
}
