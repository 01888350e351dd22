/** What the datacenter's settings say about each other: names that must exist, groups that must stay within bounds. */
import { numbered } from './groups.ts';
import { idsOf, unknown, type Report } from './reference-words.ts';
import type { Scenario } from './schema.ts';

const MOST_HOSTS = 1_024;
const MOST_VMS = 8_192;

/** All hosts there will be, those of groups included. */
export function hostNames(scenario: Scenario): Set<string> {
  const names = idsOf(scenario.hosts);
  for (const group of scenario.hostGroups)
    for (const name of numbered(group.id, group.count, 2)) names.add(name);
  return names;
}

/** Host names and the names of host groups: what a list of hosts may hold. */
function hostsOrGroups(scenario: Scenario): Set<string> {
  const names = hostNames(scenario);
  for (const group of scenario.hostGroups) names.add(group.id);
  return names;
}

export function vmNames(scenario: Scenario): Set<string> {
  const names = idsOf(scenario.vms);
  for (const group of scenario.vmGroups)
    for (const name of numbered(group.id, group.perHost * placesOf(scenario, group.hosts), 4))
      names.add(name);
  return names;
}

function placesOf(scenario: Scenario, hosts: readonly string[]): number {
  const sizes = new Map(scenario.hostGroups.map((group) => [group.id, group.count]));
  return hosts.reduce((sum, host) => sum + (sizes.get(host) ?? 1), 0);
}

export function checkDatacenter(scenario: Scenario, report: Report): void {
  checkLists(scenario, report);
  checkHosts(scenario, report);
  checkLines(scenario, report);
  checkPools(scenario, report);
  checkParts(scenario, report);
}

/** Before anything else: names of groups without bounds would fill the memory. */
export function checkSizes(scenario: Scenario, report: Report): boolean {
  const hosts = scenario.hosts.length + scenario.hostGroups.reduce((sum, group) => sum + group.count, 0);
  const vms =
    scenario.vms.length +
    scenario.vmGroups.reduce((sum, group) => sum + group.perHost * placesOf(scenario, group.hosts), 0);
  if (hosts > MOST_HOSTS)
    report('scenario.length', 'hostGroups', `They make ${hosts} hosts; at most ${MOST_HOSTS} are allowed.`);
  if (vms > MOST_VMS)
    report('scenario.length', 'vmGroups', `They make ${vms} VMs; at most ${MOST_VMS} are allowed.`);
  return hosts > MOST_HOSTS || vms > MOST_VMS;
}

type Need = (what: string, id: string, known: Set<string>, path: string) => void;

const needs =
  (report: Report): Need =>
  (what, id, known, path) => {
    if (!known.has(id)) report('scenario.unknown-id', path, unknown(what, id, known));
  };

function checkLists(scenario: Scenario, report: Report): void {
  const need = needs(report);
  const hosts = hostsOrGroups(scenario);
  const vms = vmNames(scenario);
  scenario.datastores.forEach((store, at) =>
    store.hosts.forEach((host, index) => need('host', host, hosts, `datastores[${at}].hosts[${index}]`)),
  );
  scenario.vmGroups.forEach((group, at) =>
    group.hosts.forEach((host, index) => need('host', host, hosts, `vmGroups[${at}].hosts[${index}]`)),
  );
  scenario.rules.forEach((rule, at) => {
    rule.vms.forEach((vm, index) => need('VM', vm, vms, `rules[${at}].vms[${index}]`));
    rule.hosts.forEach((host, index) => need('host', host, hosts, `rules[${at}].hosts[${index}]`));
  });
}

function checkHosts(scenario: Scenario, report: Report): void {
  const need = needs(report);
  const networks = idsOf(scenario.networks);
  const clusters = idsOf(scenario.clusters);
  for (const list of ['hosts', 'hostGroups'] as const)
    scenario[list].forEach((host, at) => {
      const path = `${list}[${at}]`;
      need('cluster', host.cluster, clusters, `${path}.cluster`);
      host.nics.forEach((nic, index) =>
        need('network', nic.network, networks, `${path}.nics[${index}].network`),
      );
      const nics = idsOf(host.nics);
      const switches = idsOf(host.switches);
      host.switches.forEach((one, index) =>
        one.uplinks.forEach((nic, k) => need('NIC', nic, nics, `${path}.switches[${index}].uplinks[${k}]`)),
      );
      host.portGroups.forEach((group, index) => {
        need('network', group.network, networks, `${path}.portGroups[${index}].network`);
        need('switch', group.switch, switches, `${path}.portGroups[${index}].switch`);
      });
    });
}

