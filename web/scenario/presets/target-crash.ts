import { GIB, MIB, NS_PER_SECOND } from '../../base/units.ts';
import type { ScenarioInput } from '../schema.ts';

/** The target fails in the middle of three migrations to it: the VMs run on at the source, what ran on it is started again. */
export const targetCrash: ScenarioInput = {
  schema: 1,
  title: 'The target fails in mid-migration',
  summary:
    'Three VMs are on their way when their target crashes. Nothing of theirs is lost; what ran there is restarted.',
  sites: [{ id: 'site' }],
  clusters: [{ id: 'cluster', site: 'site' }],
  networks: [
    { id: 'vmotion', kind: 'vmotion' },
    { id: 'vms', kind: 'vm' },
  ],
  hostGroups: [
    {
      id: 'esx',
      count: 3,
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
      perHost: 4,
      hosts: ['esx'],
      datastore: 'store',
      network: 'vms',
      memoryBytes: GIB,
      fidelity: 'page-exact',
      phases: [{ pattern: 'hot-cold', writesPerSecond: 800, workingSetBytes: 128 * MIB }],
    },
  ],
  actions: [
    ...['app-0001', 'app-0002', 'app-0003'].map((vm) => ({ kind: 'migrate' as const, vm, to: 'esx-02' })),
    { kind: 'fault', atNs: 12 * NS_PER_SECOND, fault: 'host-crash', part: 'esx-02', durationNs: 0 },
  ],
};
