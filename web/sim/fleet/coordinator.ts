/**
 * Many migrations at once in virtual time: a conservative parallel simulation. Migrations depend on each other through their shares of
 * the network alone, and shares change only when a flow opens, closes, or a line changes. Each migration says before which instant
 * its flow cannot do either (it knows what its list costs at least); the earliest of these instants is safe for all. So one goes
 * there at a time, and the others follow only when their own rate changes. Results depend on neither the order nor the threads in
 * which they are advanced.
 */
import { assert } from '../../base/result.ts';
import type { BytesPerSecond, Ns } from '../../base/units.ts';
import type { FailReason } from '../events.ts';
import { Sharing, type Flow } from '../network/max-min.ts';
import type { ServiceStretch } from '../run-log.ts';
import { Agenda } from './agenda.ts';
import type { FleetBatch, FleetEventCode, FleetEventNumbers } from './fleet-log.ts';
import { Ledger, type Happening } from './ledger.ts';
import type { Lines, Way } from './lines.ts';
import type { MoverSpec, Order, Reply } from './mover.ts';

/** A migration under way, as the coordinator knows it. */
interface Course {
  readonly task: number;
  /** The way of the flow that opens next: of the disk, where one is copied, then of the memory. */
  readonly ways: Way[];
  flows: Flow[];
  bytesPerSecond: BytesPerSecond;
  nowNs: Ns;
  /** A reply from beyond the present, which becomes true when that instant comes. */
  early: Reply | null;
  /** Nothing has come through since then; null while something does. */
  stalledNs: Ns | null;
  isStopping: boolean;
}

/** Who decides what is done; called in virtual time, never for a migration that is not at the present instant. */
export interface Decider {
  /** What a migration does, as soon as it is certain: its instant may still come. */
  told(happening: Happening, reply: Reply): void;
  /** All is over; the report is there. */
  ended(task: number, reply: Reply): void;
}

/**
 * `safeNs`: every migration that waits at its horizon with a later bound may be advanced to there without being asked. Its reply may come
 * with any later step, before the replies to orders for the same migration.
 */
export type Step =
  { readonly orders: readonly Order[]; readonly safeNs: Ns } | { readonly batch: FleetBatch };

/** Instants between two batches for the watcher. */
const BATCH_INSTANTS = 64;

export class Coordinator {
  nowNs: Ns = 0;
  readonly #agenda = new Agenda();
  readonly #ledger = new Ledger();
  readonly #sharing: Sharing;
  readonly #courses = new Map<number, Course>();
  readonly #tasksOf = new Map<Flow, Course>();
  readonly #opened = new Set<Course>();
  /** A flow or a line has changed since the network was shared. */
  #isStale = true;
  #orders: Order[] = [];
  #service: ServiceStretch[] = [];
  #paths: [number, readonly number[]][] = [];
  /** Instants at which a line or a host may fail: nothing runs ahead of the next one. */
  #breaks: Ns[] = [];

  constructor(
    readonly lines: Lines,
    readonly decider: Decider,
    /** A migration through which nothing comes for so long is given up by its keep-alive. */
    readonly timeoutNs: Ns,
  ) {
    this.#sharing = new Sharing(lines.lines.map((line) => line.bytesPerSecond));
  }

  get events(): number {
    return this.#ledger.events;
  }

  /** Puts work down for an instant that has not passed. */
  at(atNs: Ns, work: () => void): void {
    assert(atNs >= this.nowNs, 'nothing is put down for the past');
    this.#agenda.at(atNs, work);
  }

  /** At this instant a part may fail. Must be known before any migration passes it. */
  breakAt(atNs: Ns, work: () => void): void {
    this.at(atNs, work);
    this.#breaks = [...this.#breaks, atNs].sort((a, b) => a - b);
  }

  decide<C extends FleetEventCode>(task: number, code: C, n: FleetEventNumbers[C]): void {
    this.#ledger.decide({ atNs: this.nowNs, task, code, n } as Happening);
  }

