/** Clusters that look after themselves, or try to: balance, pools, power, failing parts, maintenance, and crashes at every moment. */
import { GIB, MIB, NS_PER_SECOND } from '../../base/units.ts';
import type { ScenarioInput } from '../schema.ts';
import { GBE, host, migrate, nics, small, vm } from './parts.ts';

const SECOND = NS_PER_SECOND;
const names = (id: string, count: number): string[] =>
  Array.from({ length: count }, (_, at) => `${id}-0${at + 1}`);
const hosts = (count: number, changes: Parameters<typeof host>[1] = {}) =>
  names('esx', count).map((id) => host(id, { memoryBytes: 64 * GIB, ...changes }));

/** 16 cores of 2.6 GHz: 41,600 MHz. Two hosts carry almost everything, two next to nothing. */
export const unbalanced: ScenarioInput = small(
  'An unbalanced cluster',
  'Two of four hosts carry almost all load. DRS is fully automated and moves what helps most, in its own words.',
  hosts(4),
  [
    ...names('busy', 6).map((id) => vm(id, { demandMhz: 6_000 })),
    ...names('app', 4).map((id) => vm(id, { host: 'esx-02', demandMhz: 7_000 })),
    vm('quiet-01', { host: 'esx-03', demandMhz: 1_000 }),
    vm('licensed-01', { demandMhz: 3_000 }),
    vm('pair-01', { host: 'esx-02', demandMhz: 1_500 }),
    vm('pair-02', { host: 'esx-02', demandMhz: 1_500 }),
  ],
  {
    clusters: [{ id: 'cluster', site: 'site', drs: { level: 'full', algorithm: 'classic', threshold: 3 } }],
    rules: [
      { id: 'licensed', kind: 'vm-host-must', vms: ['licensed-01'], hosts: ['esx-01', 'esx-02'] },
      { id: 'apart', kind: 'anti-affinity', vms: ['pair-01', 'pair-02'] },
    ],
  },
);

export const pools: ScenarioInput = small(
  'Pools of resources',
  'Production and test crowd one of three hosts, and test may have 12 GHz at most; recommendations only, by VM score.',
  hosts(3, { cores: 8 }),
  [
    ...names('prod', 4).map((id) => vm(id, { pool: 'production', demandMhz: 6_000 })),
    ...names('test', 4).map((id) => vm(id, { pool: 'test', demandMhz: 6_000 })),
    ...names('batch', 2).map((id) => vm(id, { host: 'esx-02', pool: 'test', demandMhz: 3_000 })),
  ],
  {
    clusters: [{ id: 'cluster', site: 'site', drs: { level: 'manual', algorithm: 'score', threshold: 3 } }],
    pools: [
      { id: 'production', cluster: 'cluster', sharesMilli: 2_000 },
      { id: 'test', cluster: 'cluster', sharesMilli: 500, cpuLimitMhz: 12_000 },
    ],
  },
);

export const powerSaving: ScenarioInput = small(
  'Saving power at night',
  'Four hosts idle along. Power management packs the VMs onto two and puts two on standby.',
  hosts(4),
  names('esx', 4).flatMap((on, at) =>
    names(`web-${at + 1}`, 2).map((id) => vm(id, { host: on, demandMhz: 1_500 })),
  ),
  {
    clusters: [
      {
        ...{ id: 'cluster', site: 'site' },
        drs: { level: 'full', algorithm: 'classic', threshold: 3 },
        dpm: { level: 'full', threshold: 3 },
      },
    ],
  },
);

/** It fails for good after its VMs have left. */
export const failingPower: ScenarioInput = small(
  'A failing power supply',
  'One of two power supplies reports, then the other: avoided at first, then emptied. When the host dies nobody is on it.',
  hosts(3, { nics: nics({ bytesPerSecond: GBE }) }),
  [
    ...names('app', 4).map((id) => vm(id, { demandMhz: 2_000 })),
    vm('web-01', { host: 'esx-02', demandMhz: 2_000 }),
    vm('web-02', { host: 'esx-03', demandMhz: 2_000 }),
  ],
  {
    clusters: [
      {
        ...{ id: 'cluster', site: 'site' },
        drs: { level: 'full', algorithm: 'classic', threshold: 3 },
        proactiveHa: { level: 'automated', moderate: 'quarantine', severe: 'maintenance' },
      },
    ],
    actions: [
      { kind: 'health', atNs: 5 * SECOND, host: 'esx-01', part: 'power', state: 'moderate' },
      { kind: 'health', atNs: 15 * SECOND, host: 'esx-01', part: 'power', state: 'severe' },
      { kind: 'fault', atNs: 90 * SECOND, fault: 'host-crash', part: 'esx-01', durationNs: 0 },
    ],
  },
);

