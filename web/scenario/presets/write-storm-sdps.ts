/** The write storm with SDPS: the guest is slowed down until the link keeps up. Published links build on it: never change it, add a new preset instead. */
import { GIB, MIB, NS_PER_MS } from '../../base/units.ts';
import type { ScenarioInput } from '../schema.ts';

export const writeStormSdps: ScenarioInput = {
  schema: 1,
  title: 'Write storm with SDPS',
  summary:
    'The same guest writes 246 MB of pages a second over a link of 118 MB, but SDPS puts its vCPUs to sleep for moments until the rounds shrink: the migration ends, and the guest has paid for it.',
  seed: 1,
  sites: [{ id: 'site-a', name: 'Rome' }],
  clusters: [{ id: 'cluster-01', site: 'site-a' }],
  networks: [
    { id: 'vmotion', kind: 'vmotion', rttNs: 200_000 },
    { id: 'vm-network', kind: 'vm' },
  ],
  hosts: [
    {
      id: 'esx-01',
      cluster: 'cluster-01',
      cores: 32,
      memoryBytes: 256 * GIB,
      nics: [
        { id: 'vmnic0', network: 'vm-network', bytesPerSecond: 125_000_000 },
        { id: 'vmnic1', network: 'vmotion', bytesPerSecond: 125_000_000 },
      ],
    },
    {
      id: 'esx-02',
      cluster: 'cluster-01',
      cores: 32,
      memoryBytes: 256 * GIB,
      nics: [
        { id: 'vmnic0', network: 'vm-network', bytesPerSecond: 125_000_000 },
        { id: 'vmnic1', network: 'vmotion', bytesPerSecond: 125_000_000 },
      ],
    },
  ],
  datastores: [{ id: 'datastore-01', hosts: ['esx-01', 'esx-02'] }],
  vms: [
    {
      id: 'db-02',
      host: 'esx-01',
      datastore: 'datastore-01',
      network: 'vm-network',
      vcpus: 4,
      memoryBytes: 512 * MIB,
      usedBytes: 384 * MIB,
      mac: '00:50:56:9a:3c:52',
      ip: '10.0.20.12',
      fidelity: 'byte-exact',
      content: { textPpm: 350_000, heapPpm: 350_000, randomPpm: 100_000 },
      phases: [{ pattern: 'uniform', writesPerSecond: 60_000, workingSetBytes: 320 * MIB }],
    },
  ],
  policy: { switchoverGoalNs: 500 * NS_PER_MS, sdps: true },
  actions: [{ kind: 'migrate', atNs: 0, vm: 'db-02', to: 'esx-02' }],
};
