/**
 * The one place where anything changes: the scenario and its history, the run and its log, what went wrong. Views read it and
 * call its methods; everything that can be computed is derived. No clock, no DOM.
 */
import { ProblemError, type Problem } from '../base/result.ts';
import type { Ns } from '../base/units.ts';
import type { Scenario } from '../scenario/schema.ts';
import { estimateMigration } from '../sim/estimate.ts';
import type { EstimateNumbers } from '../sim/events.ts';
import { planRun } from '../sim/plan.ts';
import type { RunLog } from '../sim/run-log.ts';
import type { EngineClient } from '../worker/client.ts';
import type { EngineFigures } from '../worker/protocol.ts';
import { changed, historyOf, redone, undone, type History } from './history.ts';
import type { Dropped } from './dropped.ts';
import type { Moment } from './moment.ts';
import { Playback, type Track } from './playback.svelte.ts';
import { eventsUpTo, project } from './project.ts';
import { emptyLog, RunRecord } from './run-record.ts';
import { migratedBack, withCancel } from './scenario-edits.ts';

export type Connect = () => Promise<
  Pick<EngineClient, 'run' | 'restart'> & Partial<Pick<EngineClient, 'figures'>>
>;

/** Where the scenario came from; a preset can be named in a link. */
export type Origin =
  | { readonly kind: 'preset'; readonly id: string }
  | { readonly kind: 'link' }
  | { readonly kind: 'file'; readonly name: string };

/** Something that could not be opened, as it was received. */
export interface Broken {
  readonly source: 'link' | 'file';
  readonly text: string;
  readonly problems: readonly Problem[];
}

/** The engine is gone until it is restarted; the log shows how far it came. */
export interface CrashReport {
  readonly problems: readonly Problem[];
  readonly events: number;
  readonly atNs: Ns;
}

export class Session {
  #history = $state.raw<History>() as History;
  #origin = $state.raw<Origin>({ kind: 'link' });
  #log = $state.raw<RunLog | null>(null);
  #computedNs = $state(0);
  #doneShare = $state(0);
  #computing = $state(false);
  #refusals = $state.raw<readonly Problem[]>([]);
  #crash = $state.raw<CrashReport | null>(null);
  #dropped = $state.raw<Dropped | null>(null);
  /** As it was opened: from here on it counts as changed. */
  #original = $state.raw<Scenario>() as Scenario;
  #broken = $state.raw<Broken | null>(null);
  #notices = $state.raw<readonly string[]>([]);
  #figures = $state.raw<EngineFigures | null>(null);
  /** Predictions wait until the end has been on the screen: students make theirs first. */
  #hides = $state(false);
  /** The reader wants little motion: while playing, pictures step from event to event. */
  #still = $state(false);
  /** While a run is being repeated up to this instant, playback waits there. */
  #holdNs = $state<Ns | null>(null);
  /** Ends the run under way; a new run gets a new one. */
  #abort: AbortController | null = null;
  /** The engine takes one run at a time: the next begins when the one before has let go. */
  #letGo: Promise<unknown> = Promise.resolve();
  #client: ReturnType<Connect> | null = null;
  readonly #connect: Connect;

