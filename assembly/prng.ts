// The only randomness of the data plane: seeded, 64 bits of state that travel in a register, the same on every engine.
// SplitMix64 (public domain algorithm) makes seeds and hashes, xorshift64* (Vigna) makes streams.

/** 2^64 divided by the golden ratio: the step of SplitMix64. */
const GOLDEN: u64 = 0x9e3779b97f4a7c15;

/** Bits used of a random number on either half of a draw; see `drawBelow`. */
const HALF_BITS: u64 = 30;

/** A bijection of 64-bit numbers that spreads every bit over all bits: the output function of SplitMix64. */
export function mix64(value: u64): u64 {
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
  value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
  return value ^ (value >> 31);
}

/**
 * The first state of stream number `stream` of `seed`. Streams of one seed start at unrelated places of one cycle, so
 * that a VM's randomness does not depend on what other VMs draw. Never zero, because zero is a fixed point of `prngNext`.
 */
export function prngSeed(seed: u64, stream: u64): u64 {
  const state = mix64(mix64(seed + GOLDEN) + (stream + 1) * GOLDEN);
  return state != 0 ? state : GOLDEN;
}

/** The state after `state` (xorshift64 with shifts 12, 25, 27; its period is 2^64 - 1). */
export function prngNext(state: u64): u64 {
  assert(state != 0);
  state ^= state >> 12;
  state ^= state << 25;
  return state ^ (state >> 27);
}

/** The random number that belongs to `state`. The upper bits are the better ones. */
export function prngOutput(state: u64): u64 {
  return state * 0x2545f4914f6cdd1d;
}

/**
 * A number below `n` from a random 64-bit number: floor(r * n / 2^60), where r is its upper 60 bits. Each result has
 * 2^60 / n inputs give or take one, so with n < 2^34 no page is favoured by more than one part in 2^26. The product
 * is made in two halves of 30 bits so that neither leaves 64 bits.
 */
export function drawBelow(random: u64, n: u64): u64 {
  assert(n > 0 && n < 1 << 34);
  const high = random >> (64 - HALF_BITS);
  const low = (random >> (64 - 2 * HALF_BITS)) & ((1 << HALF_BITS) - 1);
  return (high * n + ((low * n) >> HALF_BITS)) >> HALF_BITS;
}
