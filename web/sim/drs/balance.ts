/** Greedy hill climbing: of all moves the one that helps most, done in thought, again and again until nothing helps enough. */
import { NS_PER_SECOND } from '../../base/units.ts';
import {
  RESOURCES,
  type DrsCluster,
  type DrsSettings,
  type MoveCost,
  type Reason,
  type Recommendation,
  type Resource,
} from './cluster.ts';
import { figureOf, leastGain, type View } from './figures.ts';
import { toPpm, type Load } from './load.ts';
import { ruleAllows } from './rules.ts';

/** Moves of one host in a pass, in or out, as long as the time to the next pass is short (vSphere's default; adaptive from 4.1 on). */
const LEAST_MOVES = 8;
/** Migrations at once, for how many a pass has time for. */
const AT_ONCE = 4;
/**
 * A move that lowers the figure by less is left (our choice for MinGoodness). Goodness is the share of the figure that a move takes away,
 * times the number of hosts: in a large cluster one move cannot take away much.
 */
const LEAST_GOODNESS = 0.01;
/** A move that costs more than it brings is made only where it helps at least so much (our choice for "highly positive"). */
const HIGH_GOODNESS = 0.1;
const MOST_MOVES = 512;

interface Candidate {
  readonly vm: number;
  readonly to: number;
  readonly after: number;
}

export function balance(load: Load, settings: DrsSettings): Recommendation[] {
  const { cluster } = load;
  const figure = figureOf(settings.algorithm, settings.threshold, load.open.length);
  const moves: Recommendation[] = [];
  const perHost = cluster.hosts.map(() => 0);
  const refused = new Set<number>();
  const moved = new Set<number>();
  while (moves.length < MOST_MOVES) {
    const view = figure.at(load);
    const { now } = view;
    if (now <= figure.enough) break;
    const least = Math.max(
      leastGain(settings.algorithm, settings.threshold),
      (now * LEAST_GOODNESS) / load.open.length,
    );
    const most = mostMoves(moves, settings);
    const hasTurn = (host: number) => (perHost[host] as number) < most;
    const best = bestMove(load, view, now - least, (vm, to) => {
      const from = load.places[vm] as number;
      return !moved.has(vm) && hasTurn(from) && hasTurn(to) && !refused.has(keyOf(cluster, vm, to));
    });
    if (!best) break;
    const cost = costOf(load, settings, best, ((now - best.after) / now) * load.open.length);
    if (!cost) {
      refused.add(keyOf(cluster, best.vm, best.to));
      continue;
    }
    const from = load.places[best.vm] as number;
    moves.push({
      ...{ vm: best.vm, from, to: best.to, reason: reasonOf(load), cost },
      priority: figure.priority(now, now - best.after),
      ...{ beforePpm: toPpm(now), afterPpm: toPpm(best.after) },
    });
    moved.add(best.vm);
    perHost[from]!++;
    perHost[best.to]!++;
    load.move(best.vm, best.to);
  }
  return moves.filter(({ priority }) => priority <= settings.threshold);
}

/** At least eight; more where migrations are so short that the time to the next pass holds more of them. */
function mostMoves(moves: readonly Recommendation[], { intervalNs }: DrsSettings): number {
  if (moves.length === 0) return LEAST_MOVES;
  const meanNs = moves.reduce((sum, { cost }) => sum + cost.ns, 0) / moves.length;
  return meanNs === 0 ? MOST_MOVES : Math.max(LEAST_MOVES, Math.floor((intervalNs * AT_ONCE) / meanNs));
}

const keyOf = ({ hosts }: DrsCluster, vm: number, to: number): number => vm * hosts.length + to;

