/** Where a VM goes that has to move, and the recommendation that says so. */
import type { DrsSettings, MoveCost, Reason, Recommendation } from './cluster.ts';
import { figureOf } from './figures.ts';
import { toPpm, type Load } from './load.ts';
import { ruleAllows } from './rules.ts';

/** The least loaded host that takes it, with wishes kept where that is possible. */
export function placeFor(
  load: Load,
  vm: number,
  fits: (host: number) => boolean,
  joins: boolean,
): { to: number; cost: MoveCost } | null {
  const { cluster } = load;
  const from = load.places[vm];
  const worst = (host: number) => Math.max(load.share('cpu', host), load.share('memory', host));
  const hosts = load.open
    .filter(
      (host) => host !== from && !cluster.hosts[host]!.isQuarantined && fits(host) && load.fits(vm, host),
    )
    .sort((a, b) => worst(a) - worst(b) || a - b);
  for (const wishes of [true, false])
    for (const to of hosts) {
      // The others of an affinity come one after the other: its own rule cannot ask for all of them yet.
      const rules = joins ? cluster.rules.filter(({ kind }) => kind !== 'affinity') : cluster.rules;
      if (!ruleAllows({ ...cluster, rules }, load.places, vm, to, wishes) || !cluster.mayMove(vm, to))
        continue;
      const cost = cluster.moveCost(vm, to);
      if (cost) return { to, cost };
    }
  return null;
}

export function moveOf(
  load: Load,
  settings: DrsSettings,
  vm: number,
  to: number,
  cost: MoveCost,
  reason: Reason,
  priority: number,
): Recommendation {
  const figure = figureOf(settings.algorithm, settings.threshold, load.open.length);
  const from = load.places[vm] as number;
  const beforePpm = toPpm(figure.at(load).now);
  load.move(vm, to);
  return { vm, from, to, reason, priority, beforePpm, afterPpm: toPpm(figure.at(load).now), cost };
}
