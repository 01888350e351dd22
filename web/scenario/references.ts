/**
 * What one setting says about another: names that must exist, names that must differ, sizes that must fit into each other.
 * What only decides whether a migration succeeds (a target without memory, no vMotion path) is no mistake of the file: the
 * engine checks it and shows the refusal.
 */
import type { Problem } from '../base/result.ts';
import { PPM } from '../base/units.ts';
import { usedBytesOf } from './memory.ts';
import { checkDatacenter, checkSizes, hostNames } from './datacenter-references.ts';
import { expandGroups } from './groups.ts';
import { formatIec, formatPercent } from './quantity.ts';
import { idsOf, unknown, type Report } from './reference-words.ts';
import type { Datastore, Scenario, Vm } from './schema.ts';

export function checkReferences(scenario: Scenario): Problem[] {
  const problems: Problem[] = [];
  const report: Report = (code, path, message) => problems.push({ code, path, message });
  checkDuplicates(scenario, report);
  if (checkSizes(scenario, report)) return problems;
  checkPlaces(scenario, report);
  checkVms(scenario, report);
  checkDatacenter(scenario, report);
  return problems;
}

function checkDuplicates(scenario: Scenario, report: Report): void {
  const lists = [
    'sites',
    'clusters',
    'networks',
    'hosts',
    'datastores',
    'vms',
    'stretches',
    'routers',
    'wans',
    'tenants',
    'pools',
    'rules',
    'hostGroups',
    'vmGroups',
  ] as const;
  for (const list of lists)
    duplicatesIn(
      scenario[list].map((one) => one.id),
      (index) => `${list}[${index}].id`,
      report,
    );
  scenario.hosts.forEach((host, at) =>
    duplicatesIn(
      host.nics.map((nic) => nic.id),
      (index) => `hosts[${at}].nics[${index}].id`,
      report,
    ),
  );
  scenario.datastores.forEach((store, at) =>
    duplicatesIn(store.hosts, (index) => `datastores[${at}].hosts[${index}]`, report),
  );
}

function duplicatesIn(ids: readonly string[], path: (index: number) => string, report: Report): void {
  const first = new Map<string, number>();
  ids.forEach((id, index) => {
    const before = first.get(id);
    if (before === undefined) first.set(id, index);
    else
      report(
        'scenario.duplicate',
        path(index),
        `"${id}" is taken by ${path(before)}; give each its own name.`,
      );
  });
}

function checkPlaces(scenario: Scenario, report: Report): void {
  const sites = idsOf(scenario.sites);
  scenario.clusters.forEach((cluster, at) => {
    if (!sites.has(cluster.site))
      report('scenario.unknown-id', `clusters[${at}].site`, unknown('site', cluster.site, sites));
  });
}

function checkVms(scenario: Scenario, report: Report): void {
  const hosts = hostNames(scenario);
  // The datastores as they are with the groups written out: a group there means all its hosts.
  const stores = new Map(expandGroups({ ...scenario, vmGroups: [] }).datastores.map((one) => [one.id, one]));
  const networks = new Map(scenario.networks.map((network) => [network.id, network]));
  scenario.vms.forEach((vm, at) => {
    const path = `vms[${at}]`;
    if (!hosts.has(vm.host)) report('scenario.unknown-id', `${path}.host`, unknown('host', vm.host, hosts));
    const network = networks.get(vm.network);
    if (!network)
      report('scenario.unknown-id', `${path}.network`, unknown('network', vm.network, networks.keys()));
    else if (network.kind !== 'vm')
      report(
        'scenario.network-kind',
        `${path}.network`,
        `"${vm.network}" is a vMotion network; a VM needs one of kind "vm".`,
      );
    checkStore(vm, stores, hosts, path, report);
    checkMemory(vm, path, report);
    checkPhases(vm, path, report);
  });
  scenario.vmGroups.forEach((group, at) => {
    const path = `vmGroups[${at}]`;
    if (!stores.has(group.datastore))
      report(
        'scenario.unknown-id',
        `${path}.datastore`,
        unknown('datastore', group.datastore, stores.keys()),
      );
    if (networks.get(group.network)?.kind !== 'vm')
      report(
        'scenario.unknown-id',
        `${path}.network`,
        unknown('VM network', group.network, vmNetworks(scenario)),
      );
    checkMemory(group, path, report);
    checkPhases(group, path, report);
  });
}

const vmNetworks = (scenario: Scenario) =>
  scenario.networks.filter((one) => one.kind === 'vm').map((one) => one.id);

function checkStore(
  vm: Vm,
  stores: ReadonlyMap<string, Datastore>,
  hosts: Set<string>,
  path: string,
  report: Report,
): void {
  const store = stores.get(vm.datastore);
  if (!store)
    report('scenario.unknown-id', `${path}.datastore`, unknown('datastore', vm.datastore, stores.keys()));
  else if (hosts.has(vm.host) && !store.hosts.includes(vm.host)) {
    report(
      'scenario.no-disk',
      `${path}.datastore`,
      `${vm.host}, where this VM runs, does not see "${store.id}"; add it to the hosts of the datastore.`,
    );
  }
}

/** A VM, or what the VMs of a group have in common. */
type Sized = Pick<Vm, 'memoryBytes' | 'usedBytes' | 'content' | 'phases'>;

function checkMemory(vm: Sized, path: string, report: Report): void {
  if (vm.usedBytes > vm.memoryBytes) {
    const message = `${formatIec(vm.usedBytes)} used of ${formatIec(vm.memoryBytes)} of memory; use at most all of it.`;
    report('scenario.used-over-memory', `${path}.usedBytes`, message);
  }
  const shares = vm.content.textPpm + vm.content.heapPpm + vm.content.randomPpm;
  if (shares > PPM) {
    report(
      'scenario.shares',
      `${path}.content`,
      `The shares add up to ${formatPercent(shares)}; they may be 1000000 (100 %) together, the rest is zero pages.`,
    );
  }
}

function checkPhases(vm: Sized, path: string, report: Report): void {
  const usedBytes = usedBytesOf(vm);
  vm.phases.forEach((phase, index) => {
    const at = `${path}.phases[${index}]`;
    if (phase.workingSetBytes > usedBytes) {
      const message = `The working set of ${formatIec(phase.workingSetBytes)} is larger than the ${formatIec(usedBytes)} in use; make it ${usedBytes} or less.`;
      report('scenario.working-set', `${at}.workingSetBytes`, message);
    }
    const before = vm.phases[index - 1];
    if (before && phase.afterNs <= before.afterNs) {
      report(
        'scenario.phase-order',
        `${at}.afterNs`,
        'A phase must begin after the one before it; sort them and give each its own time.',
      );
    }
  });
}
