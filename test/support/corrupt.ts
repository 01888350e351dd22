// Damage to a block as a hostile or broken sender would do it.
import { noise } from './pages.ts';

/** Bytes that mean something in length fields, beside arbitrary ones. */
const telling = [0x00, 0x01, 0x0f, 0x7f, 0x80, 0xf0, 0xfe, 0xff];

/** A copy of `block` with a few bytes changed, inserted, removed or cut off. The same seed does the same damage. */
export function corrupted(block: Uint8Array, seed: number): Uint8Array {
  const dice = noise(seed, 64);
  let next = 0;
  const below = (n: number) => (((dice[next++ & 63]! << 8) | dice[next++ & 63]!) * n) >>> 16;
  let bytes = Uint8Array.from(block);
  for (let damage = below(4) + 1; damage > 0; --damage) {
    const at = below(bytes.length + 1);
    const value = below(2) === 0 ? telling[below(telling.length)]! : below(256);
    const kind = below(5);
    if (kind <= 1 && at < bytes.length) bytes[at] = value;
    else if (kind === 2) bytes = Uint8Array.of(...bytes.subarray(0, at), value, ...bytes.subarray(at));
    else if (kind === 3)
      bytes = Uint8Array.of(...bytes.subarray(0, at), ...bytes.subarray(at + 1 + below(8)));
    else if (kind === 4 && below(2) === 0) bytes = bytes.slice(0, at);
  }
  return bytes;
}
