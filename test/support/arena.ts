// An input and an output in one stretch of kernel memory, with canaries everywhere a decoder must not write.
import type { Loaded } from './wasm.ts';

const CANARY = 0xc5;
const MARGIN = 256;

export interface Arena {
  source: number;
  target: number;
  /** The output bytes, `length` of them from the start of the output. */
  output(length: number): Uint8Array;
  /** Bytes that changed outside the output and its slack: 0 unless the kernel is broken. */
  damage(): number;
}

/** Lays out canaries, `input`, canaries, an output of `capacity` bytes (holding `initial`), `slack` bytes, canaries. */
export function layArena(
  loaded: Loaded,
  input: Uint8Array,
  capacity: number,
  slack: number,
  initial: Uint8Array = new Uint8Array(0),
): Arena {
  const sourceAt = MARGIN;
  const targetAt = sourceAt + input.length + MARGIN;
  const writableEnd = targetAt + capacity + slack;
  const base = loaded.alloc(writableEnd + MARGIN);
  const region = loaded.bytes(base, writableEnd + MARGIN).fill(CANARY);
  region.set(input, sourceAt);
  const before = Buffer.from(region);
  region.set(initial, targetAt);
  const differs = (from: number, to: number) =>
    Buffer.compare(region.subarray(from, to), before.subarray(from, to)) === 0 ? 0 : 1;
  return {
    source: base + sourceAt,
    target: base + targetAt,
    output: (length) => loaded.bytes(base + targetAt, length),
    damage: () => differs(0, targetAt) + differs(writableEnd, region.length),
  };
}
