import { describe, expect, it } from 'vitest';
import { GIB, NS_PER_SECOND, TIB } from '../../web/base/units.ts';
import { findPreset } from '../../web/scenario/presets/index.ts';
import type { Scenario, Vm } from '../../web/scenario/schema.ts';
import { costOf, refusals, SLOW_MACHINE } from '../../web/sim/cost.ts';
import { planRun } from '../../web/sim/plan.ts';
import { testPlane } from '../support/run.ts';

const database = findPreset('database')!.scenario;

function withVm(change: Partial<Vm>, linkBytesPerSecond = 125_000_000): Scenario {
  const hosts = database.hosts.map((host) => ({
    ...host,
    memoryBytes: 48 * TIB,
    nics: host.nics.map((nic) => ({ ...nic, bytesPerSecond: linkBytesPerSecond })),
  }));
  return { ...database, hosts, vms: [{ ...database.vms[0]!, ...change }] };
}

async function refused(scenario: Scenario) {
  const plan = planRun(scenario);
  if (!plan.ok) throw new Error(JSON.stringify(plan.error));
  return refusals(scenario, plan.value, await testPlane());
}

describe('before a run', () => {
  it('presets may start', async () => {
    expect(await refused(database)).toEqual([]);
  });

  it('memory this machine does not give is refused with both numbers and the alternative', async () => {
    const [problem, ...others] = await refused(
      withVm({ memoryBytes: 64 * GIB, usedBytes: 0, fidelity: 'byte-exact' }),
    );
    expect(others).toEqual([]);
    expect(problem).toMatchObject({ code: 'memory.refused', path: 'vms[0].fidelity' });
    expect(problem!.message).toMatch(/128 GiB.*4\.00 GiB.*page-exact/);
  });

  it('time is counted for the run as a whole, and a reason is given once', async () => {
    const moves = Array.from({ length: 4_000 }, (_, i) => ({
      kind: 'migrate' as const,
      atNs: i * 10 * NS_PER_SECOND,
      vm: 'db-01',
      to: i % 2 === 0 ? 'esx-02' : 'esx-01',
      datastore: '',
      portGroup: '',
    }));
    const problems = await refused({ ...database, actions: moves });
    expect(problems.map((one) => one.code)).toEqual(['time.refused']);
  });

  it('virtual time near the end of exact numbers is refused in every fidelity', async () => {
    for (const fidelity of ['page-exact', 'expected'] as const) {
      const slow = withVm({ memoryBytes: 24 * TIB, usedBytes: 0, fidelity }, 125_000);
      const problems = await refused(slow);
      expect(problems.map((one) => one.code)).toContain('virtual-time.refused');
    }
  });

  it('a faster machine is asked for less of its time', async () => {
    const plan = planRun(database);
    if (!plan.ok) throw new Error('the database can be planned');
    const plane = await testPlane();
    const slow = costOf(database, plan.value[0]!, plane, SLOW_MACHINE);
    const fast = { ...SLOW_MACHINE, writesPerSecond: SLOW_MACHINE.writesPerSecond * 10 };
    expect(costOf(database, plan.value[0]!, plane, fast).seconds).toBeLessThan(slow.seconds);
    expect(costOf(database, plan.value[0]!, plane, fast).bytes).toBe(slow.bytes);
  });
});
