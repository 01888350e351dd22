/** Changes of a scenario that are no knobs: cancel, the way back. Each gives a new scenario and leaves the old one alone. */
import type { Ns } from '../base/units.ts';
import type { Scenario } from '../scenario/schema.ts';

export function withCancel(scenario: Scenario, vm: string, atNs: Ns): Scenario {
  const others = scenario.actions.filter((action) => !(action.kind === 'cancel' && action.vm === vm));
  return { ...scenario, actions: [...others, { kind: 'cancel', vm, atNs }] };
}

/** The VM starts where it arrived, and moves to where it came from. A cancel belonged to the move that is over. */
export function migratedBack(scenario: Scenario, vmId: string): Scenario {
  const vm = scenario.vms.find((one) => one.id === vmId);
  const move = scenario.actions.find((action) => action.kind === 'migrate' && action.vm === vmId);
  if (!vm || move?.kind !== 'migrate') return scenario;
  return {
    ...scenario,
    vms: scenario.vms.map((one) => (one === vm ? { ...one, host: move.to } : one)),
    actions: scenario.actions
      .filter((action) => !(action.kind === 'cancel' && action.vm === vmId))
      .map((action) => (action === move ? { ...move, to: vm.host } : action)),
  };
}
