/**
 * A datacenter in virtual time: who asks for what, what is refused, what waits for its turn, and how each task ends. The migrations
 * themselves and their shares of the network are the coordinator's.
 */
import { assert } from '../../base/result.ts';
import type { Ns } from '../../base/units.ts';
import type { Action, Scenario } from '../../scenario/schema.ts';
import type { Fidelity } from '../data-plane.ts';
import { Limits, nicMost } from '../limits.ts';
import { Coordinator, type Decider, type Step } from './coordinator.ts';
import { LIMITED, TASK_CAUSES, TASK_KINDS, type FleetReport, type TaskFailure } from './fleet-log.ts';
import { fleetFidelity } from './fidelity.ts';
import { Lines, type Way } from './lines.ts';
import { Maintenance } from './maintenance.ts';
import { failureCode, taskFailure, type Reply } from './mover.ts';
import { refusalsOf } from './refusals.ts';
import { NO_TOTALS, fleetTask, kindOf, operationOf, planOf, type Task, type Wish } from './tasks.ts';
import { World } from './world.ts';

export class Fleet implements Decider {
  readonly world: World;
  readonly lines: Lines;
  readonly coordinator: Coordinator;
  readonly tasks: Task[] = [];
  readonly #limits: Limits;
  readonly #maintenance: Maintenance;
  readonly #fidelity: (vm: number) => Fidelity;
  /** By VM: tasks that have not ended, the first of which may run. */
  readonly #ofVm = new Map<number, Task[]>();
  /** By host: memory of tasks that wait. */
  readonly #promised = new Map<number, number>();

  /** @param scenario expanded: no groups. */
  constructor(readonly scenario: Scenario) {
    this.world = new World(scenario);
    this.lines = new Lines(scenario);
    this.coordinator = new Coordinator(this.lines, this, scenario.policy.timeoutNs);
    this.#limits = new Limits(
      scenario.hosts.map((host) => nicMost(this.lines.nicRates(host))),
      scenario.datastores.length,
    );
    this.#fidelity = fleetFidelity(scenario);
    this.#maintenance = new Maintenance(this);
    for (const { from, to, bytesPerSecond } of scenario.tenants) this.#addTenant(from, to, bytesPerSecond);
    scenario.actions.forEach((action) => this.coordinator.at(action.atNs, () => this.#act(action)));
  }

  *run(): Generator<Step, FleetReport, readonly Reply[] | undefined> {
    yield* this.coordinator.run(() => ({
      done: this.tasks.filter((task) => task.stage === 'ended').length,
      asked: this.tasks.length,
    }));
    return this.#report();
  }

  /** Asks for a task now: it starts, waits its turn, or is refused. */
  ask(wish: Wish): Task {
    const source = this.world.hostOf[wish.vm] as number;
    const task: Task = {
      ...wish,
      index: this.tasks.length,
      askedNs: this.coordinator.nowNs,
      source,
      kind: kindOf(source, wish.target, wish.datastore >= 0),
      ...{ stage: 'waiting-for-vm', startedNs: null, endedNs: null },
      ...{ outcome: null, failure: null, totals: null, rounds: [] },
    };
    this.tasks.push(task);
    this.coordinator.decide(task.index, 'asked', {
      vm: task.vm,
      source,
      target: task.target,
      datastore: task.datastore,
      kind: TASK_KINDS.indexOf(task.kind),
      cause: TASK_CAUSES.indexOf(task.cause),
    });
    this.#promise(task, 1);
    const before = this.#ofVm.get(task.vm);
    if (before) before.push(task);
    else {
      this.#ofVm.set(task.vm, [task]);
      this.#enqueue(task);
    }
    return task;
  }

  /** Memory that tasks will take on a host when their turn comes. */
  promisedBytes(host: number): number {
    return this.#promised.get(host) ?? 0;
  }

  #promise(task: Task, sign: 1 | -1): void {
    if (task.target === task.source) return;
    const { memoryBytes } = this.world.vms[task.vm]!;
    this.#promised.set(task.target, this.promisedBytes(task.target) + sign * memoryBytes);
  }

  /** Tasks of a VM that have not ended. */
  tasksOf(vm: number): readonly Task[] {
    return this.#ofVm.get(vm) ?? [];
  }

  /** Takes back what has not begun; what runs ends by its plan. */
  withdraw(task: Task): void {
    if (task.stage === 'waiting-for-vm') this.#end(task, 'cancelled', null);
    if (task.stage !== 'queued') return;
    const started = this.#limits.release(task.index);
    this.#end(task, 'cancelled', null);
    this.#startAll(started);
  }

  resumed(index: number): void {
    const task = this.tasks[index] as Task;
    this.world.move(task.vm, task.target);
    if (task.datastore >= 0) this.world.storeOf[task.vm] = task.datastore;
    if (task.target !== task.source) this.world.free(task.source, task.vm);
  }

  ended(index: number, { report }: Reply): void {
    const task = this.tasks[index] as Task;
    assert(report, 'a migration that has ended has a report');
    if (report.outcome !== 'completed' && task.target !== task.source && !this.#arrived(task))
      this.world.free(task.target, task.vm);
    task.rounds = report.rounds;
    task.totals = {
      totalNs: report.totalNs,
      downtimeNs: report.downtimeNs,
      networkGapNs: report.networkGapNs,
      wireBytes: report.wireBytes,
      diskBytes: report.diskBytes,
      rounds: report.rounds.length,
    };
    const started = this.#limits.release(index);
    this.#end(task, report.outcome, taskFailure(report.failReason));
    this.#startAll(started);
  }

  #arrived(task: Task): boolean {
    return this.world.hostOf[task.vm] === task.target;
  }

