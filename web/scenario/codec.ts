/** Bytes to link text and back: base64url without padding, CRC-32 in base 36, raw deflate by a pinned library. Nothing throws. */
import { deflateSync, Inflate } from 'fflate';
import { fail, ok, type Result } from '../base/result.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const NOT_A_DIGIT = 0xff;
const DIGITS = new Uint8Array(128).fill(NOT_A_DIGIT);
for (let digit = 0; digit < 64; digit++) DIGITS[ALPHABET.charCodeAt(digit)] = digit;

export function toBase64Url(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const left = Math.min(3, bytes.length - at);
    const bits = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    for (let digit = 0; digit <= left; digit++) text += ALPHABET.charAt((bits >> (18 - 6 * digit)) & 63);
  }
  return text;
}

/** Null where a character is foreign, one is missing, or bits are set that no byte owns: every byte string has one text. */
export function fromBase64Url(text: string): Uint8Array | null {
  if (text.length % 4 === 1) return null;
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let bits = 0;
  let count = 0;
  let out = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const digit = code < 128 ? (DIGITS[code] ?? NOT_A_DIGIT) : NOT_A_DIGIT;
    if (digit === NOT_A_DIGIT) return null;
    bits = ((bits << 6) | digit) & 0x3fff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes[out++] = (bits >> count) & 0xff;
  }
  return (bits & ((1 << count) - 1)) === 0 ? bytes : null;
}

const CRC_TABLE = new Uint32Array(256);
for (let index = 0; index < 256; index++) {
  let crc = index;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  CRC_TABLE[index] = crc >>> 0;
}

/** CRC-32 (IEEE 802.3) of a text of ASCII characters. */
export function crc32(text: string): number {
  let crc = 0xffffffff;
  for (let at = 0; at < text.length; at++) {
    crc = (crc >>> 8) ^ (CRC_TABLE[(crc ^ text.charCodeAt(at)) & 0xff] ?? 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

/** Seven characters of [0-9a-z]. A link ends in them, so that no program that looks for links drops its last character. */
export function checksum(text: string): string {
  return crc32(text).toString(36).padStart(7, '0');
}

/** `mem` is given because the library would otherwise derive it with a logarithm, whose last bit may differ between engines. */
export function deflateText(text: string): Uint8Array {
  return deflateSync(new TextEncoder().encode(text), { level: 9, mem: 4 });
}

export type InflateError = 'not-deflate' | 'too-big' | 'not-text';

/** A deflate stream grows at most 1,032 times, so this much input at a time keeps what is made at once near a megabyte. */
const PIECE_BYTES = 1024;

class TooBig extends Error {}

/** Inflates piece by piece and stops at `mostBytes`, so that a short link cannot take the memory of the page. */
export function inflateText(bytes: Uint8Array, mostBytes: number): Result<string, InflateError> {
  // Even an empty text takes a block; the library takes no bytes for no error.
  if (bytes.length === 0) return fail('not-deflate');
  const pieces: Uint8Array[] = [];
  let total = 0;
  const stream = new Inflate((piece) => {
    total += piece.length;
    if (total > mostBytes) throw new TooBig();
    pieces.push(piece);
  });
  try {
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      stream.push(bytes.slice(at, at + PIECE_BYTES), at + PIECE_BYTES >= bytes.length);
    }
  } catch (error) {
    return fail(error instanceof TooBig ? 'too-big' : 'not-deflate');
  }
  const whole = new Uint8Array(total);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  try {
    return ok(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(whole));
  } catch {
    return fail('not-text');
  }
}
