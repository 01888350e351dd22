/** Between the hosts: the link at the top, the gauge in the middle, the datastore at the bottom, as far as the height allows. */
import type { Ns } from '../base/units.ts';
import type { Box } from './path.ts';
import { linearScale, niceSpan } from './scale.ts';
import { centredWithin, placeOnLine, type Measure } from './text.ts';

export type LaneDetail = 'tall' | 'middle' | 'low' | 'thin';

/** Baselines and centres, in pixels from the top of the lane. */
export interface LaneLayout {
  readonly detail: LaneDetail;
  readonly centreX: number;
  /** Room for text that must not touch the wires on both sides. */
  readonly textWidth: number;
  /** From the quilt's edge to where the wire turns. */
  readonly inset: number;
  readonly linkY: number;
  readonly linkTitleY: number | null;
  readonly rateY: number;
  readonly adapters: boolean;
  readonly gauge: Box | null;
  /** In the lowest lanes the gauge takes the datastore's place. */
  readonly datastore: boolean;
  readonly diskY: number;
  readonly diskSize: number;
  readonly lockLabelY: number;
  readonly diskLines: readonly number[];
}

const TALL = 300;
const MIDDLE = 200;
const THIN = 90;

export function laneLayout(lane: Box): LaneLayout {
  const centreX = lane.x + lane.width / 2;
  if (lane.width < THIN) return thinLane(lane, centreX);
  const inset = lane.width < 180 ? 12 : 18;
  const textWidth = lane.width - 2 * inset - 16;
  const common = { centreX, textWidth, inset };
  const gauge = (top: number, height: number): Box => {
    const width = Math.min(228, textWidth);
    return { x: centreX - width / 2, y: lane.y + top, width, height };
  };
  if (lane.height >= TALL) return { ...common, ...tallLane(lane, gauge) };
  if (lane.height >= MIDDLE) return { ...common, ...middleLane(lane, gauge) };
  return { ...common, ...lowLane(lane, gauge) };
}

type Part = Omit<LaneLayout, 'centreX' | 'textWidth' | 'inset'>;
type GaugeAt = (top: number, height: number) => Box;

function tallLane(lane: Box, gauge: GaugeAt): Part {
  const spare = lane.height - TALL;
  const diskY = lane.y + lane.height - 72 - spare * 0.02;
  return {
    detail: 'tall',
    linkTitleY: lane.y + 14,
    rateY: lane.y + 31,
    linkY: lane.y + 50,
    adapters: true,
    gauge: gauge(84 + spare * 0.36, 116),
    datastore: true,
    diskY,
    diskSize: 32,
    lockLabelY: diskY + 27,
    diskLines: [diskY + 46, diskY + 62],
  };
}

function middleLane(lane: Box, gauge: GaugeAt): Part {
  const diskY = lane.y + lane.height - 52;
  return {
    detail: 'middle',
    linkTitleY: lane.y + 12,
    rateY: lane.y + 27,
    linkY: lane.y + 42,
    adapters: false,
    gauge: gauge(Math.max(56, lane.height / 2 - 68), 92),
    datastore: true,
    diskY,
    diskSize: 24,
    lockLabelY: diskY + 45,
    diskLines: [diskY + 30],
  };
}

function lowLane(lane: Box, gauge: GaugeAt): Part {
  const roomy = lane.height >= 150;
  return {
    detail: 'low',
    linkTitleY: null,
    rateY: lane.y + 12,
    linkY: lane.y + 24,
    adapters: false,
    gauge: lane.height >= 92 ? gauge(roomy ? 38 : 30, 56) : null,
    datastore: lane.height >= 120,
    diskY: lane.y + lane.height - 26,
    diskSize: 16,
    lockLabelY: lane.y + lane.height - 2,
    diskLines: [],
  };
}

function thinLane(lane: Box, centreX: number): LaneLayout {
  return {
    detail: 'thin',
    centreX,
    textWidth: lane.width - 8,
    inset: 0,
    linkY: lane.y + lane.height * 0.3,
    linkTitleY: null,
    rateY: 0,
    adapters: false,
    gauge: null,
    datastore: true,
    diskY: lane.y + lane.height - 30,
    diskSize: 0,
    lockLabelY: lane.y + lane.height - 8,
    diskLines: [],
  };
}

export interface GaugeScale {
  readonly maxNs: Ns;
  /** Pixels from the left of the bar. */
  readonly goalX: number;
  readonly filledX: number;
  readonly hatchedX: number;
}

/** The bar up to the goal is filled, beyond it hatched. Linear from zero, so that lengths can be compared. */
export function gaugeScale(neededNs: Ns, goalNs: Ns, width: number): GaugeScale {
  const axis = niceSpan([0, Math.max(1, neededNs, goalNs) * 1.06], 4);
  const scale = linearScale(axis, [0, width]);
  const goalX = scale(goalNs);
  const neededX = scale(neededNs);
  return {
    maxNs: axis[1],
    goalX,
    filledX: Math.min(goalX, neededX),
    hatchedX: Math.max(goalX, neededX),
  };
}

export interface GaugeLabel {
  readonly key: 'goal' | 'zero' | 'most';
  readonly text: string;
  readonly x: number;
  readonly width: number;
}

/** The goal's label first; the ends of the axis only where they leave it alone. */
export function gaugeLabels(
  scale: GaugeScale,
  width: number,
  texts: Record<GaugeLabel['key'], string>,
  measure: Measure,
): GaugeLabel[] {
  const wide = (key: GaugeLabel['key']) => measure(texts[key], 11);
  const labels: GaugeLabel[] = [
    {
      key: 'goal',
      text: texts.goal,
      width: wide('goal'),
      x: centredWithin(scale.goalX, wide('goal'), 0, width),
    },
    { key: 'most', text: texts.most, width: wide('most'), x: width - wide('most') },
    { key: 'zero', text: texts.zero, width: wide('zero'), x: 0 },
  ];
  return placeOnLine(
    labels.filter((label) => label.text !== ''),
    8,
  );
}
