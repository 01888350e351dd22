/**
 * The memory as a quilt: 64 x 64 buckets in page order become cells, and every cell a small code that says what to paint. Codes
 * are compared from frame to frame, so that a canvas repaints only the cells that changed.
 */
import type { MemoryFrame } from '../sim/run-log.ts';

/** Buckets of a frame, as the engine records them: 64 rows of 64. */
const FRAME_SIDE = 64;
const FRAME_BUCKETS = FRAME_SIDE * FRAME_SIDE;

export type QuiltSide = 'source' | 'target';
export type Cells = 64 | 32;
/** rest: everything here and nothing asked yet. run: a frame. full: all arrived. empty: nothing here. */
export type QuiltMode = 'rest' | 'run' | 'full' | 'empty';

export const CELLS_SMALL = 32;
export const LEVELS = 5;
const SIDE_CODES = LEVELS + 1;

/** 1..36: pending level x 6 + written level + 1 on the source, stale level + 1 on the target. */
export const CODE = { none: 0, flight: 100, rest: 101, empty: 102 } as const;

/** Fewest pages of each level: 1, 4, 12, 42, 147 for 512 pages a cell, equal steps of a logarithm. */
export function levelThresholds(pagesPerCell: number): number[] {
  return Array.from({ length: LEVELS }, (_, i) =>
    Math.max(1, Math.round(Math.pow(pagesPerCell, i / LEVELS))),
  );
}

/** 0 for no page, 5 for as good as all. */
export function levelOf(count: number, thresholds: readonly number[]): number {
  let level = 0;
  while (level < thresholds.length && count >= (thresholds[level] as number)) level++;
  return level;
}

export function pagesPerCell(pageCount: number, cells: Cells): number {
  return Math.max(1, Math.ceil(pageCount / (cells * cells)));
}

/** Counts a cell: the buckets themselves, or the sums of 2 x 2 of them. */
export function cellCounts(buckets: Uint32Array, cells: Cells): Uint32Array {
  if (cells === FRAME_SIDE) return buckets;
  const out = new Uint32Array(cells * cells);
  for (let bucket = 0; bucket < FRAME_BUCKETS; bucket++) {
    const row = Math.floor(bucket / FRAME_SIDE) >> 1;
    const column = (bucket % FRAME_SIDE) >> 1;
    const cell = row * cells + column;
    out[cell] = (out[cell] as number) + (buckets[bucket] as number);
  }
  return out;
}

/** Row of the sweep in cells, a whole number and a part: 0 at the top, `cells` at the end. */
export function sweepRow(cursorPage: number, pageCount: number, cells: Cells): number {
  return pageCount > 0 ? Math.min(1, cursorPage / pageCount) * cells : 0;
}

/** The group being put on the wire: the next cells at or after the sweep that still have pages to send. */
export function cellsInFlight(
  toSend: Uint32Array,
  cursorPage: number,
  pageCount: number,
  cells: Cells,
): number[] {
  const group = cells === 64 ? 8 : 4;
  const bucket = Math.min(FRAME_SIDE - 1, Math.floor((cursorPage / pageCount) * FRAME_SIDE));
  // Page order inside 2 x 2 buckets is not cell order: look from the start of the cell row the sweep stands in.
  const from = cells === 64 ? Math.floor((cursorPage / pageCount) * FRAME_BUCKETS) : (bucket >> 1) * cells;
  const found: number[] = [];
  for (let cell = Math.max(0, from); cell < toSend.length && found.length < group; cell++) {
    if ((toSend[cell] as number) > 0) found.push(cell);
  }
  return found;
}

export interface QuiltPicture {
  readonly mode: QuiltMode;
  readonly side: QuiltSide;
  readonly cells: Cells;
  readonly pageCount: number;
  readonly frame: MemoryFrame | null;
  /** The link carries pages at this instant, so the group at the sweep is on the wire. */
  readonly sending: boolean;
}

/** What each cell is to show. */
export function quiltCodes(picture: QuiltPicture): Uint8Array {
  const { mode, side, cells, pageCount, frame } = picture;
  const codes = new Uint8Array(cells * cells);
  if (mode !== 'run' || !frame)
    return codes.fill(mode === 'rest' ? CODE.rest : mode === 'full' ? 1 : CODE.empty);
  const toSend = cellCounts(frame.toSend, cells);
  const written = cellCounts(frame.written, cells);
  const thresholds = levelThresholds(pagesPerCell(pageCount, cells));
  for (let cell = 0; cell < codes.length; cell++) {
    const pending = toSend[cell] as number;
    const again = written[cell] as number;
    codes[cell] =
      side === 'source'
        ? 1 + levelOf(pending, thresholds) * SIDE_CODES + levelOf(again, thresholds)
        : 1 + levelOf(pending + again, thresholds);
  }
  if (picture.sending) {
    for (const cell of cellsInFlight(toSend, frame.cursorPage, pageCount, cells)) codes[cell] = CODE.flight;
  }
  return codes;
}

/** Levels of a source cell's code. */
export function sourceLevels(code: number): { pending: number; written: number } {
  return { pending: Math.floor((code - 1) / SIDE_CODES), written: (code - 1) % SIDE_CODES };
}

/**
 * Side of the filled square and of the target's hole by level, for a cell of `pitch` device pixels. The largest leaves a pixel
 * to its neighbours, so that cells can be counted; where pixels are few, neighbouring levels share a size.
 */
const FILLED: Record<number, readonly number[]> = {
  3: [0, 1, 1, 1, 2, 2],
  4: [0, 1, 2, 2, 3, 3],
  5: [0, 2, 2, 3, 3, 4],
  6: [0, 2, 2, 3, 4, 5],
  7: [0, 2, 3, 4, 5, 6],
  8: [0, 3, 4, 5, 6, 7],
};
const HOLE: Record<number, readonly number[]> = {
  3: [0, 1, 1, 1, 1, 2],
  4: [0, 1, 1, 1, 2, 3],
  5: [0, 2, 2, 2, 3, 4],
  6: [0, 1, 1, 3, 3, 5],
  7: [0, 2, 2, 4, 4, 6],
  8: [0, 1, 3, 3, 5, 7],
};

export function filledSize(level: number, pitch: number): number {
  return sizeOf(FILLED, level, pitch);
}

/** What a reader can tell apart: the fewest pages of each size. */
export function legendSteps(
  pageCount: number,
  cells: Cells,
  pitch: number,
): { size: number; pages: number }[] {
  const steps: { size: number; pages: number }[] = [];
  levelThresholds(pagesPerCell(pageCount, cells)).forEach((pages, i) => {
    const size = filledSize(i + 1, pitch);
    const last = steps[steps.length - 1];
    // With few pages a cell, levels that no count reaches fall together with the next one.
    if (last?.pages === pages) steps.pop();
    if (steps[steps.length - 1]?.size !== size) steps.push({ size, pages });
  });
  return steps;
}

export function holeSize(level: number, pitch: number): number {
  return sizeOf(HOLE, level, pitch);
}

/** Larger cells (more device pixels, zoomed pages) scale the 8-pixel drawing. */
function sizeOf(table: Record<number, readonly number[]>, level: number, pitch: number): number {
  const tuned = table[pitch]?.[level];
  if (tuned !== undefined) return tuned;
  const base = table[8]?.[level] ?? 0;
  return level === 0 ? 0 : Math.max(1, Math.min(pitch - 1, Math.round((base * pitch) / 8)));
}
