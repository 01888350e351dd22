/** A cluster of a scenario as DRS sees it; where VMs are and which hosts serve is told by who asks. */
import type { Datastore, Host, Phase, Scenario, Vm } from '../../scenario/schema.ts';
import { checkMove, Move, predictMove, type Inventory, type Room } from '../requirements/index.ts';
import { runningBytes } from '../fleet/world.ts';
import type { DrsCluster, DrsHost, DrsLevel, DrsPool, DrsRule, DrsSettings, DrsVm } from './cluster.ts';

/** What changes during a run; hosts and VMs are indexes in the scenario. */
export interface Present {
  readonly hostOf: readonly number[];
  readonly storeOf: (vm: number) => Datastore;
  readonly isOn: (vm: number) => boolean;
  /** On its way, or asked to be: where it is is not where it will be, so it is left alone. */
  readonly isBusy: (vm: number) => boolean;
  readonly isOpen: (host: number) => boolean;
  readonly isAsleep: (host: number) => boolean;
  readonly isQuarantined: (host: number) => boolean;
}

/** The cluster with indexes of its own, and the scenario's indexes behind them. */
export interface ClusterView {
  readonly cluster: DrsCluster;
  readonly hosts: readonly number[];
  readonly vms: readonly number[];
}

/** Requirements DRS answers itself: room as it moves VMs in thought, and the rules of the cluster. */
const OWN = new Set(['memory', 'vm-host-rule', 'vm-vm-rule', 'cpu-reservation', 'host-state']);

/** @param inventory of the expanded scenario. */
export function clusterView(inventory: Inventory, clusterId: string, present: Present): ClusterView {
  const { scenario } = inventory;
  const hosts = scenario.hosts.flatMap(({ cluster }, at) => (cluster === clusterId ? [at] : []));
  const local = new Map(hosts.map((host, at) => [host, at]));
  const vms = scenario.vms.flatMap((_, at) => (local.has(present.hostOf[at] as number) ? [at] : []));
  const pools = scenario.pools.filter(({ cluster }) => cluster === clusterId);
  const level = inventory.clusters.get(clusterId)?.drs.level ?? 'off';
  const moveOf = (vm: number, host: number): Move =>
    new Move(inventory, {
      vm: scenario.vms[vms[vm] as number] as Vm,
      source: scenario.hosts[present.hostOf[vms[vm] as number] as number] as Host,
      target: scenario.hosts[hosts[host] as number] as Host,
      ...{ from: present.storeOf(vms[vm] as number), to: present.storeOf(vms[vm] as number) },
      ...{ portGroup: '', room: EMPTY },
    });
  const cluster: DrsCluster = {
    hosts: hosts.map((host) => hostFor(scenario.hosts[host] as Host, host, present)),
    vms: vms.map((vm) =>
      vmFor(
        scenario,
        vm,
        local,
        pools.map(({ id }) => id),
        level,
        present,
      ),
    ),
    pools: poolsFor(pools),
    rules: rulesFor(scenario, vms, hosts),
    mayMove: (vm, host) =>
      !checkMove(moveOf(vm, host)).some(({ severity, rule }) => severity === 'error' && !OWN.has(rule)),
    moveCost: (vm, host) => {
      const found = predictMove(moveOf(vm, host));
      return found?.converges
        ? { ns: found.totalNs, downtimeNs: found.downtimeNs, bytes: found.bytes }
        : null;
    },
  };
  return { cluster, hosts, vms };
}

/** Room is DRS's own question. */
const EMPTY: Room = {
  ...{ freeBytes: Infinity, neededBytes: 0, freeMhz: Infinity, isOpen: true },
  ...{ vms: () => [], givenOn: () => 0 },
};

function hostFor({ id, cores, coreMhz, memoryBytes }: Host, host: number, present: Present): DrsHost {
  return {
    id,
    capacity: { cpu: cores * coreMhz, memory: memoryBytes },
    isOpen: present.isOpen(host),
    isAsleep: present.isAsleep(host),
    isQuarantined: present.isQuarantined(host),
  };
}

function vmFor(
  scenario: Scenario,
  index: number,
  local: ReadonlyMap<number, number>,
  pools: readonly string[],
  level: DrsLevel,
  present: Present,
): DrsVm {
  const vm = scenario.vms[index] as Vm;
  const limit = (value: number) => (value === 0 ? Infinity : value);
  return {
    id: vm.id,
    host: local.get(present.hostOf[index] as number) as number,
    demand: { cpu: vm.demandMhz, memory: activeBytes(vm) },
    reservation: { cpu: vm.cpuReservationMhz, memory: vm.memoryReservationBytes },
    limit: { cpu: limit(vm.cpuLimitMhz), memory: limit(vm.memoryLimitBytes) },
    ...{ shares: vm.sharesMilli, pool: pools.indexOf(vm.pool) },
    memoryBytes: runningBytes(vm, scenario.policy.overheadPpm),
    level: present.isBusy(index) ? 'off' : vm.drs === 'cluster' ? level : vm.drs,
    isOn: present.isOn(index),
  };
}

/** Memory it touches: as the scenario says, or the widest working set of its phases. */
export function activeBytes(vm: Vm): number {
  const widest = (most: number, phase: Phase) =>
    Math.max(most, phase.writesPerSecond > 0 ? phase.workingSetBytes : 0);
  return Math.min(vm.memoryBytes, vm.activeBytes || vm.phases.reduce(widest, 0));
}

function poolsFor(pools: Scenario['pools']): DrsPool[] {
  return pools.map((pool) => ({
    id: pool.id,
    parent: pools.findIndex(({ id }) => id === pool.parent),
    shares: pool.sharesMilli,
    reservation: { cpu: pool.cpuReservationMhz, memory: pool.memoryReservationBytes },
    limit: { cpu: pool.cpuLimitMhz || Infinity, memory: pool.memoryLimitBytes || Infinity },
  }));
}

/** Rules about VMs of this cluster, in its indexes. */
function rulesFor(
  { rules, vms, hosts }: Scenario,
  mine: readonly number[],
  mineToo: readonly number[],
): DrsRule[] {
  const vmAt = new Map(mine.map((vm, at) => [vms[vm]!.id, at]));
  const hostAt = new Map(mineToo.map((host, at) => [hosts[host]!.id, at]));
  const known = (ids: readonly string[], of: ReadonlyMap<string, number>) =>
    ids.flatMap((id) => of.get(id) ?? []);
  return rules.flatMap((rule) => {
    const about = known(rule.vms, vmAt);
    if (!rule.enabled || about.length === 0) return [];
    return [{ id: rule.id, kind: rule.kind, vms: about, hosts: known(rule.hosts, hostAt) }];
  });
}

/** Every minute with the score, every 300 s with the older ones. */
export function settingsOf({ drs }: Scenario['clusters'][number]): DrsSettings {
  const usual = drs.algorithm === 'score' ? 60_000_000_000 : 300_000_000_000;
  return { algorithm: drs.algorithm, threshold: drs.threshold, intervalNs: drs.intervalNs || usual };
}
