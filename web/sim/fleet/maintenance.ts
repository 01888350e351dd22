/** Maintenance mode: a host is entered when no VM that runs is left on it, and none may come meanwhile. */
import type { Ns } from '../../base/units.ts';
import type { Fleet } from './fleet.ts';
import { placeFor, whyNoPlace } from './placement.ts';
import type { Task } from './tasks.ts';

const CAUSES = { maintenance: 'maintenance', standby: 'drs' } as const;

/** What the host is emptied for. */
export type Goal = 'maintenance' | 'standby';

export class Maintenance {
  /** Hosts that are being left, since when, and what for. */
  readonly #entering = new Map<number, { readonly sinceNs: Ns; readonly goal: Goal }>();
  /** By VM, where somebody has chosen already. */
  readonly #chosen = new Map<number, number>();
  #toLeave: number[] = [];

  constructor(readonly fleet: Fleet) {}

  /** All hosts asked for at one instant are closed before the first VM looks for a place. */
  enter(host: number, goal: Goal = 'maintenance', chosen: ReadonlyMap<number, number> = new Map()): void {
    const { world, coordinator } = this.fleet;
    if (world.state[host] !== 'connected') return;
    world.state[host] = 'entering';
    this.#entering.set(host, { sinceNs: coordinator.nowNs, goal });
    for (const [vm, target] of chosen) this.#chosen.set(vm, target);
    if (this.#toLeave.length === 0) coordinator.at(coordinator.nowNs, () => this.#leaveAll());
    this.#toLeave.push(host);
  }

  exit(host: number): void {
    const { world, coordinator } = this.fleet;
    if (world.state[host] !== 'entering' && world.state[host] !== 'maintenance') return;
    world.state[host] = 'connected';
    this.#entering.delete(host);
    for (const task of this.fleet.tasks)
      if (task.source === host && task.cause === 'maintenance') this.fleet.withdraw(task);
    coordinator.decide(-1, 'maintenance-left', { host });
  }

  /** It has failed: nobody leaves it any more. */
  forget(host: number): void {
    this.#entering.delete(host);
  }

  taskEnded(task: Task): void {
    for (const host of new Set([task.source, task.target])) this.#look(host);
  }

  /** One VM of each host in turn, so that no host waits for another to be empty. */
  #leaveAll(): void {
    const hosts = this.#toLeave;
    this.#toLeave = [];
    const { world, coordinator } = this.fleet;
    const leaving = hosts.map((host) => world.vmsOn(host).filter((vm) => world.vms[vm]!.power === 'on'));
    hosts.forEach((host, at) =>
      coordinator.decide(-1, 'maintenance-entering', { host, vms: leaving[at]!.length }),
    );
    const most = Math.max(...leaving.map((vms) => vms.length));
    for (let nth = 0; nth < most; nth++)
      hosts.forEach((host, at) => {
        const vm = leaving[at]![nth];
        if (vm !== undefined) this.#leave(host, vm);
      });
    for (const host of hosts) this.#look(host);
  }

  #leave(host: number, vm: number): void {
    const goal = this.#entering.get(host)?.goal ?? 'maintenance';
    const target = this.#chosen.get(vm) ?? placeFor(this.fleet, vm);
    this.#chosen.delete(vm);
    if (target === null)
      this.fleet.coordinator.decide(-1, 'maintenance-blocked', {
        host,
        vm,
        rule: whyNoPlace(this.fleet, vm),
      });
    else this.fleet.ask({ vm, target, datastore: -1, portGroup: '', cause: CAUSES[goal] });
  }

  #look(host: number): void {
    const { world, coordinator } = this.fleet;
    const entering = this.#entering.get(host);
    if (entering === undefined || world.runningOn(host) > 0) return;
    this.#entering.delete(host);
    world.state[host] = entering.goal;
    const durationNs = coordinator.nowNs - entering.sinceNs;
    if (entering.goal === 'standby') coordinator.decide(-1, 'host-standby', { host, durationNs });
    else coordinator.decide(-1, 'maintenance-entered', { host, durationNs });
  }
}
