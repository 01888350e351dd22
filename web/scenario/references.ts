/**
 * What one setting says about another: names that must exist, names that must differ, sizes that must fit into each other.
 * What only decides whether a migration succeeds (a target without memory, no vMotion path) is no mistake of the file: the
 * engine checks it and shows the refusal.
 */
import type { Problem } from '../base/result.ts';
import { PPM } from '../base/units.ts';
import { usedBytesOf } from './memory.ts';
import { formatIec, formatPercent } from './quantity.ts';
import type { Datastore, Scenario, Vm } from './schema.ts';

type Report = (code: string, path: string, message: string) => void;

export function checkReferences(scenario: Scenario): Problem[] {
  const problems: Problem[] = [];
  const report: Report = (code, path, message) => problems.push({ code, path, message });
  checkDuplicates(scenario, report);
  checkPlaces(scenario, report);
  checkVms(scenario, report);
  checkActions(scenario, report);
  return problems;
}

function checkDuplicates(scenario: Scenario, report: Report): void {
  const lists = ['sites', 'clusters', 'networks', 'hosts', 'datastores', 'vms'] as const;
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

/** Says which names there are, so that a typing mistake is seen at once. */
function unknown(what: string, id: string, known: Iterable<string>): string {
  const names = [...known];
  const listed = names
    .slice(0, 5)
    .map((name) => `"${name}"`)
    .join(', ');
  const more = names.length > 5 ? ` and ${names.length - 5} more` : '';
  return names.length === 0
    ? `There is no ${what} "${id}"; add one with this id.`
    : `There is no ${what} "${id}"; there is ${listed}${more}.`;
}

const idsOf = (list: readonly { readonly id: string }[]): Set<string> => new Set(list.map((one) => one.id));

function checkPlaces(scenario: Scenario, report: Report): void {
  const known = {
    sites: idsOf(scenario.sites),
    clusters: idsOf(scenario.clusters),
    networks: idsOf(scenario.networks),
    hosts: idsOf(scenario.hosts),
  };
  const need = (what: string, id: string, ids: Set<string>, path: string) => {
    if (!ids.has(id)) report('scenario.unknown-id', path, unknown(what, id, ids));
  };
  scenario.clusters.forEach((cluster, at) => need('site', cluster.site, known.sites, `clusters[${at}].site`));
  scenario.hosts.forEach((host, at) => {
    need('cluster', host.cluster, known.clusters, `hosts[${at}].cluster`);
    host.nics.forEach((nic, index) =>
      need('network', nic.network, known.networks, `hosts[${at}].nics[${index}].network`),
    );
  });
  scenario.datastores.forEach((store, at) => {
    store.hosts.forEach((host, index) =>
      need('host', host, known.hosts, `datastores[${at}].hosts[${index}]`),
    );
  });
}

function checkVms(scenario: Scenario, report: Report): void {
  const hosts = idsOf(scenario.hosts);
  const stores = new Map(scenario.datastores.map((store) => [store.id, store]));
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
}

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

function checkMemory(vm: Vm, path: string, report: Report): void {
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

function checkPhases(vm: Vm, path: string, report: Report): void {
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

function checkActions(scenario: Scenario, report: Report): void {
  const vms = idsOf(scenario.vms);
  const hosts = idsOf(scenario.hosts);
  scenario.actions.forEach((action, at) => {
    if (!vms.has(action.vm))
      report('scenario.unknown-id', `actions[${at}].vm`, unknown('VM', action.vm, vms));
    if (action.kind === 'migrate' && !hosts.has(action.to))
      report('scenario.unknown-id', `actions[${at}].to`, unknown('host', action.to, hosts));
  });
}
