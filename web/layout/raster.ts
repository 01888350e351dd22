/** The client as a raster: a row is a hundred pings, one second at a ping each 10 ms, so that a gap can be counted. */
import type { Ns } from '../base/units.ts';
import { crossesPath, dotsPath, type Point } from './path.ts';

export const PINGS_A_ROW = 100;

export function rowNs(pingIntervalNs: Ns): Ns {
  return PINGS_A_ROW * pingIntervalNs;
}

/** Rows to show: the one of this instant with those before it, and a few to come for what is predicted. */
export function rasterRows(atNs: Ns, lengthNs: Ns, count: number): number[] {
  const current = Math.floor(atNs / lengthNs);
  const ahead = count >= 8 ? 2 : count >= 4 ? 1 : 0;
  const first = current - (count - 1 - ahead);
  return Array.from({ length: count }, (_, i) => first + i);
}

/** Pings of a row that have been sent by `atNs`: indexes from, to (exclusive). */
export function pingsOfRow(row: number, atNs: Ns, intervalNs: Ns): { from: number; to: number } {
  const from = row * PINGS_A_ROW;
  const sent = Math.floor(atNs / intervalNs) + 1;
  return { from, to: Math.max(from, Math.min(from + PINGS_A_ROW, sent)) };
}

export interface RasterScale {
  readonly left: number;
  readonly right: number;
  /** Width of one ping. */
  readonly step: number;
}

export function rasterScale(
  width: number,
  labelWidth: number,
  countWidth: number,
  barWidth: number,
): RasterScale {
  const left = Math.ceil(labelWidth) + 8;
  const right = Math.floor(width - countWidth - barWidth - (barWidth > 0 ? 18 : 10));
  return { left, right, step: (right - left) / PINGS_A_ROW };
}

/** Centre of the ping with this index, inside its row. */
export function pingX(scale: RasterScale, index: number): number {
  const place = ((index % PINGS_A_ROW) + PINGS_A_ROW) % PINGS_A_ROW;
  return scale.left + (place + 0.5) * scale.step;
}

export type PingKind = 'answered' | 'slow' | 'lost';

export interface RowPaths {
  readonly answered: string;
  readonly slow: string;
  readonly lost: string;
}

/** One path a kind: a row of a hundred pings costs three attributes. */
export function rowPaths(
  kinds: readonly PingKind[],
  firstIndex: number,
  scale: RasterScale,
  y: number,
): RowPaths {
  const points: Record<PingKind, Point[]> = { answered: [], slow: [], lost: [] };
  kinds.forEach((kind, i) => points[kind].push({ x: pingX(scale, firstIndex + i), y }));
  const size = Math.min(3.6, Math.max(2.4, scale.step * 0.8));
  return {
    answered: dotsPath(points.answered),
    slow: dotsPath(points.slow),
    lost: crossesPath(points.lost, size),
  };
}

/** The part of a row that lies within [fromNs, toNs), as pixels; null when it is outside. */
export function spanInRow(
  row: number,
  lengthNs: Ns,
  fromNs: Ns,
  toNs: Ns,
  scale: RasterScale,
): { x0: number; x1: number } | null {
  const start = row * lengthNs;
  const from = Math.max(start, fromNs);
  const to = Math.min(start + lengthNs, toNs);
  if (to <= from) return null;
  const x = (ns: Ns) => scale.left + ((ns - start) / lengthNs) * (scale.right - scale.left);
  return { x0: x(from), x1: x(to) };
}
