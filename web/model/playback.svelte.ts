/**
 * Where playback stands in virtual time. It reads how far the run is computed and never goes beyond; the engine knows nothing
 * of it, so pausing, speed, stepping and scrubbing cost the run nothing.
 */
import type { Ns } from '../base/units.ts';
import { lastIndexWhere } from '../sim/client.ts';
import type { EventCode, SimEvent } from '../sim/events.ts';
import { advance, clampSpeed, paceOf, SPEED_STEPS, speedAt, type Pace, type Speed } from './pace.ts';

/** What playback needs to know of the run; the session answers. */
export interface Track {
  readonly events: readonly SimEvent[];
  /** Computed so far. */
  readonly computedNs: Ns;
  readonly complete: boolean;
  /** How long it takes, as known now. */
  readonly expectedNs: Ns;
}

/** Longest step of wall time: a page that was in the background goes on where it was, it does not jump. */
const MOST_WALL_MS = 100;

/** How long the end stays on the screen before a loop begins again. */
const LOOP_REST_MS = 4_000;

/** Where Shift and an arrow stop. */
const ROUND_MARKS: ReadonlySet<EventCode> = new Set<EventCode>([
  'requested',
  'round-started',
  'stunned',
  'resumed',
  'completed',
  'cancelled',
  'failed',
]);

export class Playback {
  #atNs = $state(0);
  #playing = $state(false);
  #speed = $state<Speed>('auto');
  #seenEnd = $state(false);
  #loops = false;
  /** On the way to an end that is still computed. */
  #toEnd = $state(false);
  #restedMs = 0;
  /** What to go back to after a replay at a speed of its own. */
  #speedBefore: Speed | null = null;
  readonly #track: () => Track;
  readonly #pace: Pace = $derived.by(() => {
    const track = this.#track();
    return paceOf(this.#speed, track.expectedNs, track.events);
  });

  constructor(track: () => Track) {
    this.#track = track;
  }

  get atNs(): Ns {
    return this.#atNs;
  }
  get playing(): boolean {
    return this.#playing;
  }
  get speed(): Speed {
    return this.#speed;
  }
  /** The end has been on the screen: from then on it is known, not predicted. */
  get seenEnd(): boolean {
    return this.#seenEnd;
  }
  /** Virtual seconds a second at this instant. */
  get nowSpeed(): number {
    return speedAt(this.#pace, this.#atNs);
  }
  get baseSpeed(): number {
    return this.#pace.speed;
  }
  /** Playback has caught up with an engine that still computes. */
  get waiting(): boolean {
    const track = this.#track();
    return this.#playing && !track.complete && this.#atNs >= track.computedNs;
  }
  /** The end was asked for before it was there: the picture follows the computation. */
  get following(): boolean {
    return this.#toEnd;
  }
  get atEnd(): boolean {
    const track = this.#track();
    return track.complete && this.#atNs >= track.computedNs;
  }

  play(): void {
    if (this.atEnd) this.#atNs = 0;
    this.#playing = true;
  }
  pause(): void {
    this.#playing = false;
    this.#toEnd = false;
  }
  toggle(): void {
    if (this.#playing) this.pause();
    else this.play();
  }

  setSpeed(speed: Speed): void {
    this.#speedBefore = null;
    this.#speed = speed === 'auto' ? 'auto' : clampSpeed(speed);
  }
  /** One step faster or slower in the list, from whatever plays now. */
  stepSpeed(direction: 1 | -1): void {
    const from = this.#speed === 'auto' ? this.#pace.speed : this.#speed;
    const next =
      direction > 0
        ? SPEED_STEPS.find((one) => one > from * 1.001)
        : SPEED_STEPS.findLast((one) => one < from * 0.999);
    if (next !== undefined) this.#speed = next;
  }

  /** At the end playback rests, and then starts again. */
  setLoop(loops: boolean): void {
    this.#loops = loops;
  }

  /** Plays from an instant at another speed; at the end the speed is what it was. */
  replayFrom(atNs: Ns, speed: number): void {
    const before = this.#speedBefore ?? this.#speed;
    this.setSpeed(speed);
    this.#speedBefore = before;
    this.seek(atNs);
    this.#playing = true;
  }

  /** An animation frame: `wallMs` have passed since the one before. */
  tick(wallMs: number): void {
    if (!this.#playing) return;
    if (this.#loops && this.atEnd) {
      this.#rest(wallMs);
      return;
    }
    const track = this.#track();
    this.#atNs = this.#toEnd
      ? Math.max(this.#atNs, track.computedNs)
      : advance(this.#atNs, Math.min(MOST_WALL_MS, wallMs), this.#pace, track.computedNs);
    if (this.atEnd) this.#ended();
  }

  /** A hand on the time line; it stays where it is put. */
  seek(atNs: Ns): void {
    this.#toEnd = false;
    this.#atNs = Math.round(Math.min(this.#track().computedNs, Math.max(0, atNs)));
    if (this.atEnd) this.#ended();
  }

  toStart(): void {
    this.#playing = false;
    this.seek(0);
  }
  /** To the result; while it is computed, along with the computation. */
  toEnd(): void {
    const { computedNs, complete } = this.#track();
    this.seek(computedNs);
    this.#playing = !complete;
    this.#toEnd = !complete;
  }
  stepEvent(direction: 1 | -1): void {
    this.#stepTo(direction, () => true);
  }
  stepRound(direction: 1 | -1): void {
    this.#stepTo(direction, (event) => ROUND_MARKS.has(event.code));
  }

  /** A new run: back to the beginning, the end unknown again. */
  reset(atNs: Ns = 0): void {
    this.#atNs = atNs;
    this.#playing = false;
    this.#toEnd = false;
    this.#seenEnd = false;
  }

  #stepTo(direction: 1 | -1, counts: (event: SimEvent) => boolean): void {
    this.#playing = false;
    const { events, computedNs } = this.#track();
    const here = lastIndexWhere(events.length, (i) => (events[i] as SimEvent).atNs <= this.#atNs);
    if (direction > 0) {
      const next = events.slice(here + 1).find(counts);
      this.seek(next ? next.atNs : computedNs);
    } else {
      const before = events.slice(0, here + 1).findLast((event) => event.atNs < this.#atNs && counts(event));
      this.seek(before ? before.atNs : 0);
    }
  }

  #rest(wallMs: number): void {
    this.#restedMs += Math.min(MOST_WALL_MS, wallMs);
    if (this.#restedMs < LOOP_REST_MS) return;
    this.#restedMs = 0;
    this.#atNs = 0;
  }

  #ended(): void {
    this.#playing &&= this.#loops && !this.#toEnd;
    this.#toEnd = false;
    this.#seenEnd = true;
    if (this.#speedBefore !== null) this.setSpeed(this.#speedBefore);
  }
}
