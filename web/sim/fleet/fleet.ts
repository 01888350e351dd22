/**
 * A datacenter in virtual time: who asks for what, what is refused, what waits for its turn, and how each task ends. The migrations
 * themselves and their shares of the network are the coordinator's.
 */
import { assert } from '../../base/result.ts';
import type { Action, Scenario } from '../../scenario/schema.ts';
import type { Fidelity } from '../data-plane.ts';
import type { Limits } from '../limits.ts';
import { Coordinator, type Decider, type Step } from './coordinator.ts';
import { LIMITED, TASK_CAUSES, TASK_KINDS, type FleetReport, type TaskFailure } from './fleet-log.ts';
import { Execution } from './execution.ts';
import { Faults } from './faults.ts';
import { fleetFidelity } from './fidelity.ts';
import { HighAvailability } from './ha.ts';
import type { Happening } from './ledger.ts';
import { Domains, portGroupOf, type Plug } from '../network/domains.ts';
import type { Arrival } from '../run-log.ts';
import { limitsOf } from './limits-of.ts';
import { Lines, type Way } from './lines.ts';
import { HealthWatch } from './health.ts';
import { Maintenance } from './maintenance.ts';
import { failureCode, taskFailure, type Reply } from './mover.ts';
import { refusalsOf } from './refusals.ts';
import { isStrict } from '../requirements/distance.ts';
import { Inventory } from '../requirements/index.ts';
import { cancelOf, reportOf } from './outcome.ts';
import { Scheduler } from './scheduler.ts';
import { NO_TOTALS, kindOf, newTask, operationOf, planOf, type Task, type Wish } from './tasks.ts';
import { World } from './world.ts';

