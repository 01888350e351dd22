/** What small datacenters of presets are made of. As immutable as the presets: links say "this preset, and these differences". */
import { GIB, MIB } from '../../base/units.ts';
import type { ScenarioInput } from '../schema.ts';

export const GBE = 125_000_000;

type HostInput = NonNullable<ScenarioInput['hosts']>[number];
type VmInput = NonNullable<ScenarioInput['vms']>[number];
type NicInput = NonNullable<HostInput['nics']>[number];
type ActionInput = NonNullable<ScenarioInput['actions']>[number];

/** One NIC for the VMs, one for vMotion, both of 10GbE. */
export const nics = (vmotion: Partial<NicInput> = {}): NicInput[] => [
  { id: 'vmnic0', network: 'vms', bytesPerSecond: 10 * GBE },
  { id: 'vmnic1', network: 'vmotion', bytesPerSecond: 10 * GBE, ...vmotion },
];

/** A standard switch with a port group "VM Network" on it. */
export const switched = (
  network = 'vms',
  label = 'VM Network',
): Pick<HostInput, 'switches' | 'portGroups'> => ({
  switches: [{ id: 'vswitch0', uplinks: ['vmnic0'] }],
  portGroups: [{ label, network, switch: 'vswitch0' }],
});

export const host = (id: string, changes: Partial<HostInput> = {}): HostInput => ({
  ...{ id, cluster: 'cluster', memoryBytes: 16 * GIB, nics: nics(), ...switched(), ...changes },
});

/** A small server on the shared datastore that writes a little. */
export const vm = (id: string, changes: Partial<VmInput> = {}): VmInput => ({
  ...{ id, host: 'esx-01', datastore: 'store', network: 'vms', portGroup: 'VM Network' },
  ...{ memoryBytes: GIB, fidelity: 'page-exact' as const },
  phases: [{ pattern: 'hot-cold', writesPerSecond: 500, workingSetBytes: 64 * MIB }],
  ...changes,
});

export const migrate = (id: string, to: string, more: { datastore?: string } = {}): ActionInput => ({
  ...{ kind: 'migrate', vm: id, to, ...more },
});

/** One cluster at one site, one vMotion network, one VM network, one datastore all hosts see. */
export function small(
  title: string,
  summary: string,
  hosts: HostInput[],
  vms: VmInput[],
  more: Partial<ScenarioInput> = {},
): ScenarioInput {
  return {
    ...{ schema: 1, title, summary, sites: [{ id: 'site' }], clusters: [{ id: 'cluster', site: 'site' }] },
    networks: [
      { id: 'vmotion', kind: 'vmotion' },
      { id: 'vms', kind: 'vm' },
    ],
    ...{ hosts, datastores: [{ id: 'store', hosts: hosts.map(({ id }) => id) }], vms },
    ...more,
  };
}