function checkLines(scenario: Scenario, report: Report): void {
  const need = needs(report);
  const networks = idsOf(scenario.networks);
  const sites = idsOf(scenario.sites);
  const hosts = hostNames(scenario);
  for (const list of ['stretches', 'routers'] as const)
    scenario[list].forEach((one, at) =>
      one.networks.forEach((network, index) =>
        need('network', network, networks, `${list}[${at}].networks[${index}]`),
      ),
    );
  scenario.wans.forEach((wan, at) =>
    wan.sites.forEach((site, index) => need('site', site, sites, `wans[${at}].sites[${index}]`)),
  );
  scenario.networks.forEach((network, at) => {
    if (network.site !== '') need('site', network.site, sites, `networks[${at}].site`);
  });
  scenario.tenants.forEach((tenant, at) => {
    need('host', tenant.from, hosts, `tenants[${at}].from`);
    need('host', tenant.to, hosts, `tenants[${at}].to`);
  });
}

function checkPools(scenario: Scenario, report: Report): void {
  const need = needs(report);
  const pools = idsOf(scenario.pools);
  const clusters = idsOf(scenario.clusters);
  const parents = new Map(scenario.pools.map((pool) => [pool.id, pool.parent]));
  scenario.pools.forEach((pool, at) => {
    need('cluster', pool.cluster, clusters, `pools[${at}].cluster`);
    if (pool.parent !== '') need('resource pool', pool.parent, pools, `pools[${at}].parent`);
    if (isOwnAncestor(pool.id, parents))
      report('scenario.pool-loop', `pools[${at}].parent`, 'A resource pool cannot lie within itself.');
  });
  for (const list of ['vms', 'vmGroups'] as const)
    scenario[list].forEach((vm, at) => {
      if (vm.pool !== '') need('resource pool', vm.pool, pools, `${list}[${at}].pool`);
    });
}

function isOwnAncestor(id: string, parents: ReadonlyMap<string, string>): boolean {
  let parent = parents.get(id) ?? '';
  for (let steps = 0; parent !== '' && steps <= parents.size; steps++) {
    if (parent === id) return true;
    parent = parents.get(parent) ?? '';
  }
  return false;
}

/** What an action names. */
function checkParts(scenario: Scenario, report: Report): void {
  const need = needs(report);
  const hosts = hostNames(scenario);
  const vms = vmNames(scenario);
  const stores = idsOf(scenario.datastores);
  scenario.actions.forEach((action, at) => {
    const path = `actions[${at}]`;
    if ('vm' in action) need('VM', action.vm, vms, `${path}.vm`);
    if ('host' in action) need('host', action.host, hosts, `${path}.host`);
    if (action.kind === 'migrate') {
      need('host', action.to, hosts, `${path}.to`);
      if (action.datastore !== '') need('datastore', action.datastore, stores, `${path}.datastore`);
    }
    if (action.kind === 'fault') checkFaultPart(scenario, action.fault, action.part, `${path}.part`, report);
  });
}

function checkFaultPart(scenario: Scenario, fault: string, part: string, path: string, report: Report): void {
  const need = needs(report);
  if (fault === 'vcenter-loss') return;
  if (fault === 'host-crash' || fault === 'partition') need('host', part, hostNames(scenario), path);
  else if (fault === 'datastore-apd') need('datastore', part, idsOf(scenario.datastores), path);
  else need('NIC or line', part, linkNames(scenario), path);
}

/** `host/nic` for each physical NIC, and the ids of the lines between sites. */
function linkNames(scenario: Scenario): Set<string> {
  const names = idsOf(scenario.wans);
  for (const host of scenario.hosts) for (const nic of host.nics) names.add(`${host.id}/${nic.id}`);
  for (const group of scenario.hostGroups)
    for (const name of numbered(group.id, group.count, 2))
      for (const nic of group.nics) names.add(`${name}/${nic.id}`);
  return names;
}
