import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Sharing, type Flow } from '../../../web/sim/network/max-min.ts';
import { maxMinRates, unfair, type OracleFlow } from '../../oracle/max-min.ts';

const GBE = 125_000_000;

const capacities = fc.array(fc.integer({ min: 0, max: 10_000_000_000 }), { minLength: 1, maxLength: 8 });
const cap = fc.option(fc.integer({ min: 0, max: 5_000_000_000 }), { nil: null, freq: 2 });
const someFlow = (links: number) =>
  fc
    .record({
      links: fc.uniqueArray(fc.integer({ min: 0, max: links - 1 }), { maxLength: Math.min(links, 4) }),
      cap,
    })
    .filter((flow) => flow.links.length > 0 || flow.cap !== null);
const problem = capacities.chain((links) =>
  fc.record({ links: fc.constant(links), flows: fc.array(someFlow(links.length), { maxLength: 14 }) }),
);
const asOracle = (flows: readonly { links: readonly number[]; cap: number | null }[]): OracleFlow[] =>
  flows.map((flow) => ({ links: flow.links, cap: flow.cap ?? Infinity }));

function solve(
  links: readonly number[],
  flows: readonly { links: readonly number[]; cap: number | null }[],
  rates: 'whole' | 'exact' = 'exact',
): number[] {
  const sharing = new Sharing(links, rates);
  const added = flows.map((flow) => sharing.addFlow(flow.links, flow.cap));
  sharing.resolve();
  return added.map((flow) => flow.rate);
}

