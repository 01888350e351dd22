import { describe, expect, test } from 'vitest';
import { MIB, NS_PER_MS } from '../../web/base/units.ts';
import { Session, type Connect } from '../../web/model/session.svelte.ts';
import { mainAction } from '../../web/model/main-action.ts';
import { project } from '../../web/model/project.ts';
import { withCancel } from '../../web/model/scenario-edits.ts';
import { setKnob } from '../../web/scenario/knobs.ts';
import { findPreset } from '../../web/scenario/presets/index.ts';
import type { Scenario } from '../../web/scenario/schema.ts';
import { knownRun } from '../support/known-run.ts';

const small = (): Scenario => {
  const scenario = findPreset('classic')!.scenario;
  return setKnob(scenario, 'memory', 64 * MIB);
};

async function endOf(scenario: Scenario) {
  const run = await knownRun(scenario);
  if (!run.ok) throw new Error(JSON.stringify(run.error));
  return project(run.value, run.value.events.at(-1)!.atNs);
}

describe('a run that was given up', () => {
  test.each([100, 200, 300])('cancelled after %i ms tells what the frame beside it shows', async (ms) => {
    const scenario = small();
    const moment = await endOf(withCancel(scenario, scenario.vms[0]!.id, ms * NS_PER_MS));
    expect(moment.stage).toBe('cancelled');
    expect(moment.frame).not.toBeNull();
    expect(moment).toMatchObject({
      toSendPages: moment.frame!.toSendPages,
      writtenPages: moment.frame!.writtenPages,
      sentPages: moment.frame!.sentPages,
    });
    expect(moment.leftPages).toBeGreaterThan(0);
    expect(moment.rounds.at(-1)).toMatchObject({ done: false, sentPages: moment.sentPages });
  });

  test('stopped for too long: what was left is still left, and the round of the last pages is not done', async () => {
    const scenario = setKnob(findPreset('write-storm-sdps')!.scenario, 'goal', 500 * NS_PER_MS);
    const moment = await endOf({
      ...scenario,
      policy: { ...scenario.policy, maxSwitchoverNs: 100 * NS_PER_MS },
    });
    expect(moment).toMatchObject({ stage: 'failed', failReason: 'switchover-timeout' });
    expect(moment.leftPages).toBeGreaterThan(0);
    expect(moment.rounds.at(-1)).toMatchObject({ stun: true, done: false });
  });
});

/** The engine in this process; each batch waits until the test lets it come. */
function stepped() {
  const gates: (() => void)[] = [];
  let open = false;
  const gate = () => (open ? Promise.resolve() : new Promise<void>((resolve) => gates.push(resolve)));
  const connect: Connect = async () => ({
    restart: async () => undefined,
    run: async (scenario, { onPlan, onBatch, signal } = {}) => {
      const run = await knownRun(scenario);
      if (!run.ok) return run;
      onPlan?.([...run.value.migrations]);
      const { events, frames, service, report } = run.value;
      for (const [i, event] of events.entries()) {
        await gate();
        signal?.throwIfAborted();
        const fromNs = i === 0 ? -1 : events[i - 1]!.atNs;
        const inside = (ns: number) => ns > fromNs && ns <= event.atNs;
        onBatch?.({
          events: [event],
          frames: frames.filter((frame) => inside(frame.atNs)),
          service: service.filter((stretch) => inside(stretch.fromNs)),
          virtualNs: event.atNs,
          doneShare: i / events.length,
        });
      }
      await gate();
      return { ok: true, value: report };
    },
  });
  const settle = () => new Promise((resolve) => setTimeout(resolve, 5));
  return {
    session: new Session(small(), { kind: 'link' }, connect),
    /** Lets so many batches through. */
    step: async (count: number) => {
      for (let i = 0; i < count; i++) {
        while (gates.length === 0) await settle();
        gates.shift()?.();
        await settle();
      }
    },
    release: () => {
      open = true;
      for (const one of gates.splice(0)) one();
    },
  };
}

describe('the one button and the end', () => {
  test('to the end while it is computed follows the computation and lands on the result', async () => {
    const { session, step, release } = stepped();
    const run = session.migrate();
    await step(4);
    session.playback.toEnd();
    expect(session.playback).toMatchObject({ playing: true, following: true });
    expect(mainAction(session).text).toBe('Cancel migration');
    await step(2);
    session.playback.tick(16);
    expect(session.playback.atNs).toBe(session.computedNs);
    expect(session.doneShare).toBeGreaterThan(0);
    release();
    await run;
    session.playback.tick(16);
    expect(session.playback).toMatchObject({ playing: false, atEnd: true, following: false });
    expect(session.moment?.stage).toBe('completed');
    expect(mainAction(session).text).toBe('Migrate back');
    session.playback.seek(200 * NS_PER_MS);
    const back = mainAction(session);
    expect(back.text).toBe('Back to the result');
    expect(session.canCancel).toBe(false);
    back.run?.();
    expect(session.playback.atEnd).toBe(true);
  });

  test('opened at an instant it plays on from there, as soon as that is computed', async () => {
    const { session, step, release } = stepped();
    const run = session.migrate(50 * NS_PER_MS, true);
    await step(1);
    expect(session.ready).toBe(true);
    while (session.ready) await step(1);
    expect(session.playback.atNs).toBe(50 * NS_PER_MS);
    expect(session.playback.playing).toBe(true);
    expect(session.log?.report).toBeNull();
    release();
    await run;
    expect(session.playback.playing).toBe(true);
  });

  test('after the VM runs on the target there is nothing to cancel', async () => {
    const { session, release } = stepped();
    release();
    const run = session.migrate();
    await run;
    const resumed = session.log!.events.find((event) => event.code === 'resumed')!;
    session.playback.seek(resumed.atNs);
    expect(mainAction(session)).toMatchObject({ text: 'Too late to cancel', run: null });
  });
});
