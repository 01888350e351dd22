/** A plan as actions of its scenario, so that the engine runs what was planned. */
import type { Action, Scenario } from '../../scenario/schema.ts';
import type { RollingPlan } from './rolling.ts';

/** In the order of time; at one instant hosts are left before others are entered, so that they can take VMs. */
export function planActions(hosts: readonly { readonly id: string }[], { steps }: RollingPlan): Action[] {
  return steps.flatMap(({ hosts: ofStep, enterNs, exitNs }): Action[] => {
    const ids = ofStep.map((host) => hosts[host]!.id);
    return [
      ...ids.map((host): Action => ({ kind: 'enter-maintenance', atNs: enterNs, host })),
      ...ids.map((host): Action => ({ kind: 'exit-maintenance', atNs: exitNs, host })),
    ];
  });
}

/**
 * The scenario with this plan instead of what it asked for before of maintenance; everything else it asks for stays.
 * @param scenario with its groups; `hosts` are those of the expanded one.
 */
export function withPlan(
  scenario: Scenario,
  hosts: readonly { readonly id: string }[],
  plan: RollingPlan,
): Scenario {
  const others = scenario.actions.filter(
    ({ kind }) => kind !== 'enter-maintenance' && kind !== 'exit-maintenance',
  );
  return { ...scenario, actions: [...others, ...planActions(hosts, plan)] };
}
