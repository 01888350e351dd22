import { describe, expect, it } from 'vitest';
import { DATACENTER_PRESETS, findPreset } from '../../../web/scenario/presets/index.ts';
import { fleetHash } from '../../../web/sim/fleet/ledger.ts';
import { isDatacenter } from '../../../web/sim/which-engine.ts';
import { fleetLine, ofCode, runFleet } from '../../support/fleet.ts';
import { expectGolden } from '../../support/golden.ts';

const scenarioOf = (id: string) => findPreset(id)!.scenario;

describe('the presets of a datacenter', () => {
  it('open on its page', () => {
    for (const { scenario } of DATACENTER_PRESETS) expect(isDatacenter(scenario)).toBe(true);
  });

  for (const id of ['four-at-once', 'target-crash'])
    it(`${id} leaves the log somebody looked at`, async () => {
      const { events } = await runFleet(scenarioOf(id));
      expectGolden(`${id}.log`, `${events.map(fleetLine).join('\n')}\nlogHash ${fleetHash(events)}\n`);
    });

  it('four-at-once: twenty leave, and never more than four are on their way', async () => {
    const { events, report } = await runFleet(scenarioOf('four-at-once'));
    expect(report.completed).toBe(20);
    let running = 0;
    let most = 0;
    for (const { code } of events) {
      if (code === 'started') most = Math.max(most, ++running);
      if (code === 'completed') running--;
    }
    expect(most).toBe(4);
    expect(ofCode(events, 'maintenance-entered')).toHaveLength(1);
  });

  it('target-crash: the three run on where they were, the four of the host are started again', async () => {
    const { events, report, fleet } = await runFleet(scenarioOf('target-crash'));
    expect(report.tasks.map(({ failure }) => failure)).toEqual(Array(3).fill('target-crashed'));
    expect(ofCode(events, 'vm-down')).toHaveLength(4);
    expect(ofCode(events, 'vm-restarted')).toHaveLength(4);
    const crashed = fleet.world.hostIndex.get('esx-02');
    expect(fleet.world.hostOf).not.toContain(crashed);
  });

  it('evacuation: all 1,024 leave, and no host is waited for longer than it takes to empty it', async () => {
    const { report } = await runFleet(scenarioOf('evacuation'));
    expect(report.completed).toBe(1_024);
    // 32 VMs of 16 GiB over 1.18 GB/s take 467 s at least where nothing is zero; a fifth of the pages is.
    expect(report.makespanNs / 1e9).toBeGreaterThan(373);
    expect(report.makespanNs / 1e9).toBeLessThan(467);
  });
});
