/**
 * Each row is one way in which a move can be refused or warned of: what the scenario says, which rule speaks and how hard, words of its
 * message and of its reason, and that one click mends it where a fix is offered.
 */
import { describe, expect, it } from 'vitest';
import { GIB, MIB, TIB } from '../../../web/base/units.ts';
import { parseScenario } from '../../../web/scenario/parse.ts';
import { expandGroups } from '../../../web/scenario/groups.ts';
import type { Scenario, ScenarioInput } from '../../../web/scenario/schema.ts';
import {
  applyFix,
  checkMove,
  Inventory,
  moveOf,
  RULES,
  type Finding,
  type Thought,
} from '../../../web/sim/requirements/index.ts';

type Input = Record<string, unknown>;
interface Change {
  readonly source?: Input;
  readonly target?: Input;
  readonly vm?: Input;
  readonly cluster?: Input;
  readonly vmotion?: Input;
  readonly more?: Partial<ScenarioInput>;
  readonly thought?: Thought;
}

const nics = (changes: Input = {}) => [
  { id: 'vmnic0', network: 'vms', bytesPerSecond: 1_250_000_000 },
  { id: 'vmnic1', network: 'vmotion', bytesPerSecond: 1_250_000_000, ...changes },
];
const switched = (changes: Input = {}, group: Input = {}) => ({
  switches: [{ id: 'vswitch0', uplinks: ['vmnic0'], ...changes }],
  portGroups: [{ label: 'VM Network', network: 'vms', switch: 'vswitch0', ...group }],
});

function scenarioOf({ source, target, vm, cluster, vmotion, more }: Change): Scenario {
  const host = (id: string, changes: Input = {}) => ({
    ...{ id, cluster: 'cluster', memoryBytes: 16 * GIB, nics: nics(), ...switched(), ...changes },
  });
  const input = {
    schema: 1,
    title: 'May it move?',
    sites: [{ id: 'site' }],
    clusters: [{ id: 'cluster', site: 'site', ...cluster }],
    networks: [
      { id: 'vmotion', kind: 'vmotion', ...vmotion },
      { id: 'vms', kind: 'vm' },
    ],
    hosts: [host('esx-01', source), host('esx-02', target)],
    datastores: [{ id: 'store', hosts: ['esx-01', 'esx-02'] }],
    vms: [
      {
        ...{ id: 'web', host: 'esx-01', datastore: 'store', network: 'vms', portGroup: 'VM Network' },
        ...{ memoryBytes: 4 * GIB, ...vm },
      },
    ],
    ...more,
  };
  const parsed = parseScenario(input);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return parsed.value;
}

function findingsOf(scenario: Scenario, thought?: Thought): Finding[] {
  return checkMove(moveOf(new Inventory(expandGroups(scenario)), 'web', 'esx-02', thought)!);
}

const farAway = (wan: Input, policy: Input = {}): Partial<ScenarioInput> =>
  ({
    sites: [{ id: 'site' }, { id: 'far' }],
    clusters: [
      { id: 'cluster', site: 'site' },
      { id: 'there', site: 'far' },
    ],
    wans: [{ id: 'line', sites: ['site', 'far'], bytesPerSecond: 125_000_000, rttNs: 20_000_000, ...wan }],
    policy,
  }) as Partial<ScenarioInput>;
const there = { cluster: 'there' };

type Row = readonly [
  what: string,
  change: Change,
  rule: string,
  severity: 'error' | 'warning',
  message: RegExp,
  why: RegExp,
  fixed: boolean,
];

const cd = (kind: string, more: Input = {}) => ({ devices: [{ id: 'cd', kind, ...more }] });

