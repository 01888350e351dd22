/**
 * Settings the schema describes and the engine does not act on yet. A run whose answer might depend on one of them is refused by
 * name, because a setting without effect would make the answer wrong without a word.
 */
import type { Problem } from '../base/result.ts';
import type { Scenario } from '../scenario/schema.ts';

type Values = Readonly<Record<string, unknown>>;

/** Lists that must be empty. */
const LISTS = [
  'stretches',
  'routers',
  'wans',
  'tenants',
  'pools',
  'rules',
  'hostGroups',
  'vmGroups',
] as const;

/** Values under which a setting changes nothing; any other is refused. Texts that only name a thing are left out. */
const HOST: Values = { version: '8.0', licence: 'enterprise-plus', state: 'connected', management: 'ipv4' };
const BIOS: Values = { nx: true, vt: true, aes: true };
const NIC: Values = { up: true, fullDuplex: true, mtu: 1_500, stack: 'default', vmotion: true };
const NETWORK: Values = { vlan: 0, site: '', secured: true };
const STORE: Values = { kind: 'vmfs', capacityBytes: 0, bytesPerSecond: 1_000_000_000 };
const CLUSTER: Values = { evc: '', uplinkBytesPerSecond: 0 };
const POLICY: Values = {
  profile: 'esxi-8',
  overheadPpm: 0,
  timeoutNs: 100_000_000_000,
  macAgeingNs: 300_000_000_000,
  guestSpeaksNs: 30_000_000_000,
};
const VM: Values = {
  power: 'on',
  hardwareVersion: 17,
  guest: 'linux-64',
  evc: '',
  startedOn: '',
  cpuAffinity: false,
  portGroup: '',
  connected: true,
  encryption: 'opportunistic',
  swap: 'with-vm',
  snapshots: 0,
  installingTools: false,
  migrationDisabled: false,
  latencySensitive: false,
  diskWriteBytesPerSecond: 0,
  demandMhz: 0,
  activeBytes: 0,
  cpuReservationMhz: 0,
  memoryReservationBytes: 0,
  cpuLimitMhz: 0,
  memoryLimitBytes: 0,
  sharesMilli: 1_000,
  pool: '',
  drs: 'cluster',
  heartbeatNs: 0,
};

/**
 * What a run of many VMs acts on beyond what the run of a single VM does; paths without their indexes. Most of it decides what may move
 * at all (requirements/).
 */
const FLEET = new Set([
  'clusters.evc',
  'hosts.cpu',
  'hosts.bios.nx',
  'hosts.bios.vt',
  'hosts.bios.aes',
  'hosts.licence',
  'hosts.management',
  'networks.secured',
  'datastores.kind',
  'datastores.capacityBytes',
  'policy.profile',
  'policy.overheadPpm',
  'policy.macAgeingNs',
  'vms.hardwareVersion',
  'vms.guest',
  'vms.evc',
  'vms.startedOn',
  'vms.cpuMask',
  'vms.cpuAffinity',
  'vms.devices',
  'vms.connected',
  'vms.encryption',
  'vms.swap',
  'vms.snapshots',
  'vms.installingTools',
  'vms.migrationDisabled',
  'vms.cpuReservationMhz',
  'vms.memoryReservationBytes',
  'vms.heartbeatNs',
  'clusters.drs.level',
  'clusters.dpm.level',
  'clusters.proactiveHa.level',
  'hosts.health',
  'pools',
  'vms.demandMhz',
  'vms.activeBytes',
  'vms.cpuLimitMhz',
  'vms.memoryLimitBytes',
  'vms.sharesMilli',
  'vms.pool',
  'vms.drs',
  'actions.kind.health',
  'hostGroups',
  'vmGroups',
  'routers',
  'rules',
  'wans',
  'tenants',
  'clusters.uplinkBytesPerSecond',
  'hosts.state',
  'hosts.version',
  'hosts.nics.up',
  'hosts.nics.fullDuplex',
  'hosts.nics.mtu',
  'hosts.nics.stack',
  'hosts.nics.vmotion',
  'datastores.bytesPerSecond',
  'vms.power',
  'vms.diskWriteBytesPerSecond',
  'policy.timeoutNs',
  'hosts.switches',
  'hosts.portGroups',
  'networks.vlan',
  'networks.site',
  'stretches',
  'vms.portGroup',
  'policy.guestSpeaksNs',
  'actions.portGroup',
  'actions.datastore',
  'actions.kind.enter-maintenance',
  'actions.kind.exit-maintenance',
  'actions.kind.fault',
]);

