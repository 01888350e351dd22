import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fail, ProblemError } from '../../web/base/result.ts';
import type { RunBatch } from '../../web/sim/run-log.ts';
import { findPreset } from '../../web/scenario/presets/index.ts';
import { breathe } from '../../web/worker/breathe.ts';
import { EngineHost, engineParts, measuringParts, type EngineParts } from '../../web/worker/engine-host.ts';
import { SLOW_MACHINE } from '../../web/sim/cost.ts';
import { batch, frame, partsWith, plan, readyHost, report, scenario, script } from './fake-engine.ts';

const wasmFile = new URL('../../assembly/build/vmotion.wasm', import.meta.url);
const ignore = () => undefined;

describe('hello', () => {
  test('says which thread answers and how much memory it has', async () => {
    const host = new EngineHost(partsWith(), { thread: 'main' });
    const hello = await host.hello(new ArrayBuffer(8));
    const value = { protocol: 1, capacityBytes: 1_000_000, thread: 'main', machine: SLOW_MACHINE };
    expect(hello).toEqual({ ok: true, value });
  });

  test('answers with a problem where the wasm does not compile', async () => {
    const host = new EngineHost(partsWith({ openPlane: () => Promise.reject(new Error('no wasm here')) }), {
      thread: 'main',
    });
    const hello = await host.hello(new ArrayBuffer(8));
    expect(hello).toMatchObject({ ok: false, error: [{ code: 'wasm.refused', path: '' }] });
  });

  test('must come before a run', async () => {
    const host = new EngineHost(partsWith(), { thread: 'main' });
    expect(await host.run(scenario, ignore, ignore)).toMatchObject({
      ok: false,
      error: [{ code: 'engine.not-ready' }],
    });
  });
});

describe('the machine', () => {
  const fast = { ...SLOW_MACHINE, writesPerSecond: 9e9 };

  test('is measured at hello, and what an engine before this one measured is taken', async () => {
    let measured = 0;
    const measure = async () => {
      measured++;
      return fast;
    };
    const host = new EngineHost(partsWith({ measure }), { thread: 'worker' });
    expect(await host.hello(new ArrayBuffer(8))).toMatchObject({ value: { machine: fast } });
    const next = new EngineHost(partsWith({ measure }), { thread: 'worker' });
    expect(await next.hello(new ArrayBuffer(8), fast)).toMatchObject({ value: { machine: fast } });
    expect(measured).toBe(1);
  });

  test('decides what is refused', async () => {
    const seen: unknown[] = [];
    const host = await readyHost({
      measure: async () => fast,
      refusals: (_scenario, _migrations, _plane, machine) => {
        seen.push(machine);
        return [];
      },
    });
    await host.run(scenario, ignore, ignore);
    expect(seen).toEqual([fast]);
  });

  test('is never part of what a run gives', async () => {
    const run = async (measure?: EngineParts['measure']) => {
      const host = new EngineHost(measure ? { ...engineParts, measure } : engineParts, { thread: 'main' });
      await host.hello(new Uint8Array(readFileSync(wasmFile)).buffer);
      return host.run(findPreset('idle-web')!.scenario, ignore, ignore);
    };
    expect(await run(measuringParts.measure)).toEqual(await run());
  });
});

test('figures say what the last run did by the clock, and nothing before it', async () => {
  let ms = 0;
  const host = await readyHost({ memoryBytes: () => 1024 }, { now: () => ms++ });
  expect(await host.figures()).toBeNull();
  await host.run(scenario, ignore, ignore);
  expect(await host.figures()).toMatchObject({ thread: 'worker', pages: 0, memoryBytes: 1024 });
  expect((await host.figures())?.computeMs).toBeGreaterThan(0);
});

