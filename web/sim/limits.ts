/**
 * How many operations run at once: every host, vMotion NIC and datastore has a most, every operation a cost on each it touches
 * ("Limits on Simultaneous Migrations", vSphere 6.5 and 6.7; Denneman, "Limiting the number of concurrent vMotions", 2013). What would
 * lead over a most is queued, never failed. `limits-cost.ts` has the numbers.
 *
 * The order: an operation waits in the line of each resource that has no room for it, or where an older one waits. So nobody overtakes
 * on a resource that is waited for, and nobody waits for hosts that are no part of his. Within a line, and among the lines that
 * open at once, the one asked for first is first.
 *
 * A release looks only at the lines of what it released.
 */
import {
  HOST_MOST,
  DATASTORE_MOST,
  costsOf,
  type Cost,
  type Limited,
  type Operation,
} from './limits-cost.ts';

export { nicMost, type Limited, type Operation, type OperationKind } from './limits-cost.ts';

/** What an operation waits for, in numbers: `host 3 at 8 of 8`, or `ahead` that are in line before it. */
export interface LimitWait {
  readonly limited: Limited;
  /** Index of the host (also for its NICs) or of the datastore. */
  readonly part: number;
  readonly used: number;
  readonly most: number;
  readonly cost: number;
  readonly ahead: number;
}

interface Resource {
  readonly limited: Limited;
  readonly part: number;
  most: number;
  used: number;
  /** Those that wait here, the oldest first. */
  readonly line: Task[];
}

interface Need {
  readonly resource: Resource;
  readonly cost: number;
}

interface Task {
  readonly id: number;
  /** Place in the order of asking. */
  readonly age: number;
  readonly needs: readonly Need[];
  running: boolean;
}

export class Limits {
  readonly #resources: Record<Limited, Resource[]>;
  readonly #tasks = new Map<number, Task>();
  #nextAge = 0;

  /**
   * @param nicMosts for each host, what its vMotion NICs may carry: `nicMost`.
   * @param datastoreCount datastores are named by their index, 0 to this.
   * @param wanMosts for each line between sites, the sessions it carries at once.
   */
  constructor(nicMosts: readonly number[], datastoreCount: number, wanMosts: readonly number[] = []) {
    const make = (limited: Limited, mosts: readonly number[]): Resource[] =>
      mosts.map((most, part) => ({ limited, part, most, used: 0, line: [] }));
    this.#resources = {
      host: make(
        'host',
        nicMosts.map(() => HOST_MOST),
      ),
      nic: make('nic', nicMosts),
      datastore: make('datastore', new Array<number>(datastoreCount).fill(DATASTORE_MOST)),
      wan: make('wan', wanMosts),
    };
  }

  /**
   * Asks for an operation under an id of the caller's. True: it runs from now on. False: it waits, and a later call that frees something
   * returns its id. Throws a RangeError where it could never start, as without a vMotion NIC: the checks refuse such an operation before.
   */
  ask(id: number, operation: Operation): boolean {
    if (this.#tasks.has(id)) throw new RangeError(`operation ${id} was asked for before`);
    const needs = costsOf(operation).map((cost) => this.#need(cost, id));
    const task: Task = { id, age: this.#nextAge++, needs, running: false };
    this.#tasks.set(id, task);
    return this.#startOrQueue(task);
  }

  /** Ends a running operation, or withdraws one that waits. Returns the ids that start thereby, in the order they start. */
  release(id: number): number[] {
    const task = this.#task(id);
    this.#tasks.delete(id);
    for (const { resource, cost } of task.needs) {
      if (task.running) resource.used -= cost;
      else leave(resource, task);
    }
    return this.#wake(task.needs.map((need) => need.resource));
  }

  /** A NIC fails, comes back or changes its speed. Operations that run go on. Returns the ids that start thereby. */
  setNicMost(host: number, most: number): number[] {
    const nic = this.#resource('nic', host);
    nic.most = most;
    return this.#wake([nic]);
  }

  isRunning(id: number): boolean {
    return this.#task(id).running;
  }

  /** Empty where it runs. */
  waitsFor(id: number): LimitWait[] {
    const task = this.#task(id);
    if (task.running) return [];
    return task.needs.flatMap(({ resource, cost }) => {
      const { limited, part, used, most, line } = resource;
      const ahead = placeIn(line, task.age);
      return line[ahead] === task ? [{ limited, part, used, most, cost, ahead }] : [];
    });
  }

  used(limited: Limited, part: number): number {
    return this.#resource(limited, part).used;
  }

  #resource(limited: Limited, part: number): Resource {
    const resource = this.#resources[limited][part];
    if (!resource) throw new RangeError(`there is no ${limited} ${part}`);
    return resource;
  }

  #task(id: number): Task {
    const task = this.#tasks.get(id);
    if (!task) throw new RangeError(`there is no operation ${id}`);
    return task;
  }

  #need({ limited, part, cost }: Cost, id: number): Need {
    const resource = this.#resource(limited, part);
    if (cost > resource.most)
      throw new RangeError(
        `operation ${id} costs ${cost} on ${limited} ${part}, which has ${resource.most}: it could never start`,
      );
    return { resource, cost };
  }

  /** Takes the task from all lines; then it runs, or waits in the lines of what stops it now. */
  #startOrQueue(task: Task): boolean {
    for (const { resource } of task.needs) leave(resource, task);
    const stops = task.needs.filter(({ resource, cost }) => !isOpen(resource, cost, task.age));
    for (const { resource } of stops) resource.line.splice(placeIn(resource.line, task.age), 0, task);
    if (stops.length > 0) return false;
    for (const { resource, cost } of task.needs) resource.used += cost;
    task.running = true;
    return true;
  }

  #wake(freed: readonly Resource[]): number[] {
    const open = new Set(freed);
    const started: number[] = [];
    for (;;) {
      const resource = oldestFirst(open);
      if (!resource) return started;
      const task = resource.line[0]!;
      const before = task.needs.filter((need) => need.resource.line[0] === task);
      if (this.#startOrQueue(task)) started.push(task.id);
      // Where it was the first in line, somebody else is now, or nobody may pass it.
      for (const need of before) {
        if (need.resource.line[0] === task) open.delete(need.resource);
        else open.add(need.resource);
      }
    }
  }
}

/** Room for the cost, and nobody older waits for it. */
function isOpen({ line, used, most }: Resource, cost: number, age: number): boolean {
  return used + cost <= most && !(line.length > 0 && line[0]!.age < age);
}

/** The resource whose first in line was asked for before the first of the others. Drops those nobody waits for. */
function oldestFirst(open: Set<Resource>): Resource | undefined {
  let oldest: Resource | undefined;
  for (const resource of open) {
    if (resource.line.length === 0) open.delete(resource);
    else if (!oldest || resource.line[0]!.age < oldest.line[0]!.age) oldest = resource;
  }
  return oldest;
}

/** Where the one of this age is in line, or would be. */
function placeIn(line: readonly Task[], age: number): number {
  let low = 0;
  for (let high = line.length; low < high;) {
    const middle = (low + high) >>> 1;
    if (line[middle]!.age < age) low = middle + 1;
    else high = middle;
  }
  return low;
}

function leave({ line }: Resource, task: Task): void {
  const place = placeIn(line, task.age);
  if (line[place] === task) line.splice(place, 1);
}
