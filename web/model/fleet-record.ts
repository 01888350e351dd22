/** A run of many migrations as it grows, sorted by what pictures ask for: the course of each task, of each host, of each VM that fails. */
import type { BytesPerSecond, Ns } from '../base/units.ts';
import { lastIndexWhere } from '../sim/client.ts';
import type {
  FleetBatch,
  FleetEvent,
  FleetEventNumbers,
  FleetLine,
  FleetReport,
  TaskTotals,
} from '../sim/fleet/fleet-log.ts';

/** Everything said about one task, in the order it was said. */
export interface TaskCourse {
  readonly index: number;
  readonly asked: FleetEventNumbers['asked'];
  readonly askedNs: Ns;
  waits: FleetEventNumbers['queued'] | null;
  startedNs: Ns;
  usedBytes: number;
  /** From each of these instants on this much comes through. */
  readonly rates: {
    readonly atNs: Ns;
    readonly bytesPerSecond: BytesPerSecond;
    readonly sentBytes: number;
  }[];
  readonly rounds: { readonly atNs: Ns; readonly n: FleetEventNumbers['round-ended'] }[];
  stunnedNs: Ns;
  /** It runs on the target from here on; a VM that resumed where it was has not moved. */
  resumedNs: Ns;
  downtimeNs: Ns;
  /** The switches know where it is from here on, and its client is answered; Infinity where that never comes. */
  learnedNs: Ns;
  backNs: Ns;
  networkGapNs: Ns;
  /** From here on no client reaches it. */
  lostNs: Ns;
  endedNs: Ns;
  outcome: 'completed' | 'cancelled' | 'failed' | null;
  totals: TaskTotals | null;
  /** Index of TASK_FAILURES. */
  failure: number;
  readonly refusals: FleetEventNumbers['refused'][];
}

interface Since<T> {
  readonly atNs: Ns;
  readonly value: T;
}

/** Values from instants on, asked by instant. */
export type Course<T> = Since<T>[];

export function lastOf<T>(course: Course<T>, atNs: Ns): Since<T> | undefined {
  return course[lastIndexWhere(course.length, (at) => (course[at] as Since<T>).atNs <= atNs)];
}

export const valueAt = <T>(course: Course<T>, atNs: Ns): T | undefined => lastOf(course, atNs)?.value;

export type HostLife = 'connected' | 'entering' | 'maintenance' | 'standby' | 'down';

export class FleetRecord {
  readonly events: FleetEvent[] = [];
  readonly tasks: TaskCourse[] = [];
  readonly paths = new Map<number, readonly number[]>();
  readonly hostLife = new Map<number, Course<HostLife>>();
  /** By host: what Proactive HA does with it, an index of REMEDY_CODES. */
  readonly remedies = new Map<number, Course<number>>();
  /** By VM: the host it was started on after a failure, or -1 while it is down. */
  readonly restarts = new Map<number, Course<number>>();
  computedNs: Ns = 0;
  done = 0;
  asked = 0;
  report: FleetReport | null = null;

  constructor(readonly lines: readonly FleetLine[]) {}

  append({ events, paths, virtualNs, done, asked }: FleetBatch): void {
    for (const [task, lines] of paths) this.paths.set(task, lines);
    for (const event of events) this.#take(event);
    this.computedNs = Math.max(this.computedNs, virtualNs);
    this.done = done;
    this.asked = asked;
  }

  finish(report: FleetReport): void {
    this.report = report;
    this.computedNs = Math.max(this.computedNs, this.events[this.events.length - 1]?.atNs ?? 0);
  }

  #take(event: FleetEvent): void {
    this.events.push(event);
    if (event.code === 'asked') this.tasks.push(newCourse(event.task, event.n, event.atNs));
    const task = this.tasks[event.task];
    if (task) takeTask(task, event);
    else this.#takeHost(event);
  }

  #takeHost(event: FleetEvent): void {
    const { atNs } = event;
    const live = (host: number, value: HostLife) => put(this.hostLife, host, { atNs, value });
    if (event.code === 'maintenance-entering') live(event.n.host, 'entering');
    if (event.code === 'maintenance-entered') live(event.n.host, 'maintenance');
    if (event.code === 'maintenance-left') live(event.n.host, 'connected');
    if (event.code === 'host-standby') live(event.n.host, 'standby');
    if (event.code === 'host-woken') live(event.n.host, 'connected');
    if (event.code === 'host-crashed') live(event.n.host, 'down');
    if (event.code === 'remedy') put(this.remedies, event.n.host, { atNs, value: event.n.remedy });
    if (event.code === 'vm-down') put(this.restarts, event.n.vm, { atNs, value: -1 });
    if (event.code === 'vm-restarted') put(this.restarts, event.n.vm, { atNs, value: event.n.host });
  }
}

function put<T>(courses: Map<number, Course<T>>, key: number, since: Since<T>): void {
  const course = courses.get(key);
  if (course) course.push(since);
  else courses.set(key, [since]);
}

function newCourse(index: number, asked: FleetEventNumbers['asked'], askedNs: Ns): TaskCourse {
  return {
    index,
    asked,
    askedNs,
    waits: null,
    startedNs: Infinity,
    usedBytes: 0,
    rates: [],
    rounds: [],
    stunnedNs: Infinity,
    resumedNs: Infinity,
    downtimeNs: 0,
    learnedNs: Infinity,
    backNs: Infinity,
    networkGapNs: 0,
    lostNs: Infinity,
    endedNs: Infinity,
    outcome: null,
    totals: null,
    failure: -1,
    refusals: [],
  };
}

function takeTask(task: TaskCourse, { code, n, atNs }: FleetEvent): void {
  if (code === 'queued') task.waits = n;
  if (code === 'refused') task.refusals.push(n);
  if (code === 'started') [task.startedNs, task.usedBytes] = [atNs, n.usedBytes];
  if (code === 'rate') {
    const { bytesPerSecond } = n;
    task.rates.push({ atNs, bytesPerSecond, sentBytes: sentBy(task, atNs) });
  }
  if (code === 'round-ended') task.rounds.push({ atNs, n });
  if (code === 'stunned') task.stunnedNs = atNs;
  if (code === 'resumed') [task.resumedNs, task.downtimeNs] = [atNs, n.downtimeNs];
  if (code === 'mac-learned') task.learnedNs = atNs;
  if (code === 'client-back') [task.backNs, task.networkGapNs] = [atNs, n.networkGapNs];
  if (code === 'client-lost') task.lostNs = atNs;
  if (code === 'completed' || code === 'cancelled' || code === 'failed') {
    task.endedNs = atNs;
    task.outcome = code;
    task.totals = n;
    if (code === 'failed') task.failure = (n as FleetEventNumbers['failed']).reason;
    // What resumed after a failure resumed where it was.
    if (code !== 'completed') task.resumedNs = Infinity;
  }
}

/** Bytes on the wire by then, from the rates. */
export function sentBy(task: TaskCourse, atNs: Ns): number {
  const at = lastIndexWhere(task.rates.length, (index) => task.rates[index]!.atNs <= atNs);
  const rate = task.rates[at];
  return rate ? rate.sentBytes + (rate.bytesPerSecond * (atNs - rate.atNs)) / 1e9 : 0;
}

export function rateAt(task: TaskCourse, atNs: Ns): BytesPerSecond {
  const at = lastIndexWhere(task.rates.length, (index) => task.rates[index]!.atNs <= atNs);
  return task.rates[at]?.bytesPerSecond ?? 0;
}
