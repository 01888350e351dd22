import { describe, expect, it } from 'vitest';
import { GIB, NS_PER_SECOND } from '../../../web/base/units.ts';
import { findPreset } from '../../../web/scenario/presets/index.ts';
import { GBE, host, nics, vm } from '../../../web/scenario/presets/parts.ts';
import { parseScenario } from '../../../web/scenario/parse.ts';
import type { Scenario } from '../../../web/scenario/schema.ts';
import { expandGroups } from '../../../web/scenario/groups.ts';
import {
  PLAN_DEFAULTS,
  comparePlan,
  planActions,
  planProblems,
  planRolling,
  withPlan,
  type PlanSettings,
} from '../../../web/sim/maintenance-plan/index.ts';
import { cluster } from '../../support/cluster.ts';
import { runFleet } from '../../support/fleet.ts';

const settings: PlanSettings = { ...PLAN_DEFAULTS, cluster: 'cluster', workNs: 600 * NS_PER_SECOND };
const names = (count: number) => Array.from({ length: count }, (_, at) => `esx-${at + 1}`);

/** VMs of 1 GiB on hosts of 16 GiB with 1GbE. */
function even(hosts: number, vmsPerHost: number, memoryBytes = 16 * GIB): Scenario {
  return cluster(
    names(hosts).map((id) => host(id, { memoryBytes, nics: nics({ bytesPerSecond: GBE }) })),
    names(hosts).flatMap((id) =>
      Array.from({ length: vmsPerHost }, (_, nth) =>
        vm(`vm-${id}-${nth}`, { host: id, memoryBytes: GIB, fidelity: 'expected' }),
      ),
    ),
  );
}

describe('a rolling plan', () => {
  it('takes each host once, one step after the other, and keeps a tenth in hand', () => {
    const plan = planRolling(even(5, 4), { ...settings, hostsAtOnce: 2 });
    expect(plan.steps.map(({ hosts }) => hosts)).toEqual([[0, 1], [2, 3], [4]]);
    let atNs = 0;
    for (const { enterNs, emptyNs, workFromNs, exitNs } of plan.steps) {
      expect(enterNs).toBe(atNs);
      expect(workFromNs - emptyNs).toBe(Math.ceil((emptyNs - enterNs) / 10));
      expect(exitNs - workFromNs).toBe(settings.workNs);
      atNs = exitNs;
    }
    expect(plan.endNs).toBe(atNs);
    expect(plan.leftOut).toEqual([]);
  });

  it('takes fewer at a time where two together leave no room', () => {
    // Four hosts with 10 of 14 GiB given: three take the VMs of one, two do not take those of two.
    const plan = planRolling(even(4, 10, 14 * GIB), { ...settings, hostsAtOnce: 2 });
    expect(plan.steps.map(({ hosts }) => hosts.length)).toEqual([1, 1, 1, 1]);
    expect(plan.leftOut).toEqual([]);
  });

  it('asks a blocked host again when VMs have moved, and says at the end which never came free', () => {
    // esx-2 has room for big only once web has left it.
    const rooms = [16, 7, 5].map((gib, at) => host(`esx-${at + 1}`, { memoryBytes: gib * GIB }));
    const vms = [
      vm('big', { host: 'esx-1', memoryBytes: 6 * GIB }),
      vm('web', { host: 'esx-2', memoryBytes: 2 * GIB }),
    ];
    const plan = planRolling(cluster(rooms, vms), settings);
    expect(plan.steps.map(({ hosts }) => hosts)).toEqual([[1], [0], [2]]);
    const local = {
      datastores: [
        { id: 'store', hosts: names(3) },
        { id: 'local', hosts: ['esx-1'] },
      ],
    };
    const held = cluster(
      names(3).map((id) => host(id)),
      [vm('db', { host: 'esx-1', datastore: 'local' })],
      local,
    );
    const kept = planRolling(held, settings);
    expect(kept.steps.map(({ hosts }) => hosts)).toEqual([[1], [2]]);
    expect(kept.leftOut.map(({ host: at, because }) => [at, because])).toEqual([[0, 'blocked']]);
    expect(kept.leftOut[0]!.preFlight!.staying.map((one) => one.vm)).toEqual([0]);
  });

  it('leaves out what the window has no time for, with both numbers; a shorter host behind it still fits', () => {
    const scenario = even(3, 0);
    const busy = cluster(
      scenario.hosts.map(({ id }) =>
        host(id, { memoryBytes: 64 * GIB, nics: nics({ bytesPerSecond: GBE }) }),
      ),
      Array.from({ length: 20 }, (_, nth) => vm(`vm-${nth}`, { host: 'esx-2', memoryBytes: GIB })),
    );
    // Two empty hosts take 600 s each; the one with twenty VMs some 150 s more.
    const windowNs = 1_300 * NS_PER_SECOND;
    const plan = planRolling(busy, { ...settings, windowNs });
    expect(plan.steps.map(({ hosts }) => hosts)).toEqual([[0], [2]]);
    const [left] = plan.leftOut;
    expect([left!.host, left!.because, left!.leftNs]).toEqual([1, 'window', windowNs - settings.workNs]);
    expect(left!.needNs).toBeGreaterThan(left!.leftNs);
    for (const { exitNs } of plan.steps) expect(exitNs).toBeLessThanOrEqual(windowNs);
  });

  it('leaves alone hosts that are not connected, and other clusters', () => {
    const scenario = cluster(
      [host('a'), host('b', { state: 'maintenance' }), host('c'), host('d', { cluster: 'other' })],
      [],
      {
        clusters: [
          { id: 'cluster', site: 'site' },
          { id: 'other', site: 'site' },
        ],
      },
    );
    const plan = planRolling(scenario, settings);
    expect(plan.steps.flatMap(({ hosts }) => hosts)).toEqual([0, 2]);
    expect(plan.leftOut.map(({ host: at, because }) => [at, because])).toEqual([[1, 'state']]);
  });
});

