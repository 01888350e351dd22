/**
 * How moves that are asked for at one instant go: who waits for whom (`limits.ts`), what share of the network each gets (max-min), how
 * long it takes and what each line carries. A model, not a run: a move is a share of its way that is done, and at a steady rate the
 * whole way takes as long as the estimate of a single move says. So a move whose rate changes is as if it had always had a mean of both.
 */
import {
  NS_PER_SECOND,
  PPM,
  mulDivFloor,
  type Bytes,
  type BytesPerSecond,
  type Ns,
  type Ppm,
} from '../../base/units.ts';
import { assert } from '../../base/result.ts';
import { limitsOf } from '../fleet/limits-of.ts';
import type { Way } from '../fleet/lines.ts';
import type { Limits } from '../limits.ts';
import { Sharing, type Flow } from '../network/max-min.ts';
import { Paces, type Pace } from './pace.ts';
import type { Leaving, Site } from './site.ts';

/** Instants are relative to the asking. */
export interface ForecastMove extends Leaving {
  readonly startNs: Ns;
  readonly endNs: Ns;
  readonly wireBytes: Bytes;
  readonly downtimeNs: Ns;
  /** False: it is given up at `endNs`, the VM writes faster than its memory can be sent. */
  readonly converges: boolean;
}

export interface LineLoad {
  /** Index of the lines of the scenario. */
  readonly line: number;
  readonly bytes: Bytes;
  readonly mostBytesPerSecond: BytesPerSecond;
  /** Mean over the whole time, as a share of what the line can carry. */
  readonly meanPpm: Ppm;
}

export interface Forecast {
  /** In the order in which they were asked for. */
  readonly moves: readonly ForecastMove[];
  readonly makespanNs: Ns;
  readonly wireBytes: Bytes;
  readonly longestDowntimeNs: Ns;
  /** Lines that carry something, by index. */
  readonly lines: readonly LineLoad[];
  /** Moves that are under way at once, at most. */
  readonly mostAtOnce: number;
}

interface Going {
  /** Its place in the order of asking. */
  readonly id: number;
  readonly leaving: Leaving;
  readonly way: Way;
  stage: 'queued' | 'before' | 'sending' | 'after' | 'done';
  startNs: Ns;
  /** End of the stage `before` or `after`. */
  untilNs: Ns;
  flows: readonly Flow[];
  rate: BytesPerSecond;
  pace: Pace;
  /** Of the way, from 0 to 1. */
  done: number;
  bytes: number;
}

export function forecast(
  site: Site,
  leaving: readonly Leaving[],
  paces = new Paces(site.scenario),
): Forecast {
  return new Course(site, leaving, paces).run();
}

class Course {
  readonly #all: readonly Going[];
  readonly #going = new Set<Going>();
  readonly #limits: Limits;
  readonly #sharing: Sharing;
  readonly #bytesOf: number[];
  readonly #mostOf: BytesPerSecond[];
  #nowNs: Ns = 0;
  #mostAtOnce = 0;

  constructor(
    readonly site: Site,
    leaving: readonly Leaving[],
    readonly paces: Paces,
  ) {
    const { lines, scenario } = site;
    this.#limits = limitsOf(scenario, lines);
    this.#sharing = new Sharing(lines.lines.map(({ bytesPerSecond }) => bytesPerSecond));
    this.#bytesOf = lines.lines.map(() => 0);
    this.#mostOf = lines.lines.map(() => 0);
    this.#all = leaving.map((one, id) => this.#newGoing(one, id));
    for (const { from, to, bytesPerSecond } of scenario.tenants) this.#addTenant(from, to, bytesPerSecond);
  }

  run(): Forecast {
    this.#all.forEach((one) => {
      if (this.#limits.ask(one.id, this.#operation(one.leaving))) this.#start(one);
    });
    while (this.#going.size > 0) {
      this.#share();
      const nextNs = Math.min(...[...this.#going].map((one) => this.#nextNs(one)));
      assert(Number.isFinite(nextNs), 'what sends nothing is given up, so something ends');
      this.#advance(nextNs);
      for (const one of [...this.#going]) if (this.#nextNs(one) <= nextNs) this.#turn(one);
    }
    return this.#result();
  }

  #newGoing(leaving: Leaving, id: number): Going {
    const way = this.site.lines.way(leaving.source, leaving.target);
    assert(way, 'a place is only chosen where a way leads');
    const pace = this.paces.at(leaving.vm, way, way.bytesPerSecond);
    return {
      ...{ id, leaving, way, pace, stage: 'queued', startNs: 0, untilNs: 0, flows: [], rate: 0 },
      ...{ done: 0, bytes: 0 },
    };
  }

  #operation({ vm, source, target }: Leaving) {
    const store = this.site.world.storeOf[vm] as number;
    return { kind: 'vmotion', source, target, sourceDatastore: store, targetDatastore: store } as const;
  }

  #start(one: Going): void {
    one.stage = 'before';
    one.startNs = this.#nowNs;
    one.untilNs = this.#nowNs + one.pace.beforeNs;
    this.#going.add(one);
    this.#mostAtOnce = Math.max(this.#mostAtOnce, this.#going.size);
  }

