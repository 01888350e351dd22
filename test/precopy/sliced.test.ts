import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NS_PER_SECOND, PAGE_BYTES, PPM } from '../../web/base/units.ts';
import type { GuestMemorySpec } from '../../web/sim/data-plane.ts';
import type { WasmGuestMemory } from '../../web/worker/wasm-data-plane.ts';
import { compareRuns, runWay, summarize, workloads } from '../support/fidelities.ts';
import { RATE, openPlane, phaseOf, ready, specOf } from '../support/precopy.ts';
import { builds } from '../support/wasm.ts';

const PAGES = 20_000;
const sliced = (over: Partial<GuestMemorySpec> = {}) =>
  specOf({ fidelity: 'page-exact', writes: 'sliced', usedBytes: PAGES * PAGE_BYTES, ...over });

const arbitrarySpec = fc
  .record({
    pages: fc.integer({ min: 1, max: 6_000 }),
    workingSetPages: fc.integer({ min: 1, max: 6_000 }),
    pattern: fc.constantFrom('uniform' as const, 'hot-cold' as const, 'zipf' as const, 'sweep' as const),
    writesPerSecond: fc.integer({ min: 0, max: 2_000_000 }),
    hotPagesPpm: fc.integer({ min: 1, max: PPM }),
    zipfExponentMilli: fc.constantFrom(100, 990, 1000, 2500),
    laterNs: fc.integer({ min: 1, max: 200_000_000 }),
    traceFaultNs: fc.constantFrom(0, 2_000),
    seed: fc.integer({ min: 0, max: 0xffff_ffff }),
  })
  .map(({ pages, workingSetPages, laterNs, traceFaultNs, seed, ...phase }) => {
    const first = phaseOf({ ...phase, workingSetBytes: workingSetPages * PAGE_BYTES });
    const second = phaseOf({ afterNs: laterNs, pattern: 'uniform', workingSetBytes: PAGE_BYTES });
    return sliced({ usedBytes: pages * PAGE_BYTES, phases: [first, second], traceFaultNs, seed });
  });

/** Three rounds in steps of so many pages and nanoseconds; counters at the end of each. */
function rounds(vm: WasmGuestMemory, budget: number, stepNs: number) {
  vm.beginTracking(0, RATE);
  return [0, 1, 2].map((round) => {
    if (round > 0) vm.nextRound();
    for (let untilNs = vm.counters().nowNs; ;) {
      const stop = vm.advance(untilNs, budget);
      if (stop === 'round') return vm.counters();
      if (stop === 'time') untilNs += stepNs;
    }
  });
}

describe.each(builds)('sliced writes, %s build', (build) => {
  it('do not depend on how time is cut into calls, and keep the bitmaps and counters true', async () => {
    const { plane, pagesOf } = await openPlane(build);
    const slice = fc.record({
      budget: fc.integer({ min: 1, max: 700 }),
      stepNs: fc.integer({ min: 100_000, max: 90_000_000 }),
    });
    fc.assert(
      fc.property(arbitrarySpec, slice, (spec, { budget, stepNs }) => {
        const vm = ready(plane, spec);
        const whole = rounds(vm, Infinity, Number.MAX_SAFE_INTEGER);
        const last = whole.at(-1)!;
        const written = pagesOf(vm, 'written');
        expect(written.length).toBe(last.writtenPages);
        expect(last.traceFaults).toBe(last.sentPages - vm.pageCount + last.writtenPages);
        const zeros = new Set(pagesOf(vm, 'zero'));
        expect(written.some((page) => zeros.has(page))).toBe(false);
        expect(written.every((page) => page < vm.pageCount)).toBe(true);
        vm.release();
        const again = ready(plane, spec);
        expect(rounds(again, budget, stepNs)).toEqual(whole);
        expect(pagesOf(again, 'written')).toEqual(written);
        again.release();
      }),
      { numRuns: build === 'debug' ? 40 : 200 },
    );
  });
});

describe('sliced writes', () => {
  it.each(['uniform', 'hot-cold', 'zipf', 'sweep'] as const)(
    'are exactly floor(rate x guest time), and fall where single writes do: %s',
    async (pattern) => {
      const { plane, pagesOf } = await openPlane('release');
      const phases = [phaseOf({ pattern, writesPerSecond: 30_011, workingSetBytes: 15_000 * PAGE_BYTES })];
      const counts = (['each', 'sliced'] as const).map((writes) => {
        const perPart = new Array<number>(20).fill(0);
        for (let seed = 1; seed <= 10; seed++) {
          const vm = ready(plane, sliced({ phases, writes, seed, traceFaultNs: 0 }));
          for (const counters of rounds(vm, Infinity, Number.MAX_SAFE_INTEGER)) {
            expect(counters.guestWrites).toBe(
              Number((BigInt(counters.guestNs) * 30_011n) / BigInt(NS_PER_SECOND)),
            );
          }
          for (const page of pagesOf(vm, 'written')) perPart[Math.floor((20 * page) / PAGES)]!++;
          vm.release();
        }
        return perPart;
      });
      const [each, other] = counts as [number[], number[]];
      each.forEach((count, part) => expect(Math.abs(other[part]! - count)).toBeLessThan(0.05 * count + 60));
    },
  );

  it('of a sweep are the single writes in every counter', async () => {
    const { plane } = await openPlane('release');
    fc.assert(
      fc.property(arbitrarySpec, (spec) => {
        const phases = [{ ...spec.phases[0]!, pattern: 'sweep' as const }];
        const [each, other] = (['each', 'sliced'] as const).map((writes) => {
          const vm = ready(plane, { ...spec, phases, writes });
          const counters = rounds(vm, Infinity, Number.MAX_SAFE_INTEGER);
          vm.release();
          return counters;
        });
        expect(other).toEqual(each);
      }),
      { numRuns: 50 },
    );
  });

  it('agree with single writes on 30 workloads; the long lane holds 600', async () => {
    const results = [];
    for (const workload of fc.sample(workloads, { numRuns: 30, seed: 20_261_124 }))
      results.push(compareRuns(workload, await runWay(workload, 'each'), await runWay(workload, 'sliced')));
    const summary = summarize('seed 20261124, sliced against one by one', results);
    expect(summary.counted).toBeGreaterThanOrEqual(20);
    expect(Math.max(summary.pagesMedian, summary.timeMedian)).toBeLessThan(0.01);
    expect(Math.max(summary.pagesP95, summary.timeP95)).toBeLessThan(0.03);
  }, 120_000);
});
