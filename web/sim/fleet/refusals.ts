/** What speaks against a task of a fleet at the present instant. */
import type { FleetEventNumbers } from './fleet-log.ts';
import type { Fleet } from './fleet.ts';
import type { Task } from './tasks.ts';

/** Order is wire format: append only. */
export const REFUSALS = [
  'same-host',
  'no-way',
  'datastore',
  'memory',
  'host-state',
  'vm-down',
  'datastore-lost',
  'port-group',
] as const;

export type Refusal = (typeof REFUSALS)[number];

export function refusalsOf(fleet: Fleet, task: Task): FleetEventNumbers['refused'][] {
  const { world, lines } = fleet;
  const { vm, source, target, datastore, kind } = task;
  const refused: Refusal[] = [];
  if (source === target && kind !== 'storage-vmotion') refused.push('same-host');
  if (source !== target && !lines.way(source, target)) refused.push('no-way');
  const store = datastore < 0 ? (world.storeOf[vm] as number) : datastore;
  if (!world.sees(target, store)) refused.push('datastore');
  if (source !== target && world.freeBytes(target) < world.vms[vm]!.memoryBytes) refused.push('memory');
  if (world.state[target] !== 'connected') refused.push('host-state');
  if (fleet.ha.isDown(vm)) refused.push('vm-down');
  if (fleet.faults.isStoreLost(store) || fleet.faults.isStoreLost(world.storeOf[vm] as number))
    refused.push('datastore-lost');
  if (source !== target && !fleet.plugOf(task)) refused.push('port-group');
  return refused.map((rule) => ({ rule: REFUSALS.indexOf(rule), severity: 0 }));
}
