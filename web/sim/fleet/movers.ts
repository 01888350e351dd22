/** The migrations of one thread. Whoever holds them, a worker or the coordinator's own thread, only passes orders and replies on. */
import { assert } from '../../base/result.ts';
import type { Scenario } from '../../scenario/schema.ts';
import type { DataPlane } from '../data-plane.ts';
import { Mover, type Order, type Reply } from './mover.ts';

export class Movers {
  readonly #movers = new Map<number, Mover>();

  /** @param shell the scenario without its hosts and VMs. */
  constructor(
    readonly shell: Scenario,
    readonly plane: DataPlane,
  ) {}

  obey(orders: readonly Order[]): Reply[] {
    return orders.map((order) => {
      const { task, begin } = order;
      const mover = begin ? new Mover(this.shell, begin, this.plane) : this.#movers.get(task);
      assert(mover, 'an order is for a migration that has begun');
      if (begin) this.#movers.set(task, mover);
      const reply = mover.obey(order);
      if (reply.pause === 'end') this.#movers.delete(task);
      return reply;
    });
  }

  /** Ends all that is under way and gives its memory back. */
  release(): void {
    for (const mover of this.#movers.values()) mover.release();
    this.#movers.clear();
  }
}

/** What a migration reads of the scenario: policy and seed. Hosts and VMs by the thousand need not cross threads. */
export function shellOf(scenario: Scenario): Scenario {
  return { ...scenario, hosts: [], vms: [], hostGroups: [], vmGroups: [], actions: [], datastores: [] };
}
