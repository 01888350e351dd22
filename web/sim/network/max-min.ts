/**
 * Max-min fair sharing of links by progressive filling (Bertsekas and Gallager, Data Networks, 1992, section 6.5.2): all rates
 * rise together; the first link that is full fixes its flows; the others rise on. A flow's own cap is one more link with that flow alone.
 *
 * Only + - x / on doubles and comparisons, so the result is the same in every engine. A rate depends on the component of flows and
 * links it belongs to and on nothing else, not even on the order of earlier changes: what a link has left is lowered by the same level
 * once for each flow that is fixed, and of two links that are full at the same level the one with the lower index comes first.
 */
import type { BytesPerSecond } from '../../base/units.ts';

/** A flow as its owner sees it. Only `Sharing` changes the rate, in `resolve`. */
export interface Flow {
  /** Counts up from 0 in the order flows were added, and is never used again. */
  readonly id: number;
  readonly links: readonly number[];
  /** Bytes per second, whole where the sharing is whole. 0 until the first `resolve` after it was added. */
  readonly rate: BytesPerSecond;
}

interface Link {
  readonly index: number;
  capacity: number;
  readonly flows: Member[];
  /** Scratch of one filling: what no fixed flow has taken, flows not fixed so far, and the level at which they fill it. */
  left: number;
  open: number;
  level: number;
  seen: number;
}

interface Member {
  readonly id: number;
  readonly links: readonly number[];
  readonly path: readonly Link[];
  /** Where this flow is in the list of each link of its path, so that it leaves in constant time. */
  readonly places: number[];
  cap: number;
  rate: number;
  level: number;
  seen: number;
  fixed: boolean;
  here: boolean;
}

interface Component {
  readonly links: Link[];
  readonly flows: Member[];
}

/**
 * Flows over links, re-shared step by step. Change what has changed, then call `resolve` once: it works only on the flows that share
 * a link, directly or through others, with a change. One filling step costs at most flows x links of that component.
 */
export class Sharing {
  readonly #links: Link[];
  readonly #whole: boolean;
  readonly #dirtyLinks: Link[] = [];
  readonly #dirtyFlows: Member[] = [];
  #nextId = 0;
  #stamp = 0;

