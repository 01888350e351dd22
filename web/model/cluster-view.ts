/** A cluster in numbers: how full each host is wherever the VMs are thought to be, which rules hold, whose parts begin to fail. Pure. */
import { HEALTH_PARTS } from '../scenario/choices.ts';
import type { Host, Rule, Scenario, Vm } from '../scenario/schema.ts';
import { violations } from '../sim/drs/rules.ts';
import { clusterView, type Present } from '../sim/drs/of-scenario.ts';
import { runningBytes } from '../sim/fleet/world.ts';
import { avoidedAtStart } from '../sim/proactive-ha/at-start.ts';
import { healthAt, type HealthState } from '../sim/proactive-ha/health.ts';
import type { Inventory } from '../sim/requirements/index.ts';
import { formatCount } from './format.ts';

/** By VM: index of its host. */
export type Places = readonly number[];

export const startPlaces = ({ hosts, vms }: Scenario): number[] => {
  const index = new Map(hosts.map(({ id }, at) => [id, at]));
  return vms.map(({ host }) => index.get(host) ?? 0);
};

export function placesAfter(
  places: Places,
  moves: readonly { readonly vm: number; readonly to: number }[],
): number[] {
  const after = [...places];
  for (const { vm, to } of moves) after[vm] = to;
  return after;
}

export interface HostUse {
  readonly host: number;
  readonly vms: number;
  readonly memoryBytes: number;
  readonly memoryOfBytes: number;
  /** What its VMs want of its CPU. */
  readonly cpuMhz: number;
  readonly cpuOfMhz: number;
}

/** One for each host of the cluster, in the order of the scenario. */
export function hostUses(scenario: Scenario, cluster: string, places: Places): HostUse[] {
  const uses = scenario.hosts.map(({ memoryBytes, cores, coreMhz }, host) => ({
    ...{ host, vms: 0, memoryBytes: 0, cpuMhz: 0 },
    ...{ memoryOfBytes: memoryBytes, cpuOfMhz: cores * coreMhz },
  }));
  scenario.vms.forEach((vm, at) => {
    const use = uses[places[at] ?? -1];
    if (!use) return;
    use.vms++;
    use.memoryBytes += runningBytes(vm, scenario.policy.overheadPpm);
    if (vm.power === 'on') use.cpuMhz += vm.demandMhz;
  });
  return uses.filter(({ host }) => scenario.hosts[host]!.cluster === cluster);
}

/** Without a demand nobody knows how busy the CPUs are. */
export const knowsCpu = ({ vms }: Scenario): boolean => vms.some(({ demandMhz }) => demandMhz > 0);

export interface RuleLine {
  readonly id: string;
  readonly text: string;
  readonly isOn: boolean;
  /** VMs that are not where it wants them. */
  readonly brokenBy: readonly string[];
}

const KINDS: Readonly<Record<Rule['kind'], (vms: string, hosts: string) => string>> = {
  affinity: (vms) => `${vms} run on one host`,
  'anti-affinity': (vms) => `${vms} run on different hosts`,
  'vm-host-must': (vms, hosts) => `${vms} must run on ${hosts}`,
  'vm-host-must-not': (vms, hosts) => `${vms} must not run on ${hosts}`,
  'vm-host-should': (vms, hosts) => `${vms} should run on ${hosts}`,
  'vm-host-should-not': (vms, hosts) => `${vms} should not run on ${hosts}`,
};

/** Rules about VMs of the cluster. */
export function ruleLines(inventory: Inventory, cluster: string, places: Places): RuleLine[] {
  const { scenario } = inventory;
  const view = clusterView(inventory, cluster, presentOf(scenario, places));
  const here = new Set(view.vms.map((vm) => scenario.vms[vm]!.id));
  const broken = violations(
    view.cluster,
    view.cluster.vms.map(({ host }) => host),
  );
  return scenario.rules
    .filter(({ vms }) => vms.some((vm) => here.has(vm)))
    .map(({ id, kind, vms, hosts, enabled }) => ({
      id,
      text: KINDS[kind](namesOf(vms), namesOf(hosts)),
      isOn: enabled,
      brokenBy: broken
        .filter(({ rule }) => rule.id === id)
        .map(({ vm }) => scenario.vms[view.vms[vm] as number]!.id),
    }));
}

const MOST_NAMES = 4;
function namesOf(ids: readonly string[]): string {
  if (ids.length <= MOST_NAMES) return ids.join(', ') || 'no host';
  return `${ids.slice(0, MOST_NAMES - 1).join(', ')} and ${formatCount(ids.length - MOST_NAMES + 1)} others`;
}

/** Every VM where it is thought to be, and every host as the scenario has it at its beginning. */
export function presentOf(scenario: Scenario, places: Places): Present {
  const { vms, hosts, datastores } = scenario;
  const avoided = new Set(avoidedAtStart(scenario));
  const stores = new Map(datastores.map((one) => [one.id, one]));
  return {
    hostOf: places,
    storeOf: (vm) => stores.get((vms[vm] as Vm).datastore) as Scenario['datastores'][number],
    isOn: (vm) => (vms[vm] as Vm).power === 'on',
    isOpen: (host) => (hosts[host] as Host).state === 'connected',
    isAsleep: (host) => (hosts[host] as Host).state === 'standby',
    isQuarantined: (host) => avoided.has(host),
    isBusy: () => false,
  };
}

export interface HealthLine {
  readonly host: string;
  readonly part: string;
  readonly state: HealthState;
  /** 0: as the scenario begins; else it will come to be so. */
  readonly atNs: number;
}

/** Parts that are not well as the scenario begins, and what will change. */
export function healthLines(scenario: Scenario, cluster: string): HealthLine[] {
  const hosts = scenario.hosts.filter((host) => host.cluster === cluster);
  const now = hosts.flatMap(({ id }) => {
    const health = healthAt(scenario, id, 0);
    return HEALTH_PARTS.filter((part) => health[part] !== 'healthy').map((part) => ({
      ...{ host: id, part, state: health[part], atNs: 0 },
    }));
  });
  const later = scenario.actions.flatMap((one) =>
    one.kind === 'health' && one.atNs > 0 && hosts.some(({ id }) => id === one.host)
      ? [{ host: one.host, part: one.part, state: one.state, atNs: one.atNs }]
      : [],
  );
  return [...now, ...later.sort((a, b) => a.atNs - b.atNs)];
}
