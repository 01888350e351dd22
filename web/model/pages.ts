/**
 * The pages there are. A new one has its id in `scenario/presentation.ts`, its name here, and its component in `view/pages.ts`, which
 * loads it when it is first shown.
 */
import type { PageId } from '../scenario/presentation.ts';
import type { Scenario } from '../scenario/schema.ts';
import { isDatacenter } from '../sim/which-engine.ts';

export type { PageId };

export const PAGE_NAMES: Readonly<Record<PageId, string>> = {
  lab: 'One VM',
  datacenter: 'Datacenter',
  cluster: 'Cluster',
  compare: 'Engines',
  validation: 'Validation',
};

export const pageFor = (scenario: Scenario): PageId => (isDatacenter(scenario) ? 'datacenter' : 'lab');