export class Fleet implements Decider {
  readonly world: World;
  readonly lines: Lines;
  readonly coordinator: Coordinator;
  readonly tasks: Task[] = [];
  readonly execution = new Execution();
  readonly ha: HighAvailability;
  readonly faults: Faults;
  readonly #limits: Limits;
  readonly maintenance: Maintenance;
  readonly #domains: Domains;
  /** What the requirements look up. */
  readonly inventory: Inventory;
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
    this.#limits = limitsOf(scenario, this.lines);
    this.#fidelity = fleetFidelity(scenario);
    this.#domains = new Domains(scenario);
    this.inventory = new Inventory(scenario, this.lines, this.#domains);
    this.maintenance = new Maintenance(this);
    this.ha = new HighAvailability(this);
    this.world.vms.forEach((vm, at) => {
      const host = this.world.hostOf[at] as number;
      this.execution.lock(at, host, 0);
      if (vm.power === 'on') this.execution.start(at, host, 0);
    });
    this.faults = new Faults(this);
    new HealthWatch(this);
    for (const { from, to, bytesPerSecond } of scenario.tenants) this.#addTenant(from, to, bytesPerSecond);
    scenario.actions.forEach((action) => this.coordinator.at(action.atNs, () => this.#act(action)));
    new Scheduler(this);
  }

  *run(): Generator<Step, FleetReport, readonly Reply[] | undefined> {
    yield* this.coordinator.run(() => ({
      done: this.tasks.filter((task) => task.stage === 'ended').length,
      asked: this.tasks.length,
    }));
    return reportOf(this.tasks, this.coordinator.events);
  }

  /** Asks for a task now: it starts, waits its turn, or is refused. */
  ask(wish: Wish): Task {
    const source = this.world.hostOf[wish.vm] as number;
    const task = newTask(this.tasks.length, wish, source, this.coordinator.nowNs);
    this.tasks.push(task);
    this.coordinator.decide(task.index, 'asked', {
      vm: task.vm,
      source,
      target: task.target,
      datastore: task.datastore,
      kind: TASK_KINDS.indexOf(task.kind),
      cause: TASK_CAUSES.indexOf(task.cause),
    });
    if (task.target !== source) this.#promise(task, this.world.needBytes(task.vm));
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

  /** Where the VM is then may be another host than now, so a task takes back just what it was counted for. */
  #promise(task: Task, bytes: number): void {
    const others = this.promisedBytes(task.target) - task.promisedBytes;
    task.promisedBytes = bytes;
    this.#promised.set(task.target, others + bytes);
  }

  /** Tasks of a VM that have not ended. */
  tasksOf(vm: number): readonly Task[] {
    return this.#ofVm.get(vm) ?? [];
  }

  /** The host a VM will be on once its tasks are done. */
  headingFor(vm: number): number {
    return this.tasksOf(vm).at(-1)?.target ?? (this.world.hostOf[vm] as number);
  }

  /** Takes back what has not begun; what runs ends by its plan. */
  withdraw(task: Task): void {
    if (task.stage === 'waiting-for-vm') this.#end(task, 'cancelled', null);
    if (task.stage !== 'queued') return;
    const started = this.#limits.release(task.index);
    this.#end(task, 'cancelled', null);
    this.#startAll(started);
  }

  told({ atNs, task: index, code }: Happening, { resumed }: Reply): void {
    const task = this.tasks[index] as Task;
    const { execution, coordinator } = this;
    if (code === 'stunned') execution.stop(task.vm, task.source, atNs, 'stunned');
    if (code !== 'resumed') return;
    const host = resumed ? task.target : task.source;
    // It would go on where it was, but that host has failed at the same instant.
    if (!resumed && this.world.state[host] === 'down') return;
    execution.start(task.vm, host, atNs);
    if (!resumed) return;
    execution.lock(task.vm, host, atNs);
    task.resumedNs = atNs;
    coordinator.at(atNs, () => this.#moved(task));
  }

  #moved(task: Task): void {
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
    task.verified = report.verified;
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

  /** A host fails: what moves from or to it stops, what ran on it is down. */
  crash(host: number): void {
    const { coordinator, world } = this;
    if (world.state[host] === 'down') return;
    world.state[host] = 'down';
    this.maintenance.forget(host);
    for (const task of this.tasks) {
      if (task.stage !== 'running' || (task.source !== host && task.target !== host)) continue;
      const isThere = task.resumedNs !== null && task.resumedNs <= coordinator.nowNs;
      // The source is no part of it any more once the VM runs on the target.
      if (task.source === host && task.target !== host && isThere) continue;
      coordinator.forget(task.index);
      coordinator.stop(task.index, task.source === host ? 'source-crashed' : 'target-crashed');
    }
    this.ha.hostFailed(host);
    for (const task of this.tasks)
      if ((task.stage === 'queued' || task.stage === 'waiting-for-vm') && this.ha.isDown(task.vm))
        this.#fail(task, 'source-crashed');
  }

  recover(host: number): void {
    this.world.state[host] = 'connected';
  }

  /** All paths to a datastore are down: no lock moves on it, no disk is read or written. */
  storeLost(store: number): void {
    for (const task of this.tasks)
      if (task.stage === 'running' && task.resumedNs === null && this.#touches(task, store))
        this.coordinator.stop(task.index, 'datastore-lost');
  }

  /** What should have been given back when nothing runs any more: empty, or its names. */
  leaks(): string[] {
    const { world, coordinator } = this;
    const leaks = this.tasks
      .filter(({ index }) => coordinator.isUnderWay(index))
      .map((task) => `task ${task.index}`);
    world.hosts.forEach((host, at) => {
      if (this.#limits.used('host', at) > 0 || this.#limits.used('nic', at) > 0)
        leaks.push(`limits of ${host.id}`);
      if (world.givenBytes(at) !== this.#neededBytes(at)) leaks.push(`memory of ${host.id}`);
      if (this.promisedBytes(at) !== 0) leaks.push(`promises of ${host.id}`);
    });
    world.stores.forEach((store, at) => {
      if (this.#limits.used('datastore', at) > 0) leaks.push(`limits of ${store.id}`);
    });
    return leaks;
  }

  /** Memory of the VMs that run on a host. */
  #neededBytes(host: number): number {
    return this.world
      .vmsOn(host)
      .filter((vm) => !this.ha.isDown(vm))
      .reduce((sum, vm) => sum + this.world.needBytes(vm), 0);
  }

  #touches(task: Task, store: number): boolean {
    return this.world.storeOf[task.vm] === store || task.datastore === store;
  }

  /** High availability has started it again. */
  restarted(vm: number): void {
    const next = this.#ofVm.get(vm)?.[0];
    if (next?.stage === 'waiting-for-vm') this.#enqueue(next);
  }

  /** What waited for its turn waited in the center and is gone with it; what runs is between two hosts and goes on. */
  centerLost(): void {
    for (const task of this.tasks)
      if (task.stage === 'queued' || task.stage === 'waiting-for-vm') this.#fail(task, 'center-lost');
  }

  #fail(task: Task, failure: TaskFailure): void {
    const started = task.stage === 'queued' ? this.#limits.release(task.index) : [];
    this.#end(task, 'failed', failure);
    this.#startAll(started);
  }

  #arrived(task: Task): boolean {
    return this.world.hostOf[task.vm] === task.target;
  }

  #enqueue(task: Task): void {
    if (this.faults.isCenterLost) return this.#fail(task, 'center-lost');
    task.source = this.world.hostOf[task.vm] as number;
    task.kind = kindOf(task.source, task.target, task.datastore >= 0);
    if (this.#refuse(task)) return;
    task.stage = 'queued';
    if (
      this.#limits.ask(
        task.index,
        operationOf(task, this.world.storeOf[task.vm] as number, this.#sessionLineOf(task)),
      )
    )
      return this.#start(task);
    for (const { limited, part, used, most, cost } of this.#limits.waitsFor(task.index).slice(0, 1))
      this.coordinator.decide(task.index, 'queued', {
        ...{ limited: LIMITED.indexOf(limited), part, used, most, cost },
      });
  }

  /** Where a line between sites must have 250 Mbit/s for each migration, what does not fit waits; newer versions only warn. */
  #sessionLineOf({ source, target }: Task): number {
    if (!isStrict(this.scenario)) return -1;
    const [from, to] = [this.world.hosts[source], this.world.hosts[target]];
    const wan = from && to ? this.inventory.wanOf(from, to) : null;
    return wan ? this.scenario.wans.indexOf(wan) : -1;
  }

  #startAll(indexes: readonly number[]): void {
    for (const index of indexes) {
      const task = this.tasks[index] as Task;
      // What was true when it was asked for may be so no more.
      if (this.faults.isCenterLost) this.#fail(task, 'center-lost');
      else if (this.#refuse(task)) this.#startAll(this.#limits.release(index));
      else this.#start(task);
    }
  }

  /** True where a requirement is not met: the task has failed then. */
  #refuse(task: Task): boolean {
    const refusals = refusalsOf(this, task);
    for (const refusal of refusals) this.coordinator.decide(task.index, 'refused', refusal);
    if (!refusals.some(({ severity }) => severity === 0)) return false;
    this.#end(task, 'failed', 'requirements');
    return true;
  }

  #start(task: Task): void {
    const { world, coordinator } = this;
    const vm = world.vms[task.vm]!;
    this.#promise(task, 0);
    task.stage = 'running';
    task.startedNs = coordinator.nowNs;
    if (task.target !== task.source) world.reserve(task.target, task.vm);
    if (vm.power !== 'on') return this.#moveCold(task);
    const ways = this.#waysOf(task);
    const cancelNs = cancelOf(this.scenario, vm.id, task.startedNs);
    const planned = planOf(
      this.scenario,
      task,
      vm,
      ways[0]!,
      this.#fidelity(task.vm),
      cancelNs,
      this.#arrivalOf(task),
    );
    coordinator.decide(task.index, 'started', {
      waitedNs: task.startedNs - task.askedNs,
      usedBytes: planned.usedBytes,
    });
    const location = world.hosts[task.source]!.id;
    coordinator.begin({ planned, vm, location, startNs: task.startedNs }, ways);
  }

  /** A VM that is off or suspended runs nowhere and its disk is shared: only who may open its files changes. */
  #moveCold(task: Task): void {
    const { world, coordinator, execution } = this;
    coordinator.decide(task.index, 'started', { waitedNs: coordinator.nowNs - task.askedNs, usedBytes: 0 });
    execution.lock(task.vm, task.target, coordinator.nowNs);
    task.resumedNs = coordinator.nowNs;
    world.move(task.vm, task.target);
    world.free(task.source, task.vm);
    const started = this.#limits.release(task.index);
    this.#end(task, 'completed', null);
    this.#startAll(started);
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

  /** Where it will be plugged in; null where the target has no such port group. */
  plugOf({ vm, target, portGroup }: Task): Plug | null {
    const { world, scenario } = this;
    return portGroupOf(scenario, world.hosts[target]!, world.vms[vm]!, portGroup);
  }

  #arrivalOf(task: Task): Arrival {
    const { world, scenario } = this;
    const vm = world.vms[task.vm]!;
    const now = portGroupOf(scenario, world.hosts[task.source]!, vm, '');
    const then = this.plugOf(task);
    if (!now || !then || !this.#domains.same(now.network, then.network)) return 'elsewhere';
    return then.switch && !then.switch.notify ? 'silent' : 'announced';
  }

  #end(task: Task, outcome: 'completed' | 'cancelled' | 'failed', failure: TaskFailure | null): void {
    const totals = task.totals ?? NO_TOTALS;
    this.#promise(task, 0);
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
    this.maintenance.taskEnded(task);
    const next = waiting[0];
    if (next?.stage === 'waiting-for-vm') this.#enqueue(next);
  }

  #act(action: Action): void {
    const { world } = this;
    if (this.faults.isCenterLost && action.kind !== 'fault') return;
    if (action.kind === 'migrate')
      this.ask({
        vm: world.vmIndex.get(action.vm) as number,
        target: world.hostIndex.get(action.to) as number,
        datastore: action.datastore === '' ? -1 : (world.storeIndex.get(action.datastore) as number),
        portGroup: action.portGroup,
        cause: 'user',
      });
    else if (action.kind === 'cancel')
      for (const task of [...this.tasksOf(world.vmIndex.get(action.vm) as number)]) this.withdraw(task);
    else if (action.kind === 'enter-maintenance')
      this.maintenance.enter(world.hostIndex.get(action.host) as number);
    else if (action.kind === 'exit-maintenance')
      this.maintenance.exit(world.hostIndex.get(action.host) as number);
  }

  #addTenant(from: string, to: string, cap: number): void {
    const way = this.lines.way(
      this.world.hostIndex.get(from) as number,
      this.world.hostIndex.get(to) as number,
    );
    for (const { lines } of way?.streams.slice(0, 1) ?? []) this.coordinator.addTraffic(lines, cap);
  }
}
