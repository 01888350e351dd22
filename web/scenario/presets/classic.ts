/** A small VM of the first years of vMotion, with the means of that time. Published links build on it: never change it, add a new preset instead. */
import { GIB, MIB, NS_PER_MS } from '../../base/units.ts';
import type { ScenarioInput } from '../schema.ts';

export const classic: ScenarioInput = {
  schema: 1,
  title: 'Classic: under two seconds',
  summary:
    'A VM of the first years, 256 MiB with 192 MiB used and a third of that never filled, moves over Gigabit Ethernet in less than two seconds from start to finish.',
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
      cores: 8,
      memoryBytes: 64 * GIB,
      nics: [
        { id: 'vmnic0', network: 'vm-network', bytesPerSecond: 125_000_000 },
        { id: 'vmnic1', network: 'vmotion', bytesPerSecond: 125_000_000 },
      ],
    },
    {
      id: 'esx-02',
      cluster: 'cluster-01',
      cores: 8,
      memoryBytes: 64 * GIB,
      nics: [
        { id: 'vmnic0', network: 'vm-network', bytesPerSecond: 125_000_000 },
        { id: 'vmnic1', network: 'vmotion', bytesPerSecond: 125_000_000 },
      ],
    },
  ],
  datastores: [{ id: 'datastore-01', hosts: ['esx-01', 'esx-02'] }],
  vms: [
    {
      id: 'app-02',
      host: 'esx-01',
      datastore: 'datastore-01',
      network: 'vm-network',
      vcpus: 1,
      memoryBytes: 256 * MIB,
      usedBytes: 192 * MIB,
      deviceStateBytes: 4 * MIB,
      mac: '00:50:56:9a:3c:86',
      ip: '10.0.20.51',
      fidelity: 'byte-exact',
      content: { textPpm: 300_000, heapPpm: 300_000, randomPpm: 70_000 },
      phases: [{ pattern: 'hot-cold', writesPerSecond: 1_500, workingSetBytes: 16 * MIB }],
    },
  ],
  policy: { switchoverGoalNs: 500 * NS_PER_MS, sdps: false, traceInstall: 'stop-based' },
  actions: [{ kind: 'migrate', atNs: 0, vm: 'app-02', to: 'esx-02' }],
};
