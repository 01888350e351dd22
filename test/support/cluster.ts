/** Small clusters for tests of maintenance: hosts and VMs as the presets are made of them, with every default filled in. */
import { expandGroups } from '../../web/scenario/groups.ts';
import { parseScenario } from '../../web/scenario/parse.ts';
import { small } from '../../web/scenario/presets/parts.ts';
import type { Scenario, ScenarioInput } from '../../web/scenario/schema.ts';

export function cluster(
  hosts: NonNullable<ScenarioInput['hosts']>,
  vms: NonNullable<ScenarioInput['vms']>,
  more: Partial<ScenarioInput> = {},
): Scenario {
  const parsed = parseScenario(small('A cluster', '', hosts, vms, more));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return expandGroups(parsed.value);
}