/** The move after which the figure is lowest, below `below`: from the busiest to the idlest hosts, or any where none of those helps. */
function bestMove(
  load: Load,
  view: View,
  below: number,
  allowed: (vm: number, to: number) => boolean,
): Candidate | null {
  const open = new Set(load.open);
  const free = load.places.flatMap((host, vm) => (open.has(host) && isFree(load.cluster, vm) ? [vm] : []));
  const { busy, idle } = extremes(load);
  const theirs = free.filter((vm) => busy.has(load.places[vm] as number));
  return (
    bestOf(load, view, below, theirs, [...idle], allowed) ??
    bestOf(load, view, below, free, load.open, allowed)
  );
}

/** The first of equals. */
function bestOf(
  load: Load,
  view: View,
  below: number,
  vms: readonly number[],
  hosts: readonly number[],
  allowed: (vm: number, to: number) => boolean,
): Candidate | null {
  let best: Candidate | null = null;
  for (const vm of vms)
    for (const to of hosts) {
      if (to === load.places[vm] || load.cluster.hosts[to]!.isQuarantined || !allowed(vm, to)) continue;
      if (!helps(load, vm, to)) continue;
      const after = view.after(vm, to);
      if (after < (best?.after ?? below)) best = { vm, to, after };
    }
  return best;
}

/** The busiest and the idlest hosts of each resource. */
function extremes(load: Load): { busy: Set<number>; idle: Set<number> } {
  const [busy, idle] = [new Set<number>(), new Set<number>()];
  for (const resource of RESOURCES) {
    const sorted = [...load.open].sort((a, b) => load.share(resource, b) - load.share(resource, a) || a - b);
    for (const host of sorted.slice(0, FEW)) busy.add(host);
    for (const host of sorted.slice(-FEW)) idle.add(host);
  }
  return { busy, idle };
}
const FEW = 4;

const isFree = ({ vms }: DrsCluster, vm: number): boolean => vms[vm]!.isOn && vms[vm]!.level !== 'off';

/** To a host that is less loaded, and not beyond all it has. */
function helps(load: Load, vm: number, to: number): boolean {
  const from = load.places[vm] as number;
  const isLower = RESOURCES.some((resource) => load.share(resource, to) < load.share(resource, from));
  if (!isLower || !load.fits(vm, to)) return false;
  return RESOURCES.every((resource) => load.share(resource, to, load.entitled[resource][vm]) <= 1);
}

/**
 * Null where a rule, a requirement or the cost speaks against it. Cost: a core at both ends for the predicted time of this very VM, and what
 * it would compute during its downtime. Benefit: CPU that no longer goes short on its old host less what comes short on the new one,
 * until the next pass. A risk is not known: demand is as the scenario says. (Gulati 2012 gives the terms, the numbers are our choice.)
 */
function costOf(load: Load, settings: DrsSettings, { vm, to }: Candidate, goodness: number): MoveCost | null {
  const { cluster } = load;
  if (!ruleAllows(cluster, load.places, vm, to, true) || !cluster.mayMove(vm, to)) return null;
  const cost = cluster.moveCost(vm, to);
  if (!cost) return null;
  const seconds = (ns: number) => ns / NS_PER_SECOND;
  const mhz = cluster.vms[vm]!.demand.cpu;
  const pays = 2 * CORE_MHZ * seconds(cost.ns) + mhz * seconds(cost.downtimeNs);
  const brings = relief(load, vm, to) * seconds(settings.intervalNs);
  return brings >= pays || goodness >= HIGH_GOODNESS ? cost : null;
}
const CORE_MHZ = 2_600;

function relief(load: Load, vm: number, to: number): number {
  const from = load.places[vm] as number;
  const amount = load.entitled.cpu[vm] as number;
  const lacking = (host: number, more: number) =>
    Math.max(0, load.given.cpu[host]! + more - load.cluster.hosts[host]!.capacity.cpu);
  return lacking(from, 0) - lacking(from, -amount) + lacking(to, 0) - lacking(to, amount);
}

function reasonOf(load: Load): Reason {
  const spread = (resource: Resource) => {
    const shares = load.shares(resource);
    return Math.max(...shares) - Math.min(...shares);
  };
  return spread('cpu') >= spread('memory') ? 'fairnessCpuAvg' : 'fairnessMemAvg';
}
