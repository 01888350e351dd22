/** A datacenter somebody plans for: where every VM would be by then, and where those would go that have to leave. */
import type { Bytes } from '../../base/units.ts';
import type { Scenario } from '../../scenario/schema.ts';
import { Lines } from '../fleet/lines.ts';
import { placeFor, type Places } from '../fleet/placement.ts';
import { World } from '../fleet/world.ts';
import { avoidedAtStart } from '../proactive-ha/at-start.ts';
import { Inventory } from '../requirements/index.ts';
import { whyStays, type HostSays } from './why-stays.ts';

/** VMs, hosts and lines are indexes of the expanded scenario. */
export interface Leaving {
  readonly vm: number;
  readonly source: number;
  readonly target: number;
}

export interface Staying {
  readonly vm: number;
  readonly host: number;
  readonly why: readonly HostSays[];
}

export interface Evacuation {
  readonly hosts: readonly number[];
  /** In the order in which they are asked for. */
  readonly leaving: readonly Leaving[];
  /** VMs that run and find no host: the host is not entered before they are gone. */
  readonly staying: readonly Staying[];
  /** VMs that are off or suspended: they stay where they are and hold nothing up. */
  readonly off: readonly number[];
}

export class Site implements Places {
  readonly world: World;
  readonly lines: Lines;
  readonly inventory: Inventory;
  readonly #promised = new Map<number, Bytes>();
  /** By VM that leaves: where to. */
  readonly #heading = new Map<number, number>();

  /** @param scenario expanded: no groups. */
  constructor(readonly scenario: Scenario) {
    this.world = new World(scenario);
    this.lines = new Lines(scenario);
    this.inventory = new Inventory(scenario, this.lines);
    for (const host of avoidedAtStart(scenario)) this.world.quarantined.add(host);
  }

  promisedBytes(host: number): Bytes {
    return this.#promised.get(host) ?? 0;
  }

  headingFor(vm: number): number {
    return this.#heading.get(vm) ?? (this.world.hostOf[vm] as number);
  }

  /** Hosts of a cluster that can be entered, in the order of the scenario. */
  openHosts(cluster: string): number[] {
    return this.world.hosts.flatMap((host, at) =>
      host.cluster === cluster && this.world.state[at] === 'connected' ? [at] : [],
    );
  }

  /** The places the center would choose if these hosts were entered at once, in its very order. Nothing is kept of it. */
  evacuate(hosts: readonly number[]): Evacuation {
    const { world } = this;
    const before = hosts.map((host) => world.state[host]);
    hosts.forEach((host) => (world.state[host] = 'entering'));
    const leaving: Leaving[] = [];
    const staying: Staying[] = [];
    for (const { host, vm } of inTurn(hosts.map((host) => ({ host, vms: this.#running(host) })))) {
      const target = placeFor(this, vm);
      if (target === null) staying.push({ vm, host, why: whyStays(this, vm) });
      else {
        leaving.push({ vm, source: host, target });
        this.#heading.set(vm, target);
        this.#promised.set(target, this.promisedBytes(target) + world.needBytes(vm));
      }
    }
    this.#promised.clear();
    this.#heading.clear();
    hosts.forEach((host, at) => (world.state[host] = before[at]!));
    const off = hosts.flatMap((host) => world.vmsOn(host)).filter((vm) => !this.#isOn(vm));
    return { hosts, leaving, staying, off };
  }

  /** From here on they are where they went. */
  settle(leaving: readonly Leaving[]): void {
    for (const { vm, source, target } of leaving) {
      this.world.reserve(target, vm);
      this.world.free(source, vm);
      this.world.move(vm, target);
    }
  }

  #running(host: number): number[] {
    return this.world.vmsOn(host).filter((vm) => this.#isOn(vm));
  }

  #isOn(vm: number): boolean {
    return this.world.vms[vm]!.power === 'on';
  }
}

/** One VM of each host in turn, as maintenance mode asks for them. */
function inTurn(
  all: readonly { readonly host: number; readonly vms: readonly number[] }[],
): { readonly host: number; readonly vm: number }[] {
  const most = Math.max(0, ...all.map(({ vms }) => vms.length));
  return Array.from({ length: most }, (_, nth) =>
    all.flatMap(({ host, vms }) => (nth < vms.length ? [{ host, vm: vms[nth] as number }] : [])),
  ).flat();
}
