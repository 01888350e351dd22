import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exp, expNegative, ln, oneMinusExpNegative } from '../../web/base/exp.ts';
import { PAGE_BYTES } from '../../web/base/units.ts';
import { findPreset } from '../../web/scenario/presets/index.ts';
import { LZ4_SHARE } from '../../web/sim/expected-guest.ts';
import { ExpectedMemory } from '../../web/sim/expected-memory.ts';
import { memorySpec } from '../../web/sim/memory-spec.ts';
import { planRun } from '../../web/sim/plan.ts';
import { runHeadless } from '../support/run.ts';
import { agreement, quantile, scenarioOf, workloads } from '../support/fidelities.ts';

describe('exp and ln from basic operations', () => {
  it('agree with the engine to 13 digits', () => {
    fc.assert(
      fc.property(fc.double({ min: -700, max: 0, noNaN: true }), (x) => {
        expect(Math.abs(expNegative(x) / Math.exp(x) - 1)).toBeLessThan(1e-13);
      }),
    );
    fc.assert(
      fc.property(fc.double({ min: 1, max: 1e15, noNaN: true }), (x) => {
        expect(Math.abs(ln(x) - Math.log(x))).toBeLessThan(1e-12 * Math.max(1, Math.log(x)));
        expect(Math.abs(exp(ln(x)) / x - 1)).toBeLessThan(1e-11);
      }),
    );
  });

  it('do not cancel near zero', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-15, max: 1, noNaN: true }), (x) => {
        expect(Math.abs(oneMinusExpNegative(-x) / -Math.expm1(-x) - 1)).toBeLessThan(1e-13);
      }),
    );
  });
});

describe('compression in the estimate', () => {
  it.each(['text', 'heap', 'random'] as const)(
    'LZ4 makes of %s pages what the estimate takes for it',
    async (kind) => {
      const idle = findPreset('idle-web')!.scenario;
      const content = { textPpm: 0, heapPpm: 0, randomPpm: 0, [`${kind}Ppm`]: 1_000_000 };
      const policy = { ...idle.policy, compression: 'lz4' as const };
      const { report } = await runHeadless({ ...idle, vms: [{ ...idle.vms[0]!, content }], policy });
      const first = report.rounds[0]!;
      // 8 bytes of header and 2 of length come with every block.
      const share = (first.wireBytes / first.sentPages - 10) / PAGE_BYTES;
      expect(Math.abs(share / LZ4_SHARE[kind] - 1)).toBeLessThan(0.01);
    },
  );
});

describe('the expected fidelity', () => {
  it('agrees with page-exact on 40 workloads; the long lane holds 600', async () => {
    const seed = 1;
    const all = [];
    for (const workload of fc.sample(workloads, { numRuns: 40, seed })) all.push(await agreement(workload));
    const counted = all.filter((one) => !one.onTheEdge);
    expect(counted.length).toBeGreaterThan(25);
    expect(
      quantile(
        counted.map((one) => one.pagesError),
        0.5,
      ),
    ).toBeLessThan(0.01);
    expect(
      quantile(
        counted.map((one) => one.timeError),
        0.5,
      ),
    ).toBeLessThan(0.01);
    expect(
      quantile(
        counted.map((one) => one.timeError),
        0.9,
      ),
    ).toBeLessThan(0.03);
  }, 60_000);

  it('gives the same round whatever the page budgets and stops, and keeps every byte when the rate changes', () => {
    fc.assert(
      fc.property(
        workloads,
        fc.array(fc.integer({ min: 1, max: 200_000 }), { maxLength: 8 }),
        (workload, budgets) => {
          const whole = memoryOf(workload);
          whole.advance(Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
          const cut = memoryOf(workload);
          for (const budget of budgets) cut.advance(Number.MAX_SAFE_INTEGER, budget);
          cut.advance(Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
          expect(cut.counters()).toEqual(whole.counters());
          const slower = memoryOf(workload);
          const endNs = whole.counters().nowNs;
          slower.advance(Math.floor(endNs / 2), Number.MAX_SAFE_INTEGER);
          slower.setRate(Math.floor(endNs / 2), Math.floor(workload.linkBytesPerSecond / 4));
          expect(slower.advance(Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)).toBe('round');
          expect(slower.counters().wireBytes).toBe(whole.counters().wireBytes);
          expect(slower.counters().nowNs).toBeGreaterThan(endNs);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('shows buckets that add up to its counters', () => {
    fc.assert(
      fc.property(workloads, fc.integer({ min: 1, max: 1_000_000 }), (workload, budget) => {
        const memory = memoryOf(workload);
        memory.advance(Number.MAX_SAFE_INTEGER, budget);
        const buckets = new Uint32Array(8192);
        memory.buckets(buckets);
        const sum = (counts: Uint32Array) => counts.reduce((total, count) => total + count, 0);
        expect(sum(buckets.subarray(0, 4096))).toBe(memory.counters().toSendPages);
        expect(sum(buckets.subarray(4096))).toBe(memory.counters().writtenPages);
      }),
      { numRuns: 60 },
    );
  });
});

function memoryOf(workload: Parameters<typeof scenarioOf>[0]): ExpectedMemory {
  const scenario = scenarioOf(workload, 'expected');
  const plan = planRun(scenario);
  if (!plan.ok) throw new Error(JSON.stringify(plan.error));
  const memory = new ExpectedMemory(memorySpec(scenario, plan.value[0]!));
  memory.beginTracking(0, workload.linkBytesPerSecond);
  return memory;
}
