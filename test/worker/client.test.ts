import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fail, ProblemError } from '../../web/base/result.ts';
import type { RunBatch, RunReport } from '../../web/sim/run-log.ts';
import { EngineClient } from '../../web/worker/client.ts';
import { breathe } from '../../web/worker/breathe.ts';
import type { EngineParts } from '../../web/worker/engine-host.ts';
import {
  batch,
  fakeWorker,
  partsWith,
  plan,
  report,
  scenario,
  script,
  type FakeWorker,
} from './fake-engine.ts';

const wasmFile = new URL('../../assembly/build/vmotion.wasm', import.meta.url);
const wasm = async () => new Uint8Array(readFileSync(wasmFile)).buffer;

/** A client and every worker it has made. The first one runs `simulate`, those after it three quick batches. */
async function clientWith(parts: Partial<EngineParts> = {}) {
  const workers: FakeWorker[] = [];
  const client = await EngineClient.start({
    wasm,
    makeWorker: () => {
      const worker = fakeWorker(partsWith(workers.length === 0 ? parts : {}));
      workers.push(worker);
      return worker;
    },
  });
  return { client, workers };
}

/** An engine that goes on until somebody ends its thread. */
function* endless(): Generator<RunBatch, RunReport> {
  for (let number = 0; ; number++) yield batch(number);
}

const codeOf = (error: unknown) => (error instanceof ProblemError ? error.problems[0]?.code : error);
const codeFrom = (promise: Promise<unknown>) => promise.then(() => 'resolved', codeOf);

test('a run hands over the plan, the batches and the report', async () => {
  const { client } = await clientWith({ simulate: () => script(200) });
  expect(client.hello).toMatchObject({ protocol: 1, capacityBytes: 1_000_000, thread: 'worker' });
  const plans: unknown[] = [];
  const batches: RunBatch[] = [];
  const result = await client.run(scenario, {
    onPlan: (one) => plans.push(one),
    onBatch: (one) => batches.push(one),
  });
  expect(result).toEqual({ ok: true, value: report });
  expect(client.figures).toMatchObject({ thread: 'worker', pages: 0 });
  expect(plans).toEqual([plan]);
  expect(batches.flatMap((one) => one.frames.map((frame) => frame.data[0]))).toEqual(
    Array.from({ length: 200 }, (_, i) => i),
  );
  client.dispose();
});

test('a refusal is a result, not an error, and the engine stays', async () => {
  const problem = { code: 'memory.refused', message: 'too big for this machine', path: 'vms[0].fidelity' };
  const { client, workers } = await clientWith({ refusals: () => [problem] });
  expect(await client.run(scenario)).toEqual(fail([problem]));
  expect(await client.run(scenario)).toEqual(fail([problem]));
  expect(workers).toHaveLength(1);
  client.dispose();
});

describe('stopping', () => {
  test('terminates the worker, rejects with the reason, and the next run gets a fresh worker only then', async () => {
    const { client, workers } = await clientWith({ simulate: endless });
    const stop = new AbortController();
    let after = 0;
    const run = client.run(scenario, {
      signal: stop.signal,
      onBatch: () => {
        if (stop.signal.aborted) after++;
        stop.abort(new Error('the user stopped it'));
      },
    });
    await expect(run).rejects.toThrow('the user stopped it');
    await breathe();
    expect(workers.map((worker) => worker.terminated)).toEqual([true]);
    expect(await client.run(scenario)).toMatchObject({ ok: true });
    expect(workers.map((worker) => worker.terminated)).toEqual([true, false]);
    expect(after).toBe(0);
    client.dispose();
  });

  test('a signal that is aborted already starts nothing', async () => {
    const { client, workers } = await clientWith();
    await expect(client.run(scenario, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    });
    expect(await client.run(scenario)).toMatchObject({ ok: true });
    expect(workers).toHaveLength(1);
    client.dispose();
  });

  test('a listener that throws ends the run with what it threw, and does not count as a crash', async () => {
    const { client } = await clientWith({ simulate: endless });
    const run = client.run(scenario, {
      onBatch: () => {
        throw new RangeError('the page has no room left');
      },
    });
    await expect(run).rejects.toThrow('the page has no room left');
    expect(await client.run(scenario)).toMatchObject({ ok: true });
    client.dispose();
  });

  test('a second run while one is under way is refused, and the first goes on', async () => {
    const { client } = await clientWith({ simulate: () => script(50) });
    const first = client.run(scenario);
    expect(await codeFrom(client.run(scenario))).toBe('engine.busy');
    expect(await first).toMatchObject({ ok: true });
    client.dispose();
  });

  test('dispose ends what is under way, and nothing starts again', async () => {
    const { client, workers } = await clientWith({ simulate: endless });
    const run = codeFrom(client.run(scenario));
    client.dispose();
    expect(await run).toBe('engine.ended');
    expect(await codeFrom(client.run(scenario))).toBe('engine.ended');
    expect(await codeFrom(client.restart())).toBe('engine.ended');
    expect(workers.map((worker) => worker.terminated)).toEqual([true]);
  });
});

