import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { NS_PER_SECOND } from '../../../web/base/units.ts';
import { Prng } from '../../../web/base/prng.ts';
import { shareOut, entitlements } from '../../../web/sim/drs/entitlement.ts';
import {
  classicEnough,
  classicPriority,
  deviationMeasure,
  figureOf,
  gapMeasure,
  scoreOf,
  serviceAt,
} from '../../../web/sim/drs/figures.ts';
import { Load } from '../../../web/sim/drs/load.ts';
import { violations } from '../../../web/sim/drs/rules.ts';
import {
  recommend,
  recommendPower,
  type DrsCluster,
  type DrsHost,
  type DrsRule,
  type DrsSettings,
  type DrsVm,
} from '../../../web/sim/drs/index.ts';

const GIB = 2 ** 30;
/** By the definition. */
function deviation(values: readonly number[]): number {
  const mean = values.reduce((sum, one) => sum + one, 0) / values.length;
  return Math.sqrt(values.reduce((sum, one) => sum + (one - mean) * (one - mean), 0) / values.length);
}
const host = (id: string, changes: Partial<DrsHost> = {}): DrsHost => ({
  ...{ id, capacity: { cpu: 10_000, memory: 64 * GIB }, isOpen: true, isAsleep: false, isQuarantined: false },
  ...changes,
});
const vm = (on: number, mhz: number, changes: Partial<DrsVm> = {}): DrsVm => ({
  ...{
    id: `vm-${on}-${mhz}`,
    host: on,
    demand: { cpu: mhz, memory: GIB },
    reservation: { cpu: 0, memory: 0 },
  },
  ...{ limit: { cpu: Infinity, memory: Infinity }, shares: 1_000, pool: -1, memoryBytes: GIB },
  ...{ level: 'full' as const, isOn: true, ...changes },
});
const cluster = (hosts: DrsHost[], vms: DrsVm[], more: Partial<DrsCluster> = {}): DrsCluster => ({
  ...{ hosts, vms, pools: [], rules: [], mayMove: () => true },
  moveCost: () => ({ ns: 10 * NS_PER_SECOND, downtimeNs: 200_000_000, bytes: GIB }),
  ...more,
});
const settings = (changes: Partial<DrsSettings> = {}): DrsSettings => ({
  ...{ algorithm: 'classic' as const, threshold: 3, intervalNs: 300 * NS_PER_SECOND, ...changes },
});
const three = () => [host('a'), host('b'), host('c')];

describe('sharing out', () => {
  const all = { least: 0, most: 1_000, shares: 1_000 };

  it('gives everyone what he wants while there is enough', () => {
    expect(shareOut(3_000, [all, { ...all, most: 200 }])).toEqual([1_000, 200]);
  });

  it('is in proportion to shares, above reservations and below limits', () => {
    const [one, two, three] = shareOut(900, [
      all,
      { ...all, shares: 2_000 },
      { ...all, most: 90, shares: 500 },
    ]) as [number, number, number];
    expect(one).toBeCloseTo(270, 6);
    expect(two).toBeCloseTo(540, 6);
    expect(three).toBe(90);
    expect(shareOut(900, [{ ...all, least: 800 }, all])[0]).toBe(800);
  });

  it('never gives more than there is, nor leaves anything while somebody wants', () => {
    const claim = fc.record({
      most: fc.integer({ min: 0, max: 1_000 }),
      shares: fc.integer({ min: 1, max: 4_000 }),
    });
    fc.assert(
      fc.property(
        fc.array(claim, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 5_000 }),
        (claims, amount) => {
          const given = shareOut(
            amount,
            claims.map((one) => ({ ...one, least: 0 })),
          );
          const sum = given.reduce((all, one) => all + one, 0);
          const wanted = claims.reduce((all, one) => all + one.most, 0);
          expect(sum).toBeLessThanOrEqual(amount + 1e-6);
          expect(sum).toBeCloseTo(Math.min(amount, wanted), 3);
        },
      ),
    );
  });

  it('a pool has what its shares get it, whatever its VMs would like, and its limit binds', () => {
    const pool = {
      parent: -1,
      shares: 1_000,
      reservation: { cpu: 0, memory: 0 },
      limit: { cpu: Infinity, memory: Infinity },
    };
    const pools = [
      { id: 'gold', ...pool, shares: 3_000 },
      { id: 'test', ...pool, limit: { cpu: 1_500, memory: Infinity } },
    ];
    const vms = [vm(0, 8_000, { pool: 0 }), vm(0, 4_000, { pool: 1 }), vm(0, 4_000, { pool: 1 })];
    const [gold, one, two] = entitlements(cluster([host('a')], vms, { pools }), 'cpu', 10_000) as [
      number,
      number,
      number,
    ];
    expect(gold).toBe(8_000);
    expect(one).toBeCloseTo(750, 6);
    expect(two).toBeCloseTo(750, 6);
  });
});

