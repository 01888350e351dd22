/**
 * The engine behind the protocol: plans, refuses, runs the generator and hands its batches on. The worker, the main thread and
 * Node all use this one class, so that a scenario takes the same way everywhere.
 */
import * as Comlink from 'comlink';
import { fail, ok, ProblemError, type Problem, type Result } from '../base/result.ts';
import type { Scenario } from '../scenario/schema.ts';
import { refusals, SLOW_MACHINE, type Machine } from '../sim/cost.ts';
import type { DataPlane } from '../sim/data-plane.ts';
import { simulate } from '../sim/engine.ts';
import { Fleet } from '../sim/fleet/fleet.ts';
import type { FleetBatch, FleetReport } from '../sim/fleet/fleet-log.ts';
import { planFleet, usesThreads } from '../sim/fleet/plan-fleet.ts';
import { planRun } from '../sim/plan.ts';
import type { PlannedMigration, RunBatch, RunReport } from '../sim/run-log.ts';
import {
  crashProblem,
  type BatchListener,
  type EngineApi,
  type EngineFigures,
  type FleetListener,
  type Hello,
  type PlanListener,
} from './protocol.ts';
import { driveFleet } from './drive-fleet.ts';
import { MoverHost, type MoverThread } from './mover-host.ts';
import { measureMachine } from './machine.ts';
import { WasmDataPlane } from './wasm-data-plane.ts';
import { instantiateKernels, type Kernels } from './wasm.ts';

/** What the host drives: the real parts below, or a test's own. */
export interface EngineParts {
  openPlane(wasm: ArrayBuffer): Promise<DataPlane>;
  planRun(scenario: Scenario): Result<PlannedMigration[], Problem[]>;
  refusals(scenario: Scenario, migrations: PlannedMigration[], plane: DataPlane, machine: Machine): Problem[];
  simulate(
    scenario: Scenario,
    migrations: PlannedMigration[],
    plane: DataPlane,
  ): Generator<RunBatch, RunReport, unknown>;
  /** Without it the machine counts as a slow one. */
  measure?(wasm: ArrayBuffer): Promise<Machine>;
  memoryBytes?(plane: DataPlane): number;
}

const kernelsOf = new WeakMap<DataPlane, Kernels>();

export const engineParts: EngineParts = {
  openPlane: async (wasm) => {
    const kernels = await instantiateKernels(wasm);
    const plane = new WasmDataPlane(kernels);
    kernelsOf.set(plane, kernels);
    return plane;
  },
  memoryBytes: (plane) => kernelsOf.get(plane)?.memory.buffer.byteLength ?? 0,
  planRun,
  refusals,
  simulate,
};

/** For an engine that serves a page: it refuses by what this machine can do. In Node nothing depends on the machine. */
export const measuringParts: EngineParts = {
  ...engineParts,
  measure: async (wasm) =>
    measureMachine(new WasmDataPlane(await instantiateKernels(wasm)), () => performance.now()),
};

export interface HostOptions {
  readonly thread: Hello['thread'];
  /** Awaited after every batch where the engine shares its thread with a page. */
  readonly breathe?: () => Promise<void>;
  readonly now?: () => number;
}

/** Wall time between batches: 50 a second leave room below one per drawn frame, and five times the promised ten. */
const BATCH_MS = 20;

export class EngineHost implements EngineApi {
  #plane: DataPlane | null = null;
  #machine: Machine = SLOW_MACHINE;
  #figures: EngineFigures | null = null;
  #busy = false;
  readonly #others: MoverThread[] = [];
  #stopped = false;
  readonly #parts: EngineParts;
  readonly #options: HostOptions;

  constructor(parts: EngineParts, options: HostOptions) {
    this.#parts = parts;
    this.#options = options;
  }