  /** Starts a migration now. `ways` are those of its flows in the order they open. */
  begin(spec: MoverSpec, ways: readonly Way[]): void {
    const task = spec.planned.index;
    this.#courses.set(task, {
      task,
      ways: [...ways],
      flows: [],
      bytesPerSecond: 0,
      nowNs: this.nowNs,
      early: null,
      stalledNs: null,
      isStopping: false,
    });
    this.#orders.push({ task, begin: spec, untilNs: this.#mayRunTo });
  }

  /** Stops a migration now, for a reason of its own or of its hosts. */
  stop(task: number, reason: FailReason): void {
    const course = this.#courses.get(task);
    // One that has given up already only waits for its clients.
    if (!course || course.isStopping || course.early?.pause === 'end') return;
    course.isStopping = true;
    this.#close(course);
    this.#agenda.forget(task);
    course.early = null;
    this.#orders.push({ task, stop: { atNs: this.nowNs, reason }, untilNs: this.#mayRunTo });
  }

  /** What a task would have done after this instant will not happen. */
  forget(task: number): void {
    this.#ledger.forget(task, this.nowNs);
  }

  isUnderWay(task: number): boolean {
    return this.#courses.has(task);
  }

  setCapacity(line: number, bytesPerSecond: BytesPerSecond): void {
    this.#sharing.setCapacity(line, bytesPerSecond);
    this.#isStale = true;
  }

  capacity(line: number): BytesPerSecond {
    return this.#sharing.capacity(line);
  }

  /** Traffic of others, which never ends. */
  addTraffic(lines: readonly number[], cap: BytesPerSecond): void {
    this.#sharing.addFlow(lines, cap);
    this.#isStale = true;
  }

  rateOf(task: number): BytesPerSecond {
    return this.#courses.get(task)?.bytesPerSecond ?? 0;
  }

  hasFlow(task: number): boolean {
    return (this.#courses.get(task)?.flows.length ?? 0) > 0;
  }

  /** Until nothing is left to do. Orders are answered with replies in their order; batches with nothing. */
  *run(progress: () => { done: number; asked: number }): Generator<Step, void, readonly Reply[] | undefined> {
    for (let instants = 1; ; instants++) {
      const nextNs = this.#agenda.nextNs;
      if (nextNs === Infinity) break;
      this.nowNs = nextNs;
      yield* this.#meet();
      if (instants % BATCH_INSTANTS === 0) yield { batch: this.#batch(this.#safeNs, progress()) };
    }
    assert(this.#courses.size === 0, 'every migration ends');
    yield { batch: this.#batch(Infinity, progress()) };
  }

  /** All that happens at the present instant. */
  *#meet(): Generator<Step, void, readonly Reply[] | undefined> {
    for (;;) {
      const { tasks, work } = this.#agenda.take(this.nowNs);
      for (const task of tasks) this.#due(this.#courses.get(task) as Course);
      yield* this.#send();
      for (const one of work) one();
      yield* this.#send();
      if (this.#agenda.nextNs <= this.nowNs) continue;
      // With its new rate a flow may be through at this very instant.
      if (!this.#isStale) break;
      this.#share();
      yield* this.#send();
    }
  }

  /** Its bound has come: either it was here before the others, or it goes on to here. */
  #due(course: Course): void {
    const { early, task } = course;
    course.early = null;
    if (early) this.#paused(course, early);
    else this.#orders.push({ task, untilNs: this.nowNs, freeNs: this.#mayRunTo });
  }

  *#send(): Generator<Step, void, readonly Reply[] | undefined> {
    while (this.#orders.length > 0) {
      const orders = this.#orders;
      this.#orders = [];
      const replies = yield { orders, safeNs: this.nowNs };
      assert(replies && replies.length >= orders.length, 'every order has its reply');
      for (const reply of replies) this.#note(reply);
    }
  }

  #note(reply: Reply): void {
    const course = this.#courses.get(reply.task) as Course;
    if (reply.closed) this.#close(course);
    for (const happening of reply.happenings) {
      this.#ledger.happened(happening);
      this.decider.told(happening, reply);
    }
    this.#service.push(...reply.service);
    course.nowNs = reply.nowNs;
    // A migration that ends with its flow open has been stopped at this instant, whatever it does afterwards.
    if (reply.pause === 'end') this.#close(course);
    if (reply.pause === 'horizon') this.#agenda.bound(reply.task, reply.boundNs);
    else if (reply.nowNs > this.nowNs) {
      course.early = reply;
      this.#agenda.bound(reply.task, reply.nowNs);
    } else this.#paused(course, reply);
  }

  #paused(course: Course, reply: Reply): void {
    if (reply.pause === 'flow-opens') this.#open(course);
    else if (reply.pause === 'flow-closes') {
      this.#close(course);
      this.#orders.push({ task: course.task, untilNs: this.#mayRunTo });
    } else {
      this.#courses.delete(course.task);
      this.#agenda.forget(course.task);
      this.decider.ended(course.task, reply);
    }
  }

  #open(course: Course): void {
    const way = course.ways.shift();
    assert(way, 'a migration that needs the network has a way');
    course.flows = way.streams.map(({ lines, cap }) => this.#sharing.addFlow(lines, cap));
    for (const flow of course.flows) this.#tasksOf.set(flow, course);
    this.#opened.add(course);
    this.#isStale = true;
    this.#paths.push([course.task, [...new Set(way.streams.flatMap(({ lines }) => lines))]]);
  }

  #close(course: Course): void {
    for (const flow of course.flows) {
      this.#sharing.removeFlow(flow);
      this.#tasksOf.delete(flow);
    }
    if (course.flows.length > 0) this.decide(course.task, 'rate', { bytesPerSecond: 0 });
    course.flows = [];
    course.bytesPerSecond = 0;
    course.stalledNs = null;
    this.#opened.delete(course);
    this.#isStale = true;
  }

  /** Shares the network anew; whose rate is another one comes to the present and goes on with it. */
  #share(): void {
    this.#isStale = false;
    const changed = new Set(this.#opened);
    this.#opened.clear();
    for (const flow of this.#sharing.resolve()) {
      const course = this.#tasksOf.get(flow);
      if (course) changed.add(course);
    }
    for (const course of [...changed].sort((a, b) => a.task - b.task)) {
      course.bytesPerSecond = course.flows.reduce((sum, flow) => sum + flow.rate, 0);
      this.decide(course.task, 'rate', { bytesPerSecond: course.bytesPerSecond });
      const rate = { atNs: this.nowNs, bytesPerSecond: course.bytesPerSecond };
      this.#orders.push({ task: course.task, rate, untilNs: this.nowNs, freeNs: this.#mayRunTo });
      this.#watchStall(course);
    }
  }

  /** The keep-alive of a migration: it may stand still, but not for long. */
  #watchStall(course: Course): void {
    if (course.bytesPerSecond > 0) course.stalledNs = null;
    else if (course.stalledNs === null) {
      const sinceNs = this.nowNs;
      course.stalledNs = sinceNs;
      this.at(sinceNs + this.timeoutNs, () => {
        if (course.stalledNs === sinceNs) this.stop(course.task, 'keep-alive');
      });
    }
  }

  /** Without a flow a migration depends on nobody, but it must not pass an instant at which a host may fail. */
  get #mayRunTo(): Ns {
    while (this.#breaks.length > 0 && (this.#breaks[0] as Ns) <= this.nowNs) this.#breaks.shift();
    return this.#breaks[0] ?? Infinity;
  }

  /** No event before this instant is still to come. */
  get #safeNs(): Ns {
    let safeNs = this.nowNs;
    for (const { nowNs, early } of this.#courses.values()) if (!early) safeNs = Math.min(safeNs, nowNs);
    return safeNs;
  }

  #batch(safeNs: Ns, progress: { done: number; asked: number }): FleetBatch {
    const batch = {
      events: this.#ledger.drain(safeNs),
      service: this.#service,
      paths: this.#paths,
      virtualNs: Math.min(safeNs, this.nowNs),
      ...progress,
    };
    this.#service = [];
    this.#paths = [];
    return batch;
  }
}
