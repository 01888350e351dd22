/**
 * Straight and logarithmic axes. D3 says where ticks stand; a whole scale of D3 would also bring its colours, interpolators and
 * number formats into the page, which weigh more than all of this folder.
 */
import { nice, ticks, tickStep } from 'd3-array';

export type Span = readonly [number, number];

export interface LinearScale {
  (value: number): number;
  /** The value that lies at a position. */
  invert(position: number): number;
}

export function linearScale([from, to]: Span, [start, end]: Span): LinearScale {
  const scale = (value: number) => between(start, end, share(from, to, value));
  return Object.assign(scale, {
    invert: (position: number) => between(from, to, share(start, end, position)),
  });
}

/** Positions stay within the range. Both ends and all values are above zero; what is not stands at the start. */
export function logScale([from, to]: Span, [start, end]: Span): (value: number) => number {
  const low = Math.log(from);
  const high = Math.log(to);
  return (value) => {
    const at = value > 0 ? share(low, high, Math.log(value)) : 0;
    return between(start, end, Math.max(0, Math.min(1, at)));
  };
}

/** A span of no length has everything in its middle. */
function share(from: number, to: number, value: number): number {
  return from === to ? 0.5 : (value - from) / (to - from);
}

function between(start: number, end: number, at: number): number {
  return start * (1 - at) + end * at;
}

/** The span with both ends moved out to the next tick. */
export function niceSpan([from, to]: Span, count: number): Span {
  const [low, high] = nice(from, to, count);
  return [low ?? from, high ?? to];
}

export interface Tick {
  readonly value: number;
  readonly text: string;
}

/** About `count` ticks at round numbers, each written with as many digits as their distance needs. */
export function ticksOf([from, to]: Span, count: number): Tick[] {
  const write = tickText([from, to], count);
  return ticks(from, to, count).map((value) => ({ value, text: write(value) }));
}

/** How numbers between ticks are written: thousands apart, and no more decimals than the ticks have. */
export function tickText([from, to]: Span, count: number): (value: number) => string {
  const step = Math.abs(tickStep(from, to, count));
  const decimals = step > 0 && Number.isFinite(step) ? Math.max(0, -Math.floor(Math.log10(step) + 1e-9)) : 0;
  return (value) => {
    const [whole = '', part] = Math.abs(value).toFixed(decimals).split('.');
    const sign = value < 0 && Number(value.toFixed(decimals)) !== 0 ? '−' : '';
    return sign + whole.replace(/\B(?=(\d{3})+$)/g, ',') + (part === undefined ? '' : `.${part}`);
  };
}
