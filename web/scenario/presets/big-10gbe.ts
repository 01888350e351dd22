/** A big VM on 10 GbE, one bit a page. Published links build on it: never change it, add a new preset instead. */
import { GIB, MIB, NS_PER_MS } from '../../base/units.ts';
import type { ScenarioInput } from '../schema.ts';

export const bigTenGigabit: ScenarioInput = {
  schema: 1,
  title: 'Big VM on 10 GbE',
  summary:
    'A VM of 64 GiB, 48 GiB of them used, moves over 10 GbE while it writes 410 MB of pages a second. Its pages are counted one by one, but their bytes are sampled.',
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
      cores: 64,
      memoryBytes: 1024 * GIB,
      nics: [
        { id: 'vmnic0', network: 'vm-network', bytesPerSecond: 1_250_000_000 },
        { id: 'vmnic1', network: 'vmotion', bytesPerSecond: 1_250_000_000 },
      ],
    },
    {
      id: 'esx-02',
      cluster: 'cluster-01',
      cores: 64,
      memoryBytes: 1024 * GIB,
      nics: [
        { id: 'vmnic0', network: 'vm-network', bytesPerSecond: 1_250_000_000 },
        { id: 'vmnic1', network: 'vmotion', bytesPerSecond: 1_250_000_000 },
      ],
    },
  ],
  datastores: [{ id: 'datastore-01', hosts: ['esx-01', 'esx-02'] }],
  vms: [
    {
      id: 'erp-01',
      host: 'esx-01',
      datastore: 'datastore-01',
      network: 'vm-network',
      vcpus: 16,
      memoryBytes: 64 * GIB,
      usedBytes: 48 * GIB,
      deviceStateBytes: 16 * MIB,
      mac: '00:50:56:9a:3c:64',
      ip: '10.0.20.31',
      fidelity: 'page-exact',
      content: { textPpm: 300_000, heapPpm: 400_000, randomPpm: 100_000 },
      phases: [{ pattern: 'hot-cold', writesPerSecond: 100_000, workingSetBytes: 8 * GIB }],
    },
  ],
  policy: { switchoverGoalNs: 500 * NS_PER_MS },
  actions: [{ kind: 'migrate', atNs: 0, vm: 'erp-01', to: 'esx-02' }],
};
