/**
 * Quantities. Time and bytes are integers held in JavaScript numbers: exact up to 2^53, which is 104 days in nanoseconds and
 * 8 PiB in bytes. The unit ends every name (`startNs`, `wireBytes`), so the aliases below only document a signature.
 */
export type Ns = number;
export type Bytes = number;
export type BytesPerSecond = number;
/** Parts per million: 1_000_000 is the whole. Shares and speeds are integers so that they are the same on every machine. */
export type Ppm = number;

export const NS_PER_SECOND = 1_000_000_000;
export const NS_PER_MS = 1_000_000;
export const NS_PER_US = 1_000;
export const KIB = 1024;
export const MIB = 1024 * KIB;
export const GIB = 1024 * MIB;
export const TIB = 1024 * GIB;
export const PAGE_BYTES = 4096;
export const PPM = 1_000_000;

/** Time to move `bytes` at `bytesPerSecond`, rounded up to a whole nanosecond. Exact for any bytes below 2^53. */
export function transferNs(bytes: Bytes, bytesPerSecond: BytesPerSecond): Ns {
  const wholeSeconds = Math.floor(bytes / bytesPerSecond);
  const rest = bytes - wholeSeconds * bytesPerSecond;
  return wholeSeconds * NS_PER_SECOND + restNs(rest, bytesPerSecond);
}

/** ceil(rest * 10^9 / bytesPerSecond) for a rest below one second: a long division, three digits of a thousand, so that all stays exact. */
function restNs(rest: Bytes, bytesPerSecond: BytesPerSecond): Ns {
  if (bytesPerSecond > Number.MAX_SAFE_INTEGER / 1000) return mulDivCeil(rest, NS_PER_SECOND, bytesPerSecond);
  let ns = 0;
  let left = rest;
  for (let digit = 0; digit < 3; digit++) {
    left *= 1000;
    const times = Math.floor(left / bytesPerSecond);
    left -= times * bytesPerSecond;
    ns = ns * 1000 + times;
  }
  return left > 0 ? ns + 1 : ns;
}

/** Whole bytes that pass in `ns` at `bytesPerSecond`, rounded down. */
export function bytesIn(ns: Ns, bytesPerSecond: BytesPerSecond): Bytes {
  const wholeSeconds = Math.floor(ns / NS_PER_SECOND);
  const rest = ns - wholeSeconds * NS_PER_SECOND;
  return wholeSeconds * bytesPerSecond + mulDivFloor(rest, bytesPerSecond, NS_PER_SECOND);
}

/** floor(a * b / c) in whole numbers; falls back to BigInt where the product leaves the exact range. */
export function mulDivFloor(a: number, b: number, c: number): number {
  const product = a * b;
  if (product <= Number.MAX_SAFE_INTEGER) return Math.floor(product / c);
  return Number((BigInt(a) * BigInt(b)) / BigInt(c));
}

/** ceil(a * b / c) in whole numbers. */
export function mulDivCeil(a: number, b: number, c: number): number {
  const product = a * b;
  if (product <= Number.MAX_SAFE_INTEGER) return Math.ceil(product / c);
  const big = BigInt(a) * BigInt(b);
  const divisor = BigInt(c);
  return Number((big + divisor - 1n) / divisor);
}