// prettier-ignore
const ROWS: readonly Row[] = [
  // 1. CPU: five inputs.
  ['host CPU of another vendor', { target: { cpu: 'amd-zen3' } }, 'cpu-vendor', 'error', /CPU of the host is incompatible.*CPUID level 0x0/, /Intel Ice Lake, esx-02 has AMD Zen 3/, false],
  ['older host CPU', { target: { cpu: 'intel-skylake' } }, 'cpu-features', 'error', /hardware requirements.*cpuid\.sha/, /lacks 11 of the \d+ features web has used.*Its CPU is Intel Skylake/, true],
  ['older host CPU, older ESX', { source: { version: '6.0', cpu: 'intel-westmere' }, target: { version: '6.0', cpu: 'intel-nehalem' }, vm: { hardwareVersion: 11 } }, 'cpu-features', 'error', /problem detected at CPUID level 0x1 register 'ecx'/, /lacks 2 of .*: aes, pclmulqdq/, true],
  ['a generation of AMD', { source: { cpu: 'amd-zen2' }, target: { cpu: 'amd-zen' } }, 'cpu-features', 'error', /hardware requirements/, /clwb, rdpid/, true],
  ['BIOS: XD is off', { target: { bios: { nx: false } } }, 'cpu-features', 'error', /cpuid\.nx/, /BIOS of esx-02 switches them off/, true],
  ['BIOS: AES-NI is off', { target: { bios: { aes: false } } }, 'cpu-features', 'error', /cpuid\.aes/, /BIOS of esx-02 switches them off/, true],
  ['BIOS: VT is off', { target: { bios: { vt: false } } }, 'cpu-virtualization', 'error', /VT-x or AMD-V/, /guest of web is linux-64/, true],
  ['ESX version that does not know the CPU', { source: { version: '7.0U2', cpu: 'amd-zen3' }, target: { version: '7.0', cpu: 'amd-zen3' } }, 'cpu-features', 'error', /hardware requirements/, /The CPU has them; ESX 7.0 does not pass them on/, true],
  ['compatibility setting too new', { target: { version: '6.5' } }, 'hardware-version', 'error', /vmx-17.*not supported/, /runs hardware up to vmx-13/, true],
  ['guest system of 64 bit where the mask hides nothing', { vm: { guest: 'windows-64' }, target: { bios: { vt: false } } }, 'cpu-virtualization', 'error', /64-bit guest/, /windows-64/, true],
  // 2, 10, 11. vMotion interface.
  ['vMotion is switched off on its only adapter', { target: { nics: nics({ vmotion: false }) } }, 'vmotion-missing', 'error', /not configured.*destination host esx-02/, /switched off on vmnic1/, true],
  ['no adapter on a vMotion network', { source: { nics: nics().slice(0, 1) } }, 'vmotion-missing', 'error', /source host esx-01/, /at least one is needed/, false],
  ['link down', { target: { nics: nics({ up: false }) } }, 'vmotion-link-down', 'error', /no link/, /vmnic1 of esx-02: link down/, true],
  ['below 1 Gbit/s', { target: { nics: nics({ bytesPerSecond: 12_500_000 }) } }, 'vmotion-slow', 'warning', /slower than 1 Gbit\/s/, /100 Mbit\/s; 1 Gbit\/s is the least/, true],
  ['below 1 Gbit/s, by the oldest sources', { target: { nics: nics({ bytesPerSecond: 12_500_000 }) }, more: { policy: { profile: 'seed' } } }, 'vmotion-slow', 'error', /slower than 1 Gbit\/s/, /100 Mbit\/s/, true],
  ['half duplex', { target: { nics: nics({ fullDuplex: false }) } }, 'vmotion-half-duplex', 'warning', /full duplex/, /over one line/, true],
  ['MTU differs', { target: { nics: nics({ mtu: 9_000 }) } }, 'vmotion-mtu', 'warning', /different vMotion vNIC MTU configurations/, /1500 bytes, esx-02 takes 9000: they agree on 1500/, true],
  ['networks without a way between', { target: { nics: nics({ network: 'vmotion-b' }) }, more: { networks: [{ id: 'vmotion', kind: 'vmotion' }, { id: 'vmotion-b', kind: 'vmotion' }, { id: 'vms', kind: 'vm' }] } }, 'no-way', 'error', /failed to connect/, /no router joins them/, false],
  ['a router, but adapters on the default stack', { target: { nics: nics({ network: 'vmotion-b' }) }, more: { networks: [{ id: 'vmotion', kind: 'vmotion' }, { id: 'vmotion-b', kind: 'vmotion' }, { id: 'vms', kind: 'vm' }], routers: [{ id: 'router', networks: ['vmotion', 'vmotion-b'] }] } }, 'no-way', 'error', /failed to connect/, /only the vMotion TCP\/IP stack has a gateway/, true],
  ['a router, but hosts before 6.0', { source: { version: '5.5', nics: nics({ stack: 'vmotion' }) }, target: { version: '5.5', nics: nics({ network: 'vmotion-b', stack: 'vmotion' }) }, vm: { hardwareVersion: 10 }, more: { networks: [{ id: 'vmotion', kind: 'vmotion' }, { id: 'vmotion-b', kind: 'vmotion' }, { id: 'vms', kind: 'vm' }], routers: [{ id: 'router', networks: ['vmotion', 'vmotion-b'] }] } }, 'no-way', 'error', /failed to connect/, /only from 6.0 on: esx-01 runs 5.5/, true],
  ['encryption is required, the target is too old', { source: { version: '6.7' }, target: { version: '6.0' }, vm: { encryption: 'required', hardwareVersion: 11 } }, 'encryption', 'error', /Encrypted vMotion is required/, /esx-02 runs ESX 6.0/, true],
  ['encryption is required, no AES-NI', { vm: { encryption: 'required' }, target: { bios: { aes: false } } }, 'encryption', 'error', /Encrypted vMotion is required/, /esx-02 has no AES-NI/, true],
  ['network open to others, and not encrypted', { vm: { encryption: 'disabled' }, vmotion: { secured: false } }, 'vmotion-unsecured', 'warning', /crosses vmotion unencrypted/, /disabled/, true],
  ['management addresses of two families', { target: { management: 'ipv6' } }, 'management-family', 'error', /address families/, /ipv4, esx-02 over ipv6/, true],
  // 3. Storage.
  ['datastore that only its host sees', { more: { datastores: [{ id: 'store', hosts: ['esx-01'], kind: 'local' }, { id: 'nfs', kind: 'nfs', hosts: ['esx-01', 'esx-02'] }] } }, 'datastore', 'error', /disk on datastore 'store'/, /\(local\), which esx-02 does not see/, false],
  ['no room for the disk', { vm: { diskBytes: 100 * GIB }, more: { datastores: [{ id: 'store', hosts: ['esx-01'] }, { id: 'small', hosts: ['esx-02'], capacityBytes: 50 * GIB }] }, thought: { datastore: 'small' } }, 'datastore-full', 'error', /Insufficient disk space/, /has 100 GiB; small has 50 GiB left/, false],
  ['host and disk at once before 5.1', { source: { version: '5.0' }, target: { version: '5.0' }, vm: { hardwareVersion: 8 }, more: { datastores: [{ id: 'store', hosts: ['esx-01'] }, { id: 'other', hosts: ['esx-02'] }] }, thought: { datastore: 'other' } }, 'without-shared-storage', 'error', /cannot be changed at once/, /Both hosts need 5.1/, false],
  ['snapshots', { vm: { snapshots: 2 } }, 'snapshots', 'warning', /Reverting to a snapshot/, /web has 2/, true],
  ['swap file of the host', { vm: { swap: 'host-local', memoryReservationBytes: GIB } }, 'swap-host-local', 'warning', /swap file of 3 GiB/, /memory less reservation/, true],
  // 4. Port groups.
  ['label in other capitals', { target: switched({}, { label: 'vm network' }) }, 'port-group', 'error', /uses network 'VM Network', which is not accessible/, /needs "VM Network", esx-02 has "vm network"/, true],
  ['no such label, adapter not connected', { vm: { connected: false }, target: switched({}, { label: 'Other' }) }, 'port-group', 'warning', /not accessible/, /has "Other"/, false],
  ['no such label, another network of the same domain', { target: switched({}, { label: 'Production' }) }, 'port-group', 'error', /not accessible/, /has "Production"/, false],
  ['another network before 6.0', { source: { version: '5.5' }, target: { version: '5.5', ...switched({}, { label: 'Production' }) }, vm: { hardwareVersion: 10 }, thought: { portGroup: 'Production' } }, 'other-network', 'error', /different network/, /choosing one came with 6.0/, false],
  ['from a distributed switch to a standard one', { source: switched({ kind: 'distributed' }) }, 'distributed-switch', 'error', /type of the destination network is not supported/, /that way round is refused/, false],
  ['distributed switches of two versions', { source: switched({ kind: 'distributed', version: 6 }), target: switched({ id: 'dvs-b', kind: 'distributed', version: 7 }, { switch: 'dvs-b' }) }, 'distributed-switch', 'error', /versions of the source and destination/, /version 6, dvs-b version 7/, true],
  ['switch without an uplink', { target: switched({ uplinks: [] }) }, 'virtual-intranet', 'error', /virtual intranet/, /vswitch0 of esx-02 has no uplink/, true],
  ['no free port', { target: switched({ freePorts: 0 }) }, 'switch-full', 'error', /no free ports/, /0 ports/, true],
  // 5. Resources.
  ['memory: one MiB too little', { target: { memoryBytes: 4 * GIB }, vm: { memoryBytes: 4 * GIB + MIB } }, 'memory', 'error', /sufficient memory resources/, /has 4 GiB of 4 GiB unreserved: 1 MiB are lacking/, false],
  ['memory: overhead of the hypervisor', { target: { memoryBytes: 4 * GIB }, more: { policy: { overheadPpm: 20_000 } } }, 'memory', 'error', /sufficient memory/, /4.08 GiB/, false],
  ['CPU reservation', { vm: { cpuReservationMhz: 5_201 }, target: { cores: 2, coreMhz: 2_600 } }, 'cpu-reservation', 'error', /sufficient CPU resources/, /reserves 5201 MHz, esx-02 has 5200 of 5200/, true],
  ['more vCPUs than cores', { vm: { vcpus: 8 }, target: { cores: 4 } }, 'vcpus', 'error', /number of virtual CPUs \(8\)/, /4 cores/, false],
  ['pool of another cluster', { target: { cluster: 'other' }, vm: { pool: 'gold' }, more: { clusters: [{ id: 'cluster', site: 'site' }, { id: 'other', site: 'site' }], pools: [{ id: 'gold', cluster: 'cluster' }] } }, 'resource-pool', 'warning', /leaves its resource pool/, /gold belongs to cluster/, false],
  // 6. Licences.
  ['licence below Essentials Plus', { target: { licence: 'essentials' } }, 'licence-vmotion', 'error', /'esx-02' is not licensed for vMotion/, /has Essentials; vMotion needs at least Essentials Plus on both hosts/, true],
  ['licence of the source', { source: { licence: 'hypervisor' } }, 'licence-vmotion', 'error', /'esx-01' is not licensed/, /vSphere Hypervisor/, true],
  ['long distance without Enterprise Plus', { target: { ...there, licence: 'standard' }, more: farAway({}) }, 'licence-distance', 'error', /long distance vMotion/, /at least Enterprise Plus on both hosts/, true],
  // 7, 9. Long distance.
  ['round trip of 101 ms, by the oldest sources', { target: there, more: farAway({ rttNs: 101_000_000 }, { profile: 'seed' }) }, 'distance-latency', 'error', /must be 100 ms or less/, /takes 101 ms, at most 100 ms.*10100 km/, true],
  ['round trip of 151 ms, newer', { target: there, more: farAway({ rttNs: 151_000_000 }) }, 'distance-latency', 'warning', /Unsupported vMotion network latency detected/, /at most 150 ms/, true],
  ['round trip of 11 ms with 5.5', { source: { version: '5.5' }, target: { ...there, version: '5.5' }, vm: { hardwareVersion: 10 }, more: farAway({ rttNs: 11_000_000 }) }, 'distance-latency', 'warning', /latency/, /at most 10 ms/, true],
  ['less than 250 Mbit/s, by the oldest sources', { target: there, more: farAway({ bytesPerSecond: 31_000_000 }, { profile: 'seed' }) }, 'distance-bandwidth', 'error', /needs 250 Mbit\/s for itself/, /line carries 248 Mbit\/s/, true],
  ['less than 250 Mbit/s, newer', { target: there, more: farAway({ bytesPerSecond: 31_000_000 }) }, 'distance-bandwidth', 'warning', /needs 250 Mbit\/s/, /248 Mbit\/s/, true],
  ['between sites before 6.0, by the oldest sources', { source: { version: '5.5' }, target: { ...there, version: '5.5' }, vm: { hardwareVersion: 10 }, more: farAway({ rttNs: 5_000_000 }, { profile: 'seed' }) }, 'distance-version', 'error', /requirements of migration between two vCenter/, /esx-01 runs 5.5/, true],
  // 8. Layer 2.
  ['another broadcast domain', { target: switched({}, { network: 'vms-b' }), more: { networks: [{ id: 'vmotion', kind: 'vmotion' }, { id: 'vms', kind: 'vm' }, { id: 'vms-b', kind: 'vm' }] } }, 'layer-2', 'warning', /No client will reach web on esx-02/, /two broadcast domains, and the IP of the guest/, true],
  ['switches are not told', { target: switched({ notify: false }) }, 'notify-off', 'warning', /until web speaks/, /"Notify switches" is off/, true],
  // Devices.
  ['CD drive of the host', { vm: cd('cdrom-host') }, 'device-backing', 'error', /Currently connected device 'CD\/DVD drive 1' uses backing 'cd', which is not accessible/, /drive or port of esx-01/, false],
  ['CD drive of the host, disconnected', { vm: cd('cdrom-host', { connected: false }) }, 'device-backing', 'warning', /: Device 'CD\/DVD drive 1'/, /esx-01/, false],
  ['image on a datastore the target does not see', { vm: cd('cdrom-datastore', { datastore: 'iso' }), more: { datastores: [{ id: 'store', hosts: ['esx-01', 'esx-02'] }, { id: 'iso', hosts: ['esx-01'] }] } }, 'device-backing', 'error', /backing '\[iso\] cd.iso'/, /lies on iso/, false],
  ['USB of a client before 7.0', { source: { version: '6.7', cpu: 'intel-skylake' }, target: { version: '6.7' }, vm: { hardwareVersion: 14, ...cd('usb-client') } }, 'device-remote', 'error', /Remote device/, /runs 6.7/, true],
  ['CD of a client from 7.0 on', { vm: cd('cdrom-client') }, 'device-remote', 'warning', /connected again on the destination/, /7.0 or newer/, true],
  ['PCI device passed through', { vm: cd('pci-passthrough') }, 'device-passthrough', 'error', /Migration is not allowed/, /pci-passthrough/, true],
  ['SCSI bus sharing', { vm: cd('scsi-bus-sharing') }, 'device-passthrough', 'error', /Migration is not allowed/, /scsi-bus-sharing/, true],
  ['USB of the host, not enabled for vMotion', { vm: cd('usb-host') }, 'device-usb', 'error', /USB 1/, /Every USB device/, true],
  ['vGPU without a GPU there', { vm: cd('vgpu') }, 'device-vgpu', 'error', /not supported by the destination/, /no GPU/, false],
  ['raw device mapping, disk moves', { vm: cd('rdm-physical'), more: { datastores: [{ id: 'store', hosts: ['esx-01', 'esx-02'] }, { id: 'other', hosts: ['esx-01', 'esx-02'] }] }, thought: { datastore: 'other' } }, 'device-raw-mapping', 'error', /cannot be copied/, /Only the mapping file moves/, true],
  ['CPU affinity', { vm: { cpuAffinity: true } }, 'cpu-affinity', 'error', /affinity configured/, /certain CPUs of esx-01/, true],
  // Rules.
  ['VM-host must', { more: { rules: [{ id: 'licensed', kind: 'vm-host-must', vms: ['web'], hosts: ['esx-01'] }] } }, 'vm-host-rule', 'error', /VM-host affinity rule 'licensed'/, /keeps it on esx-01/, false],
  ['VM-host must not', { more: { rules: [{ id: 'never', kind: 'vm-host-must-not', vms: ['web'], hosts: ['esx-02'] }] } }, 'vm-host-rule', 'error', /'never'/, /keeps it off esx-02/, false],
  ['VM-host should', { more: { rules: [{ id: 'near', kind: 'vm-host-should', vms: ['web'], hosts: ['esx-01'] }] } }, 'vm-host-rule', 'warning', /wished, not demanded/, /keeps it on esx-01/, false],
  ['anti-affinity', { more: { vms: [{ id: 'web', host: 'esx-01', datastore: 'store', network: 'vms', portGroup: 'VM Network', memoryBytes: GIB }, { id: 'twin', host: 'esx-02', datastore: 'store', network: 'vms', portGroup: 'VM Network', memoryBytes: GIB }], rules: [{ id: 'apart', kind: 'anti-affinity', vms: ['web', 'twin'] }] } }, 'vm-vm-rule', 'warning', /'apart' would be broken/, /web and twin apart/, false],
  ['heartbeat shorter than the goal', { vm: { heartbeatNs: 400_000_000 } }, 'heartbeat', 'warning', /take it for dead/, /forgives 400 ms; the switchover may take 500 ms/, true],
  // State.
  ['host in maintenance', { target: { state: 'maintenance' } }, 'host-state', 'error', /current state of the host/, /in maintenance/, true],
  ['VM still resuming', { vm: { power: 'resuming' } }, 'vm-not-ready', 'error', /not ready to be migrated/, /resuming/, true],
  ['VMware Tools are being installed', { vm: { installingTools: true } }, 'tools-installing', 'error', /Tools installation is in progress/, /cancel/, true],
  ['migration disabled', { vm: { migrationDisabled: true } }, 'migration-disabled', 'error', /is disabled/, /enable it again/, true],
];

