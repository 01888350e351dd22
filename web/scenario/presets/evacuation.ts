import { GIB, NS_PER_SECOND } from '../../base/units.ts';
import type { ScenarioInput } from '../schema.ts';

const HALF = 32;
const STORES = ['a', 'b', 'c', 'd'];

const hosts = (id: string) => ({
  id,
  count: HALF,
  cluster: 'cluster',
  cores: 64,
  memoryBytes: 1_536 * GIB,
  nics: [
    { id: 'vmnic0', network: 'vms', bytesPerSecond: 1_250_000_000 },
    { id: 'vmnic1', network: 'vmotion', bytesPerSecond: 1_250_000_000 },
  ],
});

/** 1,024 VMs leave 32 hosts, eight of a host at once. */
export const evacuation: ScenarioInput = {
  schema: 1,
  title: 'Half of a cluster is emptied',
  summary: '64 hosts: 32 are replaced, and their 1,024 VMs of 16 GiB go to the other 32 over 10 GbE.',
  sites: [{ id: 'site' }],
  clusters: [{ id: 'cluster', site: 'site' }],
  networks: [
    { id: 'vmotion', kind: 'vmotion' },
    { id: 'vms', kind: 'vm' },
  ],
  hostGroups: [hosts('old'), hosts('new')],
  datastores: STORES.map((id) => ({ id: `store-${id}`, hosts: ['old', 'new'] })),
  vmGroups: STORES.map((id) => ({
    id: `app-${id}`,
    perHost: HALF / STORES.length,
    hosts: ['old'],
    datastore: `store-${id}`,
    network: 'vms',
    memoryBytes: 16 * GIB,
    phases: [{ pattern: 'hot-cold' as const, writesPerSecond: 6_000, workingSetBytes: GIB }],
  })),
  actions: Array.from({ length: HALF }, (_, at) => ({
    kind: 'enter-maintenance' as const,
    atNs: NS_PER_SECOND,
    host: `old-${String(at + 1).padStart(2, '0')}`,
  })),
};