describe('a crash', () => {
  const broken = () =>
    script(5, (number) => {
      if (number === 2) throw new WebAssembly.RuntimeError('memory access out of bounds');
    });

  test('inside the engine rejects, stays until restart, and a restart forgets it', async () => {
    const { client, workers } = await clientWith({ simulate: broken });
    const first = client.run(scenario);
    await expect(first).rejects.toBeInstanceOf(ProblemError);
    await expect(first).rejects.toThrow('memory access out of bounds');
    expect(await codeFrom(client.run(scenario))).toBe('engine.crashed');
    expect(workers.map((worker) => worker.terminated)).toEqual([true]);
    await client.restart();
    expect(await client.run(scenario)).toMatchObject({ ok: true });
    expect(workers).toHaveLength(2);
    client.dispose();
  });

  test.each(['error', 'messageerror'] as const)(
    'of the thread (%s event) ends the run under way',
    async (type) => {
      const { client, workers } = await clientWith({ simulate: endless });
      let fired = false;
      const run = client.run(scenario, {
        onBatch: () => {
          if (!fired) workers[0]!.fire(type, 'out of memory');
          fired = true;
        },
      });
      expect(await codeFrom(run)).toBe('engine.crashed');
      expect(await codeFrom(client.run(scenario))).toBe('engine.crashed');
      client.dispose();
    },
  );

  test('of an idle thread shows at the next run', async () => {
    const { client, workers } = await clientWith();
    workers[0]!.fire('error', 'killed');
    expect(await codeFrom(client.run(scenario))).toBe('engine.crashed');
    client.dispose();
  });

  test('restart during a run ends that run and leaves the fresh engine alone', async () => {
    const { client, workers } = await clientWith({ simulate: endless });
    let run = Promise.resolve<unknown>('not started');
    await new Promise<void>(
      (resolve) => (run = codeFrom(client.run(scenario, { onBatch: () => resolve() }))),
    );
    await client.restart();
    expect(await run).toBe('engine.ended');
    expect(await client.run(scenario)).toMatchObject({ ok: true });
    expect(workers.map((worker) => worker.terminated)).toEqual([true, false]);
    client.dispose();
  });
});

describe('without a worker the page runs the engine itself', () => {
  test('when making one throws', async () => {
    const client = await EngineClient.start({
      wasm,
      makeWorker: () => {
        throw new DOMException('workers are forbidden here', 'SecurityError');
      },
    });
    expect(client.hello.thread).toBe('main');
    client.dispose();
  });

  test('not where the program does not arrive; the next start asks for it again', async () => {
    let asked = 0;
    const offline = EngineClient.start({
      makeWorker: () => fakeWorker(partsWith()),
      wasm: async () => {
        asked++;
        throw new ProblemError([{ code: 'engine.unreachable', message: 'offline', path: '' }]);
      },
    });
    expect(await codeFrom(offline)).toBe('engine.unreachable');
    expect(asked).toBe(1);
  });

  test('when it fails a moment later, or says nothing', async () => {
    const failing = await EngineClient.start({
      wasm,
      makeWorker: () => {
        const worker = fakeWorker(null);
        setTimeout(() => worker.fire('error', 'refused by the policy'));
        return worker;
      },
    });
    expect(failing.hello.thread).toBe('main');
    const silent: FakeWorker[] = [];
    const client = await EngineClient.start({
      wasm,
      helloMs: 50,
      makeWorker: () => {
        silent.push(fakeWorker(null));
        return silent[0]!;
      },
    });
    expect(client.hello.thread).toBe('main');
    expect(silent[0]!.terminated).toBe(true);
    await client.restart();
    expect(silent).toHaveLength(1);
    failing.dispose();
    client.dispose();
  });
});
