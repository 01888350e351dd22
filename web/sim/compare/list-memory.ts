/**
 * Memory of an engine that works in rounds: a list of what this round sends, and what the guest writes meanwhile. Each page has a
 * version, which is how often it was written; sending it takes the version along, so that it can be said what the target holds.
 */
import { assert } from '../../base/result.ts';
import { PAGE_BYTES, type Bytes } from '../../base/units.ts';
import type { WireFormat } from './formats.ts';
import { ZERO_PAGE, type WriteSink, type WriteTrace } from './trace.ts';

const WAITS = 1;
const WRITTEN = 2;
const ZERO = 4;
const GROUP_PAGES = 64;
const NOTHING = 0xffff_ffff;

/** What has been sent so far. */
export interface SentPages {
  wholePages: number;
  zeroPages: number;
  zeroBytes: Bytes;
  packedPages: number;
  packedBytes: Bytes;
  wholeBytes: Bytes;
  otherBytes: Bytes;
}

export class ListMemory implements WriteSink {
  readonly sent: SentPages = {
    wholePages: 0,
    wholeBytes: 0,
    zeroPages: 0,
    zeroBytes: 0,
    packedPages: 0,
    packedBytes: 0,
    otherBytes: 0,
  };
  waiting = 0;
  written = 0;
  /** Entries written for the first time since the engine last looked, or sent. */
  firstWrites = 0;
  /** Entries that wait and were written since the round began. */
  private both = 0;
  /** Entries that were used, or all of memory: what has to arrive. */
  readonly entries: number;
  private readonly state: Uint8Array;
  private readonly version: Uint32Array;
  private readonly arrived: Uint32Array;
  private readonly blocker: number;
  private readonly groupEntries: number;
  private cursor = 0;
  /** Pages since the last batch header; the entry after the last run. */
  private batchRest = 0;
  private runEnd = -1;

  constructor(
    private readonly trace: WriteTrace,
    private readonly format: WireFormat,
  ) {
    this.entries = format.sendsUntouched ? trace.entries : trace.usedEntries;
    this.state = Uint8Array.from(trace.classes.subarray(0, this.entries), (kind) =>
      kind === ZERO_PAGE ? WAITS | ZERO : WAITS,
    );
    this.version = new Uint32Array(this.entries);
    this.arrived = new Uint32Array(this.entries).fill(NOTHING);
    this.waiting = this.entries;
    this.blocker = format.relists ? WRITTEN : WRITTEN | WAITS;
    this.groupEntries = Math.max(1, GROUP_PAGES / trace.pagesPerEntry);
  }

  apply(pages: Uint32Array, from: number, to: number): number {
    const { state, version, blocker } = this;
    for (let at = from; at < to; at++) {
      const page = pages[at]!;
      const is = state[page]! & ~ZERO;
      version[page]!++;
      if ((is & blocker) === 0) {
        this.written++;
        this.firstWrites++;
        this.both += is & WAITS;
        state[page] = is | WRITTEN;
      } else state[page] = is;
    }
    return to;
  }

  /** Entries the target does not have as they are. */
  get remaining(): number {
    return this.waiting + this.written - this.both;
  }

  /** Puts the next neighbours of the list on the wire; their bytes, headers included. 0 where the list is through. */
  sendGroup(): Bytes {
    if (this.waiting === 0) return 0;
    const { state } = this;
    while ((state[this.cursor]! & WAITS) === 0) this.cursor++;
    const end = Math.min(this.entries, this.cursor - (this.cursor % this.groupEntries) + this.groupEntries);
    let bytes = 0;
    for (let page = this.cursor; page < end; page++)
      if ((state[page]! & WAITS) !== 0) bytes += this.send(page);
    this.cursor = end;
    return bytes;
  }

  private send(page: number): Bytes {
    const { format, state, sent } = this;
    const pages = this.trace.pagesPerEntry;
    const isZero = (state[page]! & ZERO) !== 0 && format.zeroBytes < format.wholeBytes;
    const share = isZero ? null : (format.packedShare?.[this.trace.classes[page]!] ?? null);
    if ((state[page]! & WRITTEN) !== 0) this.both--;
    state[page] = state[page]! & ~WAITS;
    this.arrived[page] = this.version[page]!;
    this.waiting--;
    const cost = isZero ? format.zeroBytes : share === null ? format.wholeBytes : packed(share);
    const bytes = pages * cost;
    const kind = isZero ? 'zero' : share === null ? 'whole' : 'packed';
    sent[`${kind}Pages`] += pages;
    sent[`${kind}Bytes`] += bytes;
    const other = this.headers(page, isZero);
    sent.otherBytes += other;
    return bytes + other;
  }

  /** Headers of batches, and of runs of neighbours that are really sent. */
  private headers(page: number, isZero: boolean): Bytes {
    const { batchPages, batchBytes, runBytes, zeroBytes } = this.format;
    let bytes = 0;
    if (batchBytes > 0) {
      this.batchRest += this.trace.pagesPerEntry;
      const batches = Math.floor(this.batchRest / batchPages);
      this.batchRest -= batches * batchPages;
      bytes += batches * batchBytes;
    }
    if (runBytes > 0 && !(isZero && zeroBytes === 0) && page !== this.runEnd) bytes += runBytes;
    if (!(isZero && zeroBytes === 0)) this.runEnd = page + 1;
    return bytes;
  }

  /** What was written becomes the list of the next round; how many entries. */
  nextRound(): number {
    assert(this.waiting === 0, 'a round begins when the last one has ended');
    const { state } = this;
    for (let page = 0; page < this.entries; page++) {
      if ((state[page]! & WRITTEN) !== 0) state[page] = (state[page]! & ZERO) | WAITS;
    }
    this.waiting = this.written;
    this.written = 0;
    this.cursor = 0;
    this.runEnd = -1;
    return this.waiting;
  }

  /** Everything that waits or was written, entry by entry: what a guest that moves now would miss. */
  missing(): Uint8Array {
    return this.state.map((is) => ((is & (WAITS | WRITTEN)) === 0 ? 0 : 1));
  }

  /** Entries whose newest version is not at the target. */
  different(): number {
    let count = 0;
    for (let page = 0; page < this.entries; page++) if (this.version[page] !== this.arrived[page]) count++;
    return count;
  }

  /** An entry that came after the guest had moved. */
  bring(page: number, bytes: Bytes): void {
    const is = this.state[page]!;
    if ((is & WAITS) !== 0) this.waiting--;
    if ((is & WRITTEN) !== 0) this.written--;
    if ((is & WAITS) !== 0 && (is & WRITTEN) !== 0) this.both--;
    this.state[page] = is & ZERO;
    this.arrived[page] = this.version[page]!;
    this.sent.wholePages += this.trace.pagesPerEntry;
    this.sent.wholeBytes += bytes;
  }
}

/** Header and what is left of the page, rounded up. */
function packed(share: number): Bytes {
  return Math.min(8 + PAGE_BYTES, 10 + Math.ceil(PAGE_BYTES * share));
}