  readonly #planned = $derived.by(() => planRun(this.#history.now));
  readonly #estimate: EstimateNumbers | null = $derived.by(() => {
    const first = this.#planned.ok ? this.#planned.value[0] : undefined;
    return first ? estimateMigration(this.#history.now, first) : null;
  });
  readonly #isChanged: boolean = $derived.by(() => {
    const [now, original] = [this.#history.now, this.#original];
    return now.title === original.title && JSON.stringify(now) !== JSON.stringify(original);
  });
  readonly #shownLog: RunLog | null = $derived.by(
    () => this.#log ?? (this.#planned.ok ? emptyLog(this.#history.now, this.#planned.value) : null),
  );
  readonly #moment: Moment | null = $derived.by(() => {
    const log = this.#shownLog;
    if (!log) return null;
    const atNs =
      this.#still && this.playback.playing ? lastEventNs(log, this.playback.atNs) : this.playback.atNs;
    const moment = project(log, atNs, { migration: migrationAt(log, atNs), estimate: this.#estimate });
    return this.predictionsHidden ? { ...moment, estimate: null, firstEstimate: null } : moment;
  });

  readonly playback: Playback = new Playback(() => this.#track());

  constructor(scenario: Scenario, origin: Origin, connect: Connect, original = scenario) {
    this.#history = historyOf(scenario);
    this.#original = original;
    this.#origin = origin;
    this.#connect = connect;
  }

  get scenario(): Scenario {
    return this.#history.now;
  }
  get origin(): Origin {
    return this.#origin;
  }
  /** Of the name it was opened with, but no longer the same. */
  get isChanged(): boolean {
    return this.#isChanged;
  }
  get dropped(): Dropped | null {
    return this.#dropped;
  }
  get canUndo(): boolean {
    return this.#history.past.length > 0;
  }
  get canRedo(): boolean {
    return this.#history.future.length > 0;
  }
  /** The run, or what stands ready to run; null when the scenario asks for nothing that could be planned. */
  get log(): RunLog | null {
    return this.#shownLog;
  }
  get moment(): Moment | null {
    return this.#moment;
  }
  /** Nothing has been started since the last change. */
  get ready(): boolean {
    return this.#log === null;
  }
  get computing(): boolean {
    return this.#computing;
  }
  get computedNs(): Ns {
    return this.#computedNs;
  }
  /** From 0 to 1. */
  get doneShare(): number {
    return this.#doneShare;
  }
  /** Null also while predictions are hidden. */
  get estimate(): EstimateNumbers | null {
    return this.predictionsHidden ? null : this.#estimate;
  }
  /** Why this scenario cannot be run as it is: from the plan or from the engine. */
  get refusals(): readonly Problem[] {
    return this.#planned.ok ? this.#refusals : this.#planned.error;
  }
  get crash(): CrashReport | null {
    return this.#crash;
  }
  get predictionsHidden(): boolean {
    return this.#hides && !this.playback.seenEnd;
  }
  /** What the last finished run cost this machine; it outlives the run. */
  get figures(): EngineFigures | null {
    return this.#figures;
  }
  get broken(): Broken | null {
    return this.#broken;
  }
  get notices(): readonly string[] {
    return this.#notices;
  }

  // ---- the scenario ---------------------------------------------------------------------------------------------------

  /** Opens another scenario. What was there can be had back with undo. */
  open(
    scenario: Scenario,
    origin: Origin,
    notices: readonly string[] = [],
    original: Scenario = scenario,
  ): void {
    this.#stopRun();
    this.#original = original;
    this.#broken = null;
    this.#origin = origin;
    this.#notices = notices;
    this.#history = changed(this.#history, scenario);
  }

  /** A link or file that cannot be opened: it is shown, and nothing stands in for it. */
  openBroken(broken: Broken): void {
    this.#stopRun();
    this.#broken = broken;
  }

  /** Back to how it was opened. */
  restore(): void {
    this.change(this.#original);
  }

  /** A knob has moved; changes of one `gesture` are one step of undo. The run that was there belongs to another scenario. */
  change(scenario: Scenario, gesture: string | null = null): void {
    if (scenario === this.#history.now) return;
    this.#turn(changed(this.#history, scenario, gesture));
  }

  undo(): void {
    this.#turn(undone(this.#history));
  }
  redo(): void {
    this.#turn(redone(this.#history));
  }

  /** Takes back what dropped a run: the same scenario again is the same run, and it opens where it was. */
  async takeBack(): Promise<void> {
    const dropped = this.#dropped;
    if (!dropped) return;
    this.#history = changed(this.#history, dropped.scenario);
    await this.migrate(dropped.atNs, dropped.playing);
  }
  forgetDropped(): void {
    this.#dropped = null;
  }

  /** A run whose end has not been on the screen is remembered: nobody meant to throw it away. */
  #turn(history: History): void {
    const { atNs, playing, seenEnd } = this.playback;
    const scenario = this.#history.now;
    const dropped = this.#log && !seenEnd ? { scenario, atNs, playing } : this.#dropped;
    this.#history = history;
    this.#stopRun();
    this.#dropped = dropped?.scenario === history.now ? null : dropped;
  }

  notice(notices: readonly string[]): void {
    this.#notices = notices;
  }
  hidePredictions(): void {
    this.#hides = true;
  }
  setStill(still: boolean): void {
    this.#still = still;
  }

  /** Starts the engine ahead of its first run, so that a browser that cannot have one says so at once. */
  async prepare(): Promise<void> {
    try {
      this.#client ??= this.#connect();
      await this.#client;
    } catch (error) {
      if (this.ready) this.#crashed(error);
    }
  }

  // ---- the run --------------------------------------------------------------------------------------------------------

  /** Starts the migration and plays it, or opens it at `atNs` as soon as it is computed so far, and there stands still or `plays`. */
  async migrate(atNs: Ns | null = null, plays = atNs === null): Promise<void> {
    if (!this.#planned.ok) return;
    this.#stopRun();
    if (atNs === null && plays) this.playback.play();
    await this.#run(this.scenario, atNs ?? 0, () => {
      if (atNs === null) return;
      this.playback.seek(atNs);
      if (plays && !this.playback.atEnd) this.playback.play();
    });
  }

  /** Up to the handover, and not in a run whose end has been on the screen. */
  get canCancel(): boolean {
    const moment = this.#moment;
    if (!moment || !this.#log || moment.report || this.playback.seenEnd) return false;
    return moment.stage !== 'settling';
  }

  /** The same run with a cancel at the instant that is on the screen: up to there its log is the same. */
  async cancel(): Promise<void> {
    const moment = this.#moment;
    if (!moment || !this.#log || !this.canCancel) return;
    this.playback.play();
    await this.#run(withCancel(this.#log.scenario, moment.migration.vm, moment.atNs), moment.atNs);
  }

  /** The VM goes back to where it came from, under the same conditions. */
  async migrateBack(): Promise<void> {
    const vm = this.#moment?.migration.vm;
    if (!vm) return;
    this.change(migratedBack(this.scenario, vm));
    await this.migrate();
  }

  /** Back to before the start, with the same scenario. */
  reset(): void {
    this.#stopRun();
  }

  /** After a crash: a new engine, the same scenario. */
  async restart(): Promise<void> {
    const client = this.#client;
    this.#stopRun();
    try {
      if (client) await (await client).restart();
    } catch (error) {
      // A client that cannot restart is thrown away; the next run asks for a new one.
      this.#client = null;
      this.#crashed(error);
    }
  }

  /** `fromNs`: what is on the screen stays there until the new run has come as far, and then `arrived` is called. */
  async #run(scenario: Scenario, fromNs: Ns, arrived?: () => void): Promise<void> {
    this.#abort?.abort();
    const abort = new AbortController();
    this.#abort = abort;
    this.#computing = true;
    this.#holdNs = fromNs;
    const before = this.#letGo;
    const run = before.then(() => this.#drive(scenario, fromNs, abort.signal, arrived));
    this.#letGo = run;
    await run;
    if (this.#abort === abort) this.#computing = false;
  }

  /** Never rejects: what goes wrong ends up where the views see it. */
  async #drive(scenario: Scenario, fromNs: Ns, signal: AbortSignal, arrived?: () => void): Promise<void> {
    if (signal.aborted) return;
    let record: RunRecord | null = null;
    const show = () => {
      if (signal.aborted || !record || (record.computedNs < fromNs && !record.log.report)) return;
      this.#log = record.log;
      this.#computedNs = record.computedNs;
      this.#doneShare = record.doneShare;
      this.#holdNs = null;
      arrived?.();
      arrived = undefined;
    };
    try {
      this.#client ??= this.#connect();
      const client = await this.#client;
      const result = await client.run(scenario, {
        signal,
        onPlan: (migrations) => {
          record = new RunRecord(scenario, migrations);
          show();
        },
        onBatch: (batch) => {
          record?.append(batch);
          show();
        },
      });
      if (signal.aborted) return;
      this.#figures = client.figures ?? this.#figures;
      if (result.ok) (record as RunRecord | null)?.finish(result.value);
      else this.#refused(result.error);
      show();
    } catch (error) {
      if (!signal.aborted) this.#crashed(error);
    }
  }

  #refused(problems: readonly Problem[]): void {
    this.#log = null;
    this.#refusals = problems;
    this.playback.reset();
  }

  #crashed(error: unknown): void {
    const problems = error instanceof ProblemError ? error.problems : [ownDefect(error)];
    this.#crash = { problems, events: this.#log?.events.length ?? 0, atNs: this.#computedNs };
    // A connection that never came about is tried afresh.
    if (!this.#log) this.#client = null;
    this.playback.pause();
  }

  /** Everything that belongs to a run is gone afterwards; the scenario stays. */
  #stopRun(): void {
    this.#abort?.abort();
    this.#abort = null;
    this.#computing = false;
    this.#log = null;
    this.#computedNs = 0;
    this.#doneShare = 0;
    this.#holdNs = null;
    this.#refusals = [];
    this.#crash = null;
    this.#dropped = null;
    this.playback.reset();
  }

  #track(): Track {
    const log = this.#log;
    const first = this.#planned.ok ? this.#planned.value[0] : undefined;
    return {
      events: log?.events ?? [],
      computedNs: Math.min(this.#computedNs, this.#holdNs ?? Infinity),
      complete: this.#holdNs === null && log !== null && log.report !== null,
      // The prediction sets the pace, also when the truth is known: a speed that changed half-way would look like an event.
      expectedNs: (first?.requestedNs ?? 0) + (this.#estimate?.totalNs ?? 0),
    };
  }
}

/** The migration that has last begun; before any has, the first. */
export function migrationAt(log: RunLog, atNs: Ns): number {
  let index = 0;
  if (log.migrations.length < 2) return index;
  for (const event of log.events) {
    if (event.atNs > atNs) break;
    if (event.code === 'checks-started') index = event.migration;
  }
  return index;
}

function lastEventNs(log: RunLog, atNs: Ns): Ns {
  return log.events[eventsUpTo(log.events, atNs) - 1]?.atNs ?? 0;
}

function ownDefect(error: unknown): Problem {
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'engine.start', path: '', message: `The engine could not be started: ${message}` };
}
