/**
 * Quantities as people write and read them. Memory is IEC (64 GiB), rates and wire bytes are SI (117 MB/s), links are decimal
 * bits (10 Gb/s). Output has at most three significant digits, except counts, the clock and whole knob values; digits are made
 * with integers and `toFixed` alone, so that a page shows the same text in every browser, whatever its language.
 */
import { fail, ok, type Result } from '../base/result.ts';
import {
  GIB,
  KIB,
  MIB,
  NS_PER_MS,
  NS_PER_SECOND,
  NS_PER_US,
  PPM,
  TIB,
  type Ns,
  type Ppm,
} from '../base/units.ts';

interface Unit {
  readonly name: string;
  readonly size: number;
}

const KB = 1_000;
const MB = 1_000_000;
const GB = 1_000_000_000;
const TB = 1_000_000_000_000;
const PB = 1_000_000_000_000_000;
const PIB = 1024 * TIB;

const SI_BYTES: readonly Unit[] = [
  { name: 'B', size: 1 },
  { name: 'kB', size: KB },
  { name: 'MB', size: MB },
  { name: 'GB', size: GB },
  { name: 'TB', size: TB },
  { name: 'PB', size: PB },
];
const IEC_BYTES: readonly Unit[] = [
  { name: 'B', size: 1 },
  { name: 'KiB', size: KIB },
  { name: 'MiB', size: MIB },
  { name: 'GiB', size: GIB },
  { name: 'TiB', size: TIB },
  { name: 'PiB', size: PIB },
];
/** In bytes: a bit is an eighth, which is exact in binary. */
const BITS: readonly Unit[] = [
  { name: 'b', size: 1 / 8 },
  { name: 'kb', size: KB / 8 },
  { name: 'Mb', size: MB / 8 },
  { name: 'Gb', size: GB / 8 },
  { name: 'Tb', size: TB / 8 },
];
const DURATIONS: readonly Unit[] = [
  { name: 'ns', size: 1 },
  { name: 'µs', size: NS_PER_US },
  { name: 'ms', size: NS_PER_MS },
  { name: 's', size: NS_PER_SECOND },
];
const MINUTE_NS = 60 * NS_PER_SECOND;
const HOUR_NS = 60 * MINUTE_NS;
const DAY_NS = 24 * HOUR_NS;

/** A plain space, so that copied text can be searched and parsed; the page keeps number and unit on one line by style. */
const UNIT_SPACE = ' ';
const MINUS = '−';

/**
 * Three significant digits, zeros kept ("45.0"), so that a value that changes does not jump its neighbours. `value` is below
 * 1000 or in the largest unit.
 */
function threeDigits(value: number): string {
  if (value === 0) return '0';
  if (value < 9.995) return value.toFixed(2);
  if (value < 99.95) return value.toFixed(1);
  return value < 999.5 ? value.toFixed(0) : roundToThree(value);
}

/** Whole numbers of four digits and more keep three digits that mean something: 1,024 would say more than is known. */
function roundToThree(value: number): string {
  let step = 1;
  while (value / step >= 999.5) step *= 10;
  return formatCount(Math.round(value / step) * step);
}

/** The largest unit the value reaches once it is rounded: 999,999 B is 1.00 MB, never 1000 kB. */
function withUnit(value: number, units: readonly Unit[], base: number, suffix = ''): string {
  if (!Number.isFinite(value)) return `–${UNIT_SPACE}${units[0]?.name ?? ''}${suffix}`;
  const size = Math.abs(value);
  let unit = units[0] as Unit;
  for (const one of units) if (size >= one.size * (base === 1024 ? 1 : 0.9995)) unit = one;
  const amount = size / unit.size;
  // The first unit has no part: "12 B", not "12.0 B".
  const digits = unit === units[0] ? roundToThree(Math.round(amount)) : threeDigits(amount);
  const sign = value < 0 && digits !== '0' ? MINUS : '';
  return `${sign}${digits}${UNIT_SPACE}${unit.name}${suffix}`;
}

/** Bytes on the wire, in SI: "430 MB", "8.59 GB". */
export function formatBytes(bytes: number): string {
  return withUnit(bytes, SI_BYTES, 1000);
}

/** Memory, in IEC: "512 MiB", "1.50 GiB"; a whole number stands without zeros behind it. */
export function formatIec(bytes: number): string {
  return wholeOr(bytes, IEC_BYTES, () => withUnit(bytes, IEC_BYTES, 1024));
}