  #enqueue(task: Task): void {
    task.source = this.world.hostOf[task.vm] as number;
    task.kind = kindOf(task.source, task.target, task.datastore >= 0);
    if (this.#refuse(task)) return;
    task.stage = 'queued';
    if (this.#limits.ask(task.index, operationOf(task, this.world.storeOf[task.vm] as number)))
      return this.#start(task);
    for (const { limited, part, used, most, cost } of this.#limits.waitsFor(task.index).slice(0, 1))
      this.coordinator.decide(task.index, 'queued', {
        ...{ limited: LIMITED.indexOf(limited), part, used, most, cost },
      });
  }

  #startAll(indexes: readonly number[]): void {
    for (const index of indexes) {
      const task = this.tasks[index] as Task;
      // What was true when it was asked for may be so no more.
      if (this.#refuse(task)) this.#startAll(this.#limits.release(index));
      else this.#start(task);
    }
  }

  /** True where a requirement is not met: the task has failed then. */
  #refuse(task: Task): boolean {
    const refusals = refusalsOf(this.world, this.lines, task);
    for (const refusal of refusals) this.coordinator.decide(task.index, 'refused', refusal);
    if (!refusals.some(({ severity }) => severity === 0)) return false;
    this.#end(task, 'failed', 'requirements');
    return true;
  }

  #start(task: Task): void {
    const { world, coordinator } = this;
    const vm = world.vms[task.vm]!;
    this.#promise(task, -1);
    task.stage = 'running';
    task.startedNs = coordinator.nowNs;
    if (task.target !== task.source) world.reserve(task.target, task.vm);
    const ways = this.#waysOf(task);
    const cancelNs = this.#cancelOf(vm.id, task.startedNs);
    const planned = planOf(this.scenario, task, vm, ways[0]!, this.#fidelity(task.vm), cancelNs);
    coordinator.decide(task.index, 'started', {
      waitedNs: task.startedNs - task.askedNs,
      usedBytes: planned.usedBytes,
    });
    const location = world.hosts[task.source]!.id;
    coordinator.begin({ planned, vm, location, startNs: task.startedNs }, ways);
  }

  /** Of the disk first, where it moves, then of the memory. */
  #waysOf({ kind, source, target, datastore, vm }: Task): Way[] {
    const ways: (Way | null)[] = [];
    if (kind !== 'vmotion')
      ways.push(this.lines.diskWay(source, target, this.world.storeOf[vm] as number, datastore));
    if (kind !== 'storage-vmotion') ways.push(this.lines.way(source, target));
    return ways.map((way) => {
      assert(way, 'a task without a way is refused');
      return way;
    });
  }

  #cancelOf(vm: string, fromNs: Ns): Ns | null {
    const cancel = this.scenario.actions.find(
      (one) => one.kind === 'cancel' && one.vm === vm && one.atNs >= fromNs,
    );
    return cancel ? cancel.atNs : null;
  }

  #end(task: Task, outcome: 'completed' | 'cancelled' | 'failed', failure: TaskFailure | null): void {
    const totals = task.totals ?? NO_TOTALS;
    if (task.startedNs === null) this.#promise(task, -1);
    task.stage = 'ended';
    task.endedNs = this.coordinator.nowNs;
    task.outcome = outcome;
    task.failure = failure;
    task.totals = totals;
    if (outcome === 'failed') {
      assert(failure, 'a failure has its reason');
      this.coordinator.decide(task.index, 'failed', { ...totals, reason: failureCode(failure) });
    } else this.coordinator.decide(task.index, outcome, totals);
    const waiting = (this.#ofVm.get(task.vm) ?? []).filter((one) => one !== task);
    if (waiting.length > 0) this.#ofVm.set(task.vm, waiting);
    else this.#ofVm.delete(task.vm);
    this.#maintenance.taskEnded(task);
    const next = waiting[0];
    if (next?.stage === 'waiting-for-vm') this.#enqueue(next);
  }

  #act(action: Action): void {
    const { world } = this;
    if (action.kind === 'migrate')
      this.ask({
        vm: world.vmIndex.get(action.vm) as number,
        target: world.hostIndex.get(action.to) as number,
        datastore: action.datastore === '' ? -1 : (world.storeIndex.get(action.datastore) as number),
        cause: 'user',
      });
    else if (action.kind === 'cancel')
      for (const task of [...this.tasksOf(world.vmIndex.get(action.vm) as number)]) this.withdraw(task);
    else if (action.kind === 'enter-maintenance')
      this.#maintenance.enter(world.hostIndex.get(action.host) as number);
    else if (action.kind === 'exit-maintenance')
      this.#maintenance.exit(world.hostIndex.get(action.host) as number);
  }

  #addTenant(from: string, to: string, cap: number): void {
    const way = this.lines.way(
      this.world.hostIndex.get(from) as number,
      this.world.hostIndex.get(to) as number,
    );
    for (const { lines } of way?.streams.slice(0, 1) ?? []) this.coordinator.addTraffic(lines, cap);
  }

  #report(): FleetReport {
    const tasks = this.tasks.map(fleetTask);
    const count = (outcome: string) => tasks.filter((task) => task.outcome === outcome).length;
    return {
      tasks,
      makespanNs: tasks.reduce((most, { endedNs }) => Math.max(most, endedNs ?? 0), 0),
      completed: count('completed'),
      failed: count('failed'),
      cancelled: count('cancelled'),
      wireBytes: tasks.reduce((sum, { totals }) => sum + (totals?.wireBytes ?? 0), 0),
      longestDowntimeNs: tasks.reduce((most, { totals }) => Math.max(most, totals?.downtimeNs ?? 0), 0),
      events: this.coordinator.events,
    };
  }
}
