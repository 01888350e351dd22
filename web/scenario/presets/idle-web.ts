/** An idle web server: the shortest way from start to finish, one round and a stun. Published links build on it: never change it, add a new preset instead. */
import { GIB, MIB, NS_PER_MS } from '../../base/units.ts';
import type { ScenarioInput } from '../schema.ts';

export const idleWeb: ScenarioInput = {
  schema: 1,
  title: 'Idle web server',
  summary: 'A web server of 256 MiB that waits for visitors moves over 1 GbE: one round, then the switch.',
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
      id: 'web-01',
      host: 'esx-01',
      datastore: 'datastore-01',
      network: 'vm-network',
      vcpus: 2,
      memoryBytes: 256 * MIB,
      usedBytes: 256 * MIB,
      mac: '00:50:56:9a:10:21',
      ip: '10.0.20.21',
      fidelity: 'byte-exact',
      content: { textPpm: 350_000, heapPpm: 250_000, randomPpm: 50_000 },
      phases: [{ pattern: 'idle', writesPerSecond: 0, workingSetBytes: 4 * MIB }],
    },
  ],
  policy: { switchoverGoalNs: 500 * NS_PER_MS },
  actions: [{ kind: 'migrate', atNs: 0, vm: 'web-01', to: 'esx-02' }],
};
