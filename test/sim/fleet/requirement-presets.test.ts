import { describe, expect, it } from 'vitest';
import { expandGroups } from '../../../web/scenario/groups.ts';
import { findPreset, REQUIREMENT_PRESETS } from '../../../web/scenario/presets/index.ts';
import type { Scenario } from '../../../web/scenario/schema.ts';
import { planFleet } from '../../../web/sim/fleet/plan-fleet.ts';
import { REFUSALS } from '../../../web/sim/fleet/refusals.ts';
import { applyFix, checkMove, Inventory, moveOf } from '../../../web/sim/requirements/index.ts';
import { isDatacenter } from '../../../web/sim/which-engine.ts';
import { ofCode, runFleet } from '../../support/fleet.ts';

/** What becomes of each VM that is asked to move: `ok`, or the rules that refuse it; `!` before a rule that only warns. */
const OUTCOMES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'may-it-move': { db: 'port-group' },
  'five-inputs': {
    'cpu-model': 'cpu-features',
    'cpu-vendor': 'cpu-vendor',
    bios: 'cpu-features',
    guest: 'cpu-virtualization',
    'esx-and-setting': 'cpu-features hardware-version',
    'with-evc': 'ok',
  },
  'vmotion-interface': {
    'app-1': 'vmotion-missing',
    'app-2': 'vmotion-link-down',
    'app-3': 'ok !vmotion-slow',
    'app-4': 'ok',
  },
  'not-shared': { stays: 'datastore', 'takes-disk-along': 'ok' },
  capitals: { web: 'port-group', mail: 'ok' },
  'no-room': { first: 'ok', second: 'memory' },
  licences: { web: 'licence-vmotion', mail: 'ok', file: 'licence-vmotion' },
  'hundred-ms': { web: 'ok', mail: 'ok', file: 'distance-latency' },
  stretched: { web: 'ok' },
  routed: { web: 'ok', mail: 'no-way', old: 'no-way' },
  'open-network': {
    'in-the-clear': 'ok !vmotion-unsecured',
    encrypted: 'ok',
    'must-be-encrypted': 'encryption !vmotion-unsecured',
  },
  'more-bandwidth': { '1-gbe': 'ok', '2-times-1-gbe': 'ok', '10-gbe': 'ok', '25-gbe': 'ok' },
  devices: {
    iso: 'device-backing',
    card: 'device-passthrough',
    pinned: 'cpu-affinity',
    'licensed-here': 'vm-host-rule',
    free: 'ok',
  },
};

async function outcomesOf(scenario: Scenario) {
  const planned = planFleet(scenario);
  if (!planned.ok) throw new Error(JSON.stringify(planned.error));
  const { events, report } = await runFleet(planned.value);
  const outcomes = report.tasks.map(({ index, vm, outcome }) => {
    const found = ofCode(events, 'refused').filter(({ task }) => task === index);
    const words = found.map(({ n }) => `${n.severity === 1 ? '!' : ''}${REFUSALS[n.rule]}`);
    return [planned.value.vms[vm]!.id, [...(outcome === 'completed' ? ['ok'] : []), ...words].join(' ')];
  });
  return { outcomes: Object.fromEntries(outcomes) as Record<string, string>, events, report };
}

describe.each(REQUIREMENT_PRESETS.map(({ id, scenario }) => [id, scenario] as const))(
  '%s',
  (id, scenario) => {
    it('opens on the page of the datacenter, and ends as its words say', async () => {
      expect(isDatacenter(scenario)).toBe(true);
      expect((await outcomesOf(scenario)).outcomes).toEqual(OUTCOMES[id]);
    });

    it('moves whatever one click mends', async () => {
      let mended = scenario;
      const clicked = new Set<string>();
      for (const action of scenario.actions) {
        if (action.kind !== 'migrate') continue;
        const thought = { datastore: action.datastore, portGroup: action.portGroup };
        const move = moveOf(new Inventory(expandGroups(scenario)), action.vm, action.to, thought)!;
        const errors = checkMove(move).filter(({ severity }) => severity === 'error');
        if (errors.length === 0 || !errors.every(({ fix }) => fix)) continue;
        clicked.add(action.vm);
        for (const { fix } of errors) mended = applyFix(mended, fix!);
      }
      const { outcomes } = await outcomesOf(mended);
      for (const vm of clicked) expect([vm, outcomes[vm]!.split(' ')[0]]).toEqual([vm, 'ok']);
    });
  },
);

describe('more bandwidth', () => {
  it('is less time, without an end to it so far', async () => {
    const { report } = await outcomesOf(findPreset('more-bandwidth')!.scenario);
    const [one, two, ten, more] = report.tasks.map(({ totals }) => totals!.totalNs) as [
      number,
      number,
      number,
      number,
    ];
    expect(one).toBeGreaterThan(2 * two);
    expect(two).toBeGreaterThan(4 * ten);
    expect(ten).toBeGreaterThan(2 * more);
  });
});

describe('without shared storage', () => {
  it('disk and memory cross the network, the disk first', async () => {
    const { report, events } = await outcomesOf(findPreset('not-shared')!.scenario);
    const { totals } = report.tasks[1]!;
    expect(totals!.diskBytes).toBeGreaterThan(4 * 2 ** 30);
    expect(totals!.wireBytes).toBeGreaterThan(0.7 * 2 ** 30);
    const order = events
      .filter(({ code }) => code === 'disk-copied' || code === 'round-ended')
      .map(({ code }) => code);
    expect(order[0]).toBe('disk-copied');
  });
});

describe('a line of 400 Mbit/s by the oldest sources', () => {
  it('carries one move at a time', async () => {
    const { report } = await outcomesOf(findPreset('hundred-ms')!.scenario);
    expect(report.tasks[1]!.startedNs).toBe(report.tasks[0]!.endedNs);
  });
});
