// XXH64 as its public specification states it, on BigInt, and the fold of page hashes.
const mask = (1n << 64n) - 1n;
const p1 = 11400714785074694791n;
const p2 = 14029467366897019727n;
const p3 = 1609587929392839161n;
const p4 = 9650029242287828579n;
const p5 = 2870177450012600261n;

const rotate = (value: bigint, by: bigint) => ((value << by) | (value >> (64n - by))) & mask;
const round = (lane: bigint, input: bigint) => (rotate((lane + input * p2) & mask, 31n) * p1) & mask;
const merge = (hash: bigint, lane: bigint) => ((hash ^ round(0n, lane)) * p1 + p4) & mask;
const eight = (hash: bigint, input: bigint) => (rotate(hash ^ round(0n, input), 27n) * p1 + p4) & mask;

function littleEndian(bytes: Uint8Array, at: number, length: number): bigint {
  let value = 0n;
  for (let byte = length - 1; byte >= 0; --byte) value = (value << 8n) | BigInt(bytes[at + byte]!);
  return value;
}

export function avalanche(hash: bigint): bigint {
  hash = ((hash ^ (hash >> 33n)) * p2) & mask;
  hash = ((hash ^ (hash >> 29n)) * p3) & mask;
  return hash ^ (hash >> 32n);
}

export function xxh64(bytes: Uint8Array, seed: bigint): bigint {
  let at = 0;
  let hash = (seed + p5) & mask;
  if (bytes.length >= 32) {
    const lanes = [seed + p1 + p2, seed + p2, seed, seed - p1].map((lane) => lane & mask);
    for (; at + 32 <= bytes.length; at += 32) {
      for (let lane = 0; lane < 4; ++lane) {
        lanes[lane] = round(lanes[lane]!, littleEndian(bytes, at + lane * 8, 8));
      }
    }
    hash = [1n, 7n, 12n, 18n].reduce((sum, by, lane) => sum + rotate(lanes[lane]!, by), 0n) & mask;
    for (const lane of lanes) hash = merge(hash, lane);
  }
  hash = (hash + BigInt(bytes.length)) & mask;
  for (; at + 8 <= bytes.length; at += 8) hash = eight(hash, littleEndian(bytes, at, 8));
  if (at + 4 <= bytes.length) {
    hash = (rotate(hash ^ ((littleEndian(bytes, at, 4) * p1) & mask), 23n) * p2 + p3) & mask;
    at += 4;
  }
  for (; at < bytes.length; ++at) hash = (rotate(hash ^ ((BigInt(bytes[at]!) * p5) & mask), 11n) * p1) & mask;
  return avalanche(hash);
}

/** The hash of a whole memory: page hashes in order, one eight-byte round each, then the count and the avalanche. */
export function foldHashes(hashes: readonly bigint[], seed: bigint): bigint {
  const state = hashes.reduce(eight, (seed + p5) & mask);
  return avalanche((state + BigInt(hashes.length) * 8n) & mask);
}
