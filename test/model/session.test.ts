import { flushSync } from 'svelte';
import { describe, expect, test } from 'vitest';
import { ProblemError } from '../../web/base/result.ts';
import { suggestions, whatIfs } from '../../web/model/what-if.ts';
import { Session, type Connect } from '../../web/model/session.svelte.ts';
import { findPreset } from '../../web/scenario/presets/index.ts';
import { setKnob } from '../../web/scenario/knobs.ts';
import type { Scenario } from '../../web/scenario/schema.ts';
import { knownRun } from '../support/known-run.ts';

const scenarioOf = (id: string): Scenario => findPreset(id)!.scenario;

/** The engine in this process, in batches of a few events, as a worker would send them. */
const connect: Connect = async () => ({
  restart: async () => undefined,
  run: async (scenario, { onPlan, onBatch, signal } = {}) => {
    const run = await knownRun(scenario);
    if (!run.ok) return run;
    onPlan?.([...run.value.migrations]);
    const { events, frames, service, report } = run.value;
    for (let i = 0; i < events.length; i += 5) {
      signal?.throwIfAborted();
      const some = events.slice(i, i + 5);
      const [fromNs, toNs] = [i === 0 ? -1 : events[i - 1]!.atNs, some.at(-1)!.atNs];
      const inside = (ns: number) => ns > fromNs && ns <= toNs;
      onBatch?.({
        events: some,
        frames: frames.filter((frame) => inside(frame.atNs)),
        service: service.filter((stretch) => inside(stretch.fromNs)),
        virtualNs: toNs,
        doneShare: i / events.length,
      });
      await Promise.resolve();
    }
    return { ok: true, value: report };
  },
});

function sessionOf(id: string, engine: Connect = connect): Session {
  return new Session(scenarioOf(id), { kind: 'preset', id }, engine);
}

describe('a run', () => {
  test('is ready with a prediction, runs to its end and plays no further than computed', async () => {
    const session = sessionOf('idle-web');
    expect(session.ready).toBe(true);
    expect(session.moment).toMatchObject({ stage: 'ready', atNs: 0 });
    expect(session.moment?.estimate?.converges).toBe(1);
    const run = session.migrate();
    for (let i = 0; i < 50; i++) session.playback.tick(100);
    expect(session.playback.atNs).toBeLessThanOrEqual(session.computedNs);
    await run;
    session.playback.toEnd();
    flushSync();
    expect(session.moment?.stage).toBe('completed');
    expect(session.playback.seenEnd).toBe(true);
    expect(session.moment?.report?.outcome).toBe('completed');
  });

  test('cancelled at the instant on the screen: the log up to there is the same, and the scenario keeps no cancel', async () => {
    const session = sessionOf('idle-web');
    await session.migrate();
    const before = session.log!;
    session.playback.seek(500_000_000);
    await session.cancel();
    const after = session.log!;
    const until = (log: typeof before) => log.events.filter((event) => event.atNs < 500_000_000);
    expect(until(after)).toEqual(until(before));
    expect(after.report?.outcome).toBe('cancelled');
    expect(session.playback.atNs).toBe(500_000_000);
    expect(session.scenario).toEqual(scenarioOf('idle-web'));
  });

  test('a knob that is turned after it leads back to before the start, and undo to the scenario before', async () => {
    const session = sessionOf('idle-web');
    await session.migrate();
    session.change(setKnob(session.scenario, 'goal', 50_000_000));
    expect(session.ready).toBe(true);
    expect(session.playback.atNs).toBe(0);
    session.undo();
    expect(session.scenario).toEqual(scenarioOf('idle-web'));
    session.redo();
    expect(session.scenario.policy.switchoverGoalNs).toBe(50_000_000);
  });

  test('one drag is one step of undo', () => {
    const session = sessionOf('idle-web');
    for (const goal of [1, 2, 3])
      session.change(setKnob(session.scenario, 'goal', goal * 10_000_000), 'drag-1');
    session.undo();
    expect(session.scenario).toEqual(scenarioOf('idle-web'));
    expect(session.canUndo).toBe(false);
  });

  test('the way back swaps the hosts', async () => {
    const session = sessionOf('idle-web');
    await session.migrate();
    await session.migrateBack();
    expect(session.moment?.migration).toMatchObject({ sourceHost: 'esx-02', targetHost: 'esx-01' });
    expect(session.log?.report?.outcome).toBe('completed');
  });

  test('a change while it is computed ends it', async () => {
    const session = sessionOf('idle-web');
    const run = session.migrate();
    session.change(setKnob(session.scenario, 'goal', 50_000_000));
    await run;
    expect(session.ready).toBe(true);
    expect(session.crash).toBeNull();
    await session.migrate();
    expect(session.log?.report?.outcome).toBe('completed');
  });
});

