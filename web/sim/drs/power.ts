/**
 * Distributed power management: hosts whose utilisation lies below 45 % may sleep if the others stay below 81 %, and one is woken when a host
 * is above that. The band of 63 +/- 18 % is remembered from the field, not read; how many hosts stay awake is our choice: two.
 */
import { RESOURCES, type DrsCluster, type DrsSettings, type PowerRecommendation } from './cluster.ts';
import { Load, toPpm } from './load.ts';
import { moveOf, placeFor } from './place.ts';
import { joined } from './rules.ts';

const LOW = 0.45;
const HIGH = 0.81;
const LEAST_AWAKE = 2;

export function recommendPower(given: DrsCluster, settings: DrsSettings): PowerRecommendation[] {
  const cluster = joined(given);
  const load = new Load(cluster);
  const busiest = load.open.reduce((most, host) => Math.max(most, worst(load, host)), 0);
  const asleep = cluster.hosts.findIndex(({ isAsleep }) => isAsleep);
  if (busiest > HIGH && asleep >= 0)
    return [
      {
        ...{ host: asleep, kind: 'wake', reason: 'increaseCapacity', moves: [] },
        ...{ priority: priorityOf(busiest - HIGH), utilisationPpm: toPpm(busiest) },
      },
    ];
  return sleepers(cluster, settings).filter(({ priority }) => priority <= settings.threshold);
}

const worst = (load: Load, host: number): number =>
  Math.max(...RESOURCES.map((resource) => load.share(resource, host)));

/** The further beyond the band, the more it matters. */
const priorityOf = (beyond: number): number => (beyond > 0.3 ? 2 : beyond > 0.2 ? 3 : beyond > 0.1 ? 4 : 5);

/** One after the other, the emptiest first, as long as every VM of it finds a place. */
function sleepers(cluster: DrsCluster, settings: DrsSettings): PowerRecommendation[] {
  const found: PowerRecommendation[] = [];
  let now = cluster;
  for (;;) {
    const load = new Load(now);
    if (load.open.length <= LEAST_AWAKE) return found;
    const order = [...load.open].sort((a, b) => worst(load, a) - worst(load, b) || a - b);
    const next = order.map((host) => trySleep(now, settings, host)).find((one) => one !== null);
    if (!next) return found;
    found.push(next.power);
    now = next.after;
  }
}

function trySleep(
  cluster: DrsCluster,
  settings: DrsSettings,
  host: number,
): { power: PowerRecommendation; after: DrsCluster } | null {
  const before = worst(new Load(cluster), host);
  if (before >= LOW) return null;
  const hosts = cluster.hosts.map((one, at) => (at === host ? { ...one, isOpen: false } : one));
  const load = new Load({ ...cluster, hosts });
  const moves = [];
  for (const [vm, { isOn, level, host: on }] of cluster.vms.entries()) {
    if (on !== host || !isOn) continue;
    if (level === 'off') return null;
    const place = placeFor(load, vm, (to) => staysBelow(load, vm, to), false);
    if (!place) return null;
    moves.push(moveOf(load, settings, vm, place.to, place.cost, 'powerSaving', priorityOf(LOW - before)));
  }
  const vms = cluster.vms.map((vm, at) => ({ ...vm, host: load.places[at] as number }));
  const power: PowerRecommendation = {
    ...{ host, kind: 'standby', reason: 'powerSaving', moves },
    ...{ priority: priorityOf(LOW - before), utilisationPpm: toPpm(before) },
  };
  return { power, after: { ...cluster, hosts, vms } };
}

function staysBelow(load: Load, vm: number, host: number): boolean {
  return RESOURCES.every((resource) => load.share(resource, host, load.entitled[resource][vm]) <= HIGH);
}
