import { describe, expect, it } from 'vitest';
import { NS_PER_SECOND } from '../../../web/base/units.ts';
import { findPreset } from '../../../web/scenario/presets/index.ts';
import { STRETCH_KINDS } from '../../../web/scenario/choices.ts';
import type { Scenario } from '../../../web/scenario/schema.ts';
import { REFUSALS } from '../../../web/sim/fleet/refusals.ts';
import { ofCode, runFleet } from '../../support/fleet.ts';

/** Page by page is enough here: who is reached does not depend on what the pages hold. */
function scenarioOf(id: string): Scenario {
  const { scenario } = findPreset(id)!;
  return { ...scenario, vms: scenario.vms.map((vm) => ({ ...vm, fidelity: 'page-exact' as const })) };
}

describe('a VM that has arrived', () => {
  it('is announced: switches learn within milliseconds', async () => {
    const scenario = scenarioOf('silent-switch');
    const hosts = scenario.hosts.map((host) => ({
      ...host,
      switches: host.switches.map((one) => ({ ...one, notify: true })),
    }));
    const { events } = await runFleet({ ...scenario, hosts });
    const [resumed] = ofCode(events, 'resumed');
    const [learned] = ofCode(events, 'mac-learned');
    expect(ofCode(events, 'rarp')).toHaveLength(1);
    expect(learned!.atNs - resumed!.atNs).toBeLessThan(0.01 * NS_PER_SECOND);
  });

  it('is not announced: a black hole until the guest speaks, and the task does not wait for it', async () => {
    const { events, report } = await runFleet(scenarioOf('silent-switch'));
    expect(ofCode(events, 'rarp')).toHaveLength(0);
    const [learned] = ofCode(events, 'mac-learned');
    const [back] = ofCode(events, 'client-back');
    expect(learned!.atNs % (30 * NS_PER_SECOND)).toBe(0);
    expect(back!.atNs).toBeGreaterThanOrEqual(learned!.atNs);
    expect(back!.n.lostPings).toBeGreaterThan(1_000);
    expect(report.tasks[0]!.endedNs).toBeLessThan(learned!.atNs);
    expect(events.map(({ atNs }) => atNs)).toEqual(events.map(({ atNs }) => atNs).sort((a, b) => a - b));
  });

  it('is in another broadcast domain: completed, and never reached', async () => {
    const { events, report } = await runFleet(scenarioOf('wrong-network'));
    expect(report.completed).toBe(1);
    expect(ofCode(events, 'client-lost')).toHaveLength(1);
    expect(ofCode(events, 'client-back')).toHaveLength(0);
  });

  for (const kind of STRETCH_KINDS)
    it(`is reached where ${kind} stretches the network`, async () => {
      const stretches = [{ id: 'stretch', kind, networks: ['vms', 'other-vms'] }];
      const { events } = await runFleet({ ...scenarioOf('wrong-network'), stretches });
      expect(ofCode(events, 'client-lost')).toHaveLength(0);
      expect(ofCode(events, 'client-back')).toHaveLength(1);
    });

  it('needs a port group of that very label: "vm network" is not "VM Network"', async () => {
    const scenario = scenarioOf('silent-switch');
    const hosts = scenario.hosts.map((host, at) => ({
      ...host,
      portGroups: host.portGroups.map((one) => (at === 1 ? { ...one, label: 'vm network' } : one)),
    }));
    const { events, report } = await runFleet({ ...scenario, hosts });
    expect(report.tasks[0]!.failure).toBe('requirements');
    expect(ofCode(events, 'refused').map(({ n }) => REFUSALS[n.rule])).toEqual(['port-group']);
    const actions = scenario.actions.map((one) =>
      one.kind === 'migrate' ? { ...one, portGroup: 'vm network' } : one,
    );
    expect((await runFleet({ ...scenario, hosts, actions })).report.completed).toBe(1);
  });
});