/**
 * One problem for each such setting, with its path; none where the engine acts on everything the scenario says.
 * @param engine the run of a single VM, or of many at once.
 */
export function notSimulated(scenario: Scenario, engine: 'single' | 'fleet' = 'single'): Problem[] {
  const problems: Problem[] = [];
  const refuse = (path: string, detail = '') => {
    if (engine === 'fleet' && FLEET.has(keyOf(path) + detail)) return;
    problems.push(problem(path));
  };
  const expect = (one: object, still: Values, path: string) => {
    for (const [name, value] of Object.entries(still))
      if ((one as Values)[name] !== value) refuse(`${path}.${name}`);
  };
  const none = (list: readonly unknown[], path: string) => {
    if (list.length > 0) refuse(path);
  };
  for (const list of LISTS) none(scenario[list], list);
  scenario.clusters.forEach((one, at) => {
    expect(one, CLUSTER, `clusters[${at}]`);
    expect(one.drs, { level: 'off' }, `clusters[${at}].drs`);
    expect(one.dpm, { level: 'off' }, `clusters[${at}].dpm`);
    expect(one.proactiveHa, { level: 'off' }, `clusters[${at}].proactiveHa`);
  });
  const like = engine === 'fleet';
  for (const list of like ? (['hosts', 'hostGroups'] as const) : (['hosts'] as const))
    scenario[list].forEach((host, at) => {
      const path = `${list}[${at}]`;
      expect(host, HOST, path);
      expect(host.bios, BIOS, `${path}.bios`);
      if (host.cpu !== scenario.hosts[0]?.cpu) refuse(`${path}.cpu`);
      for (const one of ['health', 'switches', 'portGroups'] as const) none(host[one], `${path}.${one}`);
      host.nics.forEach((nic, index) => expect(nic, NIC, `${path}.nics[${index}]`));
    });
  scenario.networks.forEach((one, at) => expect(one, NETWORK, `networks[${at}]`));
  scenario.datastores.forEach((one, at) => expect(one, STORE, `datastores[${at}]`));
  for (const list of like ? (['vms', 'vmGroups'] as const) : (['vms'] as const))
    scenario[list].forEach((vm, at) => {
      const path = `${list}[${at}]`;
      expect(vm, VM, path);
      for (const one of ['devices', 'cpuMask'] as const) none(vm[one], `${path}.${one}`);
      // Its frame buffer crosses a channel of its own, which no run has.
      vm.devices.forEach(({ kind }, index) => {
        if (like && kind === 'vgpu') refuse(`${path}.devices[${index}]`);
      });
    });
  expect(scenario.policy, POLICY, 'policy');
  actionsNotSimulated(scenario, refuse);
  return problems;
}

/** Groups are like their members. */
function keyOf(path: string): string {
  return path
    .replace(/\[\d+\]/g, '')
    .replace(/^hostGroups\./, 'hosts.')
    .replace(/^vmGroups\./, 'vms.');
}

function actionsNotSimulated(scenario: Scenario, refuse: (path: string, detail?: string) => void): void {
  scenario.actions.forEach((action, at) => {
    if (action.kind === 'migrate') {
      // A copy of files alone, over another network: not a live migration.
      const isOff = scenario.vms.some(
        ({ id, power }) => id === action.vm && (power === 'off' || power === 'suspended'),
      );
      if (action.datastore !== '') refuse(`actions[${at}].datastore`, isOff ? '.off' : '');
      if (action.portGroup !== '') refuse(`actions[${at}].portGroup`);
    } else if (action.kind !== 'cancel') refuse(`actions[${at}].kind`, `.${action.kind}`);
  });
}

const problem = (path: string): Problem => ({
  code: 'plan.not-simulated',
  path,
  message: 'The engine does not act on this setting yet; leave it out to run the rest.',
});
