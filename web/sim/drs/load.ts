/** Loads of hosts as VMs are moved in thought, and the figures of the three algorithms. All changes are of two hosts. */
import { PPM, type Ppm } from '../../base/units.ts';
import { RESOURCES, type DrsCluster, type PerResource, type Resource } from './cluster.ts';
import { entitlementsOf } from './entitlement.ts';

export class Load {
  /** By VM. */
  readonly places: number[];
  readonly entitled: PerResource<readonly number[]>;
  /** By host: sum of what its VMs are entitled to. */
  readonly given: PerResource<number[]>;
  /** By host: memory its VMs must have. */
  readonly memoryBytes: number[];
  /** Hosts that count. */
  readonly open: readonly number[];

  constructor(readonly cluster: DrsCluster) {
    const { hosts, vms } = cluster;
    this.places = vms.map(({ host }) => host);
    this.entitled = entitlementsOf(cluster);
    this.given = { cpu: hosts.map(() => 0), memory: hosts.map(() => 0) };
    this.memoryBytes = hosts.map(() => 0);
    this.open = hosts.flatMap(({ isOpen }, at) => (isOpen ? [at] : []));
    vms.forEach((_, vm) => this.#add(vm, this.places[vm] as number, 1));
  }

  #add(vm: number, host: number, sign: 1 | -1): void {
    for (const resource of RESOURCES)
      this.given[resource][host]! += sign * (this.entitled[resource][vm] as number);
    if (this.cluster.vms[vm]!.isOn) this.memoryBytes[host]! += sign * this.cluster.vms[vm]!.memoryBytes;
  }

  move(vm: number, to: number): void {
    this.#add(vm, this.places[vm] as number, -1);
    this.places[vm] = to;
    this.#add(vm, to, 1);
  }

  /** Normalised entitlement: 1 is all the host has. With `more` on top. */
  share(resource: Resource, host: number, more = 0): number {
    const capacity = this.cluster.hosts[host]!.capacity[resource];
    return capacity === 0 ? 0 : (this.given[resource][host]! + more) / capacity;
  }

  /** Memory must fit as a whole: it is given to one VM only. */
  fits(vm: number, host: number): boolean {
    const { memoryBytes } = this.cluster.vms[vm]!;
    return this.memoryBytes[host]! + memoryBytes <= this.cluster.hosts[host]!.capacity.memory;
  }

  shares(resource: Resource): number[] {
    return this.open.map((host) => this.share(resource, host));
  }
}

export const toPpm = (share: number): Ppm => Math.round(share * PPM);
