/** What one migration knows while it runs, shared by its parts; and how its parts let time pass and say what happened. */
import { assert } from '../base/result.ts';
import { PPM, type Bytes, type Ns, type Ppm } from '../base/units.ts';
import type { Scenario, Vm } from '../scenario/schema.ts';
import type { Comparison, Counters, DataPlane, GuestMemory } from './data-plane.ts';
import { estimateMigration } from './estimate.ts';
import type { EstimateNumbers, EventCode, EventNumbers, FailReason } from './events.ts';
import type { Recorder } from './recorder.ts';
import type { DowntimePart, PlannedMigration, RoundRecord, ServiceStretch } from './run-log.ts';

/** Thrown within a migration when its cancel action falls into the time that passes. */
export class Cancelled {
  constructor(readonly atNs: Ns) {}
}

export class Failed {
  constructor(
    readonly reason: FailReason,
    readonly atNs: Ns,
  ) {}
}

export class MigrationState {
  memory: GuestMemory | null = null;
  speedPpm: Ppm = PPM;
  slowestPpm: Ppm = PPM;
  slowedNs: Ns = 0;
  readonly rounds: RoundRecord[] = [];
  /** Bytes left after each round, oldest first. */
  readonly left: Bytes[] = [];
  readonly parts: DowntimePart[] = [];
  stun: RoundRecord | null = null;
  stunnedNs: Ns | null = null;
  resumed = false;
  downtimeNs: Ns = 0;
  networkGapNs: Ns = 0;
  predicted: EstimateNumbers | null = null;
  latest: EstimateNumbers | null = null;
  comparison: Comparison | null = null;
  wireBytes: Bytes = 0;
  sentPages = 0;
  /** Totals at the start of the round under way. */
  atRoundStart: Counters | null = null;

  constructor(
    readonly scenario: Scenario,
    readonly vm: Vm,
    readonly planned: PlannedMigration,
    readonly plane: DataPlane,
    readonly out: Recorder,
    /** Where the VM is now; differs from the plan only when an earlier migration did not arrive. */
    readonly location: string,
    public nowNs: Ns,
  ) {}

  need(): GuestMemory {
    assert(this.memory, 'the data plane is there once traces are set');
    return this.memory;
  }

  emit<C extends EventCode>(code: C, n: EventNumbers[C]): void {
    this.out.event(this.nowNs, this.planned.index, code, n);
  }

  serve(state: ServiceStretch['state'], speedPpm: Ppm): void {
    const host = this.resumed ? this.planned.targetHost : this.location;
    this.out.serve({ migration: this.planned.index, fromNs: this.nowNs, state, speedPpm, host });
  }

  /** Lets time pass in which nothing is sent; a cancel that falls into it ends the migration there. */
  pass(durationNs: Ns): void {
    const endNs = this.nowNs + durationNs;
    const cancelNs = this.planned.cancelNs;
    if (cancelNs !== null && cancelNs < endNs) throw new Cancelled(Math.max(this.nowNs, cancelNs));
    this.nowNs = endNs;
  }

  /** Predicts from what is known; `afterRound` is -1 before round 0. */
  estimate(afterRound: number): void {
    const progress = this.memory
      ? {
          counters: this.memory.counters(),
          round: afterRound,
          speedPpm: this.speedPpm,
          slowestPpm: this.slowestPpm,
          slowedNs: this.slowedNs,
          left: this.left,
        }
      : null;
    const numbers = estimateMigration(this.scenario, this.planned, progress, this.nowNs);
    this.predicted ??= numbers;
    this.latest = numbers;
    this.emit('estimated', { ...numbers, afterRound });
  }
}