describe('sharing from scratch', () => {
  test('no rate can grow without shrinking one that is as small or smaller', () => {
    fc.assert(
      fc.property(problem, ({ links, flows }) => {
        expect(unfair(links, asOracle(flows), solve(links, flows))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  test('is what raising all rates together gives', () => {
    fc.assert(
      fc.property(problem, ({ links, flows }) => {
        const rates = solve(links, flows);
        maxMinRates(links, asOracle(flows)).forEach((expected, nth) => {
          expect(Math.abs(rates[nth]! - expected)).toBeLessThanOrEqual(1e-6 * Math.max(1, expected));
        });
      }),
      { numRuns: 500 },
    );
  });

  test('whole rates are the exact ones rounded down, and no link carries more than it can', () => {
    fc.assert(
      fc.property(problem, ({ links, flows }) => {
        const whole = solve(links, flows, 'whole');
        expect(whole).toEqual(solve(links, flows).map(Math.floor));
        links.forEach((most, link) => {
          const load = whole.reduce(
            (sum, rate, nth) => sum + (flows[nth]!.links.includes(link) ? rate : 0),
            0,
          );
          expect(load).toBeLessThanOrEqual(most);
        });
      }),
      { numRuns: 300 },
    );
  });

  test('the order flows come in changes no bit', () => {
    fc.assert(
      fc.property(problem, ({ links, flows }) => {
        expect(solve(links, [...flows].reverse())).toEqual(solve(links, flows).reverse());
      }),
    );
  });
});

type Change =
  | { kind: 'add'; links: number[]; cap: number | null }
  | { kind: 'remove' | 'cap'; nth: number; cap: number | null }
  | { kind: 'capacity'; link: number; capacity: number }
  | { kind: 'resolve' };

const changes = (links: number): fc.Arbitrary<Change[]> => {
  const nth = fc.nat(30);
  return fc.array(
    fc.oneof(
      { weight: 4, arbitrary: someFlow(links).map((flow) => ({ kind: 'add' as const, ...flow })) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), nth, cap }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('cap' as const), nth, cap }) },
      {
        weight: 1,
        arbitrary: fc.record({
          kind: fc.constant('capacity' as const),
          link: fc.nat(links - 1),
          capacity: fc.integer({ min: 0, max: 10_000_000_000 }),
        }),
      },
      { weight: 3, arbitrary: fc.constant({ kind: 'resolve' as const }) },
    ),
    { maxLength: 60 },
  );
};

describe('sharing step by step', () => {
  test('equals sharing from scratch, bit for bit, and reports exactly what changed', () => {
    const script = capacities.chain((links) => fc.tuple(fc.constant(links), changes(links.length)));
    fc.assert(
      fc.property(script, ([start, steps]) => {
        const links = [...start];
        const sharing = new Sharing(links, 'exact');
        let flows: { flow: Flow; links: readonly number[]; cap: number | null; last: number }[] = [];
        for (const step of [...steps, { kind: 'resolve' as const }]) {
          if (step.kind === 'add')
            flows.push({ ...step, flow: sharing.addFlow(step.links, step.cap), last: 0 });
          else if (step.kind === 'capacity') {
            links[step.link] = step.capacity;
            sharing.setCapacity(step.link, step.capacity);
          } else if (step.kind === 'resolve') {
            const changed = sharing.resolve().map((flow) => flow.id);
            expect(flows.map(({ flow }) => flow.rate)).toEqual(solve(links, flows));
            const moved = flows.filter(({ flow, last }) => flow.rate !== last);
            expect(changed).toEqual(moved.map(({ flow }) => flow.id));
            for (const one of moved) one.last = one.flow.rate;
          } else if (flows.length > 0) {
            const one = flows[step.nth % flows.length]!;
            if (step.kind === 'remove') {
              sharing.removeFlow(one.flow);
              flows = flows.filter((other) => other !== one);
            } else if (one.links.length > 0 || step.cap !== null) {
              sharing.setCap(one.flow, step.cap);
              one.cap = step.cap;
            }
          }
        }
      }),
      { numRuns: 400 },
    );
  });

  test('flows that share no link with a change are left alone', () => {
    const sharing = new Sharing([GBE, GBE]);
    const here = sharing.addFlow([0]);
    const there = sharing.addFlow([1]);
    expect(sharing.resolve()).toEqual([here, there]);
    const second = sharing.addFlow([1]);
    expect(sharing.resolve()).toEqual([there, second]);
    expect([here.rate, there.rate, second.rate]).toEqual([GBE, GBE / 2, GBE / 2]);
    expect([sharing.load(0), sharing.load(1), sharing.capacity(1)]).toEqual([GBE, GBE, GBE]);
    expect(sharing.resolve()).toEqual([]);
  });
});

describe('the edges', () => {
  test('the textbook case: one long flow over two links, two short flows on the first, one on the second', () => {
    // Three flows share link 0, so each gets a third of it; the flow on link 1 alone gets what the long one leaves.
    expect(solve([3_000, 3_000], ['0', '0', '0,1', '1'].map((links) => ({ links: links.split(',').map(Number), cap: null })))).toEqual([1_000, 1_000, 1_000, 2_000]); // prettier-ignore
  });
  test('a link without capacity gives rate 0, and so does a cap of 0', () => {
    const flows = [{ links: [0, 1], cap: null }, { links: [1], cap: 0 }, { links: [1], cap: null }]; // prettier-ignore
    expect(solve([0, 1_000], flows)).toEqual([0, 0, 1_000]);
  });
  test('a flow without links runs at its cap', () => {
    expect(solve([1], [{ links: [], cap: 77 }])).toEqual([77]);
  });
  test.each<[string, (sharing: Sharing) => void]>([
    ['a flow needs a link or a cap, or nothing limits its rate', (sharing) => sharing.addFlow([])],
    ['a flow crosses a link once, but has 0, 0', (sharing) => sharing.addFlow([0, 0])],
    ['there is no link 2; there are 1', (sharing) => sharing.addFlow([2])],
    ['a cap needs 0 or more bytes per second, not -1', (sharing) => sharing.addFlow([0], -1)],
    ['link 0 needs 0 or more bytes per second, not NaN', (sharing) => sharing.setCapacity(0, NaN)],
    [
      'a flow without links keeps a cap, or nothing limits its rate',
      (sharing) => sharing.setCap(sharing.addFlow([], 5), null),
    ],
    [
      'flow 0 was removed before',
      (sharing) => {
        const flow = sharing.addFlow([0]);
        sharing.removeFlow(flow);
        sharing.removeFlow(flow);
      },
    ],
  ])('%s', (message, act) => {
    expect(() => act(new Sharing([1_000]))).toThrow(new RangeError(message));
  });
});