/** Bytes a second, in SI: "117 MB/s". */
export function formatRate(bytesPerSecond: number): string {
  return withUnit(bytesPerSecond, SI_BYTES, 1000, '/s');
}

/** A link in decimal bits: "1 Gb/s", "2.50 Gb/s". */
export function formatLinkRate(bytesPerSecond: number): string {
  return wholeOr(bytesPerSecond, BITS, () => withUnit(bytesPerSecond, BITS, 1000, '/s'), '/s');
}

/** "4 ms" where a whole number is exact, otherwise three digits; from two minutes on minutes and seconds. */
export function formatDuration(ns: Ns): string {
  if (!Number.isFinite(ns)) return `–${UNIT_SPACE}s`;
  if (ns === 0) return `0${UNIT_SPACE}ms`;
  if (ns < 0) return MINUS + formatDuration(-ns);
  if (ns >= 119_500_000_000) return formatMinutes(ns);
  if (ns >= 99_950_000_000) return `${(ns / NS_PER_SECOND).toFixed(0)}${UNIT_SPACE}s`;
  return wholeOr(ns, DURATIONS, () => withUnit(ns, DURATIONS, 1000));
}

/** Two parts at most: "3 min 55 s", "2 h 05 min", "4 d 3 h". */
function formatMinutes(ns: Ns): string {
  const seconds = Math.round(ns / NS_PER_SECOND);
  if (seconds < 3_600) return pair(seconds, 60, 'min', 's');
  const minutes = Math.round(ns / MINUTE_NS);
  if (minutes < 24 * 60) return pair(minutes, 60, 'h', 'min');
  return pair(Math.round(ns / HOUR_NS), 24, 'd', 'h');
}

function pair(total: number, base: number, large: string, small: string): string {
  const rest = total % base;
  const whole = formatCount((total - rest) / base) + UNIT_SPACE + large;
  return rest === 0 ? whole : `${whole} ${rest}${UNIT_SPACE}${small}`;
}

/** "512 MiB" instead of "512.00": values that were chosen are whole, values that were measured are not. */
function wholeOr(value: number, units: readonly Unit[], otherwise: () => string, suffix = ''): string {
  const unit = units.findLast((one) => value >= one.size && Number.isInteger(value / one.size));
  if (!unit || value / unit.size > 999)
    return value === 0 ? `0${UNIT_SPACE}${units[0]?.name}${suffix}` : otherwise();
  return `${value / unit.size}${UNIT_SPACE}${unit.name}${suffix}`;
}

/** "2,653,628": every digit, in groups of three. */
export function formatCount(count: number): string {
  if (!Number.isFinite(count)) return '–';
  const digits = Math.abs(Math.round(count)).toFixed(0);
  let grouped = '';
  for (let at = 0; at < digits.length; at++) {
    if (at > 0 && (digits.length - at) % 3 === 0) grouped += ',';
    grouped += digits.charAt(at);
  }
  return count < 0 && grouped !== '0' ? MINUS + grouped : grouped;
}

