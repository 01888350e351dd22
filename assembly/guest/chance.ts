// Words of 64 independent random bits. A slice of writes asks for millions of them, so they come from a counter: 64 bits that are
// mixed, none of which waits for the one before.
import { mix64 } from '../prng';

/** 2^64 divided by the golden ratio. */
const GOLDEN: u64 = 0x9e3779b97f4a7c15;

const TWO_32: f64 = 4294967296.0;
const TWO_64: f64 = 18446744073709551616.0;

/** 2^-53: turns 53 random bits into a number from 0 to below 1. */
const UNIT: f64 = 1.0 / 9007199254740992.0;

/** Below this many expected writes a page, placing the writes of a word is cheaper than deciding for each of its bits. */
const FEW_WRITES: f64 = 1.0 / 64.0;

/** The counter; whoever draws sets it first and keeps it afterwards. */
let counter: u64 = 0;

export function setChance(state: u64): void {
  counter = state;
}

export function chanceState(): u64 {
  return counter;
}

// @ts-ignore: decorator
@inline
export function nextRandom(): u64 {
  counter += GOLDEN;
  return mix64(counter);
}

/** What a slice is to pages that are alike: expected writes a page, and the limits below that random numbers are held against. */
@unmanaged
export class Chance {
  writes: f64;
  /** 1 - e^-writes in parts of 2^32; 0 where writes are few. */
  written: u64;
  /** e^(-64 writes) in parts of 2^64: none of 64 pages is written. */
  none: u64;
}

/** Chance that at least one of `writes` expected writes falls on a page, in parts of 2^32. */
export function chanceOf(writes: f64): u64 {
  return <u64>((1.0 - NativeMath.exp(-writes)) * TWO_32);
}

export function setChanceOf(chance: Chance, writes: f64): void {
  const isFew = writes < FEW_WRITES;
  chance.writes = writes;
  chance.written = isFew ? 0 : chanceOf(writes);
  chance.none = isFew ? <u64>min(NativeMath.exp(-64.0 * writes) * TWO_64, TWO_64 - 4096.0) : 0;
}

/**
 * 64 bits, each 1 with chance `limit` / 2^32. The upper 8 bits of the limit are sliced: from the lowest on, a 1 joins a random word by OR
 * and a 0 by AND, which halves the chance each time. Chance decides whether the rest counts as one more, so the mean is exact.
 */
export function bernoulliWord(limit: u64): u64 {
  const sliced = (limit + (nextRandom() & 0xffffff)) >> 24;
  if (sliced == 0) return 0;
  if (sliced >= 256) return u64.MAX_VALUE;
  let bit = ctz<u64>(sliced);
  let word = nextRandom();
  for (++bit; bit < 8; ++bit) {
    const random = nextRandom();
    const one = 0 - ((sliced >> bit) & 1);
    word = (word & random) | (one & (word | random));
  }
  return word;
}

/** The pages of a word that few writes fall on: how many by Poisson's law, and where by 6 random bits each. */
export function poissonWord(chance: Chance): u64 {
  const random = nextRandom();
  if (random < chance.none) return 0;
  const mean = 64.0 * chance.writes;
  const share = <f64>(random >> 11) * UNIT;
  let term = <f64>chance.none / TWO_64;
  let below = term;
  let word: u64 = 0;
  for (let count = 1; share >= below && count <= 64; ++count) {
    word |= (1 as u64) << (nextRandom() & 63);
    term *= mean / <f64>count;
    below += term;
  }
  return word;
}
