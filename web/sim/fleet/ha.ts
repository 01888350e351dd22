/** High availability: what ran on a host that failed is started on another that lives, and nothing else is. */
import { NS_PER_SECOND, type Ns } from '../../base/units.ts';
import type { Fleet } from './fleet.ts';
import { placeFor } from './placement.ts';

/** From the last heartbeat to a declared failure, and from there until the guest has started. Our choice: the field says 10 to 20 s, and minutes. */
const DECLARE_NS = 15 * NS_PER_SECOND;
const START_NS = 30 * NS_PER_SECOND;
/** Where no host has room, it is tried again. Our choice. */
const RETRY_NS = 10 * NS_PER_SECOND;
const MOST_TRIES = 360;

export class HighAvailability {
  /** By VM that is down: the instant it went down. */
  readonly #down = new Map<number, Ns>();

  constructor(readonly fleet: Fleet) {}

  isDown(vm: number): boolean {
    return this.#down.has(vm);
  }

  /** Everything that ran on the host is down from now on. */
  hostFailed(host: number): void {
    const { world, coordinator, execution } = this.fleet;
    const vms = world.vmsOn(host).filter((vm) => world.vms[vm]!.power === 'on' && !this.isDown(vm));
    coordinator.decide(-1, 'host-crashed', { host, vms: vms.length });
    for (const vm of vms) {
      execution.stop(vm, host, coordinator.nowNs, 'crashed');
      this.#down.set(vm, coordinator.nowNs);
      world.free(host, vm);
      coordinator.decide(-1, 'vm-down', { vm, host });
      if (this.#isProtected(host)) this.#tryLater(vm, DECLARE_NS, MOST_TRIES);
    }
  }

  #isProtected(host: number): boolean {
    const { world, scenario } = this.fleet;
    return scenario.clusters.find(({ id }) => id === world.hosts[host]!.cluster)?.ha ?? false;
  }

  #tryLater(vm: number, delayNs: Ns, tries: number): void {
    const { coordinator } = this.fleet;
    coordinator.at(coordinator.nowNs + delayNs, () => this.#place(vm, tries));
  }

  #place(vm: number, tries: number): void {
    const { world } = this.fleet;
    const before = world.hostOf[vm] as number;
    // Its own host may be back; otherwise the one with most room.
    const host = world.state[before] === 'connected' ? before : placeFor(this.fleet, vm, true);
    if (host === null) {
      if (tries > 1) this.#tryLater(vm, RETRY_NS, tries - 1);
      return;
    }
    world.reserve(host, vm);
    const { coordinator } = this.fleet;
    coordinator.at(coordinator.nowNs + START_NS, () => this.#started(vm, host, tries));
  }

  #started(vm: number, host: number, tries: number): void {
    const { world, coordinator, execution } = this.fleet;
    const downNs = this.#down.get(vm) as Ns;
    if (world.state[host] !== 'connected') {
      world.free(host, vm);
      return this.#place(vm, tries - 1);
    }
    this.#down.delete(vm);
    world.move(vm, host);
    execution.lock(vm, host, coordinator.nowNs);
    execution.start(vm, host, coordinator.nowNs);
    coordinator.decide(-1, 'vm-restarted', { vm, host, afterNs: coordinator.nowNs - downNs });
    this.fleet.restarted(vm);
  }
}