export const blockedMaintenance: ScenarioInput = small(
  'A VM that blocks maintenance',
  'A host is emptied, but one VM lies on its own disk and another is bound to it by a rule: it waits for ever.',
  hosts(3),
  [
    vm('free-01'),
    vm('free-02'),
    vm('local-disk', { datastore: 'local-01' }),
    vm('licensed-here'),
    vm('there-01', { host: 'esx-02' }),
  ],
  {
    datastores: [
      { id: 'store', hosts: names('esx', 3) },
      { id: 'local-01', kind: 'local', hosts: ['esx-01'] },
    ],
    rules: [{ id: 'licensed', kind: 'vm-host-must', vms: ['licensed-here'], hosts: ['esx-01'] }],
    actions: [{ kind: 'enter-maintenance', host: 'esx-01' }],
  },
);

/** One host after the other: emptied, worked on for a minute, taken back. */
export const rollingMaintenance: ScenarioInput = small(
  'Rolling maintenance',
  'Four hosts get new firmware one after the other; their VMs go round and nobody stops working.',
  hosts(4),
  names('esx', 4).flatMap((on, at) => names(`app-${at + 1}`, 3).map((id) => vm(id, { host: on }))),
  {
    actions: names('esx', 4).flatMap((id, at) => [
      { kind: 'enter-maintenance' as const, atNs: at * 70 * SECOND, host: id },
      { kind: 'exit-maintenance' as const, atNs: (at * 70 + 65) * SECOND, host: id },
    ]),
  },
);

const slow = nics({ bytesPerSecond: GBE });

/** Three moves alike; their sources die in pre-copy, in the stun, and after the VM has resumed elsewhere. */
export const crashInEachPhase: ScenarioInput = small(
  'The source fails: when matters',
  'Three VMs move; their hosts die in pre-copy, in the stun and just after it. Two are started again from their disks, one has left.',
  [
    ...['in-pre-copy', 'in-the-stun', 'after-it'].map((id) => host(id, { nics: slow })),
    ...names('to', 3).map((id) => host(id, { nics: slow })),
  ],
  [
    vm('web-01', { host: 'in-pre-copy' }),
    vm('web-02', { host: 'in-the-stun' }),
    vm('web-03', { host: 'after-it' }),
  ],
  {
    actions: [
      migrate('web-01', 'to-01'),
      migrate('web-02', 'to-02'),
      migrate('web-03', 'to-03'),
      { kind: 'fault', atNs: 4 * SECOND, fault: 'host-crash', part: 'in-pre-copy', durationNs: 0 },
      { kind: 'fault', atNs: 7_450_000_000, fault: 'host-crash', part: 'in-the-stun', durationNs: 0 },
      { kind: 'fault', atNs: 12 * SECOND, fault: 'host-crash', part: 'after-it', durationNs: 0 },
    ],
  },
);

export const partition: ScenarioInput = small(
  'A partition in mid-migration',
  'The target loses everybody else for two minutes. Nothing comes through; after 100 s the move is given up and the VM runs on.',
  [host('esx-01', { nics: slow }), host('esx-02', { nics: slow }), host('esx-03', { nics: slow })],
  [
    vm('db', {
      memoryBytes: 2 * GIB,
      phases: [{ pattern: 'hot-cold', writesPerSecond: 2_000, workingSetBytes: 256 * MIB }],
    }),
    vm('web', { host: 'esx-02' }),
  ],
  {
    actions: [
      migrate('db', 'esx-02'),
      { kind: 'fault', atNs: 6 * SECOND, fault: 'partition', part: 'esx-02', durationNs: 120 * SECOND },
    ],
  },
);