describe('a move', () => {
  it('between two hosts that are alike has no findings', () => {
    expect(findingsOf(scenarioOf({}))).toEqual([]);
  });

  it.each(ROWS)('%s', (_, change, rule, severity, message, why, fixed) => {
    const scenario = scenarioOf(change);
    const found = findingsOf(scenario, change.thought).find((one) => one.rule === rule);
    expect(found).toBeDefined();
    expect(found!.severity).toBe(severity);
    expect(found!.message).toMatch(message);
    expect(found!.why).toMatch(why);
    if (!fixed) return;
    expect(found!.fix).not.toBeNull();
    const mended = findingsOf(applyFix(scenario, found!.fix!), change.thought);
    expect(mended.filter((one) => one.rule === rule && one.severity === severity)).toEqual([]);
  });

  it('leaves no rule untried but those of a disk that moves within one host, and of a host that is there already', () => {
    const tried = new Set(ROWS.map(([, , rule]) => rule));
    expect(RULES.map(({ id }) => id).filter((id) => !tried.has(id))).toEqual([
      'disk-target-unseen',
      'licence-storage-vmotion',
      'same-host',
    ]);
  });

  it.each([
    [99, 'error', 0],
    [100, 'error', 0],
    [101, 'error', 1],
    [150, 'warning', 0],
    [151, 'warning', 1],
  ] as const)('over %i ms, where that is an %s, finds %i', (ms, severity, count) => {
    const policy = severity === 'error' ? { profile: 'seed' } : {};
    const scenario = scenarioOf({ target: there, more: farAway({ rttNs: ms * 1_000_000 }, policy) });
    const found = findingsOf(scenario).filter(({ rule }) => rule === 'distance-latency');
    expect(found.map((one) => one.severity)).toEqual(new Array(count).fill(severity));
  });

  it('fits to the byte: exactly as much memory as is free', () => {
    expect(findingsOf(scenarioOf({ target: { memoryBytes: 4 * GIB } }))).toEqual([]);
  });

  it('of a VM that is off asks for nothing of CPU, interface or licence', () => {
    const target = {
      cpu: 'intel-merom',
      licence: 'hypervisor',
      nics: nics({ vmotion: false }),
      memoryBytes: GIB,
    };
    expect(findingsOf(scenarioOf({ vm: { power: 'off' }, target }))).toEqual([]);
  });
});

