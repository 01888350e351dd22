/** Proactive HA in a run: a host whose parts begin to fail is avoided or emptied before it fails. */
import { HEALTH_PARTS, HEALTH_STATES } from '../../scenario/choices.ts';
import { healthAt, worstOf } from '../proactive-ha/health.ts';
import { remedyFor } from '../proactive-ha/remedies.ts';
import type { Fleet } from './fleet.ts';
import { placeFor } from './placement.ts';

/** Order is wire format: append only. */
export const REMEDY_CODES = ['none', 'quarantine', 'maintenance'] as const;

export class HealthWatch {
  constructor(readonly fleet: Fleet) {
    const { scenario, coordinator, world } = fleet;
    for (const [host, { health }] of world.hosts.entries())
      if (health.some(({ state }) => state !== 'healthy')) coordinator.at(0, () => this.#react(host));
    for (const action of scenario.actions)
      if (action.kind === 'health')
        coordinator.at(action.atNs, () => {
          const host = world.hostIndex.get(action.host) as number;
          const [part, state] = [HEALTH_PARTS.indexOf(action.part), HEALTH_STATES.indexOf(action.state)];
          coordinator.decide(-1, 'health', { host, part, state });
          this.#react(host);
        });
  }

  #react(host: number): void {
    const { scenario, world, coordinator, faults } = this.fleet;
    const it = world.hosts[host]!;
    const cluster = scenario.clusters.find(({ id }) => id === it.cluster);
    if (!cluster || faults.isCenterLost || world.state[host] === 'down') return;
    const health = worstOf(healthAt(scenario, it.id, coordinator.nowNs));
    const { remedy, host: how, moves } = remedyFor({ cluster, health, fits: this.#fits(host) });
    const before = world.quarantined.has(host);
    if (remedy === 'none') {
      if (before) world.quarantined.delete(host);
      if (before) this.#tell(host, 'none', 1);
      return;
    }
    this.#tell(host, remedy, how === 'applied' ? 1 : 0);
    if (how !== 'applied') return;
    world.quarantined.add(host);
    // Emptied only where its VMs may be moved without asking; until then it is avoided.
    if (remedy === 'maintenance' && moves === 'applied') this.fleet.maintenance.enter(host);
  }

  #tell(host: number, remedy: (typeof REMEDY_CODES)[number], applied: 0 | 1): void {
    this.fleet.coordinator.decide(-1, 'remedy', { host, remedy: REMEDY_CODES.indexOf(remedy), applied });
  }

  /** Every VM of the host has a place elsewhere, each looked at alone (our choice: together it is what the evacuation finds out). */
  #fits(host: number): boolean {
    const { world } = this.fleet;
    return world
      .vmsOn(host)
      .filter((vm) => world.vms[vm]!.power === 'on')
      .every((vm) => placeFor(this.fleet, vm) !== null);
  }
}