/** The virtual clock: "1:34.000", "1:02:03.250". Milliseconds are cut, not rounded: the clock never shows what is not yet. */
export function formatClock(ns: Ns): string {
  if (!Number.isFinite(ns)) return '–:––.–––';
  if (ns < 0) return MINUS + formatClock(-ns);
  const totalMs = Math.floor(ns / NS_PER_MS);
  const two = (value: number) => String(value).padStart(2, '0');
  const totalSeconds = Math.floor(totalMs / 1000);
  const seconds = `${two(totalSeconds % 60)}.${String(totalMs % 1000).padStart(3, '0')}`;
  const minutes = Math.floor(totalSeconds / 60);
  return minutes < 60
    ? `${minutes}:${seconds}`
    : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${seconds}`;
}

/** A share: "94.0 %", "6.25 %", "100 %". */
export function formatPercent(ppm: Ppm): string {
  if (!Number.isFinite(ppm)) return `–${UNIT_SPACE}%`;
  const digits = threeDigits(Math.abs((ppm * 100) / PPM));
  return `${ppm < 0 && digits !== '0' ? MINUS : ''}${digits}${UNIT_SPACE}%`;
}

/** The shortest text that parses back to exactly this value, without a space: for addresses, "1536MiB", "73728kB/s". */
export function exactQuantity(value: number, kind: QuantityKind): string {
  let best = kind === 'count' ? String(value) : '';
  for (const [name, size] of PARSED_UNITS[kind]) {
    if (!/^[A-Za-z/]+$/.test(name) || !Number.isInteger(value / size) || (value / size) * size !== value)
      continue;
    const text = `${value / size}${name}`;
    if (best === '' || text.length < best.length) best = text;
  }
  return best;
}

export type QuantityKind = 'bytes' | 'rate' | 'duration' | 'count';

/** What each kind may be written in. Lower and upper case count, because Mb and MB are eight apart. */
const PARSED_UNITS: Record<QuantityKind, ReadonlyMap<string, number>> = {
  bytes: unitMap([...SI_BYTES, ...IEC_BYTES, { name: 'KB', size: KB }]),
  rate: unitMap(
    [...SI_BYTES, ...IEC_BYTES, ...BITS, { name: 'KB', size: KB }, { name: 'Kb', size: KB / 8 }].flatMap(
      rateSpellings,
    ),
  ),
  duration: unitMap([
    ...DURATIONS,
    { name: 'us', size: NS_PER_US },
    // The Greek letter beside the micro sign: keyboards differ.
    { name: '\u03bcs', size: NS_PER_US },
    { name: 'min', size: MINUTE_NS },
    { name: 'h', size: HOUR_NS },
    { name: 'd', size: DAY_NS },
  ]),
  count: unitMap([{ name: '', size: 1 }]),
};

function unitMap(units: readonly Unit[]): ReadonlyMap<string, number> {
  return new Map(units.map((unit) => [unit.name, unit.size]));
}

/** "Gb/s", and "Gbit/s" and "Gbps" as people write them. */
function rateSpellings(unit: Unit): Unit[] {
  const spellings = [{ name: `${unit.name}/s`, size: unit.size }];
  if (unit.name.endsWith('b')) {
    spellings.push(
      { name: `${unit.name}it/s`, size: unit.size },
      { name: `${unit.name}ps`, size: unit.size },
    );
  }
  return spellings;
}

const EXAMPLE: Record<QuantityKind, string> = {
  bytes: '64 GiB or 512 MiB',
  rate: '117 MB/s or 10 Gb/s',
  duration: '500 ms or 1.5 s',
  count: '4 or 18,000',
};

/**
 * Reads "64 GiB", "0.2 ms", "3 min 55 s", "2,653,628": a whole number of bytes, bytes a second, nanoseconds or things, or a
 * sentence that says what was expected. Nothing is guessed: a number without a unit is refused, except for counts and zero.
 */
export function parseQuantity(text: string, kind: QuantityKind): Result<number, string> {
  const expected = `Write a number with a unit, such as ${EXAMPLE[kind]}.`;
  const tidy = text.replace(/[\s\u00a0\u202f]+/g, ' ').trim();
  if (tidy.length === 0 || tidy.length > 64) return fail(expected);
  let total = 0;
  let rest = tidy;
  while (rest.length > 0) {
    const part =
      /^(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)? ?([A-Za-z\u00b5\u03bc][A-Za-z\u00b5\u03bc/]*)?(?: |$)/.exec(rest);
    if (!part) return fail(kind === 'count' ? `Write a whole number, such as ${EXAMPLE.count}.` : expected);
    const amount = Number((part[1] ?? '').replaceAll(',', '') + (part[2] ?? ''));
    const size = unitSize(kind, part[3] ?? '', amount);
    if (size === undefined) return fail(unitProblem(kind, part[3] ?? ''));
    total += amount * size;
    rest = rest.slice(part[0].length);
    // Only durations are written in several parts.
    if (rest.length > 0 && kind !== 'duration') return fail(expected);
  }
  const whole = Math.round(total);
  return Number.isSafeInteger(whole)
    ? ok(whole)
    : fail('This is more than can be counted exactly; write a smaller number.');
}

function unitSize(kind: QuantityKind, name: string, amount: number): number | undefined {
  if (name === '' && amount === 0) return 1;
  return PARSED_UNITS[kind].get(name);
}

function unitProblem(kind: QuantityKind, name: string): string {
  if (name === '') return `The unit is missing: write ${EXAMPLE[kind]}.`;
  const close = [...PARSED_UNITS[kind].keys()].find((known) => known.toLowerCase() === name.toLowerCase());
  const hint = close ? ` Did you mean ${close}?` : '';
  return `"${name}" is no unit that fits here.${hint} Write ${EXAMPLE[kind]}.`;
}

export const parseBytes = (text: string): Result<number, string> => parseQuantity(text, 'bytes');
export const parseRate = (text: string): Result<number, string> => parseQuantity(text, 'rate');
export const parseDuration = (text: string): Result<number, string> => parseQuantity(text, 'duration');
export const parseCount = (text: string): Result<number, string> => parseQuantity(text, 'count');
