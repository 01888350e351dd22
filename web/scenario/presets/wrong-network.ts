import { GIB, MIB } from '../../base/units.ts';
import type { ScenarioInput } from '../schema.ts';

const host = (id: string, network: string, notify = true) => ({
  id,
  cluster: 'cluster',
  memoryBytes: 16 * GIB,
  nics: [
    { id: 'vmnic0', network: 'vms', bytesPerSecond: 1_250_000_000 },
    { id: 'vmnic1', network: 'vmotion', bytesPerSecond: 1_250_000_000 },
  ],
  switches: [{ id: 'vswitch0', uplinks: ['vmnic0'], notify }],
  portGroups: [{ label: 'VM Network', network, switch: 'vswitch0' }],
});

/** Layer 2 is not stretched: vCenter compares the label and warns of nothing. */
export const wrongNetwork: ScenarioInput = {
  schema: 1,
  title: 'The same name, another network',
  summary:
    'A web server moves to a host on which the port group of the same name is another network. The migration succeeds, the clients are lost.',
  sites: [{ id: 'site' }],
  clusters: [{ id: 'cluster', site: 'site' }],
  networks: [
    { id: 'vmotion', kind: 'vmotion' },
    { id: 'vms', kind: 'vm', vlan: 10, site: 'site' },
    { id: 'other-vms', kind: 'vm', vlan: 20, site: 'site' },
  ],
  hosts: [host('esx-01', 'vms'), host('esx-02', 'other-vms')],
  datastores: [{ id: 'store', hosts: ['esx-01', 'esx-02'] }],
  vms: [
    {
      id: 'web',
      host: 'esx-01',
      datastore: 'store',
      network: 'vms',
      portGroup: 'VM Network',
      memoryBytes: 256 * MIB,
      phases: [{ pattern: 'hot-cold', writesPerSecond: 500, workingSetBytes: 32 * MIB }],
    },
  ],
  actions: [{ kind: 'migrate', vm: 'web', to: 'esx-02' }],
};
