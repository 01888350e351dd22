/** Max-min fairness from its definition, as slow as it is plain. */
export interface OracleFlow {
  readonly links: readonly number[];
  /** Infinity: none. */
  readonly cap: number;
}

/** Raises all rates that may still grow by the same step until a link or a cap stops some of them; then goes on with the others. */
export function maxMinRates(capacities: readonly number[], flows: readonly OracleFlow[]): number[] {
  // A cap is one more link that only its flow crosses.
  const limits = [...capacities, ...flows.map((flow) => flow.cap)];
  const paths = flows.map((flow, nth) => [...flow.links, capacities.length + nth]);
  const rates = flows.map(() => 0);
  const growing = new Set(flows.keys());
  while (growing.size > 0) {
    const room = limits.map((limit, link) => {
      const load = rates.reduce((sum, rate, nth) => sum + (paths[nth]!.includes(link) ? rate : 0), 0);
      const count = [...growing].filter((nth) => paths[nth]!.includes(link)).length;
      return count === 0 ? Infinity : (limit - load) / count;
    });
    const step = Math.min(...room);
    for (const nth of growing) rates[nth]! += step;
    for (const nth of [...growing])
      if (paths[nth]!.some((link) => room[link]! <= step + 1e-9 * (1 + step))) growing.delete(nth);
  }
  return rates;
}

/**
 * Flows that could have more without taking from one that has as much or less. A rate is max-min fair iff it is at its cap or crosses
 * a full link on which no flow is faster (the bottleneck condition); so the list is empty iff all rates are.
 */
export function unfair(
  capacities: readonly number[],
  flows: readonly OracleFlow[],
  rates: readonly number[],
): number[] {
  const near = (a: number, b: number) => Math.abs(a - b) <= 1e-9 * Math.max(a, b, 1);
  const on = (link: number) => rates.filter((_, nth) => flows[nth]!.links.includes(link));
  return [...flows.keys()].filter((nth) => {
    const rate = rates[nth]!;
    if (near(rate, flows[nth]!.cap)) return false;
    return !flows[nth]!.links.some((link) => {
      const others = on(link);
      const full = near(
        others.reduce((sum, one) => sum + one, 0),
        capacities[link]!,
      );
      return full && others.every((one) => one <= rate || near(one, rate));
    });
  });
}
