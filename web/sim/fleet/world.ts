/** Where everything is at the present instant of a run: VMs, memory given away, hosts that are left or down, locks. */
import { mulDivCeil, PPM, type Bytes } from '../../base/units.ts';
import type { Datastore, Host, Scenario, Vm } from '../../scenario/schema.ts';

/** `down`: it has failed, or is switched off. */
export type HostState = 'connected' | 'entering' | 'maintenance' | 'standby' | 'down';

export class World {
  readonly hosts: readonly Host[];
  readonly vms: readonly Vm[];
  readonly stores: readonly Datastore[];
  readonly hostIndex: ReadonlyMap<string, number>;
  readonly vmIndex: ReadonlyMap<string, number>;
  readonly storeIndex: ReadonlyMap<string, number>;
  /** By VM: the host that runs it, and the datastore its disk lies on. The lock of the disk is that host's. */
  readonly hostOf: number[];
  readonly storeOf: number[];
  readonly state: HostState[];
  /** Avoided while others serve as well. */
  readonly quarantined = new Set<number>();
  /** By host: memory of the VMs on it, and of those that are on their way to it. */
  readonly #givenBytes: Bytes[];
  /** By VM: memory its host must have for it. */
  readonly #needBytes: Bytes[];
  readonly #running: number[];
  readonly #seen: Set<number>[];

  constructor(readonly scenario: Scenario) {
    this.hosts = scenario.hosts;
    this.vms = scenario.vms;
    this.stores = scenario.datastores;
    this.hostIndex = indexOf(this.hosts);
    this.vmIndex = indexOf(this.vms);
    this.storeIndex = indexOf(this.stores);
    this.hostOf = this.vms.map((vm) => this.hostIndex.get(vm.host) as number);
    this.storeOf = this.vms.map((vm) => this.storeIndex.get(vm.datastore) as number);
    this.state = this.hosts.map(({ state }) => (state === 'not-responding' ? 'down' : state));
    this.#needBytes = this.vms.map((vm) => runningBytes(vm, scenario.policy.overheadPpm));
    this.#givenBytes = this.hosts.map(() => 0);
    this.vms.forEach((_, at) => (this.#givenBytes[this.hostOf[at] as number]! += this.needBytes(at)));
    this.#running = this.hosts.map(() => 0);
    this.vms.forEach((vm, at) => {
      if (vm.power === 'on') this.#running[this.hostOf[at] as number]!++;
    });
    this.#seen = this.stores.map(
      (store) => new Set(store.hosts.map((host) => this.hostIndex.get(host) as number)),
    );
  }

  freeBytes(host: number): Bytes {
    return (this.hosts[host] as Host).memoryBytes - (this.#givenBytes[host] as number);
  }

  /** Memory it has given away or promised to VMs on their way. */
  givenBytes(host: number): Bytes {
    return this.#givenBytes[host] as number;
  }

  /** What a VM takes of its host's memory: its own, and what the hypervisor needs for it. */
  needBytes(vm: number): Bytes {
    return this.#needBytes[vm] as Bytes;
  }

  /** The host keeps room for a VM that comes, or no longer. */
  reserve(host: number, vm: number): void {
    this.#givenBytes[host]! += this.needBytes(vm);
  }

  free(host: number, vm: number): void {
    this.#givenBytes[host]! -= this.needBytes(vm);
  }

  sees(host: number, store: number): boolean {
    return this.#seen[store]?.has(host) ?? false;
  }

  /** A VM is on another host from now on. */
  move(vm: number, host: number): void {
    if (this.vms[vm]!.power === 'on') {
      this.#running[this.hostOf[vm] as number]!--;
      this.#running[host]!++;
    }
    this.hostOf[vm] = host;
  }

  /** VMs that run on a host. */
  runningOn(host: number): number {
    return this.#running[host] as number;
  }

  /** VMs on a host, in the order of the scenario. */
  vmsOn(host: number): number[] {
    const there: number[] = [];
    for (let vm = 0; vm < this.hostOf.length; vm++) if (this.hostOf[vm] === host) there.push(vm);
    return there;
  }
}

/** Only a VM that is on has memory of the host. */
export function runningBytes(vm: Vm, overheadPpm: number): Bytes {
  if (vm.power === 'off' || vm.power === 'suspended') return 0;
  return vm.memoryBytes + mulDivCeil(vm.memoryBytes, overheadPpm, PPM);
}

function indexOf(list: readonly { readonly id: string }[]): ReadonlyMap<string, number> {
  return new Map(list.map((one, at) => [one.id, at]));
}
