/**
 * One migration of many, on whatever thread: it runs up to an instant and says what it needs. The migration is the one of a single VM;
 * only who takes it down is another.
 */
import { assert } from '../../base/result.ts';
import type { BytesPerSecond, Ns } from '../../base/units.ts';
import type { Scenario, Vm } from '../../scenario/schema.ts';
import type { CheckAnswer } from '../checks.ts';
import { ClientWatch, type ClientBack } from '../client-watch.ts';
import type { DataPlane } from '../data-plane.ts';
import type { EventCode, EventNumbers } from '../events.ts';
import type { FailReason } from '../events.ts';
import { Migration } from '../migration.ts';
import { Failed, type Pause } from '../migration-state.ts';
import type { ClientTotals, MigrationReport, PlannedMigration, ServiceStretch } from '../run-log.ts';
import type { Witness } from '../witness.ts';
import { TASK_FAILURES, type FleetEventCode, type FleetEventNumbers, type TaskFailure } from './fleet-log.ts';
import type { Happening } from './ledger.ts';

/** Everything a thread must know to move one VM. */
export interface MoverSpec {
  readonly planned: PlannedMigration;
  readonly vm: Vm;
  readonly location: string;
  readonly startNs: Ns;
}

/**
 * In this order: it comes as far as `rate.atNs`, has that rate from then on, is stopped, and goes on to `untilNs`. Where its flow closes by
 * then it depends on nobody and goes on to `freeNs` at once.
 */
export interface Order {
  readonly task: number;
  readonly begin?: MoverSpec;
  readonly rate?: { readonly atNs: Ns; readonly bytesPerSecond: BytesPerSecond };
  readonly stop?: { readonly atNs: Ns; readonly reason: FailReason };
  readonly untilNs: Ns;
  readonly freeNs?: Ns;
}

export interface Reply {
  readonly task: number;
  readonly nowNs: Ns;
  /** At the horizon: before this instant its need of the network does not change. Otherwise the present. */
  readonly boundNs: Ns;
  readonly pause: Exclude<Pause, 'look'> | 'end';
  /** Its flow has closed at `untilNs`, and it has gone on. */
  readonly closed: boolean;
  readonly happenings: readonly Happening[];
  readonly service: readonly ServiceStretch[];
  readonly report: MigrationReport | null;
  /** It runs on the target. */
  readonly resumed: boolean;
}

export class Mover {
  readonly #migration: Migration;
  readonly #run: Generator<Pause, MigrationReport>;
  readonly #notes: Notes;
  readonly #task: number;
  #pause: Pause | 'end' = 'look';
  #report: MigrationReport | null = null;

  /** @param shell the scenario without its hosts and VMs: policy and seed are all that a migration reads of it. */
  constructor(shell: Scenario, { planned, vm, location, startNs }: MoverSpec, plane: DataPlane) {
    this.#task = planned.index;
    this.#notes = new Notes();
    const scenario = { ...shell, vms: [vm] };
    this.#migration = new Migration(scenario, vm, planned, plane, this.#notes, location, startNs);
    this.#run = this.#migration.run();
  }

  obey({ rate, stop, untilNs, freeNs }: Omit<Order, 'task' | 'begin'>): Reply {
    if (rate) {
      this.#goTo(rate.atNs);
      this.#migration.setRate(rate.atNs, rate.bytesPerSecond);
      if (this.#pause === 'flow-opens') this.#pause = 'look';
    }
    if (stop) {
      this.#goTo(stop.atNs);
      this.#note(this.#run.throw(new Failed(stop.reason, stop.atNs)));
    }
    if (this.#pause === 'flow-closes') this.#pause = 'look';
    this.#goTo(untilNs);
    const closed = freeNs !== undefined && this.#hasClosed && this.#migration.nowNs <= untilNs;
    if (closed) {
      this.#pause = 'look';
      this.#goTo(freeNs);
    }
    return this.#reply(closed);
  }

  /** Ends a run that is dropped. */
  release(): void {
    this.#run.return(undefined as never);
  }

  get #hasClosed(): boolean {
    return this.#pause === 'flow-closes';
  }

  /** Runs until it may not go further or needs another share of the network. */
  #goTo(untilNs: Ns): void {
    const migration = this.#migration;
    migration.horizonNs = untilNs;
    const mayGoOn = () => migration.nowNs < untilNs || migration.boundNs <= untilNs;
    while (this.#pause === 'look' || (this.#pause === 'horizon' && mayGoOn())) this.#note(this.#run.next());
  }

  #note(step: IteratorResult<Pause, MigrationReport>): void {
    this.#pause = step.done ? 'end' : step.value;
    if (step.done) this.#report = step.value;
  }

