import type { Scenario } from '../scenario/schema.ts';
import type { GuestMemorySpec } from './data-plane.ts';
import type { PlannedMigration } from './run-log.ts';

/** What the data plane has to know of a VM that is about to move. */
export function memorySpec(scenario: Scenario, planned: PlannedMigration): GuestMemorySpec {
  const vm = scenario.vms.find((one) => one.id === planned.vm);
  if (!vm) throw new Error(`broken invariant: ${planned.vm} is planned and not in the scenario`);
  const { compression, xbzrleCacheBytes, traceFaultNs } = scenario.policy;
  return {
    fidelity: planned.fidelity,
    usedBytes: planned.usedBytes,
    seed: scenario.seed + planned.index,
    content: vm.content,
    phases: vm.phases,
    compression,
    xbzrleCacheBytes,
    traceFaultNs,
  };
}
