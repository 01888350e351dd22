/**
 * After the guest has moved with pages still missing: the source pushes them in page order, and a page the guest touches is asked for
 * and comes first; the push then goes on behind it. Every page is sent once. The trace has writes alone, so only writes fault, and it
 * is one sequence: a fault takes its time from one vCPU of them all, but in an outage the guest waits at the first page it lacks.
 */
import { PPM, transferNs, type Bytes, type BytesPerSecond, type Ns } from '../../base/units.ts';
import type { GuestClock } from './guest-clock.ts';
import { Ended, type RunState } from './run-state.ts';
import type { WriteSink } from './trace.ts';

export interface PostCopyParts {
  /** 1 for each entry that is not at the target. */
  readonly missing: Uint8Array;
  readonly clock: GuestClock;
  readonly bytesPerSecond: BytesPerSecond;
  readonly pageBytes: Bytes;
  /** What the target needs to put a page in its place. */
  readonly pageNs: Ns;
  /** What a page that is asked for waits behind; 0 where requests have a channel of their own. */
  readonly queuedBytes: Bytes;
  /** An entry has come. */
  readonly onPage: (entry: number, bytes: Bytes) => void;
}

export function* runPostCopy(state: RunState, parts: PostCopyParts): Generator<Ns> {
  const run = new PostCopy(state, parts);
  try {
    yield* run.steps();
  } finally {
    state.postCopy = run.summary();
  }
}

class PostCopy implements WriteSink {
  private readonly startNs: Ns;
  private readonly missingPages: number;
  private left: number;
  private cursor = 0;
  private faults = 0;
  private pushed = 0;
  private blockedNs: Ns = 0;
  private pausedNs: Ns = 0;
  /** Time the wire still needs for pages that were asked for. */
  private owedNs: Ns = 0;
  private isDown = false;
  /** The page the guest waits for in an outage. */
  private waitsFor: number | null = null;
  private readonly pages: number;
  private readonly entryNs: Ns;
  private readonly requestNs: Ns;
  private readonly vcpus: number;

  constructor(
    private readonly state: RunState,
    private readonly parts: PostCopyParts,
  ) {
    const { trace, link } = state.given;
    const { bytesPerSecond, pageBytes, pageNs, queuedBytes, missing, clock } = parts;
    this.startNs = state.nowNs;
    this.pages = trace.pagesPerEntry;
    this.left = missing.reduce((sum, one) => sum + one, 0);
    this.missingPages = this.left * this.pages;
    this.entryNs = Math.max(transferNs(this.pages * pageBytes, bytesPerSecond), this.pages * pageNs);
    this.requestNs = link.rttNs + transferNs(queuedBytes + pageBytes, bytesPerSecond) + pageNs;
    this.vcpus = trace.spec.vcpus;
    // Nothing throttles it any more.
    clock.speedPpm = PPM;
    clock.sink = this;
    state.course.setSpeed(state.nowNs, PPM);
  }

  *steps(): Generator<Ns> {
    const { missing } = this.parts;
    while (this.left > 0) {
      while (missing[this.cursor] === 0) this.cursor = this.cursor + 1 < missing.length ? this.cursor + 1 : 0;
      this.pushed += this.pages;
      this.take(this.cursor);
      this.pass(this.entryNs);
      this.meetFaults();
      if (this.state.tick()) yield this.state.nowNs;
      if (this.state.nowNs >= this.state.horizonNs) throw new Ended('unfinished', 'horizon', 'target');
    }
  }

  /** The guest's next writes; it stops at a page that is not there. */
  apply(pages: Uint32Array, from: number, to: number): number {
    const { missing, clock } = this.parts;
    for (let at = from; at < to; at++) {
      const page = pages[at]!;
      if (missing[page] !== 1) continue;
      if (this.isDown) {
        this.waitsFor = page;
        clock.speedPpm = 0;
      } else this.request(page);
      return at + 1;
    }
    return to;
  }

  summary() {
    return {
      startNs: this.startNs,
      endNs: this.state.nowNs,
      missingPages: this.missingPages,
      remoteFaults: this.faults,
      pushedPages: this.pushed,
      blockedNs: this.blockedNs,
      pausedNs: this.pausedNs,
    };
  }

  /** One vCPU waits for each page of the entry; the others run on. */
  private request(page: number): void {
    const waitNs = Math.floor((this.pages * this.requestNs) / this.vcpus);
    this.faults += this.pages;
    this.blockedNs += waitNs;
    this.parts.clock.owe(waitNs);
    this.take(page);
    this.owedNs += this.entryNs;
  }

  private take(page: number): void {
    this.parts.missing[page] = 0;
    this.left--;
    this.cursor = page;
    this.parts.onPage(page, this.pages * this.parts.pageBytes);
  }

  private pass(durationNs: Ns): void {
    for (let leftNs = durationNs; leftNs > 0;) {
      this.state.nowNs += leftNs;
      this.parts.clock.run(leftNs);
      leftNs = this.owedNs;
      this.owedNs = 0;
    }
  }

  private meetFaults(): void {
    for (let fault = this.state.fault(); fault; fault = this.state.fault()) {
      if (fault.kind !== 'network-down') throw new Ended('guest-lost', fault.kind, 'nowhere');
      this.outage(fault.durationNs);
    }
  }

  /** Both sides pause; afterwards they agree on what is missing by its bitmap and go on. */
  private outage(durationNs: Ns): void {
    const { clock, missing, bytesPerSecond } = this.parts;
    const bitmapBytes = Math.ceil((missing.length * this.pages) / 8);
    const recoverNs = 2 * this.state.given.link.rttNs + transferNs(bitmapBytes, bytesPerSecond);
    this.isDown = true;
    this.pausedNs += durationNs + recoverNs;
    this.state.inSlices(durationNs + recoverNs, (sliceNs) => this.pass(sliceNs));
    this.isDown = false;
    clock.speedPpm = PPM;
    const page = this.waitsFor;
    this.waitsFor = null;
    if (page !== null) this.request(page);
  }
}
