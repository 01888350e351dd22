/** The run of a whole datacenter: what the page knows of it, and what starts and stops it. The scenario is the session's. */
import { ProblemError, type Problem } from '../base/result.ts';
import type { Ns } from '../base/units.ts';
import { expandGroups } from '../scenario/groups.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { FleetReport } from '../sim/fleet/fleet-log.ts';
import { Lines } from '../sim/fleet/lines.ts';
import { asksForSomething, planFleet } from '../sim/fleet/plan-fleet.ts';
import type { EngineClient } from '../worker/client.ts';
import { pictureAt, type FleetPicture } from './fleet-picture.ts';
import { FleetRecord, type TaskCourse } from './fleet-record.ts';
import { Playback, type Track } from './playback.svelte.ts';

export type ConnectFleet = () => Promise<Pick<EngineClient, 'runFleet' | 'restart'>>;

/** Before the end is known the whole run is taken to last so long, for the speed of playback alone. */
const UNKNOWN_NS = 60_000_000_000;

export class FleetSession {
  readonly #scenario: () => Scenario;
  readonly #connect: ConnectFleet;
  #client: ReturnType<ConnectFleet> | null = null;
  #abort: AbortController | null = null;
  /** The scenario the run belongs to; another one makes it stale. */
  #of = $state.raw<Scenario | null>(null);
  #record: FleetRecord | null = null;
  /** Counts batches, because the record grows in place. */
  #grown = $state(0);
  #computing = $state(false);
  #problems = $state.raw<readonly Problem[]>([]);

  readonly #planned = $derived.by(() => planFleet(this.#scenario()));
  readonly #expanded: Scenario = $derived.by(() => expandGroups(this.#scenario()));
  readonly #blank: FleetRecord = $derived(new FleetRecord(new Lines(this.#expanded).lines));

  readonly playback = new Playback(() => this.#track());

  constructor(scenario: () => Scenario, connect: ConnectFleet) {
    this.#scenario = scenario;
    this.#connect = connect;
  }

  /** Without groups. */
  get scenario(): Scenario {
    return this.#expanded;
  }
  get problems(): readonly Problem[] {
    return this.#planned.ok || this.isIdle ? this.#problems : this.#planned.error;
  }
  /** Nothing is asked for. */
  get isIdle(): boolean {
    return !asksForSomething(this.#scenario());
  }
  get canRun(): boolean {
    return this.#planned.ok;
  }
  /** A run of this very scenario is there. */
  get hasRun(): boolean {
    return this.#of !== null && this.#of === this.#scenario();
  }
  get computing(): boolean {
    return this.#computing;
  }
  get record(): FleetRecord {
    void this.#grown;
    return (this.hasRun && this.#record) || this.#blank;
  }
  /** Computed so far, and how many tasks that knows of; the record itself grows in place. */
  get computedNs(): Ns {
    void this.#grown;
    return this.record.computedNs;
  }
  get progress(): { readonly done: number; readonly asked: number } {
    void this.#grown;
    return { done: this.record.done, asked: this.record.asked };
  }
  /** Task by task, in a new list whenever there is news. */
  get tasks(): readonly TaskCourse[] {
    void this.#grown;
    return [...this.record.tasks];
  }
  get report(): FleetReport | null {
    return this.hasRun ? this.record.report : null;
  }
  get picture(): FleetPicture {
    return pictureAt(this.#expanded, this.record, this.playback.atNs);
  }

  /** Never rejects: what goes wrong is in `problems`. */
  async run(): Promise<void> {
    const scenario = this.#scenario();
    const expanded = this.#expanded;
    if (!this.#planned.ok) return;
    this.stop();
    const abort = new AbortController();
    this.#abort = abort;
    const record = new FleetRecord(new Lines(expanded).lines);
    this.#record = record;
    this.#of = scenario;
    this.#computing = true;
    this.playback.reset();
    this.playback.play();
    try {
      this.#client ??= this.#connect();
      const client = await this.#client;
      const result = await client.runFleet(scenario, {
        signal: abort.signal,
        onBatch: (batch) => {
          record.append(batch);
          this.#grown++;
        },
      });
      if (abort.signal.aborted) return;
      if (result.ok) record.finish(result.value);
      else this.#refuse(result.error);
    } catch (error) {
      if (!abort.signal.aborted) this.#refuse(problemsOf(error));
    } finally {
      if (this.#abort === abort) this.#computing = false;
      this.#grown++;
    }
  }

  /** Drops the run, and what it would still compute. */
  stop(): void {
    this.#abort?.abort();
    this.#abort = null;
    this.#computing = false;
    this.#of = null;
    this.#problems = [];
    this.playback.reset();
  }

  #refuse(problems: readonly Problem[]): void {
    this.#problems = problems;
    this.#of = null;
    // An engine that broke is thrown away.
    this.#client = null;
    this.playback.reset();
  }

  #track(): Track {
    void this.#grown;
    const record = this.hasRun ? this.#record : null;
    return {
      events: [],
      computedNs: record?.computedNs ?? 0,
      complete: (record?.report ?? null) !== null,
      expectedNs: record?.report?.makespanNs ?? Math.max(UNKNOWN_NS, record?.computedNs ?? 0),
    };
  }

  /** The instant of the event before or after the present one. */
  step(direction: 1 | -1): void {
    const events = this.record.events;
    const atNs: Ns = this.playback.atNs;
    const next =
      direction > 0
        ? events.find((event) => event.atNs > atNs && event.code !== 'rate')
        : events.findLast((event) => event.atNs < atNs && event.code !== 'rate');
    this.playback.pause();
    this.playback.seek(next?.atNs ?? (direction > 0 ? Infinity : 0));
  }
}

function problemsOf(error: unknown): readonly Problem[] {
  if (error instanceof ProblemError) return error.problems;
  const message = error instanceof Error ? error.message : String(error);
  return [{ code: 'engine.start', path: '', message: `The engine could not run this: ${message}` }];
}
