/** Wires: polylines that grains and frames run along. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

export function pathOf(points: readonly Point[]): string {
  return points.map(({ x, y }, i) => `${i === 0 ? 'M' : 'L'}${x},${y}`).join('');
}

export function lengthOf(points: readonly Point[]): number {
  let length = 0;
  for (let i = 1; i < points.length; i++) length += distance(points[i - 1] as Point, points[i] as Point);
  return length;
}

/** The point that lies `share` of the way along: 0 is the start, 1 the end. */
export function pointAt(points: readonly Point[], share: number): Point {
  let left = Math.max(0, Math.min(1, share)) * lengthOf(points);
  for (let i = 1; i < points.length; i++) {
    const from = points[i - 1] as Point;
    const to = points[i] as Point;
    const step = distance(from, to);
    if (left <= step && step > 0) {
      return { x: from.x + ((to.x - from.x) * left) / step, y: from.y + ((to.y - from.y) * left) / step };
    }
    left -= step;
  }
  return points[points.length - 1] as Point;
}

/** Squares of `size` centred on the points, as one path: one attribute a frame, however many grains there are. */
export function squaresPath(points: readonly Point[], size: number): string {
  const half = size / 2;
  return points
    .map(({ x, y }) => `M${round(x - half)} ${round(y - half)}h${size}v${size}h${-size}z`)
    .join('');
}

/** Zero-length strokes: with round caps each is a dot as wide as the stroke. */
export function dotsPath(points: readonly Point[]): string {
  return points.map(({ x, y }) => `M${round(x)} ${round(y)}h0`).join('');
}

/** Small crosses centred on the points. */
export function crossesPath(points: readonly Point[], size: number): string {
  const half = size / 2;
  return points
    .map(({ x, y }) => `M${round(x - half)} ${round(y - half)}l${size} ${size}m0 ${-size}l${-size} ${size}`)
    .join('');
}

function distance(a: Point, b: Point): number {
  return Math.hypot(b.x - a.x, b.y - a.y);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
