/** The engine on a page without an app: tests start it and ask what it did. Built into one file, like the page for frames. */
import { ProblemError, type Problem } from '../../web/base/result.ts';
import { findPreset } from '../../web/scenario/presets/index.ts';
import type { Scenario } from '../../web/scenario/schema.ts';
import type { FleetEvent } from '../../web/sim/fleet/fleet-log.ts';
import { fleetHash } from '../../web/sim/fleet/ledger.ts';
import { EngineClient, type ClientOptions } from '../../web/worker/client.ts';
import { unevenEvacuation } from '../support/evacuation.ts';

export interface Seen {
  readonly thread: 'worker' | 'main';
  readonly outcome: string | null;
  readonly logHash: string | null;
  readonly events: number;
  /** Milliseconds from the start of the run to each batch and to its end. */
  readonly batchesMs: readonly number[];
  readonly endMs: number;
  readonly doneShares: readonly number[];
  readonly problems: readonly Problem[];
  /** Drawn frames the page had while the run went on. */
  readonly drawn: number;
}

/** Ways a browser or a policy can take the worker away. */
const WORKERS: Record<string, ClientOptions> = {
  real: {},
  throws: {
    makeWorker: () => {
      throw new DOMException('workers are forbidden here', 'SecurityError');
    },
  },
  // Answers hello as the engine does, and dies of the first run.
  dies: {
    makeWorker: () =>
      new Worker(
        URL.createObjectURL(
          new Blob([
            `onmessage = ({ data }) => {
              if (data.path[0] !== 'hello') throw new Error('the thread died');
              const value = { protocol: 1, capacityBytes: 1, thread: 'worker' };
              postMessage({ id: data.id, type: 'RAW', value: { ok: true, value } });
            };`,
          ]),
        ),
      ),
  },
};

let client: EngineClient;

/** Counts drawn frames until `stop` is called. */
function countFrames(): { stop(): number } {
  let drawn = 0;
  let next = requestAnimationFrame(function count() {
    drawn++;
    next = requestAnimationFrame(count);
  });
  return {
    stop: () => {
      cancelAnimationFrame(next);
      return drawn;
    },
  };
}

async function watchRun(scenario: Scenario, stopAfterMs = Infinity): Promise<Seen> {
  const startMs = performance.now();
  const batchesMs: number[] = [];
  const doneShares: number[] = [];
  const stop = new AbortController();
  const frames = countFrames();
  let events = 0;
  const seen = (outcome: string | null, logHash: string | null, problems: readonly Problem[]): Seen => {
    const endMs = performance.now() - startMs;
    const { thread } = client.hello;
    return { thread, outcome, logHash, events, batchesMs, endMs, doneShares, problems, drawn: frames.stop() };
  };
  try {
    const result = await client.run(scenario, {
      signal: stop.signal,
      onBatch: (batch) => {
        batchesMs.push(performance.now() - startMs);
        doneShares.push(batch.doneShare);
        events += batch.events.length;
        if (performance.now() - startMs > stopAfterMs) stop.abort();
      },
    });
    return result.ok ? seen(result.value.outcome, result.value.logHash, []) : seen(null, null, result.error);
  } catch (error) {
    if (error instanceof ProblemError) return seen(null, null, error.problems);
    return seen(null, null, [{ code: (error as Error).name, message: String(error), path: '' }]);
  }
}

const lab = {
  async start(workers: keyof typeof WORKERS): Promise<string> {
    client = await EngineClient.start(WORKERS[workers]);
    return client.hello.thread;
  },
  run: (preset: string, stopAfterMs?: number) => watchRun(findPreset(preset)!.scenario, stopAfterMs),
  /** A scenario that no parser has seen: the engine breaks on it, as it would on a defect of its own. */
  runBroken: (preset: string) =>
    watchRun({ ...findPreset(preset)!.scenario, vms: null } as unknown as Scenario),
  /** The only VM of a preset and its hosts with that many times their memory. */
  runScaled: (preset: string, times: number) => {
    const { hosts, vms, ...rest } = findPreset(preset)!.scenario;
    const bigger = hosts.map((host) => ({ ...host, memoryBytes: host.memoryBytes * times }));
    const { memoryBytes, usedBytes, ...vm } = vms[0]!;
    const scaled = { ...vm, memoryBytes: memoryBytes * times, usedBytes: usedBytes * times };
    return watchRun({ ...rest, hosts: bigger, vms: [scaled] });
  },
  /** Many VMs on so many threads; the fingerprint of the log, or what was wrong. */
  async fleet(threads: number): Promise<{ hash: string; events: number; batches: number }> {
    const events: FleetEvent[] = [];
    let batches = 0;
    const result = await client.runFleet(unevenEvacuation(), {
      threads,
      onBatch: (batch) => {
        batches++;
        events.push(...batch.events);
      },
    });
    if (!result.ok) throw new ProblemError(result.error);
    return { hash: fleetHash(events), events: events.length, batches };
  },
  restart: () => client.restart(),
};

export type Lab = typeof lab;
declare global {
  interface Window {
    lab: Lab;
  }
}
window.lab = lab;
