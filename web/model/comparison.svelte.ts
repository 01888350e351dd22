/**
 * Engines side by side on the scenario's write trace: who takes part with which parameters, what each made of it, how far the computing
 * is. Only what changed is run again. No clock, no DOM; what computes comes from outside.
 */
import type { Problem } from '../base/result.ts';
import { NS_PER_SECOND, type Ns } from '../base/units.ts';
import type { Scenario } from '../scenario/schema.ts';
import { subjectVm } from '../scenario/subject.ts';
import type { EngineRun } from '../sim/compare/engine-run.ts';
import type { CompareJob, CompareMessage } from '../sim/compare/jobs.ts';
import { linkOf, streamRate, type CompareLink } from '../sim/compare/link.ts';
import type { Prediction } from '../sim/compare/predictions.ts';
import { remediesFor, type Remedy } from '../sim/compare/remedies.ts';
import { TRACE_BOUNDS, traceSpecOf, type TraceSpec } from '../sim/compare/trace.ts';
import type { RunCompare } from '../worker/protocol.ts';
import {
  FEWEST_ENGINES,
  MOST_ENGINES,
  engineTable,
  withScenario,
  type EngineChoice,
  type ParameterValue,
} from './engine-choice.ts';

export type { EngineRun, RunCompare };

/** How long engines may run in virtual time. */
export const HORIZONS_NS: readonly Ns[] = [300, 1_800, 7_200].map((seconds) => seconds * NS_PER_SECOND);

export type Result =
  { readonly run: EngineRun; readonly pagesPerEntry: number } | { readonly problems: readonly Problem[] };

/** One change and what came of it. */
export interface Tried {
  readonly remedy: Remedy;
  readonly run: EngineRun;
}

const MOST_KEPT = 64;

export class Comparison {
  #choices = $state.raw<readonly EngineChoice[]>([]);
  #horizonNs = $state<Ns>(TRACE_BOUNDS.horizonNs);
  #scenario = $state.raw<Scenario>() as Scenario;
  #results = $state.raw<readonly { readonly key: string; readonly result: Result }[]>([]);
  #predictions = $state.raw<readonly Prediction[]>([]);
  #progress = $state.raw<{ readonly engine: number; readonly share: number } | null>(null);
  #failure = $state('');
  #why = $state<number | null>(null);
  #tried = $state.raw<readonly Tried[]>([]);
  #abort: AbortController | null = null;
  readonly #load: () => Promise<RunCompare>;

  readonly #link: CompareLink | null = $derived.by(() => linkFor(this.#scenario));
  readonly #spec: TraceSpec | null = $derived.by(() => {
    const vm = subjectVm(this.#scenario);
    return vm ? traceSpecOf(this.#scenario, vm) : null;
  });
  readonly #jobs: readonly CompareJob[] = $derived.by(() => this.#jobsNow());
  readonly #keys: readonly string[] = $derived(this.#jobs.map((job) => this.#keyOf(job)));

  /** `load` brings what computes when it is first needed. */
  constructor(scenario: Scenario, choices: readonly EngineChoice[], load: () => Promise<RunCompare>) {
    this.#scenario = scenario;
    this.#choices = choices;
    this.#load = load;
  }

  get choices(): readonly EngineChoice[] {
    return this.#choices;
  }
  get scenario(): Scenario {
    return this.#scenario;
  }
  get horizonNs(): Ns {
    return this.#horizonNs;
  }
  get link(): CompareLink | null {
    return this.#link;
  }
  get spec(): TraceSpec | null {
    return this.#spec;
  }
  /** Changes with everything that is computed. */
  get signature(): string {
    return this.#keys.join();
  }
  /** In the order of the choices; null while there is none. */
  get results(): readonly (Result | null)[] {
    return this.#keys.map((key) => this.#results.find((one) => one.key === key)?.result ?? null);
  }
  get runs(): readonly (EngineRun | null)[] {
    return this.results.map((one) => (one && 'run' in one ? one.run : null));
  }
  get predictions(): readonly Prediction[] {
    return this.#predictions;
  }
  get progress(): { readonly engine: number; readonly share: number } | null {
    return this.#progress;
  }
  get computing(): boolean {
    return this.#progress !== null;
  }
  /** Something is chosen that has not been computed. */
  get stale(): boolean {
    return this.results.some((one) => one === null);
  }
  get failure(): string {
    return this.#failure;
  }
  /** The engine whose end is asked about. */
  get why(): number | null {
    return this.#why;
  }
  get tried(): readonly Tried[] {
    return this.#tried;
  }
  get canAdd(): boolean {
    return this.#choices.length < MOST_ENGINES;
  }
  get canRemove(): boolean {
    return this.#choices.length > FEWEST_ENGINES;
  }

