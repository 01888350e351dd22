import { describe, expect, it } from 'vitest';
import { GIB } from '../../web/base/units.ts';
import { canonicalText } from '../../web/scenario/canonical.ts';
import { expandGroups } from '../../web/scenario/groups.ts';
import { parseScenario } from '../../web/scenario/parse.ts';
import type { Scenario } from '../../web/scenario/schema.ts';

const datacenter = (more: object = {}) => ({
  schema: 1,
  title: 'Many',
  sites: [{ id: 'rome' }],
  clusters: [{ id: 'c1', site: 'rome' }],
  networks: [
    { id: 'vmotion', kind: 'vmotion' },
    { id: 'vm-net', kind: 'vm' },
  ],
  hostGroups: [
    {
      id: 'esx',
      count: 4,
      cluster: 'c1',
      memoryBytes: 512 * GIB,
      nics: [{ id: 'vmnic1', network: 'vmotion', bytesPerSecond: 1_250_000_000 }],
    },
  ],
  datastores: [{ id: 'ds', hosts: ['esx'] }],
  vmGroups: [{ id: 'web', perHost: 3, hosts: ['esx'], datastore: 'ds', network: 'vm-net', memoryBytes: GIB }],
  ...more,
});

const parsed = (input: object): Scenario => {
  const result = parseScenario(input);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
};
const problems = (input: object) => {
  const result = parseScenario(input);
  return result.ok ? [] : result.error.map((one) => `${one.code} ${one.path}`);
};

describe('groups of hosts and VMs', () => {
  const scenario = expandGroups(parsed(datacenter()));

  it('become hosts and VMs in the order of the hosts, each with its own name and addresses', () => {
    expect(scenario.hosts.map((host) => host.id)).toEqual(['esx-01', 'esx-02', 'esx-03', 'esx-04']);
    expect(scenario.vms).toHaveLength(12);
    expect(scenario.vms[3]).toMatchObject({ id: 'web-0004', host: 'esx-02', mac: '00:50:56:80:00:03' });
    for (const of of ['id', 'mac', 'ip'] as const)
      expect(new Set(scenario.vms.map((vm) => vm[of])).size).toBe(12);
    expect(scenario.datastores[0]!.hosts).toEqual(['esx-01', 'esx-02', 'esx-03', 'esx-04']);
  });

  it('written out are a scenario of their own, equal to itself', () => {
    expect(parsed(scenario)).toEqual(scenario);
    expect(expandGroups(scenario)).toBe(scenario);
  });

  it('stay groups in the text of a link: 1,024 VMs take no more characters than 4', () => {
    const many = parsed(datacenter({ vmGroups: [{ ...datacenter().vmGroups[0], perHost: 256 }] }));
    expect(canonicalText(many).length - canonicalText(parsed(datacenter())).length).toBe(2);
    expect(expandGroups(many).vms).toHaveLength(1_024);
  });

  it.each([
    [
      'too many VMs',
      { vmGroups: [{ ...datacenter().vmGroups[0], perHost: 1_024, hosts: Array(9).fill('esx') }] },
      ['scenario.length vmGroups'],
    ],
    [
      'too many hosts',
      {
        hostGroups: Array(2)
          .fill(0)
          .map((_, i) => ({ ...datacenter().hostGroups[0], id: `g${i}`, count: 600 })),
      },
      ['scenario.length hostGroups'],
    ],
    [
      'an unknown host',
      { vmGroups: [{ ...datacenter().vmGroups[0], hosts: ['esx-09'] }] },
      ['scenario.unknown-id vmGroups[0].hosts[0]'],
    ],
    [
      'a fault of a part that is not there',
      { actions: [{ kind: 'fault', atNs: 1, fault: 'nic-down', part: 'esx-01/vmnic7' }] },
      ['scenario.unknown-id actions[0].part'],
    ],
    [
      'a pool within itself',
      {
        pools: [
          { id: 'a', cluster: 'c1', parent: 'b' },
          { id: 'b', cluster: 'c1', parent: 'a' },
        ],
      },
      ['scenario.pool-loop pools[0].parent', 'scenario.pool-loop pools[1].parent'],
    ],
    [
      'a switch with a NIC the host has not',
      {
        hostGroups: [{ ...datacenter().hostGroups[0], switches: [{ id: 'vSwitch0', uplinks: ['vmnic9'] }] }],
      },
      ['scenario.unknown-id hostGroups[0].switches[0].uplinks[0]'],
    ],
  ])('%s is reported with its path', (_, more, expected) => {
    expect(problems(datacenter(more))).toEqual(expected);
  });

  it('members may be named by actions, rules and faults', () => {
    const actions = [
      { kind: 'migrate', vm: 'web-0001', to: 'esx-04' },
      { kind: 'enter-maintenance', host: 'esx-02' },
      { kind: 'fault', atNs: 5, fault: 'nic-down', part: 'esx-01/vmnic1' },
    ];
    const rules = [{ id: 'apart', kind: 'anti-affinity', vms: ['web-0001', 'web-0002'] }];
    expect(problems(datacenter({ actions, rules }))).toEqual([]);
  });
});
