/** Which of the two runs a scenario is for: that of one VM with all its pages on the screen, or that of a datacenter. */
import type { Scenario } from '../scenario/schema.ts';
import { notSimulated } from './not-simulated.ts';

/** A scenario that says more than the run of one VM acts on is a datacenter; so is one that moves several VMs. */
export function isDatacenter(scenario: Scenario): boolean {
  const moved = new Set(scenario.actions.flatMap((one) => (one.kind === 'migrate' ? [one.vm] : [])));
  return moved.size > 1 || notSimulated(scenario).length > 0;
}
