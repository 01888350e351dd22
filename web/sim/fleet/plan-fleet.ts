/** From what a scenario asks for to a datacenter without groups, or to why it cannot run. */
import { fail, ok, type Problem, type Result } from '../../base/result.ts';
import { expandGroups } from '../../scenario/groups.ts';
import type { Scenario } from '../../scenario/schema.ts';
import { notSimulated } from '../not-simulated.ts';
import { proactiveHaProblems } from '../proactive-ha/remedies.ts';
import { fleetFidelity } from './fidelity.ts';

export function planFleet(scenario: Scenario): Result<Scenario, Problem[]> {
  const unknown = [...proactiveHaProblems(scenario), ...notSimulated(scenario, 'fleet')];
  if (unknown.length > 0) return fail(unknown);
  if (asksForSomething(scenario)) return ok(expandGroups(scenario));
  const message =
    'Nothing is asked for: add an action, such as { kind: "migrate", vm, to } { kind: "enter-maintenance", host }, or switch DRS on.';
  return fail([{ code: 'plan.nothing-to-do', path: 'actions', message }]);
}

/** Somebody does something, or a cluster looks after itself. */
export function asksForSomething({ actions, clusters }: Scenario): boolean {
  return actions.length > 0 || clusters.some(({ drs }) => drs.level !== 'off');
}

/** Whether more than one thread has work: what is followed in expectation alone is done before a second one has begun. */
export function usesThreads(expanded: Scenario): boolean {
  const fidelity = fleetFidelity(expanded);
  return expanded.vms.some((_, vm) => fidelity(vm) !== 'expected');
}
