/**
 * Plays flows of known size to their ends: a fluid model without latency, headers or cross-traffic. It exists to hold the sharing
 * against another solver, so it works with seconds and exact doubles; the product uses whole nanoseconds and whole bytes per second.
 */
import { Sharing, type Flow } from './max-min.ts';

export interface FluidFlow {
  readonly startSeconds: number;
  readonly bytes: number;
  /** null: no cap of its own. */
  readonly capBytesPerSecond: number | null;
  /** Indexes of the links it crosses. */
  readonly links: readonly number[];
}

export interface FluidCase {
  readonly linkBytesPerSecond: readonly number[];
  readonly flows: readonly FluidFlow[];
}

/** A flow on its way: `leftBytes` at `sinceSeconds`, at one rate since. Touched only when its rate changes, so errors do not add up. */
interface Moving {
  readonly nth: number;
  readonly flow: Flow;
  sinceSeconds: number;
  leftBytes: number;
  rate: number;
  endSeconds: number;
}

/** When each flow has sent its last byte, in flow order; null for one whose rate stays 0. Throws a RangeError for a flow nothing limits. */
export function finishSeconds({ linkBytesPerSecond, flows }: FluidCase): (number | null)[] {
  const sharing = new Sharing(linkBytesPerSecond, 'exact');
  const finish = flows.map((): number | null => null);
  const waiting = flows
    .map((flow, nth) => ({ flow, nth }))
    .sort((a, b) => a.flow.startSeconds - b.flow.startSeconds || a.nth - b.nth);
  const moving = new Map<number, Moving>();
  for (let next = 0; ;) {
    const start = waiting[next]?.flow.startSeconds ?? Infinity;
    const now = Math.min(start, firstEnd(moving));
    if (now === Infinity) return finish;
    for (const one of moving.values()) {
      if (one.endSeconds > now) continue;
      finish[one.nth] = now;
      sharing.removeFlow(one.flow);
      moving.delete(one.flow.id);
    }
    for (; next < waiting.length && waiting[next]!.flow.startSeconds <= now; next++) {
      const { flow, nth } = waiting[next]!;
      const shared = sharing.addFlow(flow.links, flow.capBytesPerSecond);
      const endSeconds = flow.bytes === 0 ? now : Infinity;
      moving.set(shared.id, {
        ...{ nth, flow: shared, sinceSeconds: now, leftBytes: flow.bytes, rate: 0, endSeconds },
      });
    }
    for (const flow of sharing.resolve()) changeRate(moving.get(flow.id)!, flow.rate, now);
  }
}

function firstEnd(moving: ReadonlyMap<number, Moving>): number {
  let first = Infinity;
  for (const one of moving.values()) if (one.endSeconds < first) first = one.endSeconds;
  return first;
}

function changeRate(one: Moving, rate: number, now: number): void {
  const left = one.leftBytes - one.rate * (now - one.sinceSeconds);
  one.leftBytes = left > 0 ? left : 0;
  one.sinceSeconds = now;
  one.rate = rate;
  one.endSeconds = one.leftBytes === 0 ? now : rate > 0 ? now + one.leftBytes / rate : Infinity;
}
