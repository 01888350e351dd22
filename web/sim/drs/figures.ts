/**
 * The figure each algorithm improves, and when it is satisfied.
 *
 * classic: standard deviation of the normalised entitlement of the hosts (Gulati 2012; Denneman, "Disabling MinGoodness and CostBenefit").
 *   A move has priority 6 - ceil(deviation / 0.1 x sqrt(hosts)) (article 1007485 of the knowledge base, read from left to right, which its own
 *   worked example does not follow), within 2 to 5. A threshold t applies priorities up to t, so the cluster is balanced once the
 *   deviation is at most (5 - t) x 0.1 / sqrt(hosts).
 * pairwise: the widest gap between two hosts; balanced at 30, 20, 10, 5 % for threshold 2 to 5 (Denneman, "vSphere 6.5 DRS Pairwise
 *   Balancing").
 * score: how well hosts serve their VMs, weighted by demand; hosts serve less well beyond 50 % of load, with threshold 4 and 5 beyond 30 %
 *   (Denneman, "DRS Migration Threshold in vSphere 7"). How much less is our choice: up to the full load half as well, beyond it
 *   in proportion to what they lack as well.
 * Of CPU and memory the one that is worse counts, so that neither hides the other (our choice for all three).
 */
import { RESOURCES, type DrsAlgorithm, type Resource } from './cluster.ts';
import type { Load } from './load.ts';

/** A figure at one state of the load, and what it would be after one move; lower is better. */
export interface View {
  readonly now: number;
  readonly after: (vm: number, to: number) => number;
}

export interface Figure {
  readonly at: (load: Load) => View;
  /** Nothing is to be done at or below it. */
  readonly enough: number;
  readonly priority: (value: number, gain: number) => number;
}

/** The share of one host before and after. */
interface Change {
  readonly host: number;
  readonly before: number;
  readonly after: number;
}

/** A figure of one resource: of the shares of all hosts, and of the same with two of them changed, in time that does not grow with them. */
interface Measured {
  readonly now: number;
  readonly after: (a: Change, b: Change) => number;
}
type Measure = (shares: readonly number[], hosts: readonly number[]) => Measured;

/** Standard deviation of the whole: the hosts are all there are, not a sample. */
export const deviationMeasure: Measure = (shares) => {
  const n = shares.length;
  const sum = shares.reduce((all, one) => all + one, 0);
  const squares = shares.reduce((all, one) => all + one * one, 0);
  const of = (s: number, q: number) => (n === 0 ? 0 : Math.sqrt(Math.max(0, q / n - (s / n) * (s / n))));
  return {
    now: of(sum, squares),
    after: (a, b) =>
      of(
        sum - a.before + a.after - b.before + b.after,
        squares - a.before * a.before + a.after * a.after - b.before * b.before + b.after * b.after,
      ),
  };
};

/** Widest gap: two hosts change, so the third highest and lowest may count. */
export const gapMeasure: Measure = (shares, hosts) => {
  const order = hosts
    .map((host, at) => ({ host, share: shares[at] as number }))
    .sort((a, b) => a.share - b.share);
  const [low, high] = [order.slice(0, 3), order.slice(-3)];
  const edge = (list: typeof order, a: Change, b: Change, of: (...values: number[]) => number) =>
    of(
      a.after,
      b.after,
      ...list.filter(({ host }) => host !== a.host && host !== b.host).map(({ share }) => share),
    );
  return {
    now: order.length === 0 ? 0 : order.at(-1)!.share - order[0]!.share,
    after: (a, b) => edge(high, a, b, Math.max) - edge(low, a, b, Math.min),
  };
};

/** How much the score falls short of all. */
const shortfallMeasure =
  (knee: number): Measure =>
  (shares) => {
    const served = (share: number) => share * serviceAt(share, knee);
    const sum = shares.reduce((all, one) => all + one, 0);
    const got = shares.reduce((all, one) => all + served(one), 0);
    const of = (all: number, part: number) => (all <= 0 ? 0 : 1 - part / all);
    return {
      now: of(sum, got),
      after: (a, b) =>
        of(
          sum - a.before + a.after - b.before + b.after,
          got - served(a.before) + served(a.after) - served(b.before) + served(b.after),
        ),
    };
  };

/** Of both resources the worse. */
function viewOf(load: Load, measure: Measure): View {
  const measured = RESOURCES.map((resource) => measure(load.shares(resource), load.open));
  const change = (resource: Resource, host: number, more: number): Change => ({
    host,
    before: load.share(resource, host),
    after: load.share(resource, host, more),
  });
  return {
    now: Math.max(...measured.map(({ now }) => now)),
    after: (vm, to) => {
      const from = load.places[vm] as number;
      return RESOURCES.reduce((worst, resource, at) => {
        const amount = load.entitled[resource][vm] as number;
        const value = measured[at]!.after(change(resource, from, -amount), change(resource, to, amount));
        return Math.max(worst, value);
      }, -Infinity);
    },
  };
}

const GAPS: Readonly<Record<number, number>> = { 2: 0.3, 3: 0.2, 4: 0.1, 5: 0.05 };
/** Points of the cluster's score a move must win, by threshold (our choice). */
const POINTS: Readonly<Record<number, number>> = { 2: 0.02, 3: 0.005, 4: 0.002, 5: 0.0005 };

const within = (priority: number): number => Math.min(5, Math.max(2, priority));

export function classicPriority(imbalance: number, hosts: number): number {
  return within(6 - Math.ceil((imbalance / 0.1) * Math.sqrt(hosts)));
}

export const classicEnough = (threshold: number, hosts: number): number =>
  hosts === 0 ? Infinity : ((5 - threshold) * 0.1) / Math.sqrt(hosts);

export function figureOf(algorithm: DrsAlgorithm, threshold: number, hosts: number): Figure {
  const figure = threshold <= 1 ? 2 : threshold;
  const { enough, ...rest } = figureAt(algorithm, figure, hosts);
  return { ...rest, enough: threshold <= 1 ? Infinity : enough };
}

function figureAt(algorithm: DrsAlgorithm, threshold: number, hosts: number): Figure {
  if (algorithm === 'classic')
    return {
      at: (load) => viewOf(load, deviationMeasure),
      enough: classicEnough(threshold, hosts),
      priority: (value) => classicPriority(value, hosts),
    };
  if (algorithm === 'pairwise')
    return {
      at: (load) => viewOf(load, gapMeasure),
      enough: GAPS[threshold] ?? 0.05,
      priority: (value) => within([5, 4, 3, 2].find((t) => value <= (GAPS[t - 1] ?? Infinity)) ?? 2),
    };
  const measure = shortfallMeasure(threshold >= 4 ? 0.3 : 0.5);
  return {
    at: (load) => viewOf(load, measure),
    enough: 0,
    priority: (_, gain) => within([2, 3, 4].find((t) => gain >= (POINTS[t] ?? 0)) ?? 5),
  };
}

/** What one host gives of what its VMs want, 0 to 1. */
export function serviceAt(share: number, knee: number): number {
  const strain = Math.min(1, Math.max(0, (share - knee) / (1 - knee)));
  return (share > 1 ? 1 / share : 1) * (1 - strain / 2);
}

/** Of the whole cluster: each host counts by what its VMs want. */
export const scoreOf = (shares: readonly number[], knee: number): number =>
  1 - shortfallMeasure(knee)(shares, []).now;

/** A move that wins less is not worth its trouble. */
export const leastGain = (algorithm: DrsAlgorithm, threshold: number): number =>
  algorithm === 'score' ? (POINTS[threshold] ?? 0) : 0;
