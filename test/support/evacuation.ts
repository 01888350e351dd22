/** Half of a cluster is emptied onto the other half: the scenario of the fleet's bench and of its tests, in any size. */
import { GIB, MIB, NS_PER_SECOND, PAGE_BYTES } from '../../web/base/units.ts';
import { expandGroups } from '../../web/scenario/groups.ts';
import { parseScenario } from '../../web/scenario/parse.ts';
import type { Scenario } from '../../web/scenario/schema.ts';

export interface Evacuation {
  /** Half of them are emptied. */
  readonly hosts: number;
  readonly vmsPerHost: number;
  readonly memoryBytes: number;
  readonly nicBytesPerSecond: number;
  /** What each guest writes, as a share of the NIC's speed in percent. */
  readonly writePercent: number;
  readonly fidelity: 'expected' | 'page-exact' | 'byte-exact';
}

export const BENCH_EVACUATION: Evacuation = {
  hosts: 64,
  vmsPerHost: 32,
  memoryBytes: 16 * GIB,
  nicBytesPerSecond: 1_250_000_000,
  writePercent: 2,
  fidelity: 'expected',
};

/** Small, and full of changing rates: four hosts are emptied onto four, VMs of seven sizes end one by one. */
export function unevenEvacuation(): Scenario {
  const scenario = evacuation({
    ...BENCH_EVACUATION,
    hosts: 8,
    vmsPerHost: 10,
    memoryBytes: 128 * MIB,
    fidelity: 'page-exact',
  });
  const vms = scenario.vms.map((vm, at) => ({ ...vm, usedBytes: ((at % 7) + 1) * 16 * MIB }));
  return { ...scenario, vms };
}

export function evacuation(size: Evacuation): Scenario {
  const half = size.hosts / 2;
  const hostMemory = GIB * Math.ceil((2.2 * size.vmsPerHost * size.memoryBytes) / GIB + 1);
  const writesPerSecond = Math.floor((size.nicBytesPerSecond * size.writePercent) / 100 / PAGE_BYTES);
  // One datastore carries 128 migrations at once; many hosts need several.
  const stores = Math.max(1, half / 8);
  const parsed = parseScenario({
    schema: 1,
    title: 'Half of a cluster is emptied',
    seed: 7,
    sites: [{ id: 'site' }],
    clusters: [{ id: 'cluster', site: 'site' }],
    networks: [
      { id: 'vmotion', kind: 'vmotion', rttNs: 200_000, goodputPpm: 1_000_000 },
      { id: 'vms', kind: 'vm' },
    ],
    hostGroups: ['old', 'new'].map((id) => ({
      id,
      count: half,
      cluster: 'cluster',
      memoryBytes: hostMemory,
      nics: [
        { id: 'vmnic0', network: 'vms', bytesPerSecond: size.nicBytesPerSecond },
        { id: 'vmnic1', network: 'vmotion', bytesPerSecond: size.nicBytesPerSecond },
      ],
    })),
    datastores: Array.from({ length: stores }, (_, at) => ({ id: `store-${at}`, hosts: ['old', 'new'] })),
    vmGroups: Array.from({ length: stores }, (_, at) => ({
      id: `vm-${at}`,
      perHost: 1,
      hosts: ['old'],
      datastore: `store-${at}`,
      network: 'vms',
      memoryBytes: size.memoryBytes,
      fidelity: size.fidelity,
      phases: [
        {
          pattern: 'uniform',
          writesPerSecond,
          workingSetBytes: size.memoryBytes / 16,
        },
      ],
    })),
    actions: Array.from({ length: half }, (_, at) => ({
      kind: 'enter-maintenance',
      atNs: NS_PER_SECOND,
      host: `old-${String(at + 1).padStart(2, '0')}`,
    })),
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  // What does not fit into a link is made here: the bounds of the schema are those of links.
  const perHost = size.vmsPerHost / stores;
  const vmGroups = parsed.value.vmGroups.map((group) => ({ ...group, perHost }));
  return expandGroups({ ...parsed.value, vmGroups });
}
