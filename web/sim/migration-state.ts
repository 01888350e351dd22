/** What one migration knows while it runs, shared by its parts; and how its parts let time pass and say what happened. */
import { assert } from '../base/result.ts';
import {
  PPM,
  bytesIn,
  transferNs,
  type Bytes,
  type BytesPerSecond,
  type Ns,
  type Ppm,
} from '../base/units.ts';
import type { Scenario, Vm } from '../scenario/schema.ts';
import type { Comparison, Counters, DataPlane, GuestMemory } from './data-plane.ts';
import { estimateMigration } from './estimate.ts';
import type { EstimateNumbers, EventCode, EventNumbers, FailReason } from './events.ts';
import type { Witness } from './witness.ts';
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

/**
 * Why a migration pauses. `look`: a watcher may look, nothing more. `horizon`: it has come as far as it may for now. `flow-opens` and
 * `flow-closes`: from this instant on it needs, or no longer needs, its share of the network.
 */
export type Pause = 'look' | 'horizon' | 'flow-opens' | 'flow-closes';

/** Something under way on the wire: what is left of it since the rate last changed. */
interface Load {
  fromNs: Ns;
  leftBytes: Bytes;
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
  /** Disk sent, what was mirrored included. */
  diskBytes: Bytes = 0;
  sentPages = 0;
  /** Totals at the start of the round under way. */
  atRoundStart: Counters | null = null;
  /** What the wire carries for it now. */
  bytesPerSecond: BytesPerSecond;
  /** It may act up to this instant and not beyond. */
  horizonNs: Ns = Infinity;
  #bound: () => Ns = () => this.nowNs;
  #promisedNs: Ns = 0;
  #load: Load | null = null;
  #tracking = false;

  constructor(
    readonly scenario: Scenario,
    readonly vm: Vm,
    readonly planned: PlannedMigration,
    readonly plane: DataPlane,
    readonly out: Witness,
    /** Where the VM is now; differs from the plan only when an earlier migration did not arrive. */
    readonly location: string,
    public nowNs: Ns,
  ) {
    this.bytesPerSecond = planned.bytesPerSecond;
  }

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

  /** Paused at the horizon: before this its flow neither opens nor closes, if the rate stays. Until then no promise is taken back. */
  get boundNs(): Ns {
    this.#promisedNs = Math.max(this.#promisedNs, this.nowNs, this.#bound());
    return this.#promisedNs;
  }

  /** It has come to the horizon; `bound` says from the rate then what `boundNs` promises. */
  atHorizon(bound: () => Ns): Pause {
    this.nowNs = this.horizonNs;
    this.#bound = bound;
    return 'horizon';
  }

  /** Lets time pass in which nothing is sent; a cancel that falls into it ends the migration there. */
  *pass(durationNs: Ns): Generator<Pause> {
    if (!(yield* this.occupy(0, durationNs, this.planned.cancelNs ?? Infinity)))
      throw new Cancelled(this.nowNs);
  }

  /**
   * The wire carries `bytes`, then `afterNs` more go by. Stops at `limitNs` and says false where it is not over by then; a limit that
   * has passed already stops it now.
   */
  *occupy(bytes: Bytes, afterNs: Ns, limitNs: Ns): Generator<Pause, boolean> {
    const load = { fromNs: this.nowNs, leftBytes: bytes };
    this.#load = load;
    const endNs = () => this.#sentNs(load) + afterNs;
    const stopNs = () => Math.max(this.nowNs, Math.min(endNs(), limitNs));
    while (stopNs() > this.horizonNs) yield this.atHorizon(stopNs);
    const isOver = endNs() <= limitNs;
    this.nowNs = stopNs();
    this.#load = null;
    return isOver;
  }

  #sentNs({ fromNs, leftBytes }: Load): Ns {
    if (leftBytes === 0) return fromNs;
    return this.bytesPerSecond > 0 ? fromNs + transferNs(leftBytes, this.bytesPerSecond) : Infinity;
  }

  /** Traces are set: from here on the wire carries pages whenever it carries nothing else. */
  track(): void {
    this.need().beginTracking(this.nowNs, this.bytesPerSecond);
    this.#tracking = true;
  }

  /** From now on the wire has another rate. The migration must have come as far as `atNs`. */
  setRate(atNs: Ns, bytesPerSecond: BytesPerSecond): void {
    const load = this.#load;
    if (load && load.leftBytes > 0 && atNs < this.#sentNs(load)) {
      load.leftBytes -= bytesIn(atNs - load.fromNs, this.bytesPerSecond);
      load.fromNs = atNs;
    }
    this.bytesPerSecond = bytesPerSecond;
    this.#promisedNs = 0;
    if (this.#tracking && !load) this.need().setRate(atNs, bytesPerSecond);
  }

  /** Predicts from what is known; `afterRound` is -1 before round 0. */
  estimate(afterRound: number): void {
    if (!this.out.watches) return;
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
