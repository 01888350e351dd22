/** Rules of the cluster: what they allow, and what is broken now. */
import type { DrsCluster, DrsRule, Reason } from './cluster.ts';

/** By VM, where everything is now and after the moves so far. */
export type Places = readonly number[];

/** Whether a VM may be on a host by the rules. Wishes count only where `wishes` is true. */
export function ruleAllows(
  cluster: DrsCluster,
  places: Places,
  vm: number,
  host: number,
  wishes: boolean,
): boolean {
  // Who is off is nowhere.
  const others = (rule: DrsRule, not: number) =>
    rule.vms.filter((other) => other !== not && cluster.vms[other]?.isOn);
  return cluster.rules.every((rule) => {
    if (!rule.vms.includes(vm)) return true;
    switch (rule.kind) {
      case 'anti-affinity':
        return others(rule, vm).every((other) => places[other] !== host);
      case 'affinity':
        return others(rule, vm).every((other) => places[other] === host);
      case 'vm-host-must':
        return rule.hosts.includes(host);
      case 'vm-host-must-not':
        return !rule.hosts.includes(host);
      case 'vm-host-should':
        return !wishes || rule.hosts.includes(host);
      case 'vm-host-should-not':
        return !wishes || !rule.hosts.includes(host);
    }
  });
}

export interface Violation {
  readonly rule: DrsRule;
  readonly vm: number;
  readonly reason: Reason;
  readonly isWish: boolean;
}

/** One for each VM that has to move, in the order of rules and VMs. */
export function violations(cluster: DrsCluster, places: Places): Violation[] {
  return cluster.rules.flatMap((rule) => violatedBy(rule, cluster, places));
}

function violatedBy(rule: DrsRule, cluster: DrsCluster, places: Places): Violation[] {
  const vms = rule.vms.filter((vm) => cluster.vms[vm]?.isOn);
  const of = (list: readonly number[], reason: Reason, isWish = false) =>
    list.map((vm) => ({ rule, vm, reason, isWish }));
  switch (rule.kind) {
    case 'anti-affinity':
      return of(
        vms.filter((vm, at) => vms.slice(0, at).some((other) => places[other] === places[vm])),
        'antiAffin',
      );
    case 'affinity': {
      const home = homeOf(cluster, vms, places);
      return of(
        vms.filter((vm) => places[vm] !== home),
        'jointAffin',
      );
    }
    default: {
      const wrong = vms.filter(
        (vm) => rule.hosts.includes(places[vm] as number) === rule.kind.endsWith('not'),
      );
      const isWish = rule.kind.startsWith('vm-host-should');
      return of(wrong, isWish ? 'vmHostSoftAffinity' : 'vmHostHardAffinity', isWish);
    }
  }
}

/** Where VMs that belong together should be: the host with most of them that no demand keeps any of them off, the first of equals. */
export function homeOf(cluster: DrsCluster, vms: readonly number[], places: Places): number {
  const here = (host: number) => vms.filter((vm) => places[vm] === host).length;
  const hosts = cluster.hosts
    .flatMap(({ isOpen }, host) => (isOpen || here(host) > 0 ? [host] : []))
    .sort((a, b) => here(b) - here(a) || a - b);
  const demands = cluster.rules.filter(({ kind }) => kind.startsWith('vm-host-must'));
  const allowed = (host: number) =>
    vms.every((vm) => ruleAllows({ ...cluster, rules: demands }, places, vm, host, false));
  return hosts.find(allowed) ?? hosts[0] ?? -1;
}

/** VMs that two rules keep together with a third belong together all: one rule instead of both. */
export function joined(cluster: DrsCluster): DrsCluster {
  const rules: DrsRule[] = [];
  for (const rule of cluster.rules) {
    if (rule.kind !== 'affinity') {
      rules.push(rule);
      continue;
    }
    const shares = (one: DrsRule) => one.kind === 'affinity' && one.vms.some((vm) => rule.vms.includes(vm));
    const same = rules.filter(shares);
    const vms = [...new Set([...same.flatMap((one) => one.vms), ...rule.vms])].sort((a, b) => a - b);
    const others = rules.filter((one) => !same.includes(one));
    rules.splice(0, rules.length, ...others, { ...(same[0] ?? rule), vms });
  }
  return { ...cluster, rules };
}
