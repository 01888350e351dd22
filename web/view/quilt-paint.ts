/** Paints the cells of a quilt, only those whose code changed since the last time. */
import { CODE, filledSize, holeSize, sourceLevels, type QuiltSide } from '../layout/quilt.ts';

export const QUILT_COLOURS = ['dirty', 'flight', 'arrived', 'rest'] as const;
export type QuiltColours = Record<(typeof QUILT_COLOURS)[number], string>;

export interface Brush {
  readonly context: CanvasRenderingContext2D;
  readonly side: QuiltSide;
  readonly cells: number;
  /** Pitch in device pixels; need not be whole on a zoomed page, cells are placed on whole pixels all the same. */
  readonly pitch: number;
  readonly colours: QuiltColours;
}

/** @returns how many cells were painted */
export function paint(brush: Brush, codes: Uint8Array, before: Uint8Array | null): number {
  let painted = 0;
  for (let cell = 0; cell < codes.length; cell++) {
    const code = codes[cell] as number;
    if (before !== null && before[cell] === code) continue;
    paintCell(brush, cell, code);
    painted++;
  }
  return painted;
}

function paintCell(brush: Brush, cell: number, code: number): void {
  const { context, pitch, cells, colours } = brush;
  const left = Math.round((cell % cells) * pitch);
  const top = Math.round(Math.floor(cell / cells) * pitch);
  const pixel = Math.max(3, Math.floor(pitch));
  context.clearRect(left, top, Math.ceil(pitch), Math.ceil(pitch));
  const square = (size: number, colour: string) => {
    const inset = Math.floor((pixel - size) / 2);
    context.fillStyle = colour;
    context.fillRect(left + inset, top + inset, size, size);
  };
  const dot = pixel >= 6 ? 2 : 1;
  if (code === CODE.flight) square(pixel >= 6 ? pixel : pixel - 1, colours.flight);
  else if (code === CODE.rest) square(pixel - 1, colours.rest);
  else if (code === CODE.empty) square(pixel >= 10 ? 2 : 1, colours.rest);
  else if (brush.side === 'source') paintSource(brush, code, left, top, pixel, dot, square);
  else paintTarget(brush, code, left, top, pixel, square);
}

type Square = (size: number, colour: string) => void;

/** Filled: on this round's list. Hollow around it: written since. Neither: a dot. */
function paintSource(
  brush: Brush,
  code: number,
  left: number,
  top: number,
  pixel: number,
  dot: number,
  square: Square,
): void {
  const { pending, written } = sourceLevels(code);
  if (pending === 0 && written === 0) return square(dot, brush.colours.rest);
  const solid = filledSize(pending, pixel);
  if (written > 0) {
    const stroke = Math.max(1, Math.round(pixel / 8));
    const outer = Math.min(
      pixel - (pixel >= 6 ? 0 : 1),
      Math.max(2 * stroke + 1, filledSize(written, pixel) + 1),
    );
    if (outer > solid) {
      square(outer, brush.colours.dirty);
      const inset = Math.floor((pixel - outer) / 2) + stroke;
      brush.context.clearRect(left + inset, top + inset, outer - 2 * stroke, outer - 2 * stroke);
    }
  }
  if (solid > 0) square(solid, brush.colours.dirty);
}

/** Filled: arrived and current. The hole is what is newer at the source; all of it, and only a dot is left. */
function paintTarget(
  brush: Brush,
  code: number,
  left: number,
  top: number,
  pixel: number,
  square: Square,
): void {
  const full = pixel - 1;
  const hole = Math.min(full, holeSize(code - 1, pixel));
  if (hole >= full) return square(pixel >= 10 ? 2 : 1, brush.colours.rest);
  square(full, brush.colours.arrived);
  if (hole === 0) return;
  const inset = Math.floor((pixel - full) / 2) + Math.floor((full - hole) / 2);
  brush.context.clearRect(left + inset, top + inset, hole, hole);
}
