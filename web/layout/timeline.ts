/** The whole run true to scale, and a lens on its last seconds, where everything happens. Both can be read and clicked. */
import type { Ns } from '../base/units.ts';
import { NS_PER_SECOND } from '../base/units.ts';
import { linearScale, ticksOf, tickText, type LinearScale, type Span } from './scale.ts';
import { centredWithin, placeOnLine, type Measure } from './text.ts';

export interface TimeWindow {
  readonly fromNs: Ns;
  readonly toNs: Ns;
}

/** One of the two pictures of time: a window of it, and where it lies. */
export interface TimePart extends TimeWindow {
  readonly key: 'whole' | 'lens';
  readonly left: number;
  readonly right: number;
}

export interface TimelineLayout {
  readonly whole: TimePart;
  readonly lens: TimePart | null;
  /** How much the lens magnifies. */
  readonly factor: number;
}

const LEAST_FACTOR = 2.5;

/**
 * The lens shows the stun and what led to it: four times the gap before it, a little after it. A run that is nearly all
 * switchover needs no lens.
 */
export function lensWindow(endNs: Ns, stun: TimeWindow | null): TimeWindow | null {
  if (!stun || endNs <= 0) return null;
  const gap = Math.max(stun.toNs - stun.fromNs, endNs / 200);
  const fromNs = Math.max(0, stun.fromNs - 5 * gap);
  const toNs = stun.toNs + 0.8 * gap;
  return toNs > fromNs ? { fromNs, toNs } : null;
}

export function timelineLayout(width: number, endNs: Ns, lens: TimeWindow | null): TimelineLayout {
  const whole = { key: 'whole', fromNs: 0, toNs: Math.max(1, endNs), left: 0, right: width } as const;
  if (!lens || width < 300) return { whole, lens: null, factor: 1 };
  const split = width < 600 ? 0.52 : 0.62;
  const gap = Math.max(16, Math.min(48, width * 0.035));
  const narrowed = { ...whole, right: Math.round(width * split) };
  const part = { key: 'lens', ...lens, left: Math.round(width * split + gap), right: width } as const;
  const factor = nsPerPixel(narrowed) / nsPerPixel(part);
  return factor < LEAST_FACTOR ? { whole, lens: null, factor: 1 } : { whole: narrowed, lens: part, factor };
}

function nsPerPixel(part: TimePart): number {
  return (part.toNs - part.fromNs) / Math.max(1, part.right - part.left);
}

export function scaleOf(part: TimePart): LinearScale {
  return linearScale([part.fromNs, part.toNs], [part.left, part.right]);
}

export function xOf(part: TimePart, ns: Ns): number {
  return scaleOf(part)(ns);
}

/** Clamped to the part: a segment that began before the lens starts at its edge. */
export function clampedX(part: TimePart, ns: Ns): number {
  return Math.max(part.left, Math.min(part.right, xOf(part, ns)));
}

/** The instant under a pixel: the part it lies in, else the nearer one; never outside the run. */
export function nsAt(layout: TimelineLayout, x: number): Ns {
  const { whole, lens } = layout;
  const inLens = lens !== null && x >= (whole.right + lens.left) / 2;
  const part = inLens ? lens : whole;
  const ns = scaleOf(part).invert(Math.max(part.left, Math.min(part.right, x)));
  return Math.max(0, Math.min(whole.toNs, Math.round(ns)));
}

export interface TimeTick {
  /** Where the text starts. */
  readonly x: number;
  readonly width: number;
  readonly text: string;
}

/** As many ticks as measured labels leave room for; the first one says the unit. */
export function timeTicks(part: TimePart, measure: Measure): TimeTick[] {
  const scale = scaleOf(part);
  const span = part.toNs - part.fromNs;
  const unit =
    span < 0.05 * NS_PER_SECOND
      ? { size: NS_PER_SECOND / 1000, name: 'ms' }
      : { size: NS_PER_SECOND, name: 's' };
  const inUnits: Span = [part.fromNs / unit.size, part.toNs / unit.size];
  const width = part.right - part.left;
  const longest = measure(`${tickText(inUnits, 4)(inUnits[1])}0 ${unit.name}`, 11) + 20;
  const count = Math.max(1, Math.floor(width / longest));
  const labels = ticksOf(inUnits, Math.min(12, count)).map((tick, i) => {
    const at = scale(tick.value * unit.size);
    const text = i === 0 ? `${tick.text} ${unit.name}` : tick.text;
    const wide = measure(text, 11);
    return { text, width: wide, x: centredWithin(at, wide, part.left, part.right) };
  });
  return placeOnLine(labels, 8);
}

/** The longest way to name a stretch that fits into it. */
export function segmentLabel(variants: readonly string[], x0: number, x1: number, measure: Measure): string {
  const room = x1 - x0 - 10;
  return variants.find((text) => text !== '' && measure(text, 11) <= room) ?? '';
}
