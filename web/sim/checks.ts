/** What must hold before a VM may move in this product so far; each answer carries its numbers. */
import type { Bytes } from '../base/units.ts';
import type { Scenario, Vm } from '../scenario/schema.ts';
import type { Check } from './events.ts';
import type { PlannedMigration } from './run-log.ts';

export interface CheckAnswer {
  readonly check: Check;
  readonly passes: boolean;
  /** For target-memory: configured memory of the VM and what the target has not given away; otherwise 0. */
  readonly needed: Bytes;
  readonly available: Bytes;
}

/** `location` is the host that runs the VM now. */
export function checkMigration(
  scenario: Scenario,
  vm: Vm,
  planned: PlannedMigration,
  location: string,
): CheckAnswer[] {
  const target = scenario.hosts.find((host) => host.id === planned.targetHost);
  const others = scenario.vms.filter((one) => one.id !== vm.id && one.host === planned.targetHost);
  const available = (target?.memoryBytes ?? 0) - others.reduce((sum, one) => sum + one.memoryBytes, 0);
  const store = scenario.datastores.find((one) => one.id === vm.datastore);
  const plain = (check: Check, passes: boolean): CheckAnswer => ({ check, passes, needed: 0, available: 0 });
  return [
    plain('target-is-another-host', planned.targetHost !== location),
    plain('vmotion-path', planned.bytesPerSecond > 0),
    plain(
      'shared-datastore',
      !!store && store.hosts.includes(location) && store.hosts.includes(planned.targetHost),
    ),
    { check: 'target-memory', passes: vm.memoryBytes <= available, needed: vm.memoryBytes, available },
  ];
}
