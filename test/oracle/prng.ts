// SplitMix64 and xorshift64* on BigInt, and a draw that may use as many bits as it likes.
const mask = (1n << 64n) - 1n;
const golden = 0x9e3779b97f4a7c15n;

export function mix64(value: bigint): bigint {
  value = ((value ^ (value >> 30n)) * 0xbf58476d1ce4e5b9n) & mask;
  value = ((value ^ (value >> 27n)) * 0x94d049bb133111ebn) & mask;
  return value ^ (value >> 31n);
}

export function prngSeed(seed: bigint, stream: bigint): bigint {
  const state = mix64((mix64((seed + golden) & mask) + (stream + 1n) * golden) & mask);
  return state === 0n ? golden : state;
}

export function prngNext(state: bigint): bigint {
  state ^= state >> 12n;
  state ^= (state << 25n) & mask;
  return state ^ (state >> 27n);
}

export const prngOutput = (state: bigint): bigint => (state * 0x2545f4914f6cdd1dn) & mask;

export const drawBelow = (random: bigint, n: bigint): bigint => ((random >> 4n) * n) >> 60n;
