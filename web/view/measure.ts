/** How wide text really is in the reader's font: asked of a canvas, remembered, forgotten when the font may have changed. */
import type { Measure } from '../layout/text.ts';

let context: CanvasRenderingContext2D | null = null;
let family = '';
const widths = new Map<string, number>();
const MOST_KEPT = 5_000;

export const measure: Measure = (text, px, bold = false) => {
  const key = `${bold ? 'b' : 'r'}${px} ${text}`;
  const known = widths.get(key);
  if (known !== undefined) return known;
  if (widths.size > MOST_KEPT) widths.clear();
  const width = measureNow(text, px, bold);
  widths.set(key, width);
  return width;
};

function measureNow(text: string, px: number, bold: boolean): number {
  context ??= document.createElement('canvas').getContext('2d');
  family ||= getComputedStyle(document.documentElement).getPropertyValue('--font').trim() || 'sans-serif';
  if (!context) return text.length * px * 0.62;
  context.font = `${bold ? 600 : 400} ${px}px ${family}`;
  // Digits are drawn in tabular figures, which may be wider than the canvas' own: count each as the widest.
  return context.measureText(text.replace(/\d/g, '0')).width;
}

/** For a page that changes its font, as tests of wide fonts do. */
export function forgetWidths(): void {
  widths.clear();
  family = '';
}