describe('classic', () => {
  it.each([
    [0.282, 2, 2],
    [0.1, 1, 5],
    [0.05, 4, 5],
    [0.2, 1, 4],
    [0.21, 1, 3],
    [0.9, 4, 2],
  ])(
    'imbalance %d over %d hosts has priority %d: 6 - ceil(metric / 0.1 x sqrt(hosts)), within 2 to 5',
    (metric, hosts, priority) => {
      expect(classicPriority(metric, hosts)).toBe(priority);
    },
  );

  it('a threshold is where the priority of the next move would be beyond it', () => {
    for (const threshold of [2, 3, 4])
      for (const hosts of [2, 4, 9, 64]) {
        const edge = classicEnough(threshold, hosts);
        expect(classicPriority(edge * 1.001, hosts)).toBeLessThanOrEqual(threshold);
        expect(classicPriority(edge * 0.999, hosts)).toBeGreaterThan(threshold);
      }
  });

  it('moves the VM that lowers the deviation most to the host that has least, and says by how much', () => {
    const vms = [vm(0, 4_000), vm(0, 3_000), vm(0, 1_000), vm(1, 2_000)];
    const moves = recommend(cluster(three(), vms), settings());
    const [first] = moves;
    // Loads 0.8, 0.2, 0: of all moves the 4,000 MHz to c leave the least spread: 0.4, 0.2, 0.4.
    expect(first).toMatchObject({ vm: 0, from: 0, to: 2, reason: 'fairnessCpuAvg' });
    expect(first!.beforePpm).toBe(Math.round(deviation([0.8, 0.2, 0]) * 1e6));
    expect(first!.afterPpm).toBe(Math.round(deviation([0.4, 0.2, 0.4]) * 1e6));
    expect(first!.priority).toBe(classicPriority(deviation([0.8, 0.2, 0]), 3));
  });

  it('does nothing in a balanced cluster, nor with the most conservative threshold', () => {
    const even = [vm(0, 3_000), vm(1, 3_000), vm(2, 3_100)];
    expect(recommend(cluster(three(), even), settings({ threshold: 4 }))).toEqual([]);
    expect(recommend(cluster(three(), [vm(0, 4_000), vm(0, 4_000)]), settings({ threshold: 1 }))).toEqual([]);
  });

  it('a move that costs more than it brings is left unless it helps much', () => {
    const vms = [
      ...Array.from({ length: 6 }, () => vm(0, 1_000)),
      ...Array.from({ length: 4 }, () => vm(1, 1_000)),
    ];
    const slow = { moveCost: () => ({ ns: 3_600 * NS_PER_SECOND, downtimeNs: 0, bytes: GIB }) };
    const two = [host('a'), host('b')];
    // 0.6 and 0.4: one move makes 0.5 and 0.5, so all of the imbalance goes with it.
    expect(recommend(cluster(two, vms, slow), settings({ threshold: 5 }))).toHaveLength(1);
    const many = Array.from({ length: 40 }, (_, at) => vm(at % 2, at === 0 ? 200 : 100));
    expect(
      recommend(
        cluster([host('a'), host('b'), host('c', { isOpen: false })], many, slow),
        settings({ threshold: 5 }),
      ),
    ).toEqual([]);
  });

  it('never fills a host beyond what it has, in CPU or memory', () => {
    const big = { memoryBytes: 60 * GIB, demand: { cpu: 4_000, memory: 60 * GIB } };
    const vms = [vm(0, 4_000), vm(0, 4_000, { memoryBytes: 8 * GIB }), vm(1, 100, big)];
    const moves = recommend(cluster([host('a'), host('b')], vms), settings({ threshold: 5 }));
    const load = new Load(cluster([host('a'), host('b')], vms));
    for (const { vm: which, to } of moves) load.move(which, to);
    for (const at of [0, 1]) expect(load.memoryBytes[at]).toBeLessThanOrEqual(64 * GIB);
  });
});

