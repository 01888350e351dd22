/**
 * The random numbers of the data plane (SplitMix64 for seeds, xorshift64* for streams) without its memory: the same numbers as
 * `assembly/prng.ts`. A number of 64 bits is two of 32 in a typed array, upper half first, which is what stays unboxed.
 */
export type U64 = Int32Array;

const u64 = (hi: number, lo: number): U64 => Int32Array.of(hi, lo);
const GOLDEN = u64(0x9e3779b9, 0x7f4a7c15);
const MIX_FIRST = u64(0xbf58476d, 0x1ce4e5b9);
const MIX_SECOND = u64(0x94d049bb, 0x133111eb);
/** Factor of xorshift64*. */
const OUTPUT_HI = 0x2545f491;
const OUTPUT_LO = 0x4f6cdd1d;
const PER_HALF = 1 / 2 ** 30;

/** out = the lower 64 bits of a b. All in whole numbers of 32 bits: products of halves of them fit. */
function multiply(a: U64, b: U64, out: U64): void {
  const aLo = a[1]!;
  const bLo = b[1]!;
  const low = Math.imul(aLo & 0xffff, bLo & 0xffff);
  const cross = Math.imul(aLo & 0xffff, bLo >>> 16);
  const cross2 = Math.imul(aLo >>> 16, bLo & 0xffff);
  const middle = (low >>> 16) + (cross & 0xffff) + (cross2 & 0xffff);
  const carry = (Math.imul(aLo >>> 16, bLo >>> 16) + (cross >>> 16)) | 0;
  const carries = (carry + (cross2 >>> 16) + (middle >>> 16)) | 0;
  out[0] = (carries + ((Math.imul(a[0]!, bLo) + Math.imul(aLo, b[0]!)) | 0)) | 0;
  out[1] = (middle << 16) | (low & 0xffff);
}

/** x += step. */
function add(x: U64, step: U64): void {
  const lo = (x[1]! >>> 0) + (step[1]! >>> 0);
  x[0] = x[0]! + step[0]! + (lo > 0xffff_ffff ? 1 : 0);
  x[1] = lo;
}

/** x ^= x >> bits, for 1 to 31 bits. */
function xorShiftRight(x: U64, bits: number): void {
  const hi = x[0]!;
  x[1] = x[1]! ^ ((x[1]! >>> bits) | (hi << (32 - bits)));
  x[0] = hi ^ (hi >>> bits);
}

/** The output function of SplitMix64. */
function mix64(x: U64): void {
  xorShiftRight(x, 30);
  multiply(x, MIX_FIRST, x);
  xorShiftRight(x, 27);
  multiply(x, MIX_SECOND, x);
  xorShiftRight(x, 31);
}

/** The first state of stream number `stream` of a seed below 2^32. */
export function prngSeed(seed: number, stream: number): U64 {
  const state = u64(0, seed);
  add(state, GOLDEN);
  mix64(state);
  const step = u64(0, stream + 1);
  multiply(step, GOLDEN, step);
  add(state, step);
  mix64(state);
  return state[0] === 0 && state[1] === 0 ? GOLDEN.slice() : state;
}

/** Floor(r n / 2^60) of the upper 60 bits r of a number; `below` is under 2^22, so that both products are exact. */
export function drawBelow(hi: number, lo: number, below: number): number {
  const lower = ((hi & 3) << 28) | (lo >>> 4);
  return Math.floor(((hi >>> 2) * below + Math.floor(lower * below * PER_HALF)) * PER_HALF);
}

/** A stream of numbers, made many at a time: in one loop nothing leaves the registers. */
export class Stream {
  readonly hi: Int32Array;
  readonly lo: Int32Array;

  constructor(
    readonly state: U64,
    most: number,
  ) {
    this.hi = new Int32Array(most);
    this.lo = new Int32Array(most);
  }

  /** Fills `hi` and `lo` with the next `count` numbers. */
  next(count: number): void {
    let hi = this.state[0]!;
    let lo = this.state[1]!;
    for (let at = 0; at < count; at++) {
      lo ^= (lo >>> 12) | (hi << 20);
      hi ^= hi >>> 12;
      hi ^= (hi << 25) | (lo >>> 7);
      lo ^= lo << 25;
      lo ^= (lo >>> 27) | (hi << 5);
      hi ^= hi >>> 27;
      // The output is the state times OUTPUT, as in `multiply`.
      const low = Math.imul(lo & 0xffff, OUTPUT_LO & 0xffff);
      const cross = Math.imul(lo & 0xffff, OUTPUT_LO >>> 16);
      const cross2 = Math.imul(lo >>> 16, OUTPUT_LO & 0xffff);
      const middle = (low >>> 16) + (cross & 0xffff) + (cross2 & 0xffff);
      const carry = (Math.imul(lo >>> 16, OUTPUT_LO >>> 16) + (cross >>> 16)) | 0;
      const carries = (carry + (cross2 >>> 16) + (middle >>> 16)) | 0;
      this.hi[at] = carries + Math.imul(hi, OUTPUT_LO) + Math.imul(lo, OUTPUT_HI);
      this.lo[at] = (middle << 16) | (low & 0xffff);
    }
    this.state[0] = hi;
    this.state[1] = lo;
  }
}

/** A number below a million for each extent, from its hash under `seed`. */
export function extentPpm(seed: U64, extent: number): number {
  const at = u64(0, extent);
  multiply(at, GOLDEN, at);
  add(at, seed);
  mix64(at);
  return drawBelow(at[0]!, at[1]!, 1_000_000);
}
