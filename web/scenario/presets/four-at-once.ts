import { GIB, MIB } from '../../base/units.ts';
import type { ScenarioInput } from '../schema.ts';

/** Twenty VMs leave a host on 1 GbE: the limits let four go at once, the others wait. */
export const fourAtOnce: ScenarioInput = {
  schema: 1,
  title: 'Maintenance on 1 GbE: four at once',
  summary: 'One host is emptied for maintenance; its twenty VMs of 1 GiB go to three others.',
  sites: [{ id: 'site' }],
  clusters: [{ id: 'cluster', site: 'site' }],
  networks: [
    { id: 'vmotion', kind: 'vmotion' },
    { id: 'vms', kind: 'vm' },
  ],
  hostGroups: [
    {
      id: 'esx',
      count: 4,
      cluster: 'cluster',
      memoryBytes: 64 * GIB,
      nics: [
        { id: 'vmnic0', network: 'vms', bytesPerSecond: 125_000_000 },
        { id: 'vmnic1', network: 'vmotion', bytesPerSecond: 125_000_000 },
      ],
    },
  ],
  datastores: [{ id: 'store', hosts: ['esx'] }],
  vmGroups: [
    {
      id: 'app',
      perHost: 20,
      hosts: ['esx-01'],
      datastore: 'store',
      network: 'vms',
      memoryBytes: GIB,
      fidelity: 'page-exact',
      phases: [{ pattern: 'hot-cold', writesPerSecond: 800, workingSetBytes: 128 * MIB }],
    },
  ],
  actions: [{ kind: 'enter-maintenance', host: 'esx-01' }],
};