describe('pairwise', () => {
  it.each([
    [2, 0.3, 0.31],
    [3, 0.2, 0.21],
    [4, 0.1, 0.11],
    [5, 0.05, 0.06],
  ])('with threshold %d a gap of %d is left, one of %d is closed', (threshold, left, closed) => {
    const gap = (share: number) => {
      const vms = [vm(0, 10_000 * share * 0.45), vm(0, 10_000 * share * 0.55)];
      return recommend(cluster([host('a'), host('b')], vms), settings({ algorithm: 'pairwise', threshold }));
    };
    expect(gap(left)).toEqual([]);
    expect(gap(closed)).toHaveLength(1);
  });
});

describe('score', () => {
  it('is full up to the knee, half at full load, less beyond', () => {
    expect([0, 0.5, 1].map((share) => serviceAt(share, 0.5))).toEqual([1, 1, 0.5]);
    expect(serviceAt(2, 0.5)).toBe(0.25);
    expect(scoreOf([0, 0], 0.5)).toBe(1);
    expect(scoreOf([1, 0.5], 0.5)).toBeCloseTo((1 * 0.5 + 0.5 * 1) / 1.5, 12);
  });

  it('moves from a strained host, and keeps more headroom when aggressive', () => {
    const vms = [vm(0, 2_000), vm(0, 2_000)];
    const at = (threshold: number) =>
      recommend(cluster([host('a'), host('b')], vms), settings({ algorithm: 'score', threshold }));
    expect(at(3)).toEqual([]);
    expect(at(4)).toHaveLength(1);
    const strained = cluster([host('a'), host('b')], [vm(0, 5_000), vm(0, 4_000)]);
    expect(recommend(strained, settings({ algorithm: 'score' }))).toMatchObject([{ from: 0, to: 1 }]);
  });
});

describe('a figure after a move', () => {
  it('is the figure of the loads there would be, for all three', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), (seed) => {
        const random = new Prng(seed);
        const vms = Array.from({ length: 20 }, () => vm(random.below(5), 100 + random.below(3_000)));
        const load = new Load(cluster([...three(), host('d'), host('e')], vms));
        const [which, to] = [random.below(20), random.below(5)];
        if (to === load.places[which]) return;
        for (const algorithm of ['classic', 'pairwise', 'score'] as const) {
          const figure = figureOf(algorithm, 3, 5);
          const told = figure.at(load).after(which, to);
          const there = new Load({
            ...load.cluster,
            vms: vms.map((one, at) => (at === which ? { ...one, host: to } : one)),
          });
          expect(told).toBeCloseTo(figure.at(there).now, 9);
        }
      }),
    );
    expect(deviationMeasure([0.8, 0.2, 0], []).now).toBeCloseTo(deviation([0.8, 0.2, 0]), 12);
    expect(gapMeasure([0.8, 0.2, 0], [0, 1, 2]).now).toBe(0.8);
  });
});

