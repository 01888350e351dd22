/** An engine without wasm: a scripted generator behind the real host, and a worker made of two message ports. */
import * as Comlink from 'comlink';
import { ok } from '../../web/base/result.ts';
import { PRESETS } from '../../web/scenario/presets/index.ts';
import type { DataPlane } from '../../web/sim/data-plane.ts';
import type { EncodedFrame, PlannedMigration, RunBatch, RunReport } from '../../web/sim/run-log.ts';
import { EngineHost, type EngineParts } from '../../web/worker/engine-host.ts';

export const scenario = PRESETS[0]!.scenario;

const plane: DataPlane = {
  capacityBytes: 1_000_000,
  bytesNeeded: () => 0,
  create: () => {
    throw new Error('the scripted engine makes no guests');
  },
};

export const plan = [{ index: 0, vm: 'db-01' }] as unknown as PlannedMigration[];
export const report = {
  scenario: 'scripted',
  logHash: '00000000000000aa',
  events: 3,
  migrations: [],
} as unknown as RunReport;

export function frame(atNs: number, data: Uint32Array): EncodedFrame {
  return { atNs, data, checkpoint: true } as unknown as EncodedFrame;
}

/** A batch whose one event, frame and stretch carry its number, so that order can be told. */
export function batch(number: number, data = Uint32Array.of(number)): RunBatch {
  return {
    events: [{ seq: number, atNs: number, migration: 0, code: 'checks-started', n: { checks: number } }],
    frames: [frame(number, data)],
    service: [{ migration: 0, fromNs: number, state: 'reachable', speedPpm: 1_000_000, host: 'esx-01' }],
    virtualNs: number,
    doneShare: number / 1_000,
  };
}

export function* script(
  count: number,
  before: (number: number) => void = () => undefined,
): Generator<RunBatch, RunReport> {
  for (let number = 0; number < count; number++) {
    before(number);
    yield batch(number);
  }
  return report;
}

export function partsWith(change: Partial<EngineParts> = {}): EngineParts {
  return {
    openPlane: async () => plane,
    planRun: () => ok(plan),
    refusals: () => [],
    simulate: () => script(3),
    ...change,
  };
}

/** A host that has had its hello. */
export async function readyHost(
  change: Partial<EngineParts> = {},
  options: Partial<ConstructorParameters<typeof EngineHost>[1]> = {},
): Promise<EngineHost> {
  const host = new EngineHost(partsWith(change), { thread: 'worker', ...options });
  await host.hello(new ArrayBuffer(8));
  return host;
}

export interface FakeWorker extends Worker {
  readonly terminated: boolean;
  fire(type: 'error' | 'messageerror', message?: string): void;
}

/** Messages really cross a channel here, so what cannot be cloned or was transferred shows as it does in a browser. */
export function fakeWorker(parts: EngineParts | null): FakeWorker {
  const { port1, port2 } = new MessageChannel();
  const host = parts && new EngineHost(parts, { thread: 'worker' });
  if (host) Comlink.expose(host, port2);
  port1.start();
  const worker = Object.assign(port1 as unknown as Mutable<FakeWorker>, {
    terminated: false,
    terminate() {
      worker.terminated = true;
      host?.stop();
      port1.close();
    },
    fire(type: string, message = '') {
      port1.dispatchEvent(Object.assign(new Event(type), { message }));
    },
  });
  return worker;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
