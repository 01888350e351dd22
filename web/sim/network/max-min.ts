/**
 * Max-min fair sharing of links by progressive filling (Bertsekas and Gallager, Data Networks, 1992, section 6.5.2): all rates
 * rise together; the first link that is full fixes its flows; the others rise on. A flow's own cap is one more link with that flow alone.
 *
 * Only + - x / on doubles and comparisons, so the result is the same in every engine. A rate depends on the component of flows and
 * links it belongs to and on nothing else, not even on the order of earlier changes: what a link has left is lowered by the same level
 * once for each flow that is fixed, and of two links that are full at the same level the one with the lower index comes first.
 */
import type { BytesPerSecond } from '../../base/units.ts';
import { Filling, type Link, type Member } from './filling.ts';

/** A flow as its owner sees it. Only `Sharing` changes the rate, in `resolve`. */
export interface Flow {
  /** Counts up from 0 in the order flows were added, and is never used again. */
  readonly id: number;
  readonly links: readonly number[];
  /** Bytes per second, whole where the sharing is whole. 0 until the first `resolve` after it was added. */
  readonly rate: BytesPerSecond;
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
  readonly #filling: Filling;
  /** All flows with a cap, by (cap, id). */
  readonly #capped: Member[] = [];
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
      seen: 0,
    }));
    this.#filling = new Filling(capacities.length);
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
    this.#listCap(flow);
    this.#dirtyFlows.push(flow);
    return flow;
  }

  removeFlow(flow: Flow): void {
    const member = ours(flow);
    member.here = false;
    this.#unlistCap(member);
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
    this.#unlistCap(member);
    member.cap = capOf(cap);
    this.#listCap(member);
    this.#dirtyFlows.push(member);
  }

  /** Shares anew what a change since the last call can reach. Returns the flows whose rate is another one now, by id. */
  resolve(): Flow[] {
    const before = this.#stamp;
    const changed: Member[] = [];
    for (const link of this.#dirtyLinks) if (link.seen <= before) this.#settle([link], [], changed);
    for (const flow of this.#dirtyFlows)
      if (flow.here && flow.seen <= before) this.#settle([], [flow], changed);
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

  /** Shares one component anew, the one of the seed. Each has a stamp of its own. */
  #settle(links: Link[], flows: Member[], changed: Member[]): void {
    const stamp = ++this.#stamp;
    reach(links, flows, stamp);
    this.#filling.fill(links, flows, this.#cappedOf(flows, stamp), this.#links);
    for (const flow of flows) {
      const rate = this.#whole ? Math.floor(flow.level) : flow.level;
      if (rate === flow.rate) continue;
      flow.rate = rate;
      changed.push(flow);
    }
  }

  #listCap(flow: Member): void {
    if (flow.cap < Infinity) this.#capped.splice(capPlace(this.#capped, flow), 0, flow);
  }

  #unlistCap(flow: Member): void {
    if (flow.cap < Infinity) this.#capped.splice(capPlace(this.#capped, flow), 1);
  }

  /** A small component sorts its own; a large one is found faster in the list of all. */
  #cappedOf(flows: readonly Member[], stamp: number): Member[] {
    if (flows.length * 8 < this.#capped.length)
      return flows.filter((flow) => flow.cap < Infinity).sort((a, b) => a.cap - b.cap || a.id - b.id);
    return this.#capped.filter((flow) => flow.seen === stamp);
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

/** Adds everything that shares a link with the seeds, directly or through others. The lists grow while they are walked. */
function reach(links: Link[], flows: Member[], stamp: number): void {
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
}

/** Where the flow is among those with a cap, or would be. */
function capPlace(capped: readonly Member[], { cap, id }: Member): number {
  let low = 0;
  for (let high = capped.length; low < high;) {
    const middle = (low + high) >>> 1;
    const other = capped[middle]!;
    if (other.cap < cap || (other.cap === cap && other.id < id)) low = middle + 1;
    else high = middle;
  }
  return low;
}