  setScenario(scenario: Scenario): void {
    if (scenario === this.#scenario) return;
    this.#scenario = scenario;
    this.#changed();
  }

  setChoices(choices: readonly EngineChoice[]): void {
    this.#choices = choices;
    this.#changed();
  }

  setHorizon(horizonNs: Ns): void {
    this.#horizonNs = horizonNs;
    this.#changed();
  }

  add(engine: string): void {
    if (this.canAdd) this.setChoices([...this.#choices, { engine, parameters: {} }]);
  }

  remove(at: number): void {
    if (this.canRemove) this.setChoices(this.#choices.filter((_, i) => i !== at));
  }

  /** Undefined takes the engine's own value again. */
  setParameter(at: number, name: string, value: ParameterValue | undefined): void {
    this.setChoices(
      this.#choices.map((choice, i) => {
        if (i !== at) return choice;
        const { [name]: _old, ...others } = choice.parameters;
        return { ...choice, parameters: value === undefined ? others : { ...others, [name]: value } };
      }),
    );
  }

  /** Computes what is missing. Resolves when all is there, or when it was stopped. */
  async compute(): Promise<void> {
    const missing = this.#jobs.flatMap((_, at) => (this.results[at] === null ? [at] : []));
    const link = this.#link;
    if (!link || this.#jobs.length === 0) return;
    const jobs = missing.map((at) => this.#jobs[at]!);
    const keys = missing.map((at) => this.#keys[at]!);
    const first = this.#jobs[0]!;
    const formulas = {
      trace: first.trace,
      bytesPerSecond: streamRate(link, 1),
      goalSeconds: goalSeconds(first),
    };
    await this.#run({ jobs, bounds: this.#bounds(), faults: [], formulas }, (message) =>
      this.#take(message, missing, keys),
    );
  }

  /** Asks what would let this engine end; null asks no more. */
  async ask(at: number | null): Promise<void> {
    this.stop();
    this.#why = at;
    this.#tried = [];
    const job = at === null ? undefined : this.#jobs[at];
    if (!job || at === null) return;
    const remedies = remediesFor(job);
    const jobs = remedies.map((one): CompareJob => ({ ...one, engine: job.engine, group: one.kind }));
    await this.#run({ jobs, bounds: this.#bounds(), faults: [], formulas: null }, (message) => {
      if (message.kind === 'progress') this.#progress = { engine: at, share: message.job / jobs.length };
      if (message.kind === 'run') this.#keepTried({ remedy: remedies[message.job]!, run: message.run });
    });
  }

  stop(): void {
    this.#abort?.abort();
    this.#abort = null;
    this.#progress = null;
  }

  #changed(): void {
    this.stop();
    this.#why = null;
    this.#tried = [];
  }

  #bounds() {
    return { ...TRACE_BOUNDS, horizonNs: this.#horizonNs };
  }

  /** Of one kind the one that ends, and where none does, the last that was tried. */
  #keepTried(tried: Tried): void {
    const others = this.#tried.filter((one) => one.remedy.kind !== tried.remedy.kind);
    this.#tried = [...others, tried];
  }

  #jobsNow(): CompareJob[] {
    const [link, trace] = [this.#link, this.#spec];
    if (!link || !trace) return [];
    return this.#choices.map((choice) => ({
      engine: choice.engine,
      parameters: withScenario(choice, this.#scenario),
      trace,
      link,
    }));
  }

  #keyOf(job: CompareJob): string {
    return JSON.stringify([job, this.#horizonNs]);
  }

  #take(message: CompareMessage, places: readonly number[], keys: readonly string[]): void {
    if (message.kind === 'predictions') this.#predictions = message.predictions;
    if (message.kind === 'progress')
      this.#progress = { engine: places[message.job]!, share: message.doneShare };
    if (message.kind !== 'run' && message.kind !== 'refused') return;
    const result: Result =
      message.kind === 'run'
        ? { run: message.run, pagesPerEntry: message.pagesPerEntry }
        : { problems: message.problems };
    const kept = this.#results.slice(-MOST_KEPT);
    this.#results = [...kept, { key: keys[message.job]!, result }];
  }

  async #run(
    request: Parameters<RunCompare>[0],
    onMessage: (message: CompareMessage) => void,
  ): Promise<void> {
    this.stop();
    const abort = new AbortController();
    this.#abort = abort;
    this.#failure = '';
    this.#progress = { engine: 0, share: 0 };
    try {
      const run = await this.#load();
      await run(request, (message) => !abort.signal.aborted && onMessage(message), abort.signal);
    } catch (error) {
      if (!abort.signal.aborted)
        this.#failure = `The comparison broke off: ${error instanceof Error ? error.message : String(error)} Change something to try again.`;
    }
    if (this.#abort === abort) this.stop();
  }
}

/** Between the hosts of the scenario's first move. */
function linkFor(scenario: Scenario): CompareLink | null {
  const vm = subjectVm(scenario);
  const move = scenario.actions.find((one) => one.kind === 'migrate' && one.vm === vm?.id);
  const source = scenario.hosts.find((host) => host.id === vm?.host);
  const target = scenario.hosts.find((host) => move?.kind === 'migrate' && host.id === move.to);
  return source && target ? linkOf(scenario, source, target) : null;
}

/** The switchover goal of an engine, by its own name for it; half a second where it has none. */
function goalSeconds({ engine, parameters }: CompareJob): number {
  const table = engineTable(engine);
  const name = ['switchoverTimeGoal', 'downtime-limit', 'downtime_ms', 'maxDowntime'].find(
    (one) => one in table,
  );
  const goalMs = name === undefined ? undefined : (parameters[name] ?? table[name]?.default);
  return typeof goalMs === 'number' ? goalMs / 1000 : 0.5;
}
