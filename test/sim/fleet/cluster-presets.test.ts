import { describe, expect, it } from 'vitest';
import { CLUSTER_PRESETS, findPreset } from '../../../web/scenario/presets/index.ts';
import type { Scenario } from '../../../web/scenario/schema.ts';
import { REASONS } from '../../../web/sim/drs/index.ts';
import { fleetHash } from '../../../web/sim/fleet/ledger.ts';
import { planFleet } from '../../../web/sim/fleet/plan-fleet.ts';
import { REFUSALS } from '../../../web/sim/fleet/refusals.ts';
import { isDatacenter } from '../../../web/sim/which-engine.ts';
import { expectGolden } from '../../support/golden.ts';
import { fleetLine, ofCode, runFleet } from '../../support/fleet.ts';

const scenarioOf = (id: string): Scenario => findPreset(id)!.scenario;
const run = (id: string) => runFleet(scenarioOf(id));

describe('the presets of a cluster', () => {
  it('open on the page of the datacenter, can run, and leave nothing behind', async () => {
    for (const { id, scenario } of CLUSTER_PRESETS) {
      expect(isDatacenter(scenario)).toBe(true);
      expect([id, planFleet(scenario).ok]).toEqual([id, true]);
      const { fleet } = await run(id);
      expect([id, fleet.leaks()]).toEqual([id, []]);
    }
  });

  for (const id of ['unbalanced', 'failing-power', 'blocked-maintenance', 'rolling-maintenance'])
    it(`${id} leaves the log somebody looked at`, async () => {
      const { events } = await run(id);
      expectGolden(`${id}.log`, `${events.map(fleetLine).join('\n')}\nlogHash ${fleetHash(events)}\n`);
    });
});

describe('an unbalanced cluster', () => {
  it('parts the pair first, then balances, and is left alone at the next pass', async () => {
    const { events, report, fleet } = await run('unbalanced');
    const found = ofCode(events, 'recommended').map(({ n }) => `${REASONS[n.reason]} ${n.priority}`);
    expect(found).toEqual(['antiAffin 1', ...Array<string>(4).fill('fairnessCpuAvg 2')]);
    const [first, last, ...others] = ofCode(events, 'drs-pass').map(({ n }) => n);
    expect(others).toEqual([]);
    expect(first!.figurePpm).toBeGreaterThan(first!.enoughPpm);
    expect(last!.figurePpm).toBeLessThanOrEqual(last!.enoughPpm);
    expect(report.completed).toBe(5);
    const of = (vm: string) => fleet.world.hostOf[fleet.world.vmIndex.get(vm)!];
    expect(of('pair-01')).not.toBe(of('pair-02'));
    expect([0, 1]).toContain(of('licensed-01'));
  });

  it('each move starts where the one before it left the figure', async () => {
    const { events } = await run('unbalanced');
    const found = ofCode(events, 'recommended').map(({ n }) => n);
    found.slice(1).forEach((one, at) => expect(one.beforePpm).toBe(found[at]!.afterPpm));
    for (const one of found) expect(one.afterPpm).toBeLessThan(one.beforePpm);
  });

  it('moves nothing where somebody has to agree', async () => {
    const scenario = scenarioOf('unbalanced');
    const clusters = scenario.clusters.map((one) => ({
      ...one,
      drs: { ...one.drs, level: 'manual' as const },
    }));
    const { events, report } = await runFleet({ ...scenario, clusters });
    expect(ofCode(events, 'recommended').every(({ n }) => n.applied === 0)).toBe(true);
    expect(report.tasks).toEqual([]);
  });

  it('a VM that is overridden to off stays', async () => {
    const scenario = scenarioOf('unbalanced');
    const vms = scenario.vms.map((vm) => ({ ...vm, drs: 'off' as const }));
    const { report } = await runFleet({ ...scenario, vms });
    expect(report.tasks).toEqual([]);
  });
});

describe('saving power', () => {
  it('two hosts are emptied and sleep, two stay awake', async () => {
    const { events, fleet } = await run('power-saving');
    expect(ofCode(events, 'host-standby')).toHaveLength(2);
    expect([...fleet.world.state].sort()).toEqual(['connected', 'connected', 'standby', 'standby']);
    expect(fleet.world.hostOf.every((host) => fleet.world.state[host] === 'connected')).toBe(true);
  });

  it('a host is woken when those that are awake are not enough', async () => {
    const scenario = scenarioOf('power-saving');
    const hosts = scenario.hosts.map((host, at) =>
      at === 3 ? { ...host, state: 'standby' as const } : host,
    );
    const vms = scenario.vms
      .filter(({ host }) => host !== 'esx-04')
      .map((vm) => ({ ...vm, demandMhz: 20_000 }));
    const { events, report } = await runFleet({ ...scenario, hosts, vms });
    expect(ofCode(events, 'power-recommended').map(({ n }) => [n.wake, n.host])).toContainEqual([1, 3]);
    const [woken] = ofCode(events, 'host-woken');
    expect(woken!.atNs).toBe(180_000_000_000);
    expect(report.tasks.some(({ target }) => target === 3)).toBe(true);
  });
});

