/** Writes down how a run goes: means over windows of 100 ms or more, and what was decided with which numbers. */
import { NS_PER_MS, NS_PER_SECOND, PPM, type Bytes, type Ns, type Ppm } from '../../base/units.ts';
import type { Decision } from '../policy/decision.ts';
import type { EngineRound, EngineSample, TimedDecision } from './engine-run.ts';

/** Totals at one instant. */
export interface Totals {
  readonly wireBytes: Bytes;
  readonly dirtiedBytes: Bytes;
  readonly remainingBytes: Bytes;
  readonly guestNs: Ns;
}

/** More windows than this are joined two by two. */
const MOST_SAMPLES = 1024;

export class Course {
  readonly decisions: TimedDecision[] = [];
  readonly rounds: EngineRound[] = [];
  lowestGuestPpm: Ppm = PPM;
  slowedNs: Ns = 0;
  private list: EngineSample[] = [];
  private windowNs = 100 * NS_PER_MS;
  private speed = { fromNs: 0, ppm: PPM };
  private last: { readonly tNs: Ns; readonly totals: Totals };

  constructor(totals: Totals) {
    this.last = { tNs: 0, totals };
  }

  get samples(): readonly EngineSample[] {
    return this.list;
  }

  /** True when a window has ended with it; asked often, so nothing is computed before. */
  isDue(tNs: Ns): boolean {
    return tNs >= this.last.tNs + this.windowNs;
  }

  /** Ends the window. */
  note(tNs: Ns, totals: Totals): void {
    const { last } = this;
    if (tNs <= last.tNs) return;
    const perSecond = (bytes: Bytes) => Math.round((bytes * NS_PER_SECOND) / (tNs - last.tNs));
    this.list.push({
      tNs,
      dirtyBytesPerSecond: perSecond(totals.dirtiedBytes - last.totals.dirtiedBytes),
      sendBytesPerSecond: perSecond(totals.wireBytes - last.totals.wireBytes),
      remainingBytes: totals.remainingBytes,
      guestPpm: Math.round(((totals.guestNs - last.totals.guestNs) * PPM) / (tNs - last.tNs)),
    });
    this.last = { tNs, totals };
    if (this.list.length > MOST_SAMPLES) this.joinPairs();
  }

  decide(atNs: Ns, round: number, decision: Decision): void {
    this.decisions.push({ atNs, round, decision });
  }

  /** From now on the guest runs at this share of its speed by decision. */
  setSpeed(atNs: Ns, ppm: Ppm): void {
    if (this.speed.ppm < PPM) this.slowedNs += atNs - this.speed.fromNs;
    this.speed = { fromNs: atNs, ppm };
    this.lowestGuestPpm = Math.min(this.lowestGuestPpm, ppm);
  }

  private joinPairs(): void {
    const joined: EngineSample[] = [];
    let fromNs = 0;
    for (let at = 0; at < this.list.length; at += 2) {
      const [first, second] = [this.list[at]!, this.list[at + 1]];
      joined.push(second ? join(first, second, fromNs) : first);
      fromNs = (second ?? first).tNs;
    }
    this.list = joined;
    this.windowNs *= 2;
  }
}

function join(first: EngineSample, second: EngineSample, fromNs: Ns): EngineSample {
  const [early, late] = [first.tNs - fromNs, second.tNs - first.tNs];
  const mean = (a: number, b: number) => Math.round((a * early + b * late) / (early + late));
  return {
    tNs: second.tNs,
    dirtyBytesPerSecond: mean(first.dirtyBytesPerSecond, second.dirtyBytesPerSecond),
    sendBytesPerSecond: mean(first.sendBytesPerSecond, second.sendBytesPerSecond),
    remainingBytes: second.remainingBytes,
    guestPpm: mean(first.guestPpm, second.guestPpm),
  };
}
