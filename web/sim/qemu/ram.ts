/**
 * Guest memory as the migration sees it: which pages are known to be dirty, which were written since the dirty log was last
 * read, which hold only zeros, and a stamp of the content of each page. One byte a page: the search for the next dirty page is
 * then the engine's own `indexOf`.
 */
import { xorshift32 } from './dirtier.ts';

export interface RamLayout {
  /** Pages of main memory, and of ROM and tables behind it. */
  readonly memoryPages: number;
  readonly romPages: number;
  readonly romUsedPages: number;
  /** Pages of the first 16 MiB that are not zero. */
  readonly lowUsedPages: number;
  readonly filledFrom: number;
  readonly filledPages: number;
  /** Pages an entry of the bitmap stands for; all counts here are of entries. */
  readonly pagesPerEntry: number;
}

/** The guest's own code starts at 1 MiB; the BIOS lies right below it. */
const LOW_USED_END = 0x106;

export class GuestRam {
  readonly pageCount: number;
  readonly used: Uint8Array;
  /** What the page holds: how often its byte was raised, or the seed of its last random write. */
  readonly stamp: Uint32Array;
  dirtyPages: number;
  protected readonly dirty: Uint8Array;
  protected readonly written: Uint8Array;
  protected readonly log: Uint32Array;
  protected logged = 0;

  constructor(readonly layout: RamLayout) {
    this.pageCount = layout.memoryPages + layout.romPages;
    this.used = new Uint8Array(this.pageCount);
    this.stamp = new Uint32Array(this.pageCount);
    this.dirty = new Uint8Array(this.pageCount).fill(1);
    this.written = new Uint8Array(this.pageCount);
    this.log = new Uint32Array(this.pageCount);
    this.dirtyPages = this.pageCount;
    this.used.fill(1, LOW_USED_END - layout.lowUsedPages, LOW_USED_END);
    this.used.fill(1, layout.filledFrom, layout.filledFrom + layout.filledPages);
    this.used.fill(1, layout.memoryPages, layout.memoryPages + layout.romUsedPages);
  }

  touch(page: number): void {
    if (this.written[page] === 1) return;
    this.written[page] = 1;
    this.log[this.logged++] = page;
  }

  increment(page: number): void {
    this.used[page] = 1;
    // The byte runs through 1 to 255 and never stays zero.
    this.stamp[page] = (this.stamp[page]! + 1) % 255;
    this.touch(page);
  }

  writeSeed(page: number, seed: number, bytes: number): void {
    this.used[page] = 1;
    this.stamp[page] = seed;
    if (bytes > 0) this.touch(page);
  }

  writeZeros(page: number): void {
    this.used[page] = 0;
    this.touch(page);
  }

  /** Forgets what was written before the first sync, which takes every page as dirty. */
  startLog(): void {
    this.written.fill(0);
    this.logged = 0;
  }

  /** Reads the dirty log into the bitmap; the pages that became dirty by it. */
  sync(): number {
    let fresh = 0;
    for (let index = 0; index < this.logged; index++) {
      const page = this.log[index]!;
      this.written[page] = 0;
      fresh += 1 - this.dirty[page]!;
      this.dirty[page] = 1;
    }
    this.logged = 0;
    this.dirtyPages += fresh;
    return fresh;
  }

  /** The next dirty page from `page` on, -1 where there is none before the end. */
  nextDirty(page: number): number {
    return this.dirty.indexOf(1, page);
  }

  clear(page: number): void {
    this.dirty[page] = 0;
    this.dirtyPages--;
  }
}

/** The words a random write of `bytes` from `seed` leaves at the start of a page. */
export function randomWords(seed: number, bytes: number): Uint8Array {
  const words = new Uint32Array(bytes >> 2);
  let state = seed;
  for (let index = 0; index < words.length; index++) words[index] = state = xorshift32(state);
  return new Uint8Array(words.buffer);
}
