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
  return cluster.rules.every((rule) => {
    if (!rule.vms.includes(vm)) return true;
    switch (rule.kind) {
      case 'anti-affinity':
        return rule.vms.every((other) => other === vm || places[other] !== host);
      case 'affinity':
        return rule.vms.every((other) => other === vm || places[other] === host);
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
      const home = fullest(vms, places);
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

/** The host with most of these VMs, the first of equals. */
export function fullest(vms: readonly number[], places: Places): number {
  let [best, most] = [-1, 0];
  for (const vm of vms) {
    const count = vms.filter((other) => places[other] === places[vm]).length;
    if (count > most) [best, most] = [places[vm] as number, count];
  }
  return best;
}
