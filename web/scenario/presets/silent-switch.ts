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

/** Notify switches is off on the target: frames vanish until the guest says a word of its own. */
export const silentSwitch: ScenarioInput = {
  schema: 1,
  title: 'Nobody tells the switches',
  summary:
    'A web server moves to a host whose switch does not announce it: up to half a minute without an answer.',
  sites: [{ id: 'site' }],
  clusters: [{ id: 'cluster', site: 'site' }],
  networks: [
    { id: 'vmotion', kind: 'vmotion' },
    { id: 'vms', kind: 'vm' },
  ],
  hosts: [host('esx-01', 'vms'), host('esx-02', 'vms', false)],
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
