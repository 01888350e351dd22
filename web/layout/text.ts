/** Text has a width that only the browser knows: layouts ask a `Measure` and never guess. */

/** Width in pixels of `text` at `px`, regular or semibold. */
export type Measure = (text: string, px: number, bold?: boolean) => number;

/** The first variant that fits, longest first; the empty string when none does. */
export function firstFitting(
  variants: readonly string[],
  width: number,
  measure: Measure,
  px: number,
  bold = false,
): string {
  return variants.find((text) => measure(text, px, bold) <= width) ?? '';
}

/** As much of a name as fits, with a sign that there is more; nothing where not even three letters do. */
export function clipped(text: string, width: number, measure: Measure, px: number, bold = false): string {
  if (measure(text, px, bold) <= width) return text;
  for (let length = text.length - 1; length >= 3; length--) {
    const short = `${text.slice(0, length)}…`;
    if (measure(short, px, bold) <= width) return short;
  }
  return '';
}

/** Words into lines of at most `width`; a word that is wider stands alone. */
export function wrapText(text: string, width: number, measure: Measure, px: number, bold = false): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && measure(longer, px, bold) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return line === '' ? lines : [...lines, line];
}

export interface Placed {
  readonly x: number;
  readonly width: number;
}

/** Which of the labels, given most important first, can stand on one line without touching; `gap` keeps them apart. */
export function placeOnLine<T extends Placed>(labels: readonly T[], gap: number): T[] {
  const kept: T[] = [];
  for (const label of labels) {
    const free = kept.every(
      (one) => label.x + label.width + gap <= one.x || one.x + one.width + gap <= label.x,
    );
    if (free) kept.push(label);
  }
  return kept;
}

/** Where a label of `width` starts when it should be centred on `x` but must stay within [from, to]. */
export function centredWithin(x: number, width: number, from: number, to: number): number {
  return Math.max(from, Math.min(to - width, x - width / 2));
}
