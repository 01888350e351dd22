/**
 * Distributed resource scheduling of one cluster: which VMs should move where, why, what it brings and what it costs. Pure: the same cluster
 * gives the same answer. First what a rule demands (priority 1; what it wishes, 2), then what quarantine wants, then the balance.
 */
import { PPM, type Ppm } from '../../base/units.ts';
import type { DrsCluster, DrsSettings, Recommendation } from './cluster.ts';
import { balance } from './balance.ts';
import { figureOf } from './figures.ts';
import { Load, toPpm } from './load.ts';
import { moveOf, placeFor } from './place.ts';
import { fullest, violations } from './rules.ts';

export * from './cluster.ts';
export { Load } from './load.ts';
export { recommendPower } from './power.ts';

/** By priority, then in the order they were found, in which they can be applied one after the other. */
export function recommend(cluster: DrsCluster, settings: DrsSettings): Recommendation[] {
  const load = new Load(cluster);
  const mandatory = [...keepRules(load, settings), ...leaveQuarantine(load, settings)];
  return [...mandatory, ...balance(load, settings)];
}

/** The figure of the algorithm as the cluster is now, and at which value it leaves it alone; that is -1 where it never looks at it. */
export function figureNow(cluster: DrsCluster, settings: DrsSettings): { valuePpm: Ppm; enoughPpm: Ppm } {
  const load = new Load(cluster);
  const { at, enough } = figureOf(settings.algorithm, settings.threshold, load.open.length);
  return { valuePpm: toPpm(at(load).now), enoughPpm: enough <= PPM ? toPpm(enough) : -1 };
}

function keepRules(load: Load, settings: DrsSettings): Recommendation[] {
  const { cluster } = load;
  const moves: Recommendation[] = [];
  for (const { rule, vm, reason, isWish } of violations(cluster, load.places)) {
    if (cluster.vms[vm]!.level === 'off') continue;
    // An earlier move may have mended it.
    const still = violations(cluster, load.places).some((one) => one.rule === rule && one.vm === vm);
    if (!still) continue;
    const home = rule.kind === 'affinity' ? fullest(rule.vms, load.places) : -1;
    const found = placeFor(load, vm, (host) => home < 0 || host === home, rule.kind === 'affinity');
    if (found) moves.push(moveOf(load, settings, vm, found.to, found.cost, reason, isWish ? 2 : 1));
  }
  return isWorthIt(moves, settings);
}

/** A wish is a reason of priority 2: the most conservative threshold leaves it. */
const isWorthIt = (moves: readonly Recommendation[], { threshold }: DrsSettings): Recommendation[] =>
  moves.filter(({ priority }) => priority <= threshold);

/** Off a host in quarantine, as long as others have room without being strained (our choice: up to 80 % of all they have). */
function leaveQuarantine(load: Load, settings: DrsSettings): Recommendation[] {
  const { cluster } = load;
  const moves: Recommendation[] = [];
  cluster.vms.forEach((vm, index) => {
    if (!vm.isOn || vm.level === 'off' || !cluster.hosts[load.places[index] as number]!.isQuarantined) return;
    const found = placeFor(load, index, (host) => isCalm(load, index, host), false);
    if (found) moves.push(moveOf(load, settings, index, found.to, found.cost, 'hostInDegradation', 1));
  });
  return moves;
}
const CALM = 0.8;
const isCalm = (load: Load, vm: number, host: number): boolean =>
  load.share('cpu', host, load.entitled.cpu[vm]) <= CALM &&
  load.share('memory', host, load.entitled.memory[vm]) <= CALM;
