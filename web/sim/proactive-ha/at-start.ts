/** Hosts that Proactive HA avoids from the first instant, because parts of theirs are ill as the scenario begins. */
import type { Scenario } from '../../scenario/schema.ts';
import { healthAt, worstOf } from './health.ts';
import { remedyFor } from './remedies.ts';

/** Indexes of hosts. @param scenario expanded: no groups. */
export function avoidedAtStart({ hosts, clusters, ...rest }: Scenario): number[] {
  return hosts.flatMap(({ id, cluster: of }, at) => {
    const cluster = clusters.find((one) => one.id === of);
    const health = worstOf(healthAt({ hosts, clusters, ...rest }, id, 0));
    if (!cluster || health === 'healthy') return [];
    return [true, false].some((fits) => remedyFor({ cluster, health, fits }).host === 'applied') ? [at] : [];
  });
}