  /** When it comes to its next stage, at the rate it has. */
  #nextNs(one: Going): Ns {
    if (one.stage !== 'sending') return one.untilNs;
    // What gets nothing at all is given up at once: the forecast says that it does not end.
    if (one.rate === 0) return this.#nowNs;
    return this.#nowNs + Math.ceil((1 - one.done) * one.pace.wireNs);
  }

  #turn(one: Going): void {
    if (one.stage === 'before') {
      one.flows = one.way.streams.map(({ lines, cap }) => this.#sharing.addFlow(lines, cap));
      one.stage = 'sending';
    } else if (one.stage === 'sending') {
      for (const flow of one.flows) this.#sharing.removeFlow(flow);
      one.stage = 'after';
      one.untilNs = this.#nowNs + one.pace.afterNs;
    } else {
      one.stage = 'done';
      one.untilNs = this.#nowNs;
      this.#going.delete(one);
      for (const id of this.#limits.release(one.id)) this.#start(this.#all[id] as Going);
    }
  }

  #share(): void {
    if (this.#sharing.resolve().length === 0) return;
    const loads = this.#bytesOf.map(() => 0);
    for (const one of this.#going) {
      if (one.stage !== 'sending') continue;
      const rate = one.flows.reduce((sum, flow) => sum + flow.rate, 0);
      if (rate !== one.rate) one.pace = this.paces.at(one.leaving.vm, one.way, rate);
      one.rate = rate;
      for (const flow of one.flows) for (const line of flow.links) loads[line]! += flow.rate;
    }
    loads.forEach((load, line) => (this.#mostOf[line] = Math.max(this.#mostOf[line]!, load)));
  }

  #advance(toNs: Ns): void {
    const tookNs = toNs - this.#nowNs;
    for (const one of this.#going) {
      if (one.stage !== 'sending' || one.rate === 0) continue;
      const before = one.done;
      one.done = Math.min(1, one.done + tookNs / one.pace.wireNs);
      if (one.done > 1 - LAST_SHARE) one.done = 1;
      one.bytes += (one.done - before) * one.pace.wireBytes;
      for (const flow of one.flows)
        for (const line of flow.links) this.#bytesOf[line]! += (flow.rate * tookNs) / NS_PER_SECOND;
    }
    this.#nowNs = toNs;
  }

  #result(): Forecast {
    const moves = this.#all.map(({ leaving, startNs, untilNs, bytes, pace }) => ({
      ...{ ...leaving, startNs, endNs: untilNs, wireBytes: Math.round(bytes) },
      ...{ downtimeNs: pace.downtimeNs, converges: pace.converges },
    }));
    const makespanNs = moves.reduce((most, { endNs }) => Math.max(most, endNs), 0);
    return {
      moves,
      makespanNs,
      wireBytes: moves.reduce((sum, { wireBytes }) => sum + wireBytes, 0),
      longestDowntimeNs: moves.reduce((most, { downtimeNs }) => Math.max(most, downtimeNs), 0),
      lines: this.#loads(makespanNs),
      mostAtOnce: this.#mostAtOnce,
    };
  }

  #loads(makespanNs: Ns): LineLoad[] {
    return this.site.lines.lines.flatMap(({ bytesPerSecond }, line) => {
      const bytes = Math.round(this.#bytesOf[line] as number);
      if (bytes === 0) return [];
      const couldBytes = Math.max(1, Math.floor((bytesPerSecond / NS_PER_SECOND) * makespanNs));
      const mostBytesPerSecond = Math.floor(this.#mostOf[line] as number);
      return [{ line, bytes, mostBytesPerSecond, meanPpm: mulDivFloor(bytes, PPM, couldBytes) }];
    });
  }

  /** Traffic of others takes its share; it is not counted as load of the moves. */
  #addTenant(from: string, to: string, cap: BytesPerSecond): void {
    const { hostIndex } = this.site.world;
    const way = this.site.lines.way(hostIndex.get(from) as number, hostIndex.get(to) as number);
    for (const { lines } of way?.streams.slice(0, 1) ?? []) this.#sharing.addFlow(lines, cap);
  }
}

/** What rounding may leave of a way that is done. */
const LAST_SHARE = 1e-12;
