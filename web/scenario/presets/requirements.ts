/** One small datacenter for each requirement: what is refused, what is only warned of, and what goes through. */
import { GIB, NS_PER_MS } from '../../base/units.ts';
import type { ScenarioInput } from '../schema.ts';
import { GBE, host, migrate, nics, small, switched, vm } from './parts.ts';

export const mayItMove: ScenarioInput = small(
  'May it move?',
  'A database and five other hosts: one fits, one fits with a warning, three refuse, each for a reason of its own.',
  [
    host('esx-01'),
    host('esx-02'),
    host('esx-03', { cpu: 'intel-skylake' }),
    host('esx-04', switched('vms', 'vm network')),
    host('esx-05', { nics: nics({ mtu: 9_000 }) }),
    host('esx-06', { memoryBytes: 8 * GIB }),
  ],
  [
    vm('db', { memoryBytes: 4 * GIB }),
    vm('web-02', { host: 'esx-02' }),
    vm('app-03', { host: 'esx-03', memoryBytes: 2 * GIB }),
    vm('app-04', { host: 'esx-04', portGroup: 'vm network' }),
    vm('dwh-06', { host: 'esx-06', memoryBytes: 6 * GIB }),
  ],
  { actions: [migrate('db', 'esx-04')] },
);

export const fiveInputs: ScenarioInput = small(
  'Five things decide about the CPU',
  'Host CPU, BIOS, ESX version, compatibility setting and guest system: each keeps one VM where it is; one with EVC moves.',
  [
    host('esx-01'),
    host('older-cpu', { cpu: 'intel-skylake' }),
    host('other-vendor', { cpu: 'amd-zen3' }),
    host('bios-without-nx', { bios: { nx: false } }),
    host('bios-without-vt', { bios: { vt: false } }),
    host('older-esx', { version: '6.7' }),
  ],
  [
    vm('cpu-model'),
    vm('cpu-vendor'),
    vm('bios'),
    vm('guest', { guest: 'windows-64' }),
    vm('esx-and-setting'),
    vm('with-evc', { evc: 'intel-skylake' }),
  ],
  {
    actions: [
      migrate('cpu-model', 'older-cpu'),
      migrate('cpu-vendor', 'other-vendor'),
      migrate('bios', 'bios-without-nx'),
      migrate('guest', 'bios-without-vt'),
      migrate('esx-and-setting', 'older-esx'),
      migrate('with-evc', 'older-cpu'),
    ],
  },
);

export const vmotionInterface: ScenarioInput = small(
  'The vMotion interface',
  'No interface and no link are errors, 100 Mbit/s is a warning and takes its time.',
  [
    host('esx-01'),
    host('without', { nics: nics({ vmotion: false }) }),
    host('link-down', { nics: nics({ up: false }) }),
    host('slow', { nics: nics({ bytesPerSecond: GBE / 10 }) }),
    host('fast'),
  ],
  [vm('app-1'), vm('app-2'), vm('app-3'), vm('app-4')],
  {
    actions: [
      migrate('app-1', 'without'),
      migrate('app-2', 'link-down'),
      migrate('app-3', 'slow'),
      migrate('app-4', 'fast'),
    ],
  },
);

export const notShared: ScenarioInput = small(
  'Without shared storage',
  'Two VMs on the disk of their host: one is refused, the other takes its disk along, over the same network.',
  [host('esx-01'), host('esx-02')],
  [
    vm('stays', { datastore: 'local-01', diskBytes: 4 * GIB }),
    vm('takes-disk-along', { datastore: 'local-01', diskBytes: 4 * GIB, diskWriteBytesPerSecond: 5_000_000 }),
  ],
  {
    datastores: [
      { id: 'local-01', kind: 'local', hosts: ['esx-01'] },
      { id: 'local-02', kind: 'local', hosts: ['esx-02'] },
    ],
    actions: [migrate('stays', 'esx-02'), migrate('takes-disk-along', 'esx-02', { datastore: 'local-02' })],
  },
);

