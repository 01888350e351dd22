/** A database whose rounds visibly shrink; the preset a visitor meets first. Published links build on it: never change it, add a new preset instead. */
import { GIB, MIB, NS_PER_MS } from '../../base/units.ts';
import type { ScenarioInput } from '../schema.ts';

export const database: ScenarioInput = {
  schema: 1,
  title: 'Busy database',
  summary:
    'A database of 512 MiB keeps writing while it moves over 1 GbE, and every round is shorter than the one before. The switchover goal is 100 ms, not the usual 500 ms: half a second of this link would carry 59 MB and the move would end after two rounds.',
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
      id: 'db-01',
      host: 'esx-01',
      datastore: 'datastore-01',
      network: 'vm-network',
      vcpus: 4,
      memoryBytes: 512 * MIB,
      usedBytes: 512 * MIB,
      mac: '00:50:56:9a:3c:41',
      ip: '10.0.20.11',
      fidelity: 'byte-exact',
      content: { textPpm: 350_000, heapPpm: 350_000, randomPpm: 100_000 },
      phases: [
        {
          pattern: 'hot-cold',
          writesPerSecond: 18_000,
          workingSetBytes: 384 * MIB,
          hotWritesPpm: 700_000,
          hotPagesPpm: 250_000,
        },
      ],
    },
  ],
  policy: { switchoverGoalNs: 100 * NS_PER_MS },
  actions: [{ kind: 'migrate', atNs: 0, vm: 'db-01', to: 'esx-02' }],
};
