/** Text about as wide as in a narrow and in a wide system face, where no browser measures it. */
import type { Measure } from '../../web/layout/text.ts';

export const narrow: Measure = (text, px, bold = false) => text.length * px * (bold ? 0.56 : 0.52);
export const wide: Measure = (text, px, bold = false) => narrow(text, px, bold) * 1.16;