describe('settings of a plan', () => {
  const paths = (change: Partial<PlanSettings>) =>
    planProblems(even(3, 1), { ...settings, ...change }).map(({ path }) => path);

  it('are refused by path', () => {
    expect(paths({})).toEqual([]);
    expect(paths({ cluster: 'nowhere' })).toEqual(['plan.cluster']);
    for (const hostsAtOnce of [0, 3, 1.5]) expect(paths({ hostsAtOnce })).toEqual(['plan.hostsAtOnce']);
    expect(paths({ workNs: -1 })).toEqual(['plan.workNs']);
    expect(paths({ windowNs: settings.workNs })).toEqual(['plan.windowNs']);
    expect(paths({ startNs: 86_000 * NS_PER_SECOND })).toEqual(['plan.startNs']);
    expect(paths({ marginPpm: -1 })).toEqual(['plan.marginPpm']);
  });
});

describe('a plan that is run', () => {
  it('as actions it is a scenario, and left hosts take VMs of those entered at the same instant', async () => {
    const scenario = even(3, 2);
    const plan = planRolling(scenario, settings);
    const asked = withPlan(scenario, scenario.hosts, plan);
    expect(parseScenario(asked)).toMatchObject({ ok: true });
    expect(planActions(scenario.hosts, plan).map(({ kind }) => kind)).toEqual(
      Array(3).fill(['enter-maintenance', 'exit-maintenance']).flat(),
    );
    const { report, events } = await runFleet(asked);
    expect(report.failed).toBe(0);
    expect(report.tasks.map((task) => [task.vm, task.target])).toEqual(
      plan.steps.flatMap(({ preFlight }) => preFlight.forecast.moves.map((move) => [move.vm, move.target])),
    );
    for (const { predicted, simulated, inTime, notMoved } of comparePlan(plan, events)) {
      expect([inTime, notMoved]).toEqual([true, 0]);
      expect(simulated.moves).toBe(predicted.moves);
      expect(Math.abs(predicted.emptyingNs! / simulated.emptyingNs! - 1)).toBeLessThan(0.02);
      expect(Math.abs(predicted.wireBytes / simulated.wireBytes - 1)).toBeLessThan(0.01);
    }
  });

  it('replaces an earlier plan and keeps everything else that is asked for', () => {
    const scenario = even(3, 1);
    const move = {
      kind: 'migrate' as const,
      atNs: 0,
      vm: 'vm-esx-1-0',
      to: 'esx-2',
      datastore: '',
      portGroup: '',
    };
    const before = {
      ...scenario,
      actions: [move, { kind: 'enter-maintenance' as const, atNs: 5, host: 'esx-3' }],
    };
    const { actions } = withPlan(before, scenario.hosts, planRolling(scenario, settings));
    expect(actions[0]).toEqual(move);
    expect(actions.filter(({ kind }) => kind === 'enter-maintenance')).toHaveLength(3);
  });

  it('works on groups of hosts as on hosts', () => {
    const { scenario } = findPreset('four-at-once')!;
    const expanded = expandGroups(scenario);
    const plan = planRolling(expanded, settings);
    const next = withPlan(scenario, expanded.hosts, plan);
    expect(parseScenario(next)).toMatchObject({ ok: true });
    expect(next.hostGroups).toHaveLength(1);
  });

  it('says when it came too late, and which moves did not succeed', async () => {
    const scenario = even(3, 2);
    const plan = planRolling(scenario, settings);
    const crash = {
      kind: 'fault' as const,
      atNs: NS_PER_SECOND,
      fault: 'host-crash' as const,
      part: 'esx-2',
    };
    const asked = withPlan(scenario, scenario.hosts, plan);
    const { events } = await runFleet({
      ...asked,
      actions: [...asked.actions, { ...crash, durationNs: 0, lossPpm: 0 }],
    });
    const [first] = comparePlan(plan, events);
    expect(first!.notMoved).toBeGreaterThan(0);
    expect(first!.simulated.emptyingNs).toBeNull();
    expect(first!.inTime).toBeNull();
    const calm = (await runFleet(asked)).events;
    const early = plan.steps.map((step) => ({ ...step, workFromNs: step.enterNs + 1 }));
    expect(comparePlan({ ...plan, steps: early }, calm).map(({ inTime }) => inTime)).toEqual([
      false,
      false,
      false,
    ]);
    expect(comparePlan(plan, []).map(({ simulated }) => simulated.emptyingNs)).toEqual([null, null, null]);
  });
});
