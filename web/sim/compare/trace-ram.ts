/** QEMU's memory, written by a trace: stamps are how often a page was written, and what has arrived is noted. */
import { GuestRam } from '../qemu/ram.ts';
import { ZERO_PAGE, type WriteSink, type WriteTrace } from './trace.ts';

export class TraceRam extends GuestRam implements WriteSink {
  /** Entries written for the first time since the dirty log was read. */
  firstWrites = 0;
  /** Of these, those not known to be dirty. */
  private fresh = 0;
  private readonly arrived: Uint32Array;

  constructor(trace: WriteTrace) {
    super({
      memoryPages: trace.entries,
      romPages: 0,
      romUsedPages: 0,
      lowUsedPages: 0,
      filledFrom: 0,
      filledPages: 0,
      pagesPerEntry: trace.pagesPerEntry,
    });
    for (let page = 0; page < trace.entries; page++)
      this.used[page] = trace.classes[page] === ZERO_PAGE ? 0 : 1;
    this.arrived = new Uint32Array(trace.entries);
  }

  /** Entries the target does not have as they are. */
  get remaining(): number {
    return this.dirtyPages + this.fresh;
  }

  apply(pages: Uint32Array, from: number, to: number): number {
    const { used, stamp, written, dirty, log } = this;
    for (let at = from; at < to; at++) {
      const page = pages[at]!;
      used[page] = 1;
      stamp[page]!++;
      if (written[page] === 1) continue;
      written[page] = 1;
      log[this.logged++] = page;
      this.firstWrites++;
      this.fresh += 1 - dirty[page]!;
    }
    return to;
  }

  override sync(): number {
    this.fresh = 0;
    return super.sync();
  }

  override startLog(): void {
    this.fresh = 0;
    super.startLog();
  }

  override clear(page: number): void {
    super.clear(page);
    this.arrived[page] = this.stamp[page]!;
    this.fresh += this.written[page]!;
  }

  /** 1 for each entry that is dirty. */
  missing(): Uint8Array {
    return this.dirty.slice();
  }

  different(): number {
    let count = 0;
    for (let page = 0; page < this.pageCount; page++) if (this.arrived[page] !== this.stamp[page]) count++;
    return count;
  }
}
