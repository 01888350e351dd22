/** How many operations a datacenter carries at once, by what its hosts, datastores and lines between sites are. */
import type { Scenario } from '../../scenario/schema.ts';
import { Limits, nicMost } from '../limits.ts';
import { sessionsOn } from '../network/stream.ts';
import type { Lines } from './lines.ts';

/** @param scenario expanded: no groups. */
export function limitsOf(scenario: Scenario, lines: Lines): Limits {
  return new Limits(
    scenario.hosts.map((host) => nicMost(lines.nicRates(host))),
    scenario.datastores.length,
    scenario.wans.map((wan) => sessionsOn(wan.bytesPerSecond)),
  );
}