export const capitals: ScenarioInput = small(
  '"VM Network" is not "vm network"',
  'The label of a port group is compared letter by letter; on one host somebody wrote it small.',
  [host('esx-01'), host('esx-02', switched('vms', 'vm network')), host('esx-03')],
  [vm('web'), vm('mail')],
  { actions: [migrate('web', 'esx-02'), migrate('mail', 'esx-03')] },
);

export const noRoom: ScenarioInput = small(
  'One MiB too little',
  'The target has room for one of two VMs to the byte; the second finds nothing left.',
  [host('esx-01'), host('esx-02', { memoryBytes: 4 * GIB })],
  [
    vm('first', { memoryBytes: 2 * GIB }),
    vm('second', { memoryBytes: GIB }),
    vm('there-already', { host: 'esx-02', memoryBytes: 2 * GIB }),
  ],
  { actions: [migrate('first', 'esx-02'), migrate('second', 'esx-02')] },
);

export const licences: ScenarioInput = small(
  'Essentials Plus, on both hosts',
  'Essentials has no vMotion, Essentials Plus has: the licence is asked for at both ends.',
  [
    host('esx-01', { licence: 'essentials-plus' }),
    host('essentials', { licence: 'essentials' }),
    host('essentials-plus', { licence: 'essentials-plus' }),
  ],
  [vm('web'), vm('mail'), vm('file', { host: 'essentials' })],
  {
    actions: [
      migrate('web', 'essentials'),
      migrate('mail', 'essentials-plus'),
      migrate('file', 'essentials-plus'),
    ],
  },
);

/** Three sites: 10,000 km of fibre are exactly 100 ms, 10,100 km are 101. */
export const hundredMs: ScenarioInput = small(
  '100 ms and 250 Mbit/s',
  'By the oldest sources 100 ms are allowed and 101 ms are not; a line of 400 Mbit/s carries one move at a time.',
  [host('esx-01'), host('far-100', { cluster: 'far' }), host('farther-101', { cluster: 'farther' })],
  [vm('web'), vm('mail'), vm('file')],
  {
    sites: [{ id: 'site' }, { id: 'at-10000-km' }, { id: 'at-10100-km' }],
    clusters: [
      { id: 'cluster', site: 'site' },
      { id: 'far', site: 'at-10000-km' },
      { id: 'farther', site: 'at-10100-km' },
    ],
    networks: [
      { id: 'vmotion', kind: 'vmotion', windowBytes: 16 * 1_048_576 },
      { id: 'vms', kind: 'vm' },
    ],
    wans: [
      { id: 'line-100', sites: ['site', 'at-10000-km'], bytesPerSecond: 50_000_000, rttNs: 100 * NS_PER_MS },
      { id: 'line-101', sites: ['site', 'at-10100-km'], bytesPerSecond: 50_000_000, rttNs: 101 * NS_PER_MS },
    ],
    policy: { profile: 'seed' },
    actions: [migrate('web', 'far-100'), migrate('mail', 'far-100'), migrate('file', 'farther-101')],
  },
);

export const stretched: ScenarioInput = small(
  'A stretched network',
  'The same two networks as where the clients are lost, joined by VXLAN: the VM moves to the other site and is reached.',
  [host('esx-01'), host('esx-02', { cluster: 'there', ...switched('vms-there') })],
  [vm('web')],
  {
    sites: [{ id: 'site' }, { id: 'other' }],
    clusters: [
      { id: 'cluster', site: 'site' },
      { id: 'there', site: 'other' },
    ],
    networks: [
      { id: 'vmotion', kind: 'vmotion' },
      { id: 'vms', kind: 'vm', vlan: 10, site: 'site' },
      { id: 'vms-there', kind: 'vm', vlan: 20, site: 'other' },
    ],
    wans: [{ id: 'metro', sites: ['site', 'other'], bytesPerSecond: 10 * GBE, rttNs: 5 * NS_PER_MS }],
    stretches: [{ id: 'vxlan-5001', kind: 'vxlan', networks: ['vms', 'vms-there'] }],
    actions: [migrate('web', 'esx-02')],
  },
);

