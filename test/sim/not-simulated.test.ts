import { describe, expect, it } from 'vitest';
import { parseScenario } from '../../web/scenario/parse.ts';
import { PRESETS } from '../../web/scenario/presets/index.ts';
import { minimalScenario, type JsonObject } from '../../web/scenario/canonical.ts';
import { planRun } from '../../web/sim/plan.ts';

const base = minimalScenario(PRESETS[0]!.scenario);
const first = (list: string): JsonObject => (base[list] as JsonObject[])[0]!;
const withFirst = (list: string, changes: object): object => ({
  ...base,
  [list]: [{ ...first(list), ...changes }, ...(base[list] as JsonObject[]).slice(1)],
});

function refused(input: object): string[] {
  const parsed = parseScenario(input);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  const planned = planRun(parsed.value);
  return planned.ok ? [] : planned.error.map((one) => `${one.code} ${one.path}`);
}

describe('a setting the engine does not act on', () => {
  it.each(PRESETS.map((one) => [one.id, one.scenario] as const))('is in no preset: %s', (_, scenario) => {
    expect(planRun(scenario).ok).toBe(true);
  });

  const crash = { kind: 'fault', atNs: 5, fault: 'host-crash', part: 'esx-01' };
  const { id: _id, host: _host, mac: _mac, ip: _ip, ...like } = first('vms');
  const line = { id: 'line', sites: ['site-a', 'site-a'], bytesPerSecond: 125_000_000 };
  it.each([
    [
      'hosts[1].licence',
      { ...base, hosts: [first('hosts'), { ...first('hosts'), id: 'esx-02', licence: 'essentials' }] },
    ],
    ['hosts[0].bios.nx', withFirst('hosts', { bios: { nx: false } })],
    ['hosts[0].health', withFirst('hosts', { health: [{ part: 'fan', state: 'severe' }] })],
    ['clusters[0].drs.level', withFirst('clusters', { drs: { level: 'full' } })],
    ['networks[0].vlan', withFirst('networks', { vlan: 12 })],
    ['datastores[0].kind', withFirst('datastores', { kind: 'local' })],
    ['vms[0].devices', withFirst('vms', { devices: [{ id: 'cd', kind: 'cdrom-host' }] })],
    ['vms[0].encryption', withFirst('vms', { encryption: 'required' })],
    ['wans', { ...base, wans: [{ ...line, sites: [first('sites').id, first('sites').id] }] }],
    [
      'vmGroups',
      {
        ...base,
        vmGroups: [{ ...like, id: 'web', perHost: 2, hosts: ['esx-01'] }],
        actions: [{ kind: 'migrate', vm: 'web-0001', to: 'esx-02' }],
      },
    ],
    ['policy.profile', { ...base, policy: { profile: 'seed' } }],
    ['actions[1].kind', { ...base, actions: [first('actions'), crash] }],
  ])('is refused by its path: %s', (path, input) => {
    expect(refused(input)).toEqual([`plan.not-simulated ${path}`]);
  });
});
