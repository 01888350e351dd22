/**
 * Distributed resource scheduling of one cluster: which VMs should move where, why, what it brings and what it costs. Pure: the same cluster
 * gives the same answer. First what a rule demands (priority 1; what it wishes, 2), then what quarantine wants, then the balance.
 */
import { PPM, type Ppm } from '../../base/units.ts';
import {
  RESOURCES,
  type DrsCluster,
  type DrsRule,
  type DrsSettings,
  type Recommendation,
} from './cluster.ts';
import { balance } from './balance.ts';
import { figureOf } from './figures.ts';
import { Load, toPpm } from './load.ts';
import { moveOf, placeFor } from './place.ts';
import { homeOf, joined, violations, type Violation } from './rules.ts';

export * from './cluster.ts';
export { Load } from './load.ts';
export { recommendPower } from './power.ts';

/**
 * By priority, then in the order they were found, in which they can be applied one after the other. Wishes are kept as if they were demands; where
 * a host is asked for more than it has in the end, all of it is decided again without them (Denneman, "Should or Must VM-Host affinity rules?").
 */
export function recommend(given: DrsCluster, settings: DrsSettings): Recommendation[] {
  const cluster = joined(given);
  const wished = decide(cluster, settings);
  if (!isOvercommitted(wished.load)) return wished.moves;
  const rules = cluster.rules.filter(({ kind }) => !kind.startsWith('vm-host-should'));
  if (rules.length === cluster.rules.length) return wished.moves;
  return decide({ ...cluster, rules }, settings).moves;
}

function decide(cluster: DrsCluster, settings: DrsSettings): { moves: Recommendation[]; load: Load } {
  const load = new Load(cluster);
  const mandatory = [...keepRules(load, settings), ...leaveQuarantine(load, settings)];
  return { moves: [...mandatory, ...balance(load, settings)], load };
}

const isOvercommitted = (load: Load): boolean =>
  load.open.some((host) => RESOURCES.some((resource) => load.share(resource, host) > 1));

/** The figure of the algorithm as the cluster is now, and at which value it leaves it alone; that is -1 where it never looks at it. */
export function figureNow(cluster: DrsCluster, settings: DrsSettings): { valuePpm: Ppm; enoughPpm: Ppm } {
  const load = new Load(cluster);
  const { at, enough } = figureOf(settings.algorithm, settings.threshold, load.open.length);
  return { valuePpm: toPpm(at(load).now), enoughPpm: enough <= PPM ? toPpm(enough) : -1 };
}

function keepRules(load: Load, settings: DrsSettings): Recommendation[] {
  const { cluster } = load;
  const moves: Recommendation[] = [];
  for (const violation of violations(cluster, load.places)) {
    const { rule, reason, isWish } = violation;
    // A wish is a reason of priority 2: the most conservative threshold leaves it.
    if (isWish && settings.threshold < 2) continue;
    // An earlier move may have mended it.
    const still = violations(cluster, load.places).some(
      (one) => one.rule === rule && one.vm === violation.vm,
    );
    if (!still) continue;
    const home = rule.kind === 'affinity' ? homeOf(cluster, onOf(load, rule), load.places) : -1;
    for (const vm of whoMayMove(load, violation)) {
      if (cluster.vms[vm]!.level === 'off') continue;
      const found = placeFor(load, vm, (host) => home < 0 || host === home, rule.kind === 'affinity');
      if (!found) continue;
      moves.push(moveOf(load, settings, vm, found.to, found.cost, reason, isWish ? 2 : 1));
      break;
    }
  }
  return moves;
}

const onOf = ({ cluster }: Load, rule: DrsRule): number[] => rule.vms.filter((vm) => cluster.vms[vm]?.isOn);

/** Of two that must be apart it does not matter which one goes. */
function whoMayMove(load: Load, { rule, vm }: Violation): number[] {
  if (rule.kind !== 'anti-affinity') return [vm];
  return [vm, ...onOf(load, rule).filter((one) => one !== vm && load.places[one] === load.places[vm])];
}

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