describe('a VM', () => {
  it('started on an old CPU may go up and come back; one started on a new CPU may not go down', () => {
    const up = scenarioOf({ source: { cpu: 'intel-skylake' } });
    expect(findingsOf(up)).toEqual([]);
    const back = scenarioOf({ target: { cpu: 'intel-skylake' }, vm: { startedOn: 'intel-skylake' } });
    expect(findingsOf(back)).toEqual([]);
    const down = scenarioOf({ target: { cpu: 'intel-skylake' } });
    expect(findingsOf(down).map(({ rule }) => rule)).toEqual(['cpu-features']);
  });

  it.each([
    ['an EVC baseline of the cluster', { cluster: { evc: 'intel-skylake' } }],
    ['an EVC baseline of its own', { vm: { evc: 'intel-skylake' } }],
    ['hardware of an old version', { vm: { hardwareVersion: 14 } }],
  ] as const)('with %s never sees what the older CPU lacks', (_, change) => {
    expect(findingsOf(scenarioOf({ target: { cpu: 'intel-cascadelake' }, ...change }))).toEqual([]);
  });

  it('whose masks hide the difference may go down', () => {
    const cpuMask = ['sha_ni', 'gfni', 'vaes', 'vpclmulqdq', 'avx512vbmi', 'avx512_vbmi2', 'avx512ifma'];
    const mask = [...cpuMask, 'avx512_bitalg', 'avx512_vpopcntdq', 'rdpid', 'avx512_vnni'];
    expect(findingsOf(scenarioOf({ target: { cpu: 'intel-skylake' }, vm: { cpuMask: mask } }))).toEqual([]);
  });
});

describe('a disk alone', () => {
  const alone = (change: Change, thought: Thought) =>
    checkMove(moveOf(new Inventory(scenarioOf(change)), 'web', 'esx-01', thought)!).map(({ rule }) => rule);
  const stores = [
    { id: 'store', hosts: ['esx-01', 'esx-02'] },
    { id: 'seen', hosts: ['esx-01'], capacityBytes: TIB },
    { id: 'unseen', hosts: ['esx-02'] },
  ];

  it('moves to a datastore its host sees', () => {
    expect(alone({ more: { datastores: stores } }, { datastore: 'seen' })).toEqual([]);
  });

  it('does not move to one its host does not see, nor without Storage vMotion, nor to where it is', () => {
    expect(alone({ more: { datastores: stores } }, { datastore: 'unseen' })).toContain('disk-target-unseen');
    const plus = { source: { licence: 'essentials-plus' }, more: { datastores: stores } };
    expect(alone(plus, { datastore: 'seen' })).toEqual(['licence-storage-vmotion']);
    expect(alone({}, {})).toEqual(['same-host']);
  });
});