  /**
   * @param capacities bytes per second of each link, 0 or more; a flow names a link by its index here.
   * @param rates `whole`: rates are rounded down to whole bytes per second, so no link carries more than it can. `exact`: doubles
   * as they come, for replays held against another solver.
   */
  constructor(capacities: readonly BytesPerSecond[], rates: 'whole' | 'exact' = 'whole') {
    this.#whole = rates === 'whole';
    this.#links = capacities.map((capacity, index) => ({
      index,
      capacity: amount(capacity, `link ${index}`),
      flows: [],
      left: 0,
      open: 0,
      level: 0,
      seen: 0,
    }));
  }

  /** @param cap bytes per second the flow never exceeds; null: none. Throws a RangeError that says what is wrong with the flow. */
  addFlow(links: readonly number[], cap: BytesPerSecond | null = null): Flow {
    if (links.length === 0 && cap === null)
      throw new RangeError('a flow needs a link or a cap, or nothing limits its rate');
    if (new Set(links).size < links.length)
      throw new RangeError(`a flow crosses a link once, but has ${links.join(', ')}`);
    const path = links.map((index) => this.#link(index));
    const flow: Member = {
      ...{ id: this.#nextId++, links: [...links], path, places: [] },
      ...{ cap: capOf(cap), rate: 0, level: 0, seen: 0, fixed: false, here: true },
    };
    for (const link of path) {
      flow.places.push(link.flows.length);
      link.flows.push(flow);
    }
    this.#dirtyFlows.push(flow);
    return flow;
  }

  removeFlow(flow: Flow): void {
    const member = ours(flow);
    member.here = false;
    member.path.forEach((link, nth) => {
      const place = member.places[nth]!;
      const last = link.flows.pop()!;
      if (last !== member) {
        link.flows[place] = last;
        last.places[last.path.indexOf(link)] = place;
      }
      this.#dirtyLinks.push(link);
    });
  }

  setCapacity(index: number, capacity: BytesPerSecond): void {
    const link = this.#link(index);
    if (link.capacity === capacity) return;
    link.capacity = amount(capacity, `link ${index}`);
    this.#dirtyLinks.push(link);
  }

  setCap(flow: Flow, cap: BytesPerSecond | null): void {
    const member = ours(flow);
    if (member.path.length === 0 && cap === null)
      throw new RangeError('a flow without links keeps a cap, or nothing limits its rate');
    if (member.cap === capOf(cap)) return;
    member.cap = capOf(cap);
    this.#dirtyFlows.push(member);
  }

  /** Shares anew what a change since the last call can reach. Returns the flows whose rate is another one now, by id. */
  resolve(): Flow[] {
    const stamp = ++this.#stamp;
    const changed: Member[] = [];
    const settle = (component: Component) => {
      fill(component);
      for (const flow of component.flows) {
        const rate = this.#whole ? Math.floor(flow.level) : flow.level;
        if (rate === flow.rate) continue;
        flow.rate = rate;
        changed.push(flow);
      }
    };
    for (const link of this.#dirtyLinks) if (link.seen !== stamp) settle(reach([link], [], stamp));
    for (const flow of this.#dirtyFlows)
      if (flow.here && flow.seen !== stamp) settle(reach([], [flow], stamp));
    this.#dirtyLinks.length = 0;
    this.#dirtyFlows.length = 0;
    return changed.sort((a, b) => a.id - b.id);
  }

  /** Bytes per second all flows take from the link, as of the last `resolve`. */
  load(index: number): BytesPerSecond {
    return this.#link(index).flows.reduce((sum, flow) => sum + flow.rate, 0);
  }

  capacity(index: number): BytesPerSecond {
    return this.#link(index).capacity;
  }

  #link(index: number): Link {
    const link = this.#links[index];
    if (!link) throw new RangeError(`there is no link ${index}; there are ${this.#links.length}`);
    return link;
  }
}

function amount(value: number, what: string): number {
  if (!Number.isFinite(value) || value < 0)
    throw new RangeError(`${what} needs 0 or more bytes per second, not ${value}`);
  return value;
}

function capOf(cap: number | null): number {
  return cap === null ? Infinity : amount(cap, 'a cap');
}

function ours(flow: Flow): Member {
  const member = flow as Member;
  if (!member.here) throw new RangeError(`flow ${flow.id} was removed before`);
  return member;
}

/** Everything that shares a link with the seeds, directly or through others. The lists grow while they are walked. */
function reach(links: Link[], flows: Member[], stamp: number): Component {
  for (const link of links) link.seen = stamp;
  for (const flow of flows) flow.seen = stamp;
  for (let l = 0, f = 0; l < links.length || f < flows.length;) {
    if (f < flows.length) {
      for (const link of flows[f++]!.path) {
        if (link.seen === stamp) continue;
        link.seen = stamp;
        links.push(link);
      }
      continue;
    }
    for (const flow of links[l++]!.flows) {
      if (flow.seen === stamp) continue;
      flow.seen = stamp;
      flows.push(flow);
    }
  }
  return { links, flows };
}

/** Sets `level`, the fair rate, of every flow of one component. */
function fill({ links, flows }: Component): void {
  const active = links.filter((link) => link.flows.length > 0);
  for (const link of active) {
    link.left = link.capacity;
    link.open = link.flows.length;
    link.level = link.left / link.open;
  }
  for (const flow of flows) flow.fixed = false;
  const capped = flows.filter((flow) => flow.cap < Infinity).sort((a, b) => a.cap - b.cap || a.id - b.id);
  let nextCap = 0;
  let level = 0;
  for (;;) {
    while (nextCap < capped.length && capped[nextCap]!.fixed) nextCap++;
    const full = firstFull(active);
    const cap = nextCap < capped.length ? capped[nextCap]!.cap : Infinity;
    if (!full && cap === Infinity) return;
    // Levels only rise; rounding may put one a last bit below the one before.
    level = Math.max(level, full ? Math.min(full.level, cap) : cap);
    if (!full || cap <= full.level) fix(capped[nextCap++]!, level);
    else for (const flow of full.flows) if (!flow.fixed) fix(flow, level);
  }
}

/** The link that fills first, the lowest index among equals; undefined where all flows are fixed. Drops links without open flows. */
function firstFull(active: Link[]): Link | undefined {
  let first: Link | undefined;
  let kept = 0;
  for (const link of active) {
    if (link.open === 0) continue;
    active[kept++] = link;
    if (!first || link.level < first.level || (link.level === first.level && link.index < first.index))
      first = link;
  }
  active.length = kept;
  return first;
}

function fix(flow: Member, level: number): void {
  // The level may lie a last bit above a cap that equals it up to rounding.
  flow.level = level < flow.cap ? level : flow.cap;
  flow.fixed = true;
  for (const link of flow.path) {
    link.left -= flow.level;
    link.open--;
    link.level = link.open > 0 ? link.left / link.open : Infinity;
  }
}
