/** What every part of the schema is made of: whole numbers in base units, ids, texts a reader can see, lists with a limit. */
import * as v from 'valibot';
import { PAGE_BYTES, PPM } from '../base/units.ts';

export const integer = (least: number, most: number) =>
  v.pipe(v.number(), v.safeInteger(), v.minValue(least), v.maxValue(most));
export const defaulted = <S extends v.GenericSchema<number>>(schema: S, value: number) =>
  v.optional(schema, value);
/** Names become ids in tables, CSV and links: a letter or digit first, then letters, digits, dot, dash, underscore. */
export const id = v.pipe(
  v.string(),
  v.regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/,
    'must be 1 to 63 letters, digits, dots, dashes or underscores',
  ),
);
/** An id, or nothing: what then holds stands where it is used. */
export const idOrNone = v.optional(
  v.pipe(
    v.string(),
    v.regex(
      /^([A-Za-z0-9][A-Za-z0-9._-]{0,62})?$/,
      'must be empty or 1 to 63 letters, digits, dots, dashes or underscores',
    ),
  ),
  '',
);
/** One way to write each character (NFC), so that the same words make the same link; and nothing that cannot be seen. */
export const text = (most: number) =>
  v.pipe(v.string(), v.transform(visible), v.trim(), v.normalize('NFC'), v.maxLength(most));
export const list = <S extends v.GenericSchema>(item: S, most: number) =>
  v.optional(v.pipe(v.array(item), v.maxLength(most)), []);
export const flag = (value: boolean) => v.optional(v.boolean(), value);
export const ppm = integer(0, PPM);
export const pages = (least: number, most: number) => v.pipe(integer(least, most), v.multipleOf(PAGE_BYTES));

/** Controls, marks that turn the direction of what follows, and letters without a width: they hide what a text says. */
const UNSEEN =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u115f\u1160\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\u3164\ufeff\uffa0]/gu;

/** A joiner between letters belongs to them; a text of joiners alone is empty. */
function visible(raw: string): string {
  const seen = raw.replace(UNSEEN, '');
  return /[^\s\u200c\u200d\ufe00-\ufe0f]/u.test(seen) ? seen : '';
}
