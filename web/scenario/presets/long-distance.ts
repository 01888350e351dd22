/** A long way at 100 ms: the window, not the line, decides. Published links build on it: never change it, add a new preset instead. */
import { GIB, MIB, NS_PER_MS } from '../../base/units.ts';
import type { ScenarioInput } from '../schema.ts';

export const longDistance: ScenarioInput = {
  schema: 1,
  title: 'Long distance',
  summary:
    'A VM of 8 GiB moves between two sites 100 ms apart. The line is 10 GbE, but a window of 16 MiB in each round trip is 168 MB/s: a seventh of it. Both sites see the same datastore.',
  seed: 1,
  sites: [
    { id: 'site-a', name: 'Rome' },
    { id: 'site-b', name: 'New York' },
  ],
  clusters: [
    { id: 'cluster-01', site: 'site-a' },
    { id: 'cluster-02', site: 'site-b' },
  ],
  networks: [
    { id: 'vmotion', kind: 'vmotion', rttNs: 100 * NS_PER_MS, windowBytes: 16 * MIB },
    { id: 'vm-network', kind: 'vm' },
  ],
  hosts: [
    {
      id: 'esx-01',
      cluster: 'cluster-01',
      cores: 32,
      memoryBytes: 256 * GIB,
      nics: [
        { id: 'vmnic0', network: 'vm-network', bytesPerSecond: 1_250_000_000 },
        { id: 'vmnic1', network: 'vmotion', bytesPerSecond: 1_250_000_000 },
      ],
    },
    {
      id: 'esx-02',
      cluster: 'cluster-02',
      cores: 32,
      memoryBytes: 256 * GIB,
      nics: [
        { id: 'vmnic0', network: 'vm-network', bytesPerSecond: 1_250_000_000 },
        { id: 'vmnic1', network: 'vmotion', bytesPerSecond: 1_250_000_000 },
      ],
    },
  ],
  datastores: [{ id: 'datastore-stretched', hosts: ['esx-01', 'esx-02'] }],
  vms: [
    {
      id: 'app-01',
      host: 'esx-01',
      datastore: 'datastore-stretched',
      network: 'vm-network',
      vcpus: 4,
      memoryBytes: 8 * GIB,
      usedBytes: 6 * GIB,
      mac: '00:50:56:9a:3c:75',
      ip: '10.0.20.41',
      fidelity: 'page-exact',
      content: { textPpm: 350_000, heapPpm: 350_000, randomPpm: 100_000 },
      phases: [{ pattern: 'hot-cold', writesPerSecond: 8_000, workingSetBytes: 1 * GIB }],
    },
  ],
  policy: { switchoverGoalNs: 500 * NS_PER_MS },
  actions: [{ kind: 'migrate', atNs: 0, vm: 'app-01', to: 'esx-02' }],
};