  #reply(closed: boolean): Reply {
    const { nowNs, resumed } = this.#migration;
    const { happenings, service } = this.#notes.take();
    assert(this.#pause !== 'look', 'a migration goes on until it has to ask');
    return {
      task: this.#task,
      nowNs,
      boundNs: this.#pause === 'horizon' ? this.#migration.boundNs : nowNs,
      pause: this.#pause,
      closed,
      happenings,
      service,
      report: this.#report,
      resumed,
    };
  }
}

/** Takes down what administrators see of a migration among many: no frames, no predictions, no single steps of the switchover. */
class Notes implements Witness {
  readonly watches = false;
  readonly #watch = new ClientWatch();
  #happenings: Happening[] = [];
  #service: ServiceStretch[] = [];

  /** Whether the move is allowed was asked before it was queued, with all that many hosts know. */
  refusals(): CheckAnswer[] {
    return [];
  }

  event<C extends EventCode>(atNs: Ns, migration: number, code: C, n: EventNumbers[C]): void {
    const write = WRITERS[code] as ((n: EventNumbers[C]) => Note) | undefined;
    if (!write) return;
    const note = write(n);
    this.#happenings.push({ atNs, task: migration, code: note.code, n: note.n } as Happening);
  }

  frame(): void {}

  serve(stretch: ServiceStretch): void {
    if (this.#watch.serve('', stretch)) this.#service.push(stretch);
  }

  clientBack(vm: Vm, stunnedNs: Ns, reachableNs: Ns): ClientBack {
    return this.#watch.clientBack({ id: '', client: vm.client }, stunnedNs, reachableNs);
  }

  clientTotals(vm: Vm, untilNs: Ns): ClientTotals {
    return this.#watch.totals({ id: '', client: vm.client }, untilNs);
  }

  take(): Pick<Reply, 'happenings' | 'service'> {
    if (this.#happenings.length === 0 && this.#service.length === 0) return NOTHING;
    const taken = { happenings: this.#happenings, service: this.#service };
    this.#happenings = [];
    this.#service = [];
    return taken;
  }
}

const NOTHING: Pick<Reply, 'happenings' | 'service'> = { happenings: [], service: [] };

type Note = { [C in FleetEventCode]: { code: C; n: FleetEventNumbers[C] } }[FleetEventCode];

/** What is told of the events of one migration; those that are not here are not. How it ended is told by who asked for it. */
const WRITERS: { readonly [C in EventCode]?: (n: EventNumbers[C]) => Note } = {
  'disk-copied': (n) => ({ code: 'disk-copied', n }),
  'round-ended': ({
    round,
    dirtyPages,
    sentPages,
    wireBytes,
    leftPages,
    neededNs,
    goalNs,
    speedPpm,
    reason,
  }) => ({
    code: 'round-ended',
    n: { round, dirtyPages, sentPages, wireBytes, leftPages, neededNs, goalNs, speedPpm, reason },
  }),
  'sdps-set': ({ round, speedPpm }) => ({ code: 'slowed', n: { round, speedPpm } }),
  stunned: ({ leftPages, neededNs }) => ({ code: 'stunned', n: { leftPages, neededNs } }),
  resumed: ({ downtimeNs }) => ({ code: 'resumed', n: { downtimeNs } }),
  'rarp-sent': (n) => ({ code: 'rarp', n }),
  'mac-learned': (n) => ({ code: 'mac-learned', n }),
  'client-lost': (n) => ({ code: 'client-lost', n }),
  'client-back': ({ networkGapNs, lostPings }) => ({ code: 'client-back', n: { networkGapNs, lostPings } }),
  'source-freed': (n) => ({ code: 'source-freed', n }),
};

export function taskFailure(reason: FailReason | null): TaskFailure | null {
  if (reason === null) return null;
  return reason === 'checks' ? 'requirements' : reason;
}

/** Index of a failure in the wire format of the `failed` event. */
export const failureCode = (failure: TaskFailure): number => TASK_FAILURES.indexOf(failure);
