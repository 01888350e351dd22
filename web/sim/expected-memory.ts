/**
 * The third fidelity: the same port as the wasm data plane, answered in expectation. No page exists; a round costs a few dozen
 * exponentials. For fleets and planning, where a bit a page would be work without use.
 */
import { assert } from '../base/result.ts';
import {
  NS_PER_SECOND,
  PAGE_BYTES,
  bytesIn,
  mulDivCeil,
  mulDivFloor,
  type BytesPerSecond,
  type Ns,
  type Ppm,
  PPM,
} from '../base/units.ts';
import type { AdvanceStop, Comparison, Counters, GuestMemory, GuestMemorySpec } from './data-plane.ts';
import { ExpectedGuest, type RoundEnd } from './expected-guest.ts';
import { FRAME_BUCKETS } from './run-log.ts';

/** The list under way: how much of it is still to be sent, and what is expected at its end if nothing changes. */
interface List {
  readonly pages: number;
  readonly zeroPages: number;
  readonly wireBytes: number;
  readonly startNs: Ns;
  sentBytes: number;
  expected: RoundEnd;
}

export class ExpectedMemory implements GuestMemory {
  readonly fidelity = 'expected';
  readonly pageCount: number;
  readonly #guest: ExpectedGuest;
  #bytesPerSecond: BytesPerSecond = 0;
  #speedPpm: Ppm = PPM;
  #nowNs: Ns = 0;
  /** Since then the wire has carried `sentBytes` at the present rate from `anchorBytes` on. */
  #anchorNs: Ns = 0;
  #anchorBytes = 0;
  #list: List | null = null;
  #written = 0;
  #done = {
    sentPages: 0,
    zeroPages: 0,
    deltaPages: 0,
    compressedPages: 0,
    wireBytes: 0,
    guestWrites: 0,
    traceFaults: 0,
    guestNs: 0,
  };
  #round = 0;

  constructor(readonly spec: GuestMemorySpec) {
    this.pageCount = spec.usedBytes / PAGE_BYTES;
    this.#guest = new ExpectedGuest(spec);
  }

  beginTracking(atNs: Ns, bytesPerSecond: BytesPerSecond): void {
    this.#nowNs = atNs;
    this.#bytesPerSecond = bytesPerSecond;
    this.#open(this.pageCount);
  }

  setRate(atNs: Ns, bytesPerSecond: BytesPerSecond): void {
    this.#moveTo(atNs);
    this.#anchorNs = Math.max(this.#nowNs, atNs);
    this.#anchorBytes = this.#list?.sentBytes ?? 0;
    this.#bytesPerSecond = bytesPerSecond;
    this.#nowNs = this.#anchorNs;
  }

  setGuestSpeed(speedPpm: Ppm): void {
    this.#speedPpm = speedPpm;
  }

  nextRound(): number {
    assert(this.#list === null, 'a round begins when the last one has ended');
    const pages = this.#written;
    this.#round++;
    this.#written = 0;
    this.#open(pages);
    return pages;
  }

  #open(pages: number): void {
    const cost = this.#guest.listCost(this.#bytesPerSecond, this.#speedPpm);
    const wireBytes = pages === 0 ? 0 : cost.wireBytes;
    const expected = this.#guest.expectedEnd(this.#durationOf(wireBytes), this.#speedPpm);
    this.#list = {
      pages,
      zeroPages: cost.zeroPages,
      wireBytes,
      startNs: this.#nowNs,
      sentBytes: 0,
      expected,
    };
    this.#anchorNs = this.#nowNs;
    this.#anchorBytes = 0;
  }

  #durationOf(bytes: number): Ns {
    return this.#bytesPerSecond > 0 ? mulDivCeil(bytes, NS_PER_SECOND, this.#bytesPerSecond) : 0;
  }

  advance(untilNs: Ns, pageBudget: number): AdvanceStop {
    const list = this.#list;
    if (!list) return 'round';
    const budgetBytes = list.pages === 0 ? 0 : Math.ceil((list.wireBytes * pageBudget) / list.pages);
    const wantedBytes = Math.min(list.wireBytes, list.sentBytes + budgetBytes);
    const wantedNs = this.#anchorNs + this.#durationOf(wantedBytes - this.#anchorBytes);
    if (this.#bytesPerSecond <= 0 || wantedNs > untilNs) {
      this.#moveTo(untilNs);
      return 'time';
    }
    list.sentBytes = wantedBytes;
    this.#nowNs = wantedNs;
    if (wantedBytes < list.wireBytes) return 'budget';
    this.#close(list);
    return 'round';
  }

  #moveTo(atNs: Ns): void {
    const list = this.#list;
    if (atNs <= this.#nowNs) return;
    if (list)
      list.sentBytes = Math.min(
        list.wireBytes,
        this.#anchorBytes + bytesIn(atNs - this.#anchorNs, this.#bytesPerSecond),
      );
    this.#nowNs = atNs;
  }

  #close(list: List): void {
    const end = this.#guest.endRound(this.#nowNs - list.startNs, this.#speedPpm);
    list.expected = end;
    this.#done = this.#totals(list, 1);
    this.#written = Math.round(end.dirtyPages);
    this.#list = null;
  }

  /** Totals when this share of the list has been sent. */
  #totals(list: List, share: number): Totals {
    const { compression } = this.spec;
    const zeroPages = Math.floor(list.zeroPages * share);
    const sentPages = Math.floor(list.pages * share);
    return {
      sentPages: this.#done.sentPages + sentPages,
      zeroPages: this.#done.zeroPages + zeroPages,
      deltaPages:
        this.#done.deltaPages +
        (compression === 'xbzrle' && this.#round > 0 ? Math.floor(sentPages * this.#guest.cacheHits) : 0),
      compressedPages: this.#done.compressedPages + (compression === 'lz4' ? sentPages - zeroPages : 0),
      wireBytes: this.#done.wireBytes + list.sentBytes,
      guestWrites: this.#done.guestWrites + Math.floor(list.expected.writes * share),
      traceFaults: this.#done.traceFaults + Math.floor(list.expected.dirtyPages * share),
      guestNs: this.#done.guestNs + Math.floor(list.expected.guestNs * share),
    };
  }

  counters(): Counters {
    const list = this.#list;
    const share = list && list.wireBytes > 0 ? list.sentBytes / list.wireBytes : 0;
    const totals = list ? this.#totals(list, share) : this.#done;
    const sentPages = list ? Math.floor(list.pages * share) : 0;
    // Field by field: a spread costs more than all the arithmetic, and a fleet asks ten thousands of times.
    return {
      nowNs: this.#nowNs,
      sentPages: totals.sentPages,
      zeroPages: totals.zeroPages,
      deltaPages: totals.deltaPages,
      unchangedPages: 0,
      compressedPages: totals.compressedPages,
      wireBytes: totals.wireBytes,
      guestWrites: totals.guestWrites,
      traceFaults: totals.traceFaults,
      guestNs: totals.guestNs,
      toSendPages: list ? list.pages - sentPages : 0,
      writtenPages: list ? Math.floor(list.expected.dirtyPages * share) : this.#written,
      cursorPage: list ? Math.floor(this.pageCount * share) : this.pageCount,
    };
  }

  soonestNs(): Ns {
    const list = this.#list;
    if (!list || list.sentBytes >= list.wireBytes) return this.#nowNs;
    if (this.#bytesPerSecond <= 0) return Infinity;
    return this.#anchorNs + this.#durationOf(list.wireBytes - this.#anchorBytes);
  }

  /** Where the pages lie is not known: they are spread evenly, what is still to send behind the sweep. */
  buckets(out: Uint32Array): void {
    const { toSendPages, writtenPages, cursorPage } = this.counters();
    const first = mulDivFloor(cursorPage, FRAME_BUCKETS, this.pageCount);
    spread(out.subarray(0, FRAME_BUCKETS), Math.min(first, FRAME_BUCKETS - 1), toSendPages);
    spread(out.subarray(FRAME_BUCKETS, 2 * FRAME_BUCKETS), 0, writtenPages);
  }

  prepare(): boolean {
    return true;
  }

  compareMore(): boolean {
    return true;
  }

  compare(): Comparison | null {
    return null;
  }

  release(): void {
    this.#list = null;
  }
}

type Totals = Omit<Counters, 'nowNs' | 'unchangedPages' | 'toSendPages' | 'writtenPages' | 'cursorPage'>;

/** Shares `count` out over the buckets from `first` on, to the last page. */
function spread(buckets: Uint32Array, first: number, count: number): void {
  buckets.fill(0);
  const among = buckets.length - first;
  for (let i = 0; i < among; i++)
    buckets[first + i] = mulDivFloor(count, i + 1, among) - mulDivFloor(count, i, among);
}
