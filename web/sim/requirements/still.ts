/** The move somebody thinks of, before anything runs: every VM is where the scenario puts it. */
import type { Datastore, Host, Vm } from '../../scenario/schema.ts';
import { runningBytes } from '../fleet/world.ts';
import type { Inventory } from './inventory.ts';
import { Move, type Room } from './move.ts';

export interface Thought {
  /** Id of the datastore the disk shall go to; empty: it stays. */
  readonly datastore?: string;
  readonly portGroup?: string;
}

/** Null where the scenario has no such VM, host or datastore. */
export function moveOf(
  inventory: Inventory,
  vmId: string,
  targetId: string,
  { datastore = '', portGroup = '' }: Thought = {},
): Move | null {
  const vm = inventory.scenario.vms.find(({ id }) => id === vmId);
  const target = inventory.hosts.get(targetId);
  const source = inventory.hosts.get(vm?.host ?? '');
  const from = inventory.stores.get(vm?.datastore ?? '');
  const to = datastore === '' ? from : inventory.stores.get(datastore);
  if (!vm || !target || !source || !from || !to) return null;
  const room = new StillRoom(inventory, vm, target);
  return new Move(inventory, { vm, source, target, from, to, portGroup, room });
}

class StillRoom implements Room {
  readonly neededBytes: number;
  readonly isOpen: boolean;

  constructor(
    readonly inventory: Inventory,
    vm: Vm,
    readonly host: Host,
  ) {
    this.neededBytes = this.#need(vm);
    this.isOpen = host.state === 'connected';
  }

  #need(vm: Vm): number {
    return runningBytes(vm, this.inventory.scenario.policy.overheadPpm);
  }
  get freeBytes(): number {
    return this.vms().reduce((left, vm) => left - this.#need(vm), this.host.memoryBytes);
  }
  get freeMhz(): number {
    const { cores, coreMhz } = this.host;
    return this.vms().reduce((left, vm) => left - vm.cpuReservationMhz, cores * coreMhz);
  }
  vms(): readonly Vm[] {
    return this.inventory.scenario.vms.filter((vm) => vm.host === this.host.id);
  }
  givenOn({ id }: Datastore): number {
    return this.inventory.scenario.vms.reduce(
      (sum, vm) => (vm.datastore === id ? sum + vm.diskBytes : sum),
      0,
    );
  }
}
