/** The downtime, part by part: each bar starts where the one before ended, and its words stand where they have room. */
import type { Ns } from '../base/units.ts';
import { NS_PER_MS } from '../base/units.ts';
import { linearScale, niceSpan, ticksOf, tickText, type Span } from './scale.ts';
import type { Measure } from './text.ts';

export interface WaterfallPart {
  readonly key: string;
  readonly name: string;
  readonly startNs: Ns;
  readonly durationNs: Ns;
  /** From the longest to the shortest way to say it. */
  readonly says: readonly string[];
  /** The VM is stopped, or it runs and only the network has not learned of it. */
  readonly kind: 'stopped' | 'network';
}

export interface WaterfallBar extends WaterfallPart {
  readonly x: number;
  readonly width: number;
  readonly y: number;
  readonly label: {
    readonly text: string;
    readonly x: number;
    readonly anchor: 'start' | 'end';
    readonly inside: boolean;
  };
}

export interface WaterfallLayout {
  readonly left: number;
  readonly right: number;
  readonly rowHeight: number;
  readonly bars: readonly WaterfallBar[];
  readonly ticks: readonly { readonly x: number; readonly text: string }[];
  readonly x: (ns: Ns) => number;
  readonly height: number;
}

const PX = 12;
const LEAST_BAR = 2.5;
const AXIS = 24;

/** `endLabel` is the widest number at the end of a bracket below the bars; the axis leaves room for it. */
export function waterfallLayout(
  parts: readonly WaterfallPart[],
  width: number,
  rowHeight: number,
  endLabel: number,
  measure: Measure,
): WaterfallLayout {
  const endNs = Math.max(1, ...parts.map((part) => part.startNs + part.durationNs));
  const names = Math.max(...parts.map((part) => measure(part.name, PX)), measure('Network gap', PX, true));
  // On a narrow page names stand above their bars.
  const stacked = names + 16 > width * 0.42;
  const left = stacked ? 0 : Math.ceil(names) + 16;
  const right = width - Math.max(12, endLabel + 10);
  const scale = linearScale([0, endNs], [left, right]);
  const height = stacked ? rowHeight + 16 : rowHeight;
  const bars = parts.map((part, i) => {
    const x = scale(part.startNs);
    const barWidth = Math.max(LEAST_BAR, scale(part.startNs + part.durationNs) - x);
    const y = i * height + (stacked ? 16 : 0);
    return { ...part, x, width: barWidth, y, label: barLabel(part, x, barWidth, left, width, measure) };
  });
  const bottom = parts.length * height;
  return {
    left,
    right,
    rowHeight: height,
    bars,
    ticks: msTicks(scale, endNs, right - left, measure),
    x: scale,
    height: bottom + AXIS,
  };
}

/** Inside the bar, else right of it, else left of it; shorter words before another place is refused. */
function barLabel(
  part: WaterfallPart,
  x: number,
  width: number,
  left: number,
  right: number,
  measure: Measure,
): WaterfallBar['label'] {
  for (const text of part.says) {
    const wide = measure(text, PX);
    if (measure(text, PX, true) + 16 <= width) return { text, x: x + width - 8, anchor: 'end', inside: true };
    if (x + width + 8 + wide <= right) return { text, x: x + width + 8, anchor: 'start', inside: false };
    if (x - 8 - wide >= left) return { text, x: x - 8, anchor: 'end', inside: false };
  }
  return { text: '', x, anchor: 'start', inside: false };
}

function msTicks(
  scale: (ns: Ns) => number,
  endNs: Ns,
  width: number,
  measure: Measure,
): { x: number; text: string }[] {
  const inMs: Span = [0, endNs / NS_PER_MS];
  const write = tickText(inMs, 8);
  const room = measure('0,000', 11) + 16;
  const ticks = ticksOf(inMs, Math.max(2, Math.min(8, Math.floor(width / room))));
  return ticks.map(({ value }) => ({ x: scale(value * NS_PER_MS), text: write(value) }));
}

export interface ErrorDot {
  readonly key: string;
  readonly x: number;
  /** Dots that would cover each other are stacked: 0 is the lowest. */
  readonly floor: number;
}

export interface ErrorAxis {
  readonly most: number;
  readonly dots: readonly ErrorDot[];
}

/** Relative errors in percent on a symmetric axis; the dashed middle is the prediction. */
export function errorAxis(errors: readonly { key: string; percent: number }[], width: number): ErrorAxis {
  const largest = Math.max(5, ...errors.map((error) => Math.abs(error.percent)));
  const most = niceAbove(largest);
  const scale = linearScale([-most, most], [0, width]);
  const dots: ErrorDot[] = [];
  for (const error of [...errors].sort((a, b) => a.percent - b.percent)) {
    const x = scale(error.percent);
    let floor = 0;
    while (dots.some((dot) => dot.floor === floor && Math.abs(dot.x - x) < 9)) floor++;
    dots.push({ key: error.key, x, floor });
  }
  return { most, dots };
}

function niceAbove(value: number): number {
  return niceSpan([0, value], 4)[1];
}
