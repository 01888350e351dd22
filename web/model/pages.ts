/**
 * The pages there are. A new one has its id in `scenario/presentation.ts`, its name here, and its component in `view/pages.ts`, which
 * loads it when it is first shown.
 */
import type { PageId } from '../scenario/presentation.ts';
import type { Scenario } from '../scenario/schema.ts';
import { notSimulated } from '../sim/not-simulated.ts';

export type { PageId };

export const PAGE_NAMES: Readonly<Record<PageId, string>> = {
  lab: 'One migration',
  datacenter: 'Datacenter',
};

/** A scenario that says more than the run of one VM acts on is a datacenter; so is one that moves several VMs. */
export function pageFor(scenario: Scenario): PageId {
  const moved = new Set(scenario.actions.flatMap((one) => (one.kind === 'migrate' ? [one.vm] : [])));
  return moved.size > 1 || notSimulated(scenario).length > 0 ? 'datacenter' : 'lab';
}
