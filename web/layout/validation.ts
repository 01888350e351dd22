/** Measured against predicted on logarithmic axes of the same bounds: on the diagonal they are equal. */
import { scaleLog } from 'd3';

export interface Pair {
  readonly measured: number;
  readonly predicted: number;
}

export interface Scatter<T> {
  readonly points: readonly { readonly of: T; readonly x: number; readonly y: number }[];
  /** Whole decades, as positions and values; the same on both axes. */
  readonly ticks: readonly { readonly value: number; readonly at: number }[];
  readonly side: number;
}

const MARGIN = 0.15;

/** @param side of the square, px. Pairs with a number that is not above 0 are left out: they have no place on such axes. */
export function scatter<T>(
  all: readonly { readonly of: T; readonly pair: Pair }[],
  side: number,
): Scatter<T> {
  const drawn = all.filter(({ pair }) => pair.measured > 0 && pair.predicted > 0);
  const values = drawn.flatMap(({ pair }) => [pair.measured, pair.predicted]);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (values.length === 0) return { points: [], ticks: [], side };
  const place = scaleLog([low / (1 + MARGIN), high * (1 + MARGIN)], [0, side]);
  const decades: { value: number; at: number }[] = [];
  for (let value = 1e-3; value <= high * 10; value *= 10)
    if (value >= low / (1 + MARGIN) && value <= high * (1 + MARGIN))
      decades.push({ value: Number(value.toPrecision(1)), at: place(value) });
  return {
    points: drawn.map(({ of, pair }) => ({ of, x: place(pair.measured), y: side - place(pair.predicted) })),
    ticks: decades,
    side,
  };
}