  async hello(wasm: ArrayBuffer, machine?: Machine): Promise<Result<Hello, Problem[]>> {
    try {
      this.#plane = await this.#parts.openPlane(wasm);
      this.#machine = machine ?? (await this.#parts.measure?.(wasm)) ?? SLOW_MACHINE;
      const { capacityBytes } = this.#plane;
      return ok({ protocol: 1, capacityBytes, thread: this.#options.thread, machine: this.#machine });
    } catch (error) {
      if (error instanceof ProblemError) return fail(error.problems);
      return refuse('wasm.refused', `The engine's WebAssembly does not start here: ${messageOf(error)}`);
    }
  }

  async figures(): Promise<EngineFigures | null> {
    return this.#figures;
  }

  /** Nothing is thrown across a thread, because a thrown error would arrive without its code and path. */
  async run(
    scenario: Scenario,
    onPlan: PlanListener,
    onBatch: BatchListener,
  ): Promise<Result<RunReport, Problem[]>> {
    if (!this.#plane)
      return refuse('engine.not-ready', 'The engine was asked to run before it was given its program.');
    if (this.#busy)
      return refuse('engine.busy', 'The engine is running another scenario. Stop that one first.');
    this.#busy = true;
    try {
      return await this.#run(scenario, this.#plane, onPlan, onBatch);
    } catch (error) {
      return fail(problemsOf(error));
    } finally {
      this.#busy = false;
    }
  }

  async runFleet(scenario: Scenario, onBatch: FleetListener): Promise<Result<FleetReport, Problem[]>> {
    if (!this.#plane)
      return refuse('engine.not-ready', 'The engine was asked to run before it was given its program.');
    if (this.#busy)
      return refuse('engine.busy', 'The engine is running another scenario. Stop that one first.');
    this.#busy = true;
    try {
      const planned = planFleet(scenario);
      if (!planned.ok) return planned;
      return await this.#driveFleet(planned.value, new MoverHost(this.#plane), onBatch);
    } catch (error) {
      return fail(problemsOf(error));
    } finally {
      this.#busy = false;
    }
  }

  /** Others first: they have their orders before this thread is busy with its own. */
  #driveFleet(
    scenario: Scenario,
    own: MoverHost,
    onBatch: FleetListener,
  ): Promise<Result<FleetReport, Problem[]>> {
    const now = this.#options.now ?? (() => performance.now());
    const outbox = new Outbox(onBatch, now, joinedFleet);
    return driveFleet(new Fleet(scenario), usesThreads(scenario) ? [...this.#others, own] : [own], {
      onBatch: async (batch) => {
        if (await outbox.add(batch)) await this.#options.breathe?.();
      },
      isStopped: () => this.#stopped,
    }).finally(() => outbox.flush());
  }

  async threadsFor(scenario: Scenario, most: number): Promise<number> {
    const planned = planFleet(scenario);
    return planned.ok && usesThreads(planned.value) ? most : 1;
  }

  async join(port: MessagePort): Promise<void> {
    this.#others.push(Comlink.wrap<MoverThread>(port));
  }

  async serve(port: MessagePort): Promise<void> {
    if (this.#plane) Comlink.expose(new MoverHost(this.#plane), port);
  }

  /** Ends the run under way before its next batch. A host that shares the page's thread cannot be terminated like a worker. */
  stop(): void {
    this.#stopped = true;
  }

  async #run(
    scenario: Scenario,
    plane: DataPlane,
    onPlan: PlanListener,
    onBatch: BatchListener,
  ): Promise<Result<RunReport, Problem[]>> {
    const planned = this.#parts.planRun(scenario);
    if (!planned.ok) return planned;
    const refused = this.#parts.refusals(scenario, planned.value, plane, this.#machine);
    if (refused.length > 0) return fail(refused);
    // Listeners have a channel each: only the answer to one call makes sure that it arrived before the next.
    await onPlan(planned.value);
    return this.#drive(this.#parts.simulate(scenario, planned.value, plane), plane, onBatch);
  }

  async #drive(
    run: Generator<RunBatch, RunReport>,
    plane: DataPlane,
    onBatch: BatchListener,
  ): Promise<Result<RunReport, Problem[]>> {
    const now = this.#options.now ?? (() => performance.now());
    const outbox = new Outbox(onBatch, now, joined);
    let computeMs = 0;
    try {
      for (;;) {
        if (this.#stopped) return refuse('engine.stopped', 'The run was stopped.');
        const fromMs = now();
        const step = run.next();
        computeMs += now() - fromMs;
        if (step.done) {
          this.#figures = this.#figuresOf(step.value, plane, computeMs);
          await outbox.flush();
          return ok(step.value);
        }
        if (await outbox.add(step.value)) await this.#options.breathe?.();
      }
    } finally {
      // A run that ends early gives its guests' memory back; after the last step this does nothing.
      run.return(undefined as never);
    }
  }

  #figuresOf(report: RunReport, plane: DataPlane, computeMs: number): EngineFigures {
    const pages = report.migrations
      .flatMap((one) => [...one.rounds, ...(one.stun ? [one.stun] : [])])
      .reduce((sum, round) => sum + round.sentPages, 0);
    const memoryBytes = this.#parts.memoryBytes?.(plane) ?? 0;
    return { thread: this.#options.thread, pages, computeMs, memoryBytes };
  }
}

/** Gathers the engine's small batches, and sends what has gathered every BATCH_MS. */
class Outbox<Batch> {
  #waiting: Batch[] = [];
  #sentMs = -Infinity;
  #answer: void | Promise<void> = undefined;

  constructor(
    readonly send: (batch: Batch) => void | Promise<void>,
    readonly now: () => number,
    /** Many batches as one, in order. */
    readonly joined: (batches: readonly Batch[]) => Batch,
  ) {}

  /** True when a batch left. The first one leaves at once: a page shows its first picture without waiting. */
  async add(batch: Batch): Promise<boolean> {
    this.#waiting.push(batch);
    if (this.now() - this.#sentMs < BATCH_MS) return false;
    await this.#sendWaiting();
    return true;
  }

  /** Sends the rest, and returns when the listener has it. */
  async flush(): Promise<void> {
    await this.#sendWaiting();
    await this.#answer;
  }

  /** One batch may be on its way while the next one is computed; a listener that is slower than that slows the engine. */
  async #sendWaiting(): Promise<void> {
    await this.#answer;
    if (this.#waiting.length === 0) return;
    const batch = this.joined(this.#waiting);
    this.#waiting = [];
    this.#answer = this.send(batch);
    this.#sentMs = this.now();
  }
}

function joinedFleet(batches: readonly FleetBatch[]): FleetBatch {
  return {
    ...batches[batches.length - 1]!,
    events: batches.flatMap((batch) => batch.events),
    service: batches.flatMap((batch) => batch.service),
    paths: batches.flatMap((batch) => batch.paths),
  };
}

/** Frames are handed over, not copied. */
function joined(batches: readonly RunBatch[]): RunBatch {
  const last = batches[batches.length - 1]!;
  const batch = {
    events: batches.flatMap((batch) => batch.events),
    frames: batches.flatMap((batch) => batch.frames),
    service: batches.flatMap((batch) => batch.service),
    virtualNs: last.virtualNs,
    doneShare: last.doneShare,
  };
  return Comlink.transfer(batch, buffersOf(batch));
}

/** Each buffer once: two frames may be views of one buffer, and a buffer listed twice cannot be transferred. */
function buffersOf(batch: RunBatch): Transferable[] {
  return [...new Set(batch.frames.map((frame) => frame.data.buffer as ArrayBuffer))];
}

const refuse = (code: string, message: string) => fail([{ code, message, path: '' }]);

/** What the user can act on stays as it is; anything else is a defect. */
function problemsOf(error: unknown): Problem[] {
  if (error instanceof ProblemError) return error.problems;
  return [crashProblem(messageOf(error))];
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
