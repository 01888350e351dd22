/**
 * XBZRLE: pages already sent are kept in a direct-mapped cache, and a page that hits it goes out as the difference. Source:
 * migration/xbzrle.c, migration/page_cache.c and docs/xbzrle.txt of QEMU 7.2. The cache holds stamps of contents; the length
 * on the wire comes from really encoding the bytes the guest wrote.
 */
import { PAGE_BYTES, type Bytes } from '../../base/units.ts';
import { QEMU } from './thread.ts';
import { randomWords } from './ram.ts';

const EMPTY = 0xffffffff;
/** Stamp of a page of zeros. */
export const ZERO_STAMP = -1;

export class PageCache {
  private readonly page: Uint32Array;
  private readonly age: Uint32Array;
  private readonly stamp: Float64Array;

  constructor(cacheBytes: Bytes) {
    // QEMU rounds down to a power of two.
    let slots = 1;
    while (slots * 2 * PAGE_BYTES <= cacheBytes) slots *= 2;
    this.page = new Uint32Array(slots).fill(EMPTY);
    this.age = new Uint32Array(slots);
    this.stamp = new Float64Array(slots);
  }

  /** The stamp of the cached page, or null on a miss. A hit makes it young again. */
  lookUp(page: number, syncs: number): number | null {
    const slot = this.slot(page);
    if (this.page[slot] !== page) return null;
    this.age[slot] = syncs;
    return this.stamp[slot]!;
  }

  /** False where another page holds the slot and is still young. */
  insert(page: number, stamp: number, syncs: number): boolean {
    const slot = this.slot(page);
    const other = this.page[slot] !== EMPTY && this.page[slot] !== page;
    if (other && this.age[slot]! + QEMU.cacheLifetimeSyncs > syncs) return false;
    this.page[slot] = page;
    this.age[slot] = syncs;
    this.stamp[slot] = stamp;
    return true;
  }

  update(page: number, stamp: number): void {
    this.stamp[this.slot(page)] = stamp;
  }

  private slot(page: number): number {
    return page & (this.page.length - 1);
  }
}

const ulebBytes = (length: number): number => (length < 0x80 ? 1 : 2);

/**
 * Bytes of the encoding of a page that differs from the cached one at most in its first bytes, `before` and `now`: 0 where they
 * are equal, -1 where a plain page is not longer.
 */
export function encodedBytes(before: Uint8Array, now: Uint8Array): number {
  let at = 0;
  let encoded = 0;
  while (at < now.length) {
    const zeroFrom = at;
    while (at < now.length && before[at] === now[at]) at++;
    if (at === now.length) break;
    const differentFrom = at;
    while (at < now.length && before[at] !== now[at]) at++;
    const different = at - differentFrom;
    encoded += ulebBytes(differentFrom - zeroFrom) + ulebBytes(different) + different;
    if (encoded > PAGE_BYTES) return -1;
  }
  return encoded;
}

/** The same for two stamps: a raised byte (`writeBytes` 0) or two random writes. */
export function differenceBytes(before: number, now: number, writeBytes: number): number {
  if (before === now) return 0;
  // A page that was all zeros differs in the byte alone: no run before it, one byte.
  if (writeBytes === 0) return ulebBytes(0) + ulebBytes(1) + 1;
  const old = before === ZERO_STAMP ? new Uint8Array(writeBytes) : randomWords(before || 1, writeBytes);
  return encodedBytes(old, randomWords(now || 1, writeBytes));
}
