/** What hands do to a datacenter: pure edits of the scenario, which keep its groups. */
import { expandGroups } from '../scenario/groups.ts';
import type { Action, Scenario } from '../scenario/schema.ts';
import { applyFix } from '../sim/requirements/index.ts';

export type { Fix } from '../sim/requirements/index.ts';
export { applyFix as mend, expandGroups as expanded };

/** Asks for these VMs to go there, and no longer for where they were asked to go before. */
export function askMoves(scenario: Scenario, vms: readonly string[], to: string): Scenario {
  const others = scenario.actions.filter((one) => one.kind !== 'migrate' || !vms.includes(one.vm));
  // What was chosen for this very move, such as a datastore, stays chosen.
  const same = new Map(
    scenario.actions.flatMap((one) =>
      one.kind === 'migrate' && one.to === to ? [[one.vm, one] as const] : [],
    ),
  );
  const moves = vms.map(
    (vm): Action => same.get(vm) ?? { kind: 'migrate', atNs: 0, vm, to, datastore: '', portGroup: '' },
  );
  return { ...scenario, actions: [...others, ...moves] };
}

/** Asks for each of these VMs to go to a host of its own. */
export function askSpread(scenario: Scenario, places: ReadonlyMap<string, string>): Scenario {
  return [...places].reduce((now, [vm, host]) => askMoves(now, [vm], host), scenario);
}

/** Asks for the host to be emptied, or takes that back. */
export function toggleMaintenance(scenario: Scenario, host: string): Scenario {
  const others = scenario.actions.filter((one) => one.kind !== 'enter-maintenance' || one.host !== host);
  if (others.length < scenario.actions.length) return { ...scenario, actions: others };
  return { ...scenario, actions: [...others, { kind: 'enter-maintenance', atNs: 0, host }] };
}

/** Nothing is asked for any more. */
export function askNothing(scenario: Scenario): Scenario {
  return { ...scenario, actions: [] };
}

/** Room each host needs on the picture: for the VMs it has, and for those that may come. */
export function placesOf(expanded: Scenario): number[] {
  const index = new Map(expanded.hosts.map(({ id }, at) => [id, at]));
  const places = expanded.hosts.map(() => 0);
  for (const { host } of expanded.vms) places[index.get(host) ?? 0]! += 1;
  const leaving = new Set(
    expanded.actions.flatMap((one) => (one.kind === 'enter-maintenance' ? [index.get(one.host) ?? -1] : [])),
  );
  const staying = expanded.hosts.length - leaving.size;
  const homeless = [...leaving].reduce((sum, host) => sum + (places[host] ?? 0), 0);
  const each = staying > 0 ? Math.ceil(homeless / staying) : 0;
  const moves = expanded.hosts.map(() => 0);
  for (const one of expanded.actions) if (one.kind === 'migrate') moves[index.get(one.to) ?? 0]! += 1;
  return places.map((count, host) => (leaving.has(host) ? count : count + each + moves[host]!));
}
