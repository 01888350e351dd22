import { describe, expect, it } from 'vitest';
import {
  addHost,
  addSite,
  addVm,
  changeHost,
  changeVm,
  changeVmotionNics,
  freeName,
  memoryOf,
  removeHost,
  removeVms,
  whyKeep,
} from '../../web/model/fleet-build.ts';
import { askFault, FAULT_CHOICES, partsOf } from '../../web/model/fleet-faults.ts';
import { verdictsFor } from '../../web/model/compatibility.ts';
import { askMoves, expanded } from '../../web/model/fleet-edits.ts';
import { findPreset } from '../../web/scenario/presets/index.ts';
import { parseScenario } from '../../web/scenario/parse.ts';
import type { Scenario } from '../../web/scenario/schema.ts';
import { ofCode, runFleet } from '../support/fleet.ts';

const presetOf = (id: string): Scenario => findPreset(id)!.scenario;
/** What hands build must be what a link may hold. */
function valid(scenario: Scenario): Scenario {
  const parsed = parseScenario(JSON.parse(JSON.stringify(scenario)));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return parsed.value;
}
const base = presetOf('devices');

describe('names', () => {
  it.each([
    ['esx-03', ['esx-03'], 'esx-04'],
    ['esx-09', ['esx-09', 'esx-10'], 'esx-11'],
    ['web', ['web'], 'web-01'],
  ])('after %s comes the next that is free', (like, taken, next) => {
    expect(freeName(like, new Set(taken))).toBe(next);
  });
});

describe('a host added by hand', () => {
  it('is like its model, empty, and sees the same shared datastores', () => {
    const { scenario, id } = addHost(base, 'esx-02');
    const now = valid(scenario);
    expect(id).toBe('esx-03');
    expect(now.datastores.map(({ hosts }) => hosts.includes(id))).toEqual([true, false]);
    expect(verdictsFor(now, 'free').find(({ host }) => host === id)!.verdict).toBe('fits');
  });

  it('beside a group is a host of its own', () => {
    const grouped = presetOf('four-at-once');
    const now = valid(addHost(grouped, expanded(grouped).hosts[0]!.id).scenario);
    expect(expanded(now).hosts).toHaveLength(expanded(grouped).hosts.length + 1);
    expect(now.hostGroups).toEqual(grouped.hostGroups);
  });

  it('can be taken away again while it is empty, and not before', () => {
    const { scenario, id } = addHost(base, 'esx-01');
    expect(whyKeep(scenario, id)).toBe('');
    const with_ = addVm(scenario, 'free', id);
    expect(whyKeep(with_.scenario, id)).toBe('Move or remove its VM first.');
    expect(removeHost(with_.scenario, id)).toBe(with_.scenario);
    const asked = askFault(askMoves(scenario, ['free'], id), {
      ...{ kind: 'fault', atNs: 5, fault: 'nic-down', part: `${id}/vmnic1`, durationNs: 0, lossPpm: 0 },
    });
    const gone = valid(removeHost(asked, id));
    expect(gone.hosts.map((host) => host.id)).toEqual(base.hosts.map((host) => host.id));
    expect(JSON.stringify(gone)).not.toContain(id);
  });
});

describe('a VM added by hand', () => {
  it('has an address of its own, and runs', async () => {
    let now = base;
    for (let nth = 0; nth < 4; nth++) now = addVm(now, 'free', 'esx-01').scenario;
    valid(now);
    expect(new Set(now.vms.map(({ mac }) => mac)).size).toBeGreaterThanOrEqual(4);
    const added = now.vms.slice(-4);
    expect(new Set(added.map(({ mac }) => mac)).size).toBe(4);
    expect(new Set(added.map(({ ip }) => ip)).size).toBe(4);
    const { report } = await runFleet(askMoves({ ...now, actions: [] }, [added[0]!.id], 'esx-02'));
    expect(report.completed).toBe(1);
  });

  it('is removed with what was asked of it and what rules said of it', () => {
    const now = valid(removeVms(base, ['licensed-here', 'card']));
    expect(now.rules).toEqual([]);
    expect(now.actions.map((one) => ('vm' in one ? one.vm : ''))).toEqual(['iso', 'pinned', 'free']);
  });
});

describe('a far site', () => {
  it('has a line with its own round trip, and a host that the move goes to', async () => {
    const now = valid(addSite(base, 'esx-01', { bytesPerSecond: 125_000_000, rttNs: 30_000_000 }));
    const far = now.hosts.at(-1)!.id;
    expect(now.wans).toMatchObject([{ rttNs: 30_000_000, bytesPerSecond: 125_000_000 }]);
    const { report } = await runFleet(askMoves({ ...now, actions: [] }, ['free'], far));
    expect(report.completed).toBe(1);
    expect(report.tasks[0]!.totals!.totalNs).toBeGreaterThan(7e9);
  });
});

describe('changes', () => {
  it('of a host and of a VM are seen by the requirements', () => {
    const slow = valid(
      changeVmotionNics(changeHost(base, 'esx-02', { licence: 'essentials' }), 'esx-02', {
        bytesPerSecond: 12_500_000,
      }),
    );
    const there = verdictsFor(slow, 'free').find(({ host }) => host === 'esx-02')!;
    expect(there.findings.map(({ rule }) => rule)).toEqual(['vmotion-slow', 'licence-vmotion']);
    const pinned = valid(changeVm(base, 'free', { cpuAffinity: true, memoryBytes: memoryOf(1.5) }));
    expect(pinned.vms.find(({ id }) => id === 'free')).toMatchObject({
      cpuAffinity: true,
      memoryBytes: 1.5 * 2 ** 30,
    });
  });

  it('of one host of a group change the group', () => {
    const grouped = presetOf('four-at-once');
    const name = expanded(grouped).hosts[1]!.id;
    expect(valid(changeHost(grouped, name, { licence: 'standard' })).hostGroups[0]!.licence).toBe('standard');
  });
});

describe('every part that can be chosen', () => {
  it('breaks in every way offered for it, and the run ends with nothing left behind', async () => {
    const scenario = { ...presetOf('stretched'), actions: presetOf('stretched').actions };
    for (const { kind, part } of partsOf(scenario, ''))
      for (const { fault } of FAULT_CHOICES[kind]) {
        const lossPpm = fault === 'link-lossy' ? 100_000 : 0;
        const action = {
          kind: 'fault' as const,
          atNs: 400_000_000,
          fault,
          part,
          durationNs: 2_000_000_000,
          lossPpm,
        };
        const { events, fleet } = await runFleet(valid(askFault(scenario, action)));
        expect(ofCode(events, 'fault-began')).toHaveLength(1);
        expect([fault, part, fleet.leaks()]).toEqual([fault, part, []]);
      }
  });
});
