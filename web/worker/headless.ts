/** The engine in Node: the same host, the same wasm, and no page to wait for. Everything a run leaves behind is kept. */
import { existsSync, readFileSync } from 'node:fs';
import { fail, ok, type Problem, type Result } from '../base/result.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { FleetEvent, FleetReport } from '../sim/fleet/fleet-log.ts';
import type { PlannedMigration, RunBatch, RunLog, RunReport } from '../sim/run-log.ts';
import { EngineHost, engineParts } from './engine-host.ts';

export interface HeadlessRun extends RunLog {
  readonly report: RunReport;
}

const WASM = 'assembly/build/vmotion.wasm';
/** From this file, and from the bundle of it in web/dist/node. */
const WASM_URLS = [`../../${WASM}`, `../../../${WASM}`].map((path) => new URL(path, import.meta.url));

export async function simulateHeadless(scenario: Scenario): Promise<Result<HeadlessRun, Problem[]>> {
  const host = new EngineHost(engineParts, { thread: 'main' });
  const hello = await host.hello(wasmBytes());
  if (!hello.ok) return hello;
  let migrations: PlannedMigration[] = [];
  const batches: RunBatch[] = [];
  const result = await host.run(
    scenario,
    (planned) => void (migrations = planned),
    (batch) => void batches.push(batch),
  );
  if (!result.ok) return fail(result.error);
  return ok({
    scenario,
    migrations,
    events: batches.flatMap((batch) => batch.events),
    frames: batches.flatMap((batch) => batch.frames),
    service: batches.flatMap((batch) => batch.service),
    report: result.value,
  });
}

export interface HeadlessFleet {
  readonly report: FleetReport;
  readonly events: readonly FleetEvent[];
}

/** Many VMs at once, on this thread. */
export async function simulateFleetHeadless(scenario: Scenario): Promise<Result<HeadlessFleet, Problem[]>> {
  const host = new EngineHost(engineParts, { thread: 'main' });
  const hello = await host.hello(wasmBytes());
  if (!hello.ok) return hello;
  const events: FleetEvent[] = [];
  const result = await host.runFleet(scenario, ({ events: news }) => {
    for (const event of news) events.push(event);
  });
  return result.ok ? ok({ report: result.value, events }) : fail(result.error);
}

function wasmBytes(): ArrayBuffer {
  const url = WASM_URLS.find((one) => existsSync(one));
  if (!url) throw new Error(`${WASM} is missing: build it first (npm run build:wasm)`);
  return new Uint8Array(readFileSync(url)).buffer;
}