export const routed: ScenarioInput = small(
  'vMotion through a router',
  'Two vMotion networks joined by a router: only the vMotion stack crosses it, and only from 6.0 on.',
  [
    host('esx-01', { nics: nics({ stack: 'vmotion' }) }),
    host('vmotion-stack', { nics: nics({ network: 'vmotion-b', stack: 'vmotion' }) }),
    host('default-stack', { nics: nics({ network: 'vmotion-b' }) }),
    host('before-6.0', {
      version: '5.5',
      nics: nics({ network: 'vmotion-b', stack: 'vmotion' }),
    }),
  ],
  [vm('web'), vm('mail'), vm('old', { hardwareVersion: 10 })],
  {
    networks: [
      { id: 'vmotion', kind: 'vmotion' },
      { id: 'vmotion-b', kind: 'vmotion' },
      { id: 'vms', kind: 'vm' },
    ],
    routers: [{ id: 'router', networks: ['vmotion', 'vmotion-b'] }],
    actions: [
      migrate('web', 'vmotion-stack'),
      migrate('mail', 'default-stack'),
      migrate('old', 'before-6.0'),
    ],
  },
);

export const openNetwork: ScenarioInput = small(
  'A network others can read',
  'Without encryption a warning; with encryption none; required, and one host cannot: refused.',
  [host('esx-01'), host('esx-02'), host('before-6.5', { version: '6.0' })],
  [
    vm('in-the-clear', { encryption: 'disabled', hardwareVersion: 11 }),
    vm('encrypted', { encryption: 'required', hardwareVersion: 11 }),
    vm('must-be-encrypted', { encryption: 'required', hardwareVersion: 11 }),
  ],
  {
    networks: [
      { id: 'vmotion', kind: 'vmotion', secured: false },
      { id: 'vms', kind: 'vm' },
    ],
    actions: [
      migrate('in-the-clear', 'esx-02'),
      migrate('encrypted', 'esx-02'),
      migrate('must-be-encrypted', 'before-6.5'),
    ],
  },
);

const pair = (n: number, vmotion: ReturnType<typeof nics>) => [
  host(`from-${n}`, { nics: vmotion }),
  host(`to-${n}`, { nics: vmotion }),
];
const busy = (id: string, on: string) =>
  vm(id, {
    ...{ host: on, memoryBytes: 4 * GIB },
    phases: [{ pattern: 'hot-cold', writesPerSecond: 8_000, workingSetBytes: GIB }],
  });

export const moreBandwidth: ScenarioInput = small(
  'More bandwidth',
  'The same busy VM over 1 GbE, over two times 1 GbE, over 10 and over 25 GbE, at the same time.',
  [
    ...pair(1, nics({ bytesPerSecond: GBE })),
    ...pair(2, [...nics({ bytesPerSecond: GBE }), { id: 'vmnic2', network: 'vmotion', bytesPerSecond: GBE }]),
    ...pair(3, nics()),
    ...pair(4, nics({ bytesPerSecond: 25 * GBE })),
  ],
  [
    busy('1-gbe', 'from-1'),
    busy('2-times-1-gbe', 'from-2'),
    busy('10-gbe', 'from-3'),
    busy('25-gbe', 'from-4'),
  ],
  {
    actions: ['1-gbe', '2-times-1-gbe', '10-gbe', '25-gbe'].map((id, at) => migrate(id, `to-${at + 1}`)),
  },
);

export const devices: ScenarioInput = small(
  'What holds a VM where it is',
  'A mounted ISO, a passed-through card, CPU affinity, a rule: four VMs do not leave; the fifth does.',
  [host('esx-01'), host('esx-02')],
  [
    vm('iso', { devices: [{ id: 'tools.iso', kind: 'cdrom-datastore', datastore: 'isos' }] }),
    vm('card', { devices: [{ id: 'hba', kind: 'pci-passthrough' }] }),
    vm('pinned', { cpuAffinity: true }),
    vm('licensed-here'),
    vm('free'),
  ],
  {
    datastores: [
      { id: 'store', hosts: ['esx-01', 'esx-02'] },
      { id: 'isos', kind: 'local', hosts: ['esx-01'] },
    ],
    rules: [{ id: 'licensed', kind: 'vm-host-must', vms: ['licensed-here'], hosts: ['esx-01'] }],
    actions: ['iso', 'card', 'pinned', 'licensed-here', 'free'].map((id) => migrate(id, 'esx-02')),
  },
);