describe('what goes wrong', () => {
  test('a refusal is shown with its problems', async () => {
    const problems = [{ code: 'memory.refused', message: 'too much', path: 'vms[0].memoryBytes' }];
    const session = sessionOf('idle-web', async () => ({
      restart: async () => undefined,
      run: async () => ({ ok: false, error: problems }),
    }));
    await session.migrate();
    expect(session.refusals).toEqual(problems);
    expect(session.ready).toBe(true);
  });

  test('a crash stays until a restart, and a new run works', async () => {
    let broken = true;
    const engine = await connect();
    const session = sessionOf('idle-web', async () => ({
      restart: async () => void (broken = false),
      run: async (...args: Parameters<typeof engine.run>) => {
        if (broken) throw new ProblemError([{ code: 'engine.crashed', message: 'unreachable', path: '' }]);
        return engine.run(...args);
      },
    }));
    await session.migrate();
    expect(session.crash?.problems[0]?.code).toBe('engine.crashed');
    await session.restart();
    expect(session.crash).toBeNull();
    broken = false;
    await session.migrate();
    expect(session.log?.report?.outcome).toBe('completed');
  });

  test('a broken link is shown and nothing stands in for it until something is opened', () => {
    const session = sessionOf('idle-web');
    session.openBroken({ source: 'link', text: '#s=1.x', problems: [] });
    expect(session.broken?.text).toBe('#s=1.x');
    session.open(scenarioOf('database'), { kind: 'preset', id: 'database' });
    expect(session.broken).toBeNull();
  });
});

describe('other conditions', () => {
  test('suggestions for a write storm all converge, and each says what it changes', () => {
    const helps = suggestions(scenarioOf('write-storm'));
    expect(helps.length).toBeGreaterThan(1);
    for (const help of helps) expect(help.estimate.converges).toBe(1);
    expect(helps[0]?.key).toBe('sdps-on');
  });
  test('what-ifs change one thing each', () => {
    const changed = whatIfs(scenarioOf('database'));
    expect(changed.map((one) => one.key)).toContain('writes-0.5');
    for (const one of changed) expect(one.scenario).not.toEqual(scenarioOf('database'));
  });
});

describe('as the address asks', () => {
  test('predictions stay hidden until the end has been on the screen', async () => {
    const session = sessionOf('idle-web');
    session.hidePredictions();
    expect(session.estimate).toBeNull();
    expect(session.moment).toMatchObject({ estimate: null, firstEstimate: null });
    await session.migrate();
    session.playback.seek(500_000_000);
    expect(session.moment).toMatchObject({ estimate: null, firstEstimate: null });
    session.playback.toEnd();
    expect(session.predictionsHidden).toBe(false);
    expect(session.moment?.firstEstimate).not.toBeNull();
    session.change(setKnob(session.scenario, 'goal', 50_000_000));
    expect(session.estimate).toBeNull();
  });

  test('a loop rests at the end and begins again', async () => {
    const session = sessionOf('idle-web');
    session.playback.setLoop(true);
    await session.migrate();
    session.playback.play();
    session.playback.setSpeed(100);
    for (let i = 0; i < 30 && !session.playback.atEnd; i++) session.playback.tick(100);
    expect(session.playback).toMatchObject({ atEnd: true, seenEnd: true, playing: true });
    for (let i = 0; i < 41 && session.playback.atEnd; i++) session.playback.tick(100);
    expect(session.playback.atNs).toBe(0);
    expect(session.playback.playing).toBe(true);
  });
});