describe('a failing power supply', () => {
  it('is avoided, then emptied, and takes nobody along', async () => {
    const { events, report } = await run('failing-power');
    expect(ofCode(events, 'remedy').map(({ n }) => n)).toEqual([
      { host: 0, remedy: 1, applied: 1 },
      { host: 0, remedy: 2, applied: 1 },
    ]);
    expect(ofCode(events, 'maintenance-entered')).toHaveLength(1);
    expect(report.completed).toBe(4);
    expect(ofCode(events, 'host-crashed').map(({ n }) => n.vms)).toEqual([0]);
    expect(ofCode(events, 'vm-down')).toEqual([]);
  });

  it('that dies while it is emptied takes along who has not left, and only those are started again', async () => {
    const scenario = scenarioOf('failing-power');
    const actions = scenario.actions.map((one) =>
      one.kind === 'fault' ? { ...one, atNs: 30_000_000_000 } : one,
    );
    const { events, report } = await runFleet({ ...scenario, actions });
    expect(report.failed).toBe(4);
    expect(ofCode(events, 'vm-restarted')).toHaveLength(4);
  });

  it('only recommends where Proactive HA is manual; the combination vSphere refuses is refused', async () => {
    const scenario = scenarioOf('failing-power');
    const withHa = (proactiveHa: Partial<Scenario['clusters'][number]['proactiveHa']>): Scenario => ({
      ...scenario,
      clusters: scenario.clusters.map((one) => ({
        ...one,
        proactiveHa: { ...one.proactiveHa, ...proactiveHa },
      })),
    });
    const { events, report } = await runFleet(withHa({ level: 'manual' }));
    expect(ofCode(events, 'remedy').every(({ n }) => n.applied === 0)).toBe(true);
    expect(report.tasks).toEqual([]);
    const refused = planFleet(withHa({ moderate: 'maintenance', severe: 'quarantine' }));
    expect(refused.ok ? [] : refused.error.map(({ path }) => path)).toEqual([
      'clusters[0].proactiveHa.moderate',
    ]);
  });
});

describe('maintenance', () => {
  it('names who cannot leave, and what holds him', async () => {
    const { events, fleet } = await run('blocked-maintenance');
    const blocked = ofCode(events, 'maintenance-blocked').map(({ n }) => [
      fleet.world.vms[n.vm]!.id,
      REFUSALS[n.rule],
    ]);
    expect(blocked).toEqual([
      ['local-disk', 'datastore'],
      ['licensed-here', 'vm-host-rule'],
    ]);
    expect(ofCode(events, 'maintenance-entered')).toEqual([]);
  });

  it('rolls over the cluster: a host is back before the next is emptied, and every VM runs all the time', async () => {
    const { events, report } = await run('rolling-maintenance');
    const order = events
      .filter(({ code }) => code.startsWith('maintenance'))
      .map(({ code, n }) => `${code} ${(n as { host: number }).host}`);
    expect(order).toEqual(
      [0, 1, 2, 3].flatMap((host) =>
        ['entering', 'entered', 'left'].map((what) => `maintenance-${what} ${host}`),
      ),
    );
    expect(report.failed).toBe(0);
    expect(report.longestDowntimeNs).toBeLessThan(500_000_000);
  });
});

describe('a crash', () => {
  it('of the source before the target runs it restarts the VM from its disk; a moment later it does not matter', async () => {
    const { events, report } = await run('crash-in-each-phase');
    expect(report.tasks.map(({ failure }) => failure)).toEqual(['source-crashed', 'source-crashed', null]);
    expect(ofCode(events, 'vm-restarted').map(({ n }) => n.vm)).toEqual([0, 1]);
    const [second] = ofCode(events, 'stunned').filter(({ task }) => task === 1);
    expect(second!.atNs).toBeLessThan(7_450_000_000);
  });

  it('is none: after 100 s without an answer a move over a partition is given up, and the VM runs on', async () => {
    const { report, fleet } = await run('partition');
    expect(report.tasks[0]).toMatchObject({ failure: 'keep-alive', endedNs: 106_000_000_000 });
    expect(fleet.world.hostOf).toEqual([0, 1]);
  });
});