describe('rules', () => {
  const rule = (kind: DrsRule['kind'], vms: number[], hosts: number[] = []): DrsRule => ({
    id: kind,
    kind,
    vms,
    hosts,
  });
  const vms = () => [vm(0, 500), vm(0, 500), vm(1, 500)];

  it.each([
    [rule('anti-affinity', [0, 1]), [{ vm: 1, reason: 'antiAffin', priority: 1 }]],
    [rule('affinity', [0, 1, 2]), [{ vm: 2, to: 0, reason: 'jointAffin', priority: 1 }]],
    [rule('vm-host-must', [0], [2]), [{ vm: 0, to: 2, reason: 'vmHostHardAffinity', priority: 1 }]],
    [rule('vm-host-must-not', [2], [1]), [{ vm: 2, reason: 'vmHostHardAffinity', priority: 1 }]],
    [rule('vm-host-should', [0], [1]), [{ vm: 0, to: 1, reason: 'vmHostSoftAffinity', priority: 2 }]],
  ] as const)('broken, $0.kind is mended first', (broken, expected) => {
    const moves = recommend(cluster(three(), vms(), { rules: [broken] }), settings({ threshold: 2 }));
    expect(moves).toMatchObject(expected);
    const places = vms().map(({ host: on }) => on);
    for (const { vm: which, to } of moves) places[which] = to;
    expect(violations(cluster(three(), vms(), { rules: [broken] }), places)).toEqual([]);
  });

  it('balance never breaks one, over random clusters', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), (seed) => {
        const random = new Prng(seed);
        const below = (n: number) => random.below(n);
        const all = Array.from({ length: 24 }, () => vm(below(4), 200 + below(2_000)));
        const rules = [
          rule('anti-affinity', [0, 1, 2]),
          rule('affinity', [3, 4]),
          rule('vm-host-must', [5], [0, 1]),
          rule('vm-host-must-not', [6], [3]),
        ];
        const given = cluster([...three(), host('d')], all, { rules });
        const places = all.map(({ host: on }) => on);
        const algorithm = (['classic', 'pairwise', 'score'] as const)[below(3)]!;
        for (const { vm: which, to } of recommend(given, settings({ algorithm, threshold: 5 })))
          places[which] = to;
        expect(violations(given, places)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('what may not move, and what nobody lets DRS move, stays', () => {
    const stuck = cluster(three(), [vm(0, 5_000), vm(0, 5_000)], { mayMove: () => false });
    expect(recommend(stuck, settings())).toEqual([]);
    const off = cluster(three(), [vm(0, 5_000, { level: 'off' }), vm(0, 5_000, { level: 'off' })]);
    expect(recommend(off, settings())).toEqual([]);
  });

  it('a host in quarantine is left while others are calm, and not beyond', () => {
    const sick = [host('a', { isQuarantined: true }), host('b')];
    expect(recommend(cluster(sick, [vm(0, 4_000), vm(0, 5_000)]), settings({ threshold: 1 }))).toMatchObject([
      { vm: 0, to: 1, reason: 'hostInDegradation', priority: 1 },
    ]);
  });
});

describe('what rules and promises mean together', () => {
  const rule = (id: string, kind: DrsRule['kind'], vms: number[], hosts: number[] = []): DrsRule => ({
    id,
    kind,
    vms,
    hosts,
  });
  const apply = (given: DrsCluster, moves: readonly { vm: number; to: number }[]) => {
    const places = given.vms.map(({ host: on }) => on);
    for (const { vm: which, to } of moves) places[which] = to;
    return places;
  };

  it('what is promised to a VM in a poor pool is promised to the pool', () => {
    const pool = {
      parent: -1,
      reservation: { cpu: 0, memory: 0 },
      limit: { cpu: Infinity, memory: Infinity },
    };
    const pools = [
      { id: 'poor', ...pool, shares: 1 },
      { id: 'rich', ...pool, shares: 10_000 },
    ];
    const vms = [
      vm(0, 5_000, { pool: 0, reservation: { cpu: 5_000, memory: 0 } }),
      vm(0, 10_000, { pool: 1 }),
    ];
    const [poor, rich] = entitlements(cluster([host('a')], vms, { pools }), 'cpu', 10_000) as [
      number,
      number,
    ];
    expect(poor).toBeCloseTo(5_000, 3);
    expect(rich).toBeCloseTo(5_000, 3);
  });

  it('a VM that is off binds nobody', () => {
    const rules = [rule('together', 'affinity', [0, 1])];
    const vms = [vm(0, 9_000), vm(1, 100, { isOn: false }), vm(0, 9_000)];
    const moves = recommend(cluster(three(), vms, { rules }), settings());
    expect(moves.length).toBeGreaterThan(0);
  });

  it('of two that must be apart the one that can goes', () => {
    const given = cluster(three(), [vm(0, 500), vm(0, 500)], {
      rules: [rule('apart', 'anti-affinity', [0, 1])],
      mayMove: (which) => which === 0,
    });
    expect(recommend(given, settings())).toMatchObject([{ vm: 0, reason: 'antiAffin' }]);
  });

  it('those that belong together go where a demand allows all of them to be', () => {
    const rules = [rule('together', 'affinity', [0, 1, 2]), rule('licensed', 'vm-host-must', [2], [2])];
    const given = cluster(three(), [vm(0, 500), vm(0, 500), vm(2, 500)], { rules });
    const places = apply(given, recommend(given, settings()));
    expect(places).toEqual([2, 2, 2]);
  });

  it('two rules that share a VM keep all of theirs together, once and for all', () => {
    const rules = [rule('one', 'affinity', [0, 1]), rule('two', 'affinity', [1, 2])];
    const given = cluster(three(), [vm(0, 500), vm(1, 500), vm(2, 500)], { rules });
    const places = apply(given, recommend(given, settings()));
    expect(new Set(places).size).toBe(1);
    const vms = given.vms.map((one, at) => ({ ...one, host: places[at]! }));
    expect(recommend({ ...given, vms }, settings())).toEqual([]);
  });

  it('wishes that ask for more than a host has are dropped', () => {
    const rules = [rule('near', 'vm-host-should', [0, 1, 2], [0])];
    const given = cluster(three(), [vm(0, 6_000), vm(0, 6_000), vm(0, 6_000)], { rules });
    const places = apply(given, recommend(given, settings()));
    expect(new Set(places).size).toBe(3);
  });
});

describe('power', () => {
  it('lets the emptiest hosts sleep while the others stay below 81 %, and two stay awake', () => {
    const hosts = [...three(), host('d')];
    const found = recommendPower(
      cluster(hosts, [vm(0, 2_000), vm(1, 2_000), vm(2, 500), vm(3, 600)]),
      settings({ threshold: 5 }),
    );
    expect(found.map(({ kind, host: which }) => [kind, which])).toEqual([
      ['standby', 2],
      ['standby', 3],
    ]);
    expect(found[0]!.moves).toMatchObject([{ vm: 2, from: 2, reason: 'powerSaving' }]);
  });

  it('breaks no rule for it', () => {
    const rules: DrsRule[] = [{ id: 'here', kind: 'vm-host-must', vms: [2], hosts: [2] }];
    const found = recommendPower(
      cluster(three(), [vm(0, 2_000), vm(1, 2_000), vm(2, 500)], { rules }),
      settings({ threshold: 5 }),
    );
    expect(found.map(({ host: which }) => which)).toEqual([0]);
  });

  it('wakes one when a host is above 81 %', () => {
    const hosts = [host('a'), host('b'), host('c', { isOpen: false, isAsleep: true })];
    const found = recommendPower(cluster(hosts, [vm(0, 4_500), vm(0, 4_000), vm(1, 8_000)]), settings());
    expect(found).toMatchObject([{ kind: 'wake', host: 2, reason: 'increaseCapacity' }]);
  });
});

describe('a large cluster', () => {
  it('is balanced: 64 hosts, 1,024 VMs, all of them on half of the hosts', () => {
    const random = new Prng(7);
    const hosts = Array.from({ length: 64 }, (_, at) =>
      host(`h${at}`, { capacity: { cpu: 50_000, memory: 512 * GIB } }),
    );
    const vms = Array.from({ length: 1_024 }, (_, at) => vm(at % 32, 200 + random.below(1_500)));
    const given = cluster(hosts, vms);
    const moves = recommend(given, settings({ threshold: 4 }));
    const load = new Load(given);
    for (const { vm: which, to } of moves) load.move(which, to);
    expect(deviation(load.shares('cpu'))).toBeLessThanOrEqual(classicEnough(4, 64));
    expect(new Set(moves.map(({ vm: which }) => which)).size).toBe(moves.length);
  });
});
