/**
 * Rounds as a staircase on a logarithmic axis: the height of a tread is what a round has to send, the drop to the next one is
 * what it achieved. Positions and steps, no bars from zero: a logarithm has no zero.
 */
import { max, min } from 'd3-array';
import type { Bytes } from '../base/units.ts';
import { logScale } from './scale.ts';
import type { Measure } from './text.ts';

export interface StairInput {
  readonly round: number;
  readonly dirtyBytes: Bytes;
  readonly leftBytes: Bytes;
  readonly state: 'done' | 'running' | 'predicted';
  /** Part of the list that has been sent, for the running round. */
  readonly share: number;
}

export interface Stair extends StairInput {
  readonly x0: number;
  readonly x1: number;
  readonly sentX: number;
  readonly y: number;
  readonly leftY: number;
  /** A label stands above the tread, and its number below, only where there is room. */
  readonly label: string;
  readonly tick: string;
}

export interface RoundsLayout {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly decades: readonly { readonly y: number; readonly label: string }[];
  readonly stairs: readonly Stair[];
  readonly goalY: number;
  readonly goalLines: readonly { readonly text: string; readonly y: number }[];
  readonly lastLabel: {
    readonly text: string;
    readonly x: number;
    readonly y: number;
    readonly state: Stair['state'];
  } | null;
}

export interface RoundsInput {
  readonly width: number;
  readonly height: number;
  readonly stairs: readonly StairInput[];
  readonly goalBytes: Bytes;
  readonly goalTexts: readonly string[];
  readonly formatBytes: (bytes: Bytes) => string;
  readonly measure: Measure;
}

const PX = 11;
const LINE = 13;
const ZERO = 8;

export function roundsLayout(input: RoundsInput): RoundsLayout {
  const { stairs, formatBytes, measure } = input;
  const goalWidth = Math.ceil(max(input.goalTexts, (text) => measure(text, PX)) ?? 0) + 16;
  const lastText = stairs.length > 0 ? formatBytes((stairs[stairs.length - 1] as StairInput).leftBytes) : '';
  const lastWidth = Math.ceil(measure(lastText, PX, true)) + 14;
  const layout = layoutWith(input, lastText, Math.max(goalWidth, lastWidth));
  // Neither above nor below the goal is room for both texts: then beside each other.
  const collides = layout.goalLines.some(
    (line) => layout.lastLabel && Math.abs(line.y - layout.lastLabel.y) < LINE,
  );
  return collides ? layoutWith(input, lastText, goalWidth + lastWidth) : layout;
}

function layoutWith(input: RoundsInput, lastText: string, rightColumn: number): RoundsLayout {
  const { width, height, stairs, goalBytes, measure, formatBytes } = input;
  const [low, high] = decadeRange(stairs, goalBytes);
  const labels = decadesOf(low, high);
  const left = Math.ceil(max(labels, (bytes) => measure(formatDecade(bytes, formatBytes), PX)) ?? 0) + 12;
  const top = 18;
  const bottom = height - 20;
  const y = logScale([low, high], [bottom, top]);
  const goalY = y(goalBytes);
  const placed = placeStairs(input, left + 8, width - rightColumn, y, bottom);
  const last = lastLabel(placed, lastText, bottom);
  const decades = thinned(labels, (bottom - top) / Math.max(1, labels.length - 1));
  return {
    left,
    right: width,
    top,
    bottom,
    decades: decades.map((bytes) => ({ y: y(bytes), label: formatDecade(bytes, formatBytes) })),
    stairs: placed,
    goalY,
    goalLines: goalLines(input.goalTexts, goalY, top, bottom, last?.y ?? null),
    lastLabel: last,
  };
}

function decadeRange(stairs: readonly StairInput[], goalBytes: Bytes): [Bytes, Bytes] {
  const values = [goalBytes, ...stairs.flatMap((one) => [one.dirtyBytes, one.leftBytes])].filter(
    (bytes) => bytes > 0,
  );
  const low = Math.pow(10, Math.floor(Math.log10(min(values) ?? 1e6)));
  const high = Math.pow(10, Math.ceil(Math.log10(max(values) ?? 1e9)));
  return [low, Math.max(high, low * 100)];
}

function decadesOf(low: Bytes, high: Bytes): Bytes[] {
  const decades: Bytes[] = [];
  for (let bytes = low; bytes <= high * 1.001; bytes *= 10) decades.push(bytes);
  return decades;
}

/** Every decade has its line and its label; where lines would stand closer than text is high, every second one. */
function thinned(decades: readonly Bytes[], pitch: number): Bytes[] {
  const every = Math.max(1, Math.ceil(15 / pitch));
  return decades.filter((_, i) => (decades.length - 1 - i) % every === 0);
}

/** 10.0 MB is 10 MB on an axis: a decade is exact. */
function formatDecade(bytes: Bytes, formatBytes: (bytes: Bytes) => string): string {
  return formatBytes(Math.round(bytes)).replace(/\.0+(?=\D)/, '');
}

function placeStairs(
  input: RoundsInput,
  from: number,
  to: number,
  y: (bytes: Bytes) => number,
  bottom: number,
): Stair[] {
  const { stairs, measure, formatBytes } = input;
  const step = (to - from) / Math.max(1, stairs.length);
  const gap = Math.min(14, step * 0.25);
  const labelRoom = Math.max(1, ...stairs.map((one) => measure(formatBytes(one.dirtyBytes), PX) + 6));
  const labelEvery = Math.ceil(labelRoom / step);
  const tickEvery = Math.ceil((measure(String(stairs.length), PX) + 8) / step);
  const named = measure('round 0', PX) <= step * tickEvery - 4;
  return stairs.map((one, i) => {
    const x0 = from + i * step;
    const x1 = x0 + step - gap;
    const text = formatBytes(one.dirtyBytes);
    const fits = x0 + measure(text, PX) <= to + 8;
    const tick = i % tickEvery === 0 ? (i === 0 && named ? `round ${one.round}` : String(one.round)) : '';
    return {
      ...one,
      x0,
      x1,
      sentX: one.state === 'done' ? x1 : one.state === 'running' ? x0 + (x1 - x0) * one.share : x0,
      y: y(one.dirtyBytes),
      // A logarithm has no zero: nothing left stands below the axis.
      leftY: one.leftBytes > 0 ? y(one.leftBytes) : bottom + ZERO,
      // A prediction's sizes in between are a shape, not numbers; only what is known is written down.
      label: one.state !== 'predicted' && i % labelEvery === 0 && fits ? text : '',
      tick,
    };
  });
}

/** Above the line, or below it when the top of the chart is too near or the last number stands there; never over the ticks. */
function goalLines(
  texts: readonly string[],
  goalY: number,
  top: number,
  bottom: number,
  takenY: number | null,
): { text: string; y: number }[] {
  const height = texts.length * LINE;
  const taken = takenY !== null && takenY > goalY - height - 14 && takenY <= goalY + 4;
  const below = (taken || goalY - height < top - 12) && goalY + height + 4 < bottom + 16;
  const first = below ? goalY + 14 : goalY - 6 - (texts.length - 1) * LINE;
  return texts.map((text, i) => ({ text, y: first + i * LINE }));
}

function lastLabel(stairs: readonly Stair[], text: string, bottom: number): RoundsLayout['lastLabel'] {
  const last = stairs[stairs.length - 1];
  if (!last || last.state === 'predicted') return null;
  if (last.leftBytes === 0) return { text: '0', x: last.x1 + 9, y: last.leftY + 4, state: last.state };
  return { text, x: last.x1 + 9, y: Math.min(bottom - 2, last.leftY + 4), state: last.state };
}
