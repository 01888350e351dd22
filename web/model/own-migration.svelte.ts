/** Somebody's own migration: its log, what it says, the run that explains it best, and what remains unexplained. No clock, no DOM. */
import type { Problem } from '../base/result.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { EngineRun } from '../sim/compare/engine-run.ts';
import type { CompareJob, CompareMessage } from '../sim/compare/jobs.ts';
import { linkOf } from '../sim/compare/link.ts';
import { TRACE_BOUNDS, traceSpecOf } from '../sim/compare/trace.ts';
import {
  candidates,
  ENGINE_OF,
  neighbours,
  outcomeError,
  outcomeOf,
  parametersOf,
  readLog,
  scenarioOf,
  type Fitted,
  type Measured,
  type Outcome,
} from '../sim/fit/index.ts';
import type { RunCompare } from '../worker/protocol.ts';

export interface Explained {
  readonly fitted: Fitted;
  readonly scenario: Scenario;
  readonly run: EngineRun;
  readonly outcome: Outcome;
  readonly error: number;
}

export interface Remaining {
  readonly name: string;
  readonly unit: 'ms' | 'bytes' | '';
  readonly measured: number | null;
  readonly simulated: number | null;
  /** Share of what was measured; null where one of them is missing. */
  readonly error: number | null;
}

/** How far around the best so far the engine looks, one pass after the other. */
const WIDTHS = [0.3, 0.15, 0.07] as const;

export class OwnMigration {
  #text = $state('');
  #limitMs = $state(300);
  #best = $state.raw<Explained | null>(null);
  #progress = $state<number | null>(null);
  #failure = $state('');
  #abort: AbortController | null = null;
  readonly #load: () => Promise<RunCompare>;
  readonly #read = $derived.by(() => (this.#text.trim() === '' ? null : readLog(this.#text)));

  constructor(load: () => Promise<RunCompare>) {
    this.#load = load;
  }

  get text(): string {
    return this.#text;
  }
  set text(text: string) {
    this.stop();
    this.#text = text;
    this.#best = null;
    this.#failure = '';
  }
  /** Downtime the engine aimed at, which logs do not tell. */
  get limitMs(): number {
    return this.#limitMs;
  }
  set limitMs(ms: number) {
    this.stop();
    this.#limitMs = Math.min(100_000, Math.max(1, Math.round(ms) || 1));
    this.#best = null;
  }
  get measured(): Measured | null {
    return this.#read?.ok ? this.#read.value : null;
  }
  get problems(): readonly Problem[] {
    if (this.#failure !== '') return [{ code: 'fit.broken', path: '', message: this.#failure }];
    return this.#read && !this.#read.ok ? this.#read.error : [];
  }
  get best(): Explained | null {
    return this.#best;
  }
  /** 0 to 1 while it is computed. */
  get progress(): number | null {
    return this.#progress;
  }

  stop(): void {
    this.#abort?.abort();
    this.#abort = null;
    this.#progress = null;
  }

  /** Looks for the run that explains it best; never rejects. */
  async explain(): Promise<void> {
    const measured = this.measured;
    if (!measured) return;
    this.stop();
    const abort = new AbortController();
    this.#abort = abort;
    this.#best = null;
    this.#failure = '';
    this.#progress = 0;
    try {
      const run = await this.#load();
      await this.#pass(run, measured, candidates(measured, this.#limitMs), 0, abort.signal);
      for (const [at, width] of WIDTHS.entries()) {
        const best: Explained | null = this.#best;
        if (!best) break;
        await this.#pass(
          run,
          measured,
          neighbours(measured, (best as Explained).fitted, width),
          at + 1,
          abort.signal,
        );
      }
      if (!this.#best && !abort.signal.aborted)
        this.#failure = 'No run of the engine comes near it: check whether the log is of one migration only.';
    } catch (error) {
      if (!abort.signal.aborted)
        this.#failure = `The fit broke off: ${error instanceof Error ? error.message : String(error)}`;
    }
    if (this.#abort === abort) this.stop();
  }

  async #pass(
    run: RunCompare,
    measured: Measured,
    tried: readonly Fitted[],
    nth: number,
    signal: AbortSignal,
  ): Promise<void> {
    const ready = tried.flatMap((fitted) => {
      const scenario = scenarioOf(measured, fitted);
      const job = scenario.ok ? jobOf(measured, fitted, scenario.value) : null;
      return scenario.ok && job ? [{ fitted, scenario: scenario.value, job }] : [];
    });
    const all = WIDTHS.length + 1;
    const take = (message: CompareMessage) => {
      if (signal.aborted || !('job' in message)) return;
      this.#progress = (nth + message.job / Math.max(1, ready.length)) / all;
      const one = ready[message.job];
      if (message.kind !== 'run' || !one) return;
      const outcome = outcomeOf(message.run, measured);
      const error = outcomeError(measured, outcome);
      if (error < (this.#best?.error ?? Infinity))
        this.#best = { fitted: one.fitted, scenario: one.scenario, run: message.run, outcome, error };
    };
    const jobs = ready.map(({ job }) => job);
    await run({ jobs, bounds: TRACE_BOUNDS, faults: [], formulas: null }, take, signal);
  }

  /** What remains between the log and the run, quantity by quantity. */
  get remaining(): readonly Remaining[] {
    const [measured, best] = [this.measured, this.#best];
    if (!measured || !best) return [];
    const row = (
      name: string,
      unit: Remaining['unit'],
      got: number | null,
      want: number | null,
    ): Remaining => {
      const error = got === null || want === null || got === 0 ? null : want / got - 1;
      return { name, unit, measured: got, simulated: want, error };
    };
    const { outcome } = best;
    return [
      row('total time', 'ms', measured.totalMs, outcome.totalMs),
      row('transferred', 'bytes', measured.transferredBytes, outcome.transferredBytes),
      row('bitmap syncs', '', measured.syncs, outcome.syncs),
      row('downtime', 'ms', measured.downtimeMs, outcome.downtimeMs),
    ];
  }
}

function jobOf(measured: Measured, fitted: Fitted, scenario: Scenario): CompareJob | null {
  const [source, target] = scenario.hosts;
  const [vm] = scenario.vms;
  const link = source && target ? linkOf(scenario, source, target) : null;
  if (!link || !vm) return null;
  return {
    engine: ENGINE_OF[measured.format],
    parameters: parametersOf(measured.format, fitted),
    trace: traceSpecOf(scenario, vm),
    link,
  };
}