describe('a run', () => {
  test('gives the plan once and first, every event once and in order, and the report', async () => {
    const host = await readyHost({ simulate: () => script(500) });
    const seen: string[] = [];
    const batches: RunBatch[] = [];
    const result = await host.run(
      scenario,
      (migrations) => void seen.push(`plan of ${migrations.length}`),
      (one) => {
        seen.push('batch');
        batches.push(one);
      },
    );
    expect(result).toEqual({ ok: true, value: report });
    expect(seen.filter((word) => word !== 'batch')).toEqual([`plan of ${plan.length}`]);
    expect(seen[0]).toBe('plan of 1');
    const numbers = Array.from({ length: 500 }, (_, number) => number);
    expect(batches.flatMap((one) => one.events.map((event) => event.seq))).toEqual(numbers);
    expect(batches.flatMap((one) => one.frames.map((each) => each.atNs))).toEqual(numbers);
    expect(batches.flatMap((one) => one.service.map((each) => each.fromNs))).toEqual(numbers);
    expect(batches.at(-1)).toMatchObject({ virtualNs: 499, doneShare: 0.499 });
  });

  test.each([
    { stepMs: 0.5, name: 'short steps are joined' },
    { stepMs: 7, name: 'steps of some milliseconds are joined' },
    { stepMs: 60, name: 'long steps leave one by one' },
  ])('sends between 10 and 60 batches a second: $name', async ({ stepMs }) => {
    let nowMs = 0;
    const count = Math.round(2_000 / stepMs);
    const host = await readyHost(
      { simulate: () => script(count, () => (nowMs += stepMs)) },
      { now: () => nowMs },
    );
    const sentMs: number[] = [];
    await host.run(scenario, ignore, () => void sentMs.push(nowMs));
    const gaps = sentMs.slice(1, -1).map((at, index) => at - sentMs[index]!);
    expect(sentMs[0]).toBe(stepMs);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(100);
    // 1000 ms / 60 = 16.7 ms
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1_000 / 60);
  });

  test('waits for a listener that is slower than the engine', async () => {
    let computed = 0;
    let nowMs = 0;
    const step = () => {
      computed++;
      nowMs += 100;
    };
    const host = await readyHost({ simulate: () => script(50, step) }, { now: () => nowMs });
    const ahead: number[] = [];
    let received = 0;
    await host.run(scenario, ignore, async () => {
      ahead.push(computed - ++received);
      await breathe();
    });
    expect(received).toBe(50);
    expect(Math.max(...ahead)).toBeLessThanOrEqual(1);
  });

  test('hands a buffer over once even when two frames look into it', async () => {
    const shared = new Uint32Array([1, 2, 3, 4]);
    const two = { ...batch(0), frames: [frame(0, shared.subarray(0, 2)), frame(1, shared.subarray(2))] };
    const host = await readyHost({
      *simulate() {
        yield two;
        return report;
      },
    });
    const { port1, port2 } = new MessageChannel();
    const arrived = new Promise<RunBatch>(
      (resolve) => (port1.onmessage = (event) => resolve(event.data as RunBatch)),
    );
    await host.run(scenario, ignore, (one) => {
      const buffers = new Set(one.frames.map((each) => each.data.buffer as ArrayBuffer));
      port2.postMessage(one, [...buffers]);
    });
    expect([...(await arrived).frames[1]!.data]).toEqual([3, 4]);
    port1.close();
  });

  test('gives the page its turn after every batch, and between them does not', async () => {
    let nowMs = 0;
    let turns = 0;
    const host = await readyHost(
      { simulate: () => script(100, () => (nowMs += 5)) },
      { thread: 'main', now: () => nowMs, breathe: async () => void turns++ },
    );
    let batches = 0;
    await host.run(scenario, ignore, () => void batches++);
    // 500 ms in batches of 20 ms; the last one ends the run.
    expect(batches).toBe(26);
    expect(turns).toBe(25);
  });
});

describe('what a run refuses or breaks on crosses as data', () => {
  const problem = { code: 'plan.nothing-to-do', message: 'No VM is asked to move.', path: 'actions' };

  test('problems of the plan', async () => {
    const host = await readyHost({ planRun: () => fail([problem]) });
    expect(await host.run(scenario, ignore, ignore)).toEqual({ ok: false, error: [problem] });
  });

  test('refusals of this machine, before the plan is shown', async () => {
    const refused = { code: 'memory.refused', message: 'It needs 9 GB of 4 GB.', path: 'vms[0].fidelity' };
    const host = await readyHost({ refusals: () => [refused] });
    let planned = false;
    const result = await host.run(scenario, () => void (planned = true), ignore);
    expect(result).toEqual({ ok: false, error: [refused] });
    expect(planned).toBe(false);
  });

  test('a ProblemError thrown on the way keeps its code and path', async () => {
    const thrown = new ProblemError([
      { code: 'memory.refused', message: 'too much', path: 'vms[1].memoryBytes' },
    ]);
    const host = await readyHost({
      simulate: () =>
        script(3, () => {
          throw thrown;
        }),
    });
    expect(await host.run(scenario, ignore, ignore)).toEqual({ ok: false, error: thrown.problems });
  });

  test('any other error is a crash of the engine', async () => {
    const host = await readyHost({
      simulate: () =>
        script(3, (number) => {
          if (number === 1) throw new WebAssembly.RuntimeError('unreachable');
        }),
    });
    const result = await host.run(scenario, ignore, ignore);
    expect(result).toMatchObject({ ok: false, error: [{ code: 'engine.crashed', path: '' }] });
    expect(structuredClone(result)).toEqual(result);
  });

  test('a second run while one is under way', async () => {
    const host = await readyHost();
    const first = host.run(scenario, ignore, ignore);
    expect(await host.run(scenario, ignore, ignore)).toMatchObject({
      ok: false,
      error: [{ code: 'engine.busy' }],
    });
    expect(await first).toMatchObject({ ok: true });
    expect(await host.run(scenario, ignore, ignore)).toMatchObject({ ok: true });
  });
});

test('a stopped host ends the run between two batches and lets the engine give its memory back', async () => {
  let released = false;
  let nowMs = 0;
  const host = await readyHost(
    {
      *simulate() {
        try {
          return yield* script(1_000_000, () => (nowMs += 50));
        } finally {
          released = true;
        }
      },
    },
    { thread: 'main', breathe, now: () => nowMs },
  );
  let batches = 0;
  const result = await host.run(scenario, ignore, () => {
    if (++batches === 3) host.stop();
  });
  expect(result).toMatchObject({ ok: false, error: [{ code: 'engine.stopped' }] });
  expect(batches).toBe(3);
  expect(released).toBe(true);
});
