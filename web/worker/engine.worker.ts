/**
 * The engine's thread: a classic worker started from a blob, the only kind that runs in every frame. The endpoint is exposed
 * before anything else happens, so that the first message finds it.
 */
import * as Comlink from 'comlink';
import { EngineHost, measuringParts } from './engine-host.ts';
import type { BatchListener, EngineApi, FleetListener, PlanListener } from './protocol.ts';

const host = new EngineHost(measuringParts, { thread: 'worker' });

const api: EngineApi = {
  hello: (wasm, machine) => host.hello(wasm, machine),
  figures: () => host.figures(),
  run: (scenario, onPlan, onBatch) =>
    host.run(scenario, onPlan, onBatch).finally(() => {
      release(onPlan);
      release(onBatch);
    }),
  runFleet: (scenario, onBatch) => host.runFleet(scenario, onBatch).finally(() => release(onBatch)),
  threadsFor: (scenario, most) => host.threadsFor(scenario, most),
  join: (port) => host.join(port),
  serve: (port) => host.serve(port),
};

Comlink.expose(api);

/** A listener that came from the page holds a channel open until it is given back. */
function release(listener: PlanListener | BatchListener | FleetListener): void {
  (listener as unknown as Comlink.ProxyMethods)[Comlink.releaseProxy]();
}
