import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Scenario } from '../../web/scenario/schema.ts';
import type { DataPlane } from '../../web/sim/data-plane.ts';
import { simulate } from '../../web/sim/engine.ts';
import type { SimEvent } from '../../web/sim/events.ts';
import { planRun } from '../../web/sim/plan.ts';
import type { EncodedFrame, PlannedMigration, RunReport, ServiceStretch } from '../../web/sim/run-log.ts';
import { instantiateKernels } from '../../web/worker/wasm.ts';
import { WasmDataPlane } from '../../web/worker/wasm-data-plane.ts';

export interface HeadlessRun {
  readonly migrations: readonly PlannedMigration[];
  readonly events: SimEvent[];
  readonly frames: EncodedFrame[];
  readonly service: ServiceStretch[];
  readonly report: RunReport;
}

/** One plane for all tests of a file: its memory is prefaulted once. */
let shared: Promise<WasmDataPlane> | undefined;

export function testPlane(): Promise<WasmDataPlane> {
  const bytes = readFileSync(join(import.meta.dirname, '..', '..', 'assembly', 'build', 'vmotion.wasm'));
  shared ??= instantiateKernels(bytes).then((kernels) => new WasmDataPlane(kernels));
  return shared;
}

export async function runHeadless(scenario: Scenario, plane?: DataPlane): Promise<HeadlessRun> {
  const planned = planRun(scenario);
  if (!planned.ok) throw new Error(JSON.stringify(planned.error));
  const out: Omit<HeadlessRun, 'report' | 'migrations'> = { events: [], frames: [], service: [] };
  const run = simulate(scenario, planned.value, plane ?? (await testPlane()));
  for (let step = run.next(); ; step = run.next()) {
    if (step.done) return { ...out, migrations: planned.value, report: step.value };
    out.events.push(...step.value.events);
    out.frames.push(...step.value.frames);
    out.service.push(...step.value.service);
  }
}
