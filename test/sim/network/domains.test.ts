import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { STRETCH_KINDS } from '../../../web/scenario/choices.ts';
import type { Host, Scenario, ScenarioInput, Vm } from '../../../web/scenario/schema.ts';
import { Domains, portGroupOf, STRETCH_OVERHEAD_BYTES } from '../../../web/sim/network/domains.ts';
import { smallest, valid } from '../../scenario/scenarios.ts';

type Given = Pick<ScenarioInput, 'stretches'> & { networks?: ScenarioInput['networks'] };

function domains({ networks = [], stretches = [] }: Given): Domains {
  const small = smallest();
  const sites = [{ id: 'east' }, { id: 'west' }, { id: 'site' }];
  return new Domains(valid({ ...small, sites, networks: [...small.networks!, ...networks], stretches }));
}

const net = (id: string, more: object = {}) => ({ id, kind: 'vm' as const, ...more });

describe('broadcast domains', () => {
  test.each(STRETCH_KINDS)('%s makes one domain of the networks it names, and no other', (kind) => {
    const networks = [net('east-vms'), net('west-vms'), net('apart')];
    const one = domains({ networks, stretches: [{ id: 's', kind, networks: ['east-vms', 'west-vms'] }] });
    expect(one.same('east-vms', 'west-vms')).toBe(true);
    expect(one.same('east-vms', 'apart')).toBe(false);
    expect(one.overheadBytes('east-vms', 'west-vms')).toBe(STRETCH_OVERHEAD_BYTES[kind]);
    expect(one.overheadBytes('east-vms', 'apart')).toBeNull();
    expect(one.overheadBytes('apart', 'apart')).toBe(0);
  });

  test('VXLAN adds 50 bytes to a frame, a trunk none', () => {
    expect(STRETCH_OVERHEAD_BYTES).toMatchObject({ vxlan: 50, 'vlan-trunk': 0 });
  });

  test('the way with the least on top counts: the worst link of the best chain', () => {
    const networks = ['n1', 'n2', 'n3'].map((id) => net(id));
    const link = (id: string, kind: 'vxlan' | 'gre' | 'otv', ...joined: string[]) => ({
      ...{ id, kind, networks: joined },
    });
    const two = domains({
      networks,
      stretches: [link('a', 'vxlan', 'n1', 'n3'), link('b', 'gre', 'n1', 'n2'), link('c', 'otv', 'n2', 'n3')],
    });
    expect(two.overheadBytes('n1', 'n3')).toBe(STRETCH_OVERHEAD_BYTES.otv);
  });

  test.each([
    ['the same number at one site', { vlan: 20, site: 'east' }, { vlan: 20, site: 'east' }, true],
    ['the same number at two sites', { vlan: 20, site: 'east' }, { vlan: 20, site: 'west' }, false],
    ['another number', { vlan: 20, site: 'east' }, { vlan: 30, site: 'east' }, false],
    ['no number', { vlan: 0, site: 'east' }, { vlan: 0, site: 'east' }, false],
    ['no site', { vlan: 20 }, { vlan: 20 }, false],
  ])('VLANs: %s', (_, a, b, same) => {
    expect(domains({ networks: [net('a', a), net('b', b)] }).same('a', 'b')).toBe(same);
  });

  test('joining is an equivalence, whatever the order of the stretches', () => {
    const ids = Array.from({ length: 8 }, (_, at) => `n${at}`);
    const networks = ids.map((id) => net(id));
    const joins = fc.array(fc.uniqueArray(fc.constantFrom(...ids), { maxLength: 4 }), { maxLength: 6 });
    fc.assert(
      fc.property(joins, (lists) => {
        const stretches = lists.map((one, at) => ({ id: `s${at}`, kind: 'gre' as const, networks: one }));
        const there = domains({ networks, stretches });
        const back = domains({ networks, stretches: [...stretches].reverse() });
        const reached = (from: string): Set<string> => {
          const seen = new Set([from]);
          for (let size = 0; size !== seen.size;) {
            size = seen.size;
            for (const one of lists) if (one.some((id) => seen.has(id))) one.forEach((id) => seen.add(id));
          }
          return seen;
        };
        for (const a of ids)
          for (const b of ids) {
            expect(there.same(a, b)).toBe(reached(a).has(b));
            expect(back.same(a, b)).toBe(there.same(a, b));
          }
      }),
      { numRuns: 50 },
    );
  });
});

describe('port groups', () => {
  const withGroups = (): Scenario => {
    const input = smallest();
    Object.assign(input.hosts![1]!, {
      switches: [{ id: 'vSwitch0', uplinks: ['vmnic0'] }],
      portGroups: [{ label: 'VM Network', network: 'vms', switch: 'vSwitch0' }],
    });
    return valid(input);
  };
  const scenario = withGroups();
  const [a, b] = scenario.hosts as [Host, Host];
  const [vm] = scenario.vms as [Vm];

  test('a host without switches has one for every VM network, by its id', () => {
    expect(portGroupOf(scenario, a, vm, '')).toEqual({ label: 'vms', network: 'vms', switch: null });
    expect(portGroupOf(scenario, a, vm, 'vmotion')).toBeNull();
    expect(portGroupOf(scenario, a, { ...vm, portGroup: 'VM Network' }, '')).toBeNull();
  });
  test.each([
    ['VM Network', 'vms'],
    ['vm network', undefined],
    ['', undefined],
  ])('label %j on a host with switches: %s', (label, network) => {
    const found = portGroupOf(scenario, b, vm, label);
    expect(found?.network).toBe(network);
    expect(found?.switch?.id).toBe(network && 'vSwitch0');
  });
  test('without another label it is the one the VM has', () => {
    expect(portGroupOf(scenario, b, { ...vm, portGroup: 'VM Network' }, '')?.network).toBe('vms');
  });
});
