/** The guest's time: what it has run, what it owes, how fast it may run. Reads the trace as far as it has come. */
import { PPM, type Ns, type Ppm } from '../../base/units.ts';
import type { TraceReader, WriteSink, WriteTrace } from './trace.ts';

export class GuestClock {
  guestNs: Ns = 0;
  speedPpm: Ppm = PPM;
  private debtNs: Ns = 0;
  /** Millionths of a nanosecond that do not make a whole one. */
  private rest = 0;
  private readonly reader: TraceReader;

  constructor(
    private readonly trace: WriteTrace,
    public sink: WriteSink,
  ) {
    this.reader = trace.reader();
  }

  /** It pays for this before it runs on: faults, traces. */
  owe(ns: Ns): void {
    this.debtNs += ns;
  }

  /** Lets `elapsedNs` pass: first the debt, then the speed scales the rest, as in the kernels. */
  run(elapsedNs: Ns): void {
    for (let leftNs = elapsedNs; leftNs > 0;) {
      const paidNs = Math.min(leftNs, this.debtNs);
      this.debtNs -= paidNs;
      const toNs = this.guestNs + this.scaled(leftNs - paidNs);
      if (this.reader.until(toNs, this.sink)) {
        this.guestNs = toNs;
        return;
      }
      leftNs = this.stopAt(toNs);
    }
  }

  private scaled(ranNs: Ns): Ns {
    const parts = (ranNs % PPM) * this.speedPpm + this.rest;
    this.rest = parts % PPM;
    return Math.floor(ranNs / PPM) * this.speedPpm + Math.floor(parts / PPM);
  }

  /** The sink took no more writes: the guest stands at the last one it took. The wall time that is then left. */
  private stopAt(toNs: Ns): Ns {
    const atNs = Math.max(this.guestNs, this.trace.dueNs(this.reader.read - 1));
    // A guest that was stopped in the act gets nothing of what is left.
    const leftNs = this.speedPpm === 0 ? 0 : Math.floor(((toNs - atNs) * PPM) / this.speedPpm);
    this.guestNs = leftNs === 0 && this.speedPpm > 0 ? toNs : atNs;
    return leftNs;
  }
}
