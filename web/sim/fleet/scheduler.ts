/**
 * DRS and power management in a run: a pass at the start and one after each interval, for as long as something is under way or still to
 * come. What they recommend is told with its numbers; what is fully automated is done.
 */
import { assert } from '../../base/result.ts';
import { NS_PER_SECOND } from '../../base/units.ts';
import type { Cluster, Datastore } from '../../scenario/schema.ts';
import { clusterView, settingsOf, type ClusterView, type Present } from '../drs/of-scenario.ts';
import { figureNow, REASONS, recommend, recommendPower, type Recommendation } from '../drs/index.ts';
import type { Fleet } from './fleet.ts';

/** From the wake-up packet until a host takes VMs again (our choice: it boots). */
const WAKE_NS = 180 * NS_PER_SECOND;
/** A run ends, whatever the passes would go on finding. */
const MOST_PASSES = 200;

export class Scheduler {
  readonly #lastActionNs: number;
  /** Hosts that boot, and those that did: demand does not change by itself, so whoever was needed once stays awake (our choice). */
  readonly #waking = new Set<number>();
  readonly #needed = new Set<number>();

  constructor(readonly fleet: Fleet) {
    const { scenario, coordinator } = fleet;
    this.#lastActionNs = scenario.actions.reduce((last, { atNs }) => Math.max(last, atNs), 0);
    scenario.clusters.forEach((cluster, index) => {
      if (cluster.drs.level !== 'off') coordinator.at(0, () => this.#pass(cluster, index, 1));
    });
  }

  #pass(cluster: Cluster, index: number, nth: number): void {
    const { coordinator, faults } = this.fleet;
    const settings = settingsOf(cluster);
    const applied = faults.isCenterLost ? 0 : this.#schedule(cluster, index);
    const goesOn =
      applied > 0 || this.#isUnderWay() || this.#waking.size > 0 || coordinator.nowNs < this.#lastActionNs;
    if (goesOn && nth < MOST_PASSES)
      coordinator.at(coordinator.nowNs + settings.intervalNs, () => this.#pass(cluster, index, nth + 1));
  }

  #isUnderWay(): boolean {
    return this.fleet.tasks.some(({ stage }) => stage !== 'ended');
  }

  /** How many moves it has asked for. */
  #schedule(cluster: Cluster, index: number): number {
    const view = clusterView(this.fleet.inventory, cluster.id, this.#present());
    const settings = settingsOf(cluster);
    const found = recommend(view.cluster, settings);
    const { valuePpm, enoughPpm } = figureNow(view.cluster, settings);
    this.fleet.coordinator.decide(-1, 'drs-pass', {
      ...{ cluster: index, figurePpm: valuePpm, enoughPpm, recommended: found.length },
    });
    const applied = found.filter((one) => this.#tell(view, one)).map((one) => this.#apply(view, one));
    return applied.length + (cluster.dpm.level === 'off' ? 0 : this.#power(cluster, view));
  }

  #present(): Present {
    const { world, fleet } = { world: this.fleet.world, fleet: this.fleet };
    return {
      hostOf: world.hostOf,
      storeOf: (vm) => world.stores[world.storeOf[vm] as number] as Datastore,
      isBusy: (vm) => fleet.tasksOf(vm).length > 0,
      isOn: (vm) => world.vms[vm]!.power === 'on' && !fleet.ha.isDown(vm),
      isOpen: (host) => world.state[host] === 'connected',
      isAsleep: (host) => world.state[host] === 'standby',
      isQuarantined: (host) => world.quarantined.has(host),
    };
  }

  /** True where it is applied by itself. */
  #tell({ cluster, vms, hosts }: ClusterView, one: Recommendation): boolean {
    const applied = cluster.vms[one.vm]!.level === 'full';
    this.fleet.coordinator.decide(-1, 'recommended', {
      vm: vms[one.vm] as number,
      from: hosts[one.from] as number,
      to: hosts[one.to] as number,
      reason: REASONS.indexOf(one.reason),
      ...{ priority: one.priority, beforePpm: one.beforePpm, afterPpm: one.afterPpm },
      ...{ costNs: one.cost.ns, costBytes: one.cost.bytes, applied: applied ? 1 : 0 },
    });
    return applied;
  }

  #apply({ vms, hosts }: ClusterView, { vm, to, reason }: Recommendation): void {
    const isRule = reason === 'jointAffin' || reason === 'antiAffin' || reason.startsWith('vmHost');
    const cause = isRule ? 'rule' : reason === 'hostInDegradation' ? 'proactive-ha' : 'drs';
    this.fleet.ask({
      ...{ vm: vms[vm] as number, target: hosts[to] as number, datastore: -1, portGroup: '', cause },
    });
  }

  #power(cluster: Cluster, view: ClusterView): number {
    const { coordinator, world } = this.fleet;
    // A cluster whose VMs are on their way is looked at again when they have arrived.
    if (this.#isUnderWay()) return 0;
    const settings = { ...settingsOf(cluster), threshold: cluster.dpm.threshold };
    const found = takeWhile(recommendPower(view.cluster, settings), ({ kind, host }) => {
      const index = view.hosts[host] as number;
      return kind === 'wake' ? !this.#waking.has(index) : !this.#needed.has(index);
    });
    const isApplied = cluster.dpm.level === 'full';
    for (const one of found) {
      const host = view.hosts[one.host];
      assert(host !== undefined, 'a host of the cluster');
      coordinator.decide(-1, 'power-recommended', {
        ...{ host, wake: one.kind === 'wake' ? 1 : 0, priority: one.priority },
        ...{ utilisationPpm: one.utilisationPpm, vms: one.moves.length, applied: isApplied ? 1 : 0 },
      });
      if (!isApplied) continue;
      const places = new Map(
        one.moves.map(({ vm, to }) => [view.vms[vm] as number, view.hosts[to] as number]),
      );
      if (one.kind === 'standby') this.fleet.maintenance.enter(host, 'standby', places);
      else if (world.state[host] === 'standby') {
        this.#waking.add(host);
        coordinator.at(coordinator.nowNs + WAKE_NS, () => this.#woken(host));
      }
    }
    return isApplied ? found.length : 0;
  }

  #woken(host: number): void {
    const { world, coordinator } = this.fleet;
    this.#waking.delete(host);
    this.#needed.add(host);
    if (world.state[host] !== 'standby') return;
    world.state[host] = 'connected';
    coordinator.decide(-1, 'host-woken', { host });
  }
}

/** Each recommendation builds on those before it. */
function takeWhile<T>(list: readonly T[], holds: (one: T) => boolean): T[] {
  const end = list.findIndex((one) => !holds(one));
  return list.slice(0, end < 0 ? list.length : end);
}
