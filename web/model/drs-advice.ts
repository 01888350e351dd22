/** What DRS would do with a cluster as the scenario begins: each move with its reason, what it brings and costs, and the figure behind it. */
import type { Scenario } from '../scenario/schema.ts';
import { figureNow, recommend, recommendPower } from '../sim/drs/index.ts';
import { clusterView, settingsOf } from '../sim/drs/of-scenario.ts';
import type { Inventory } from '../sim/requirements/index.ts';
import { presentOf, type Places } from './cluster-view.ts';
import { FIGURES, REASON_TEXTS } from './fleet-decisions.ts';

/** VMs and hosts are indexes of the scenario. */
export interface AdviceRow {
  readonly vm: number;
  readonly from: number;
  readonly to: number;
  readonly reason: string;
  readonly priority: number;
  readonly beforePpm: number;
  readonly afterPpm: number;
  readonly costNs: number;
  readonly downtimeNs: number;
  readonly costBytes: number;
}

export interface Advice {
  /** Switched off: nothing is looked at. */
  readonly isOff: boolean;
  /** What the figure is, such as "imbalance". */
  readonly figure: string;
  readonly nowPpm: number;
  /** Up to here nothing is moved for balance; -1: balance is not looked at. */
  readonly enoughPpm: number;
  readonly rows: readonly AdviceRow[];
  /** Hosts power management would put on standby or wake, in a sentence each. */
  readonly power: readonly string[];
}

export function adviceFor(inventory: Inventory, clusterId: string, places: Places): Advice {
  const { scenario } = inventory;
  const cluster = scenario.clusters.find(({ id }) => id === clusterId);
  const nothing = { rows: [], power: [], nowPpm: 0, enoughPpm: -1 };
  if (!cluster || cluster.drs.level === 'off') return { isOff: true, figure: '', ...nothing };
  const view = clusterView(inventory, clusterId, presentOf(scenario, places));
  const settings = settingsOf(cluster);
  const { valuePpm, enoughPpm } = figureNow(view.cluster, settings);
  return {
    ...{ isOff: false, figure: FIGURES[cluster.drs.algorithm], nowPpm: valuePpm, enoughPpm },
    rows: recommend(view.cluster, settings).map(({ vm, from, to, reason, cost, ...rest }) => ({
      ...{ vm: view.vms[vm] as number, from: view.hosts[from] as number, to: view.hosts[to] as number },
      ...{ reason: REASON_TEXTS[reason], priority: rest.priority },
      ...{ beforePpm: rest.beforePpm, afterPpm: rest.afterPpm },
      ...{ costNs: cost.ns, downtimeNs: cost.downtimeNs, costBytes: cost.bytes },
    })),
    power:
      cluster.dpm.level === 'off'
        ? []
        : recommendPower(view.cluster, { ...settings, threshold: cluster.dpm.threshold }).map((one) => {
            const host = scenario.hosts[view.hosts[one.host] as number]?.id ?? '';
            const at = `${Math.round(one.utilisationPpm / 10_000)} %`;
            return one.kind === 'wake'
              ? `${host} should be woken: the busiest host is at ${at}.`
              : `${host} may sleep: it is at ${at}, and its ${one.moves.length} VMs fit elsewhere.`;
          }),
  };
}

/** The figure once VMs are elsewhere: what is left after the moves somebody chose. */
export function figureAt(inventory: Inventory, clusterId: string, places: Places): number {
  const { scenario } = inventory;
  const cluster = scenario.clusters.find(({ id }) => id === clusterId) as Scenario['clusters'][number];
  const view = clusterView(inventory, clusterId, presentOf(scenario, places));
  return figureNow(view.cluster, settingsOf(cluster)).valuePpm;
}

/** What a cluster does by itself, of DRS or of power management. */
export interface Automation {
  readonly level: Scenario['clusters'][number]['drs']['level'];
  /** 1: only what must be; 5: all that helps. */
  readonly threshold: number;
}

/** Where a VM starts is no matter of power management, so it has no level between. */
export const AUTOMATION_LEVELS: Readonly<
  Record<'drs' | 'dpm', readonly (readonly [Automation['level'], string])[]>
> = {
  drs: [
    ['off', 'off'],
    ['manual', 'recommends'],
    ['partial', 'places new VMs, recommends moves'],
    ['full', 'moves VMs'],
  ],
  dpm: [
    ['off', 'off'],
    ['manual', 'recommends'],
    ['full', 'empties hosts and lets them sleep'],
  ],
};

export function setAutomation(
  scenario: Scenario,
  clusterId: string,
  kind: 'drs' | 'dpm',
  change: Partial<Automation>,
): Scenario {
  const clusters = scenario.clusters.map((one) =>
    one.id === clusterId ? { ...one, [kind]: { ...one[kind], ...change } } : one,
  );
  return { ...scenario, clusters };
}
