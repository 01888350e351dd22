/** What the page and the engine's thread say to each other. Plain data only: Comlink keeps no class, no field and no cause. */
import type { Bytes } from '../base/units.ts';
import type { Problem, Result } from '../base/result.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { PlannedMigration, RunBatch, RunReport } from '../sim/run-log.ts';

export interface Hello {
  readonly protocol: 1;
  readonly capacityBytes: Bytes;
  readonly thread: 'worker' | 'main';
}

export interface EngineApi {
  /** First call: hands over the wasm as bytes, compiles it, answers. */
  hello(wasm: ArrayBuffer): Promise<Hello>;
  /**
   * Runs a scenario to its end. `onPlan` comes once, first; `onBatch` at least ten times a second while it computes. Resolves with
   * the report, or with the problems that made it refuse (memory or time this machine does not give, with an alternative).
   */
  run(
    scenario: Scenario,
    onPlan: (migrations: PlannedMigration[]) => void,
    onBatch: (batch: RunBatch) => void,
  ): Promise<Result<RunReport, Problem[]>>;
}
