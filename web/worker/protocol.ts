/** What the page and the engine's thread say to each other. Plain data only: Comlink keeps no class, no field and no cause. */
import type { Bytes } from '../base/units.ts';
import type { Problem, Result } from '../base/result.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { CompareMessage, CompareRequest } from '../sim/compare/jobs.ts';
import type { Machine } from '../sim/cost.ts';
import type { FleetBatch, FleetReport } from '../sim/fleet/fleet-log.ts';
import type { PlannedMigration, RunBatch, RunReport } from '../sim/run-log.ts';

export interface Hello {
  readonly protocol: 1;
  readonly capacityBytes: Bytes;
  readonly thread: 'worker' | 'main';
  /** What a run may ask of this machine. */
  readonly machine: Machine;
}

/** What the engine really did in its last run, by the clock on the wall. Never part of a result: it differs from run to run. */
export interface EngineFigures {
  readonly thread: Hello['thread'];
  /** Pages sent, each as often as it was sent. */
  readonly pages: number;
  /** Time the engine computed; waiting for the page is left out. */
  readonly computeMs: number;
  /** Memory of the wasm, which grows and never shrinks. */
  readonly memoryBytes: Bytes;
}

export interface EngineApi {
  /**
   * First call: hands over the wasm as bytes, compiles it, answers with what it has or why it cannot work. `machine` is what an
   * engine before this one has measured.
   */
  hello(wasm: ArrayBuffer, machine?: Machine): Promise<Result<Hello, Problem[]>>;
  /** Null before the first run that came to its end. */
  figures(): Promise<EngineFigures | null>;
  /**
   * Runs many migrations at once to their end, on this thread and on those that have joined. Resolves with the report or with why it was
   * refused.
   */
  runFleet(scenario: Scenario, onBatch: FleetListener): Promise<Result<FleetReport, Problem[]>>;
  /** Threads that would have work in this run of many; 1 where the run would be over before a second one has started. */
  threadsFor(scenario: Scenario, most: number): Promise<number>;
  /** Takes a thread that serves at the other end of the port into the runs of many. */
  join(port: MessagePort): Promise<void>;
  /** Follows migrations for whoever is at the other end of the port. */
  serve(port: MessagePort): Promise<void>;
  /**
   * Runs a scenario to its end. `onPlan` comes once, first; `onBatch` at least ten times a second while it computes. Resolves with
   * the report, or with the problems that made it refuse (memory or time this machine does not give, with an alternative). An
   * engine that broke says so with the code `engine.crashed`, and must not be used again.
   */
  run(
    scenario: Scenario,
    onPlan: PlanListener,
    onBatch: BatchListener,
  ): Promise<Result<RunReport, Problem[]>>;
}

/** Across threads a listener answers with a promise: the engine waits for it, so that a slow page is not flooded. */
export type PlanListener = (migrations: PlannedMigration[]) => void | Promise<void>;
export type BatchListener = (batch: RunBatch) => void | Promise<void>;

export type FleetListener = (batch: FleetBatch) => void | Promise<void>;

export const ENGINE_CRASHED = 'engine.crashed';

/** A defect of ours, after which the engine's state is unknown. The page shows it, and offers to start again. */
export function crashProblem(cause: string): Problem {
  return {
    code: ENGINE_CRASHED,
    message: `The engine stopped because of an error of its own: ${cause}`,
    path: '',
  };
}

/** One line of the bench that runs in the page. */
export interface BenchRow {
  readonly id: string;
  readonly name: string;
  readonly group: 'copy' | 'look' | 'pack' | 'track';
  readonly unit: 'bytes' | 'writes' | 'pages';
  /** Median of several rounds. */
  readonly perSecond: number;
}

/** Measures until it is done or the signal stops it; rows come as they are measured. */
export type RunBench = (
  onRow: (row: BenchRow, done: number, of: number) => void,
  signal: AbortSignal,
) => Promise<void>;

/** Engines side by side. Messages come as results are there, in the order of the jobs; the signal stops it. */
export type RunCompare = (
  request: CompareRequest,
  onMessage: (message: CompareMessage) => void,
  signal: AbortSignal,
) => Promise<void>;
