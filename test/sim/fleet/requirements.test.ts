/** What the rules say is what a run does: refused, warned of and moved, moved without a copy, or made to wait. */
import { describe, expect, it } from 'vitest';
import { GIB, MIB, NS_PER_SECOND } from '../../../web/base/units.ts';
import { parseScenario } from '../../../web/scenario/parse.ts';
import type { Scenario } from '../../../web/scenario/schema.ts';
import { planFleet } from '../../../web/sim/fleet/plan-fleet.ts';
import { REFUSALS } from '../../../web/sim/fleet/refusals.ts';
import { ofCode, runFleet } from '../../support/fleet.ts';

type Input = Record<string, unknown>;

function scenarioOf(target: Input = {}, vm: Input = {}, more: Input = {}): Scenario {
  const host = (id: string, changes: Input) => ({
    ...{ id, cluster: 'cluster', memoryBytes: 16 * GIB },
    nics: [{ id: 'vmnic0', network: 'vmotion', bytesPerSecond: 1_250_000_000 }],
    ...changes,
  });
  const web = {
    host: 'esx-01',
    datastore: 'store',
    network: 'vms',
    memoryBytes: 256 * MIB,
    fidelity: 'expected',
  };
  const parsed = parseScenario({
    ...{
      schema: 1,
      title: 'May it move?',
      sites: [{ id: 'site' }],
      clusters: [{ id: 'cluster', site: 'site' }],
    },
    networks: [
      { id: 'vmotion', kind: 'vmotion' },
      { id: 'vms', kind: 'vm' },
    ],
    hosts: [host('esx-01', {}), host('esx-02', target)],
    datastores: [{ id: 'store', hosts: ['esx-01', 'esx-02'] }],
    vms: [{ id: 'web', ...web, ...vm }],
    actions: [{ kind: 'migrate', vm: 'web', to: 'esx-02' }],
    ...more,
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  const planned = planFleet(parsed.value);
  if (!planned.ok) throw new Error(JSON.stringify(planned.error));
  return planned.value;
}

const rulesIn = (events: Parameters<typeof ofCode>[0]) =>
  ofCode(events, 'refused').map(({ n }) => `${REFUSALS[n.rule]} ${n.severity}`);

describe('a run', () => {
  it('refuses what a rule blocks, and the VM runs on where it was', async () => {
    const { events, report, fleet } = await runFleet(scenarioOf({ cpu: 'amd-zen3' }));
    expect(rulesIn(events)).toEqual(['cpu-vendor 0']);
    expect(report.tasks[0]).toMatchObject({ outcome: 'failed', failure: 'requirements' });
    expect(fleet.world.hostOf).toEqual([0]);
  });

  it('goes on after a warning, which it notes', async () => {
    const nics = [{ id: 'vmnic0', network: 'vmotion', bytesPerSecond: 1_250_000_000, mtu: 9_000 }];
    const { events, report } = await runFleet(scenarioOf({ nics }));
    expect(rulesIn(events)).toEqual(['vmotion-mtu 1']);
    expect(report.completed).toBe(1);
  });

  it('moves a VM that is off at once, without a byte, and its lock goes with it', async () => {
    const { report, fleet } = await runFleet(scenarioOf({}, { power: 'off' }));
    expect(report.tasks[0]).toMatchObject({ outcome: 'completed', startedNs: 0, endedNs: 0 });
    expect(report.wireBytes).toBe(0);
    expect(fleet.world.hostOf).toEqual([1]);
    expect(fleet.leaks()).toEqual([]);
  });

  it('counts what the hypervisor needs for a VM: it fits without, and does not with', async () => {
    const tight = { memoryBytes: GIB };
    const big = { memoryBytes: GIB };
    const without = await runFleet(scenarioOf(tight, big));
    expect(without.report.completed).toBe(1);
    const policy = { overheadPpm: 10_000 };
    const { events } = await runFleet(scenarioOf(tight, big, { policy }));
    expect(rulesIn(events)).toEqual(['memory 0']);
  });
});

describe('a switch that nobody told', () => {
  const silent = (policy: Input) =>
    scenarioOf(
      {
        switches: [{ id: 'vswitch0', uplinks: ['vmnic0'], notify: false }],
        portGroups: [{ label: 'vms', network: 'vms', switch: 'vswitch0' }],
      },
      {},
      { policy },
    );

  it.each([
    [
      'floods once it has forgotten the old port',
      { macAgeingNs: 5 * NS_PER_SECOND, guestSpeaksNs: 600 * NS_PER_SECOND },
      5,
    ],
    [
      'learns from a word of the guest before that',
      { macAgeingNs: 600 * NS_PER_SECOND, guestSpeaksNs: 2 * NS_PER_SECOND },
      2,
    ],
  ] as const)('%s', async (_, policy, seconds) => {
    const { events } = await runFleet(silent(policy));
    const [stunned] = ofCode(events, 'stunned');
    const [learned] = ofCode(events, 'mac-learned');
    const fromNs = seconds === 5 ? stunned!.atNs : 0;
    expect(learned!.atNs - fromNs).toBe(seconds * NS_PER_SECOND);
  });
});

describe('a line between sites with room for one session', () => {
  const vms = ['web', 'mail'].map((id) => ({
    ...{
      id,
      host: 'esx-01',
      datastore: 'store',
      network: 'vms',
      memoryBytes: 256 * MIB,
      fidelity: 'expected',
    },
  }));
  const far = (profile: string) =>
    scenarioOf(
      { cluster: 'there' },
      {},
      {
        ...{ vms, policy: { profile } },
        sites: [{ id: 'site' }, { id: 'far' }],
        clusters: [
          { id: 'cluster', site: 'site' },
          { id: 'there', site: 'far' },
        ],
        wans: [{ id: 'line', sites: ['site', 'far'], bytesPerSecond: 50_000_000, rttNs: 20_000_000 }],
        actions: vms.map(({ id }) => ({ kind: 'migrate', vm: id, to: 'esx-02' })),
      },
    );

  it('lets the second of two wait, by the oldest sources, and never refuses it', async () => {
    const { events, report } = await runFleet(far('seed'));
    expect(ofCode(events, 'queued').map(({ n }) => n)).toEqual([
      { limited: 3, part: 0, used: 1, most: 1, cost: 1 },
    ]);
    expect(report.completed).toBe(2);
    expect(report.tasks[1]!.startedNs).toBe(report.tasks[0]!.endedNs);
  });

  it('carries both at once in newer versions', async () => {
    const { events, report } = await runFleet(far('esxi-8'));
    expect(ofCode(events, 'queued')).toEqual([]);
    expect(report.tasks.map(({ startedNs }) => startedNs)).toEqual([0, 0]);
  });
});
