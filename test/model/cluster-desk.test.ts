import { describe, expect, it } from 'vitest';
import { deskOf, settingsFrom } from '../../web/model/cluster-desk.svelte.ts';
import { toggleMaintenance } from '../../web/model/fleet-edits.ts';
import { Session } from '../../web/model/session.svelte.ts';
import { findPreset } from '../../web/scenario/presets/index.ts';

function made(id = 'rolling-maintenance') {
  const { scenario } = findPreset(id)!;
  const never = () => Promise.reject(new Error('no engine is needed to plan'));
  const session = new Session(scenario, { kind: 'preset', id }, never);
  return { session, scenario, desk: deskOf(session) };
}

describe('the desk of a cluster', () => {
  it('turns minutes, hours and percent into whole nanoseconds and parts per million', () => {
    const form = { hostsAtOnce: 2, workMinutes: 1.5, startMinutes: 0, windowHours: 0.5, marginPercent: 12.5 };
    expect(settingsFrom(form, 'cluster')).toEqual({
      ...{
        cluster: 'cluster',
        hostsAtOnce: 2,
        workNs: 90e9,
        startNs: 0,
        windowNs: 1_800e9,
        marginPpm: 125_000,
      },
    });
  });

  it('keeps a plan while only other things are asked for, and drops it when the datacenter changes', () => {
    const { session, scenario, desk } = made();
    expect([desk.plan, desk.isStale]).toEqual([null, false]);
    desk.makePlan(scenario);
    expect(desk.plan!.steps).toHaveLength(4);
    session.change(toggleMaintenance(session.scenario, 'esx-01'));
    expect(desk.plan).not.toBeNull();
    session.change({ ...session.scenario, vms: session.scenario.vms.slice(1) });
    expect([desk.plan, desk.isStale]).toEqual([null, true]);
    session.undo();
    expect(desk.plan).not.toBeNull();
  });

  it('asks for the plan in one step of undo, and knows that it is asked for', () => {
    const { session, scenario, desk } = made();
    desk.makePlan(scenario);
    expect(desk.isAsked(scenario)).toBe(false);
    desk.ask(scenario);
    expect(desk.isAsked(scenario)).toBe(true);
    expect(session.scenario.actions).toHaveLength(8);
    session.undo();
    expect(session.scenario).toBe(scenario);
  });

  it('says what is wrong instead of planning', () => {
    const { scenario, desk } = made();
    desk.form = { ...desk.form, hostsAtOnce: 4, workMinutes: Number.NaN };
    desk.makePlan(scenario);
    expect(desk.plan).toBeNull();
    expect(desk.problems.map(({ path }) => path)).toEqual(['plan.hostsAtOnce', 'plan.workNs']);
  });

  it('forgets a host that is not there, and falls back to the first cluster', () => {
    const { session, scenario, desk } = made();
    desk.choose('esx-02');
    expect(desk.hostIn(scenario)).toBe('esx-02');
    desk.choose('gone');
    expect(desk.hostIn(scenario)).toBe('');
    desk.cluster = 'gone';
    expect(desk.cluster).toBe('cluster');
    expect(deskOf(session)).toBe(desk);
  });
});
