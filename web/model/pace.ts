/** How fast virtual time passes while a run plays: pure arithmetic, the wall clock comes in as a number of milliseconds. */
import { NS_PER_MS, NS_PER_SECOND, type Ns } from '../base/units.ts';
import type { SimEvent } from '../sim/events.ts';

/** Virtual seconds per second; 'auto' fits the whole run into a quarter of a minute and slows down where the VM stands still. */
export type Speed = number | 'auto';

export const SPEED_LEAST = 0.001;
export const SPEED_MOST = 100;
export const SPEED_STEPS = [0.001, 0.01, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 50, 100] as const;

/** The stun plays at a tenth; what is left of 15 seconds of watching is for the rest. */
export const STUN_SPEED = 0.1;
const WATCH_SECONDS = 12;
const BEFORE_STUN_NS = 40 * NS_PER_MS;
const AFTER_GAP_NS = 20 * NS_PER_MS;

export interface SlowZone {
  readonly fromNs: Ns;
  readonly toNs: Ns;
}

export interface Pace {
  readonly speed: number;
  /** Played at STUN_SPEED where that is slower than `speed`. */
  readonly slow: readonly SlowZone[];
}

export function paceOf(speed: Speed, totalNs: Ns, events: readonly SimEvent[]): Pace {
  if (speed !== 'auto') return { speed: clampSpeed(speed), slow: [] };
  return { speed: roundSpeed(totalNs / NS_PER_SECOND / WATCH_SECONDS), slow: slowZones(events) };
}

/** From just before each stun until the client is answered again. */
export function slowZones(events: readonly SimEvent[]): SlowZone[] {
  const zones: SlowZone[] = [];
  for (const event of events) {
    if (event.code === 'stunned') zones.push({ fromNs: event.atNs - BEFORE_STUN_NS, toNs: Infinity });
    if (event.code === 'client-back' && zones.length > 0) {
      zones[zones.length - 1] = { fromNs: zones[zones.length - 1]!.fromNs, toNs: event.atNs + AFTER_GAP_NS };
    }
  }
  return zones;
}

/** The instant `wallMs` later, never beyond `limitNs`. Crosses into and out of slow zones exactly. */
export function advance(atNs: Ns, wallMs: number, pace: Pace, limitNs: Ns): Ns {
  let leftMs = wallMs;
  let nowNs = atNs;
  // Each turn ends at a border of a zone, at the limit or with no wall time left.
  while (leftMs > 1e-9 && nowNs < limitNs) {
    const zone = pace.slow.find((one) => nowNs < one.toNs);
    const inside = zone !== undefined && nowNs >= zone.fromNs;
    const speed = inside ? Math.min(pace.speed, STUN_SPEED) : pace.speed;
    const borderNs = Math.min(limitNs, zone ? (inside ? zone.toNs : zone.fromNs) : Infinity);
    const reachNs = nowNs + leftMs * NS_PER_MS * speed;
    if (reachNs < borderNs) return Math.floor(Math.max(nowNs, reachNs));
    leftMs -= (borderNs - nowNs) / (NS_PER_MS * speed);
    nowNs = borderNs;
  }
  return Math.min(nowNs, Math.max(atNs, limitNs));
}

/** What plays at this instant. */
export function speedAt(pace: Pace, atNs: Ns): number {
  const slow = pace.slow.some((zone) => atNs >= zone.fromNs && atNs < zone.toNs);
  return slow ? Math.min(pace.speed, STUN_SPEED) : pace.speed;
}

export function clampSpeed(speed: number): number {
  return Math.min(SPEED_MOST, Math.max(SPEED_LEAST, Number.isFinite(speed) ? speed : 1));
}

/** The nearest of 1, 2, 5, 10, ... so that the speed is a number one can say. */
export function roundSpeed(speed: number): number {
  if (!(speed > 0)) return 1;
  const decade = 10 ** Math.floor(Math.log10(speed));
  const step = [1, 2, 5, 10].reduce((best, one) =>
    Math.abs(Math.log(speed / (one * decade))) < Math.abs(Math.log(speed / (best * decade))) ? one : best,
  );
  return Math.max(SPEED_LEAST, Number((step * decade).toPrecision(3)));
}

export function formatSpeed(speed: number): string {
  return `${speed >= 1000 ? Math.round(speed) : Number(speed.toPrecision(3))} ×`;
}
