/** What a run of any engine has in common: the clock, what goes wrong on the way, the course, and how it ends. */
import { NS_PER_MS, type Ns } from '../../base/units.ts';
import { Course, type Totals } from './course.ts';
import type { EngineFault, EngineOutcome, EngineRun, PostCopyRun, SentBytes } from './engine-run.ts';
import type { CompareLink } from './link.ts';
import type { WriteTrace } from './trace.ts';

const SLICE_NS = 100 * NS_PER_MS;

/** Thrown where a run ends. */
export class Ended {
  constructor(
    readonly outcome: EngineOutcome,
    readonly reason: string,
    readonly runsOn: EngineRun['runsOn'],
  ) {}
}

/** The same for every engine. */
export interface Given {
  readonly profile: string;
  readonly trace: WriteTrace;
  readonly link: CompareLink;
  readonly faults: readonly EngineFault[];
}

/** What only the engine knows of its end. */
export interface EngineEnd {
  readonly wireBytes: number;
  readonly sent: SentBytes;
  readonly pagesCompared: number;
  readonly pagesDifferent: number;
}

export class RunState {
  nowNs: Ns = 0;
  /** From the order to stop; null before it. */
  stunFromNs: Ns | null = null;
  leftAtStopBytes: number | null = null;
  downtimeNs: Ns = 0;
  traceStunNs: Ns = 0;
  postCopy: PostCopyRun | null = null;
  readonly course: Course;
  private readonly faults: EngineFault[];

  constructor(
    readonly given: Given,
    private readonly totals: () => Totals,
  ) {
    this.course = new Course(totals());
    this.faults = [...given.faults].sort((a, b) => a.atNs - b.atNs);
  }

  get horizonNs(): Ns {
    return this.given.trace.bounds.horizonNs;
  }

  /** The next fault that has happened by now; each is told once. */
  fault(): EngineFault | null {
    const next = this.faults[0];
    return next && next.atNs <= this.nowNs ? this.faults.shift()! : null;
  }

  /** When the next fault happens; Infinity where none does. */
  get nextFaultNs(): Ns {
    return this.faults[0]?.atNs ?? Infinity;
  }

  /**
   * Faults before the guest has moved. A short outage passes, and `stall` says what that means for the engine; a longer one than the
   * connection bears, or a lost target, leaves the guest at the source; a lost source takes the guest with it.
   */
  faultsAtSource(stall: (durationNs: Ns) => void): void {
    for (let fault = this.fault(); fault; fault = this.fault()) {
      if (fault.kind === 'source-lost') throw new Ended('guest-lost', fault.kind, 'nowhere');
      if (fault.kind === 'target-lost') throw new Ended('failed', fault.kind, 'source');
      const { timeoutNs } = this.given.link;
      this.inSlices(Math.min(fault.durationNs, timeoutNs), stall);
      if (fault.durationNs > timeoutNs) throw new Ended('failed', fault.kind, 'source');
    }
  }

  /** The guest is told to stop now. */
  stop(): void {
    this.stunFromNs = this.nowNs;
    this.leftAtStopBytes = this.totals().remainingBytes;
  }

  /** Ends a window of the course where its time is over; true then, and the run may be left alone for a moment. */
  tick(): boolean {
    if (!this.course.isDue(this.nowNs)) return false;
    this.course.note(this.nowNs, this.totals());
    return true;
  }

  /** Lets a long time pass so that the course shows what happens in it. */
  inSlices(durationNs: Ns, pass: (sliceNs: Ns) => void): void {
    for (let leftNs = durationNs; leftNs > 0; leftNs -= SLICE_NS) {
      pass(Math.min(leftNs, SLICE_NS));
      this.tick();
    }
  }

  checkHorizon(): void {
    if (this.nowNs >= this.horizonNs) throw new Ended('unfinished', 'horizon', 'source');
  }

  /** The run as it stands, ended this way. */
  finish(end: Ended, engine: EngineEnd): EngineRun {
    this.course.note(this.nowNs, this.totals());
    this.course.setSpeed(this.nowNs, this.course.lowestGuestPpm);
    const { wireBytes, sent, pagesCompared, pagesDifferent } = engine;
    return {
      profile: this.given.profile,
      outcome: end.outcome,
      runsOn: end.runsOn,
      reason: end.reason,
      totalNs: this.nowNs,
      downtimeNs: this.downtimeNs,
      leftAtStopBytes: this.leftAtStopBytes,
      traceStunNs: this.traceStunNs,
      wireBytes,
      sent,
      sentPages: sent.wholePages + sent.zeroPages + sent.packedPages,
      rounds: this.course.rounds,
      lowestGuestPpm: this.course.lowestGuestPpm,
      slowedNs: this.course.slowedNs,
      samples: this.course.samples,
      decisions: this.course.decisions,
      postCopy: this.postCopy,
      pagesCompared,
      pagesDifferent,
    };
  }
}
