import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PAGE_BYTES, PPM } from '../../web/base/units.ts';
import { WORKLOAD_PATTERNS } from '../../web/scenario/schema.ts';
import type { Counters, GuestMemorySpec } from '../../web/sim/data-plane.ts';
import type { WasmGuestMemory } from '../../web/worker/wasm-data-plane.ts';
import { PrecopyOracle, type OracleRound, type RateChange, type Schedule } from '../oracle/precopy.ts';
import { openPlane, phaseOf, ready, specOf, type OpenPlane } from '../support/precopy.ts';
import { builds } from '../support/wasm.ts';

const arbitraryPhase = fc
  .record({
    afterNs: fc.integer({ min: 0, max: 60_000_000 }),
    pattern: fc.constantFrom(...WORKLOAD_PATTERNS),
    writesPerSecond: fc.oneof(fc.integer({ min: 0, max: 60_000 }), fc.constant(999_999)),
    workingSetPages: fc.integer({ min: 1, max: 700 }),
    bytesPerWrite: fc.integer({ min: 1, max: 512 }).map((words) => words * 8),
    hotWritesPpm: fc.integer({ min: 0, max: PPM }),
    hotPagesPpm: fc.integer({ min: 1, max: PPM }),
    zipfExponentMilli: fc.constantFrom(100, 990, 1000, 1001, 2500),
  })
  .map(({ workingSetPages, ...phase }) =>
    phaseOf({ ...phase, workingSetBytes: workingSetPages * PAGE_BYTES }),
  );

const arbitrarySpec: fc.Arbitrary<GuestMemorySpec> = fc
  .record({
    pages: fc.integer({ min: 1, max: 520 }),
    seed: fc.integer({ min: 0, max: 0xffff_ffff }),
    textPpm: fc.integer({ min: 0, max: 400_000 }),
    heapPpm: fc.integer({ min: 0, max: 300_000 }),
    randomPpm: fc.integer({ min: 0, max: 300_000 }),
    phases: fc
      .array(arbitraryPhase, { minLength: 1, maxLength: 3 })
      .map((phases) => phases.sort((a, b) => a.afterNs - b.afterNs)),
    traceFaultNs: fc.constantFrom(0, 2_000, 300_000),
  })
  .map(({ pages, textPpm, heapPpm, randomPpm, ...rest }) =>
    specOf({ ...rest, usedBytes: pages * PAGE_BYTES, content: { textPpm, heapPpm, randomPpm } }),
  );

/** Rates change in the middle of groups, may be nothing for a while, and end on one that carries something. */
const arbitrarySchedule: fc.Arbitrary<Schedule> = fc
  .record({
    startNs: fc.integer({ min: 0, max: 1_000_000_007 }),
    gapsNs: fc.array(fc.integer({ min: 1, max: 20_000_000 }), { maxLength: 4 }),
    rates: fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 1_000_000, max: 2_000_000_000 })), {
      minLength: 5,
      maxLength: 5,
    }),
    lastRate: fc.integer({ min: 30_000_000, max: 3_000_000_000 }),
    speedsPpm: fc.array(fc.constantFrom(PPM, 333_333, 1, 0), { minLength: 1, maxLength: 4 }),
  })
  .map(({ startNs, gapsNs, rates, lastRate, speedsPpm }) => {
    let atNs = startNs;
    const changes: RateChange[] = [{ atNs, bytesPerSecond: gapsNs.length ? (rates[4] as number) : lastRate }];
    gapsNs.forEach((gapNs, index) => {
      atNs += gapNs;
      const isLast = index === gapsNs.length - 1;
      changes.push({ atNs, bytesPerSecond: isLast ? lastRate : (rates[index] as number) });
    });
    return { rates: changes, speedsPpm: [PPM, ...speedsPpm] };
  });

/** Calls the loop as the control plane does; `slice` cuts the calls. */
function runKernels(open: OpenPlane, spec: GuestMemorySpec, schedule: Schedule, slice: Slice): OracleRound[] {
  const vm = ready(open.plane, spec);
  const [start, ...changes] = schedule.rates as [RateChange, ...RateChange[]];
  vm.beginTracking(start.atNs, start.bytesPerSecond);
  const rounds = schedule.speedsPpm.map((speedPpm, round) => {
    if (round > 0) vm.nextRound();
    vm.setGuestSpeed(speedPpm);
    const pages = open.pagesOf(vm, 'toSend');
    while (!advanceTo(vm, changes[0]?.atNs ?? Infinity, slice)) {
      const change = changes.shift() as RateChange;
      vm.setRate(change.atNs, change.bytesPerSecond);
    }
    return { pages, after: vm.counters() };
  });
  vm.release();
  return rounds;
}

interface Slice {
  readonly pages: number;
  readonly ns: number;
}

const WHOLE: Slice = { pages: Infinity, ns: Infinity };

/** Advances to `untilNs` in steps; true when the round is over. */
function advanceTo(vm: WasmGuestMemory, untilNs: number, slice: Slice): boolean {
  for (let stepNs = vm.counters().nowNs + slice.ns; ; stepNs += slice.ns) {
    const toNs = Math.min(stepNs, untilNs);
    let stop = vm.advance(toNs, slice.pages);
    while (stop === 'budget') stop = vm.advance(toNs, slice.pages);
    if (stop === 'round') return true;
    if (toNs === untilNs) return false;
  }
}

const countersOf = (rounds: readonly OracleRound[]): Counters[] => rounds.map((round) => round.after);

describe.each(builds)('the pre-copy loop against its definition, %s build', (build) => {
  it('agrees in every counter and every list, with bytes and without', async () => {
    const open = await openPlane(build);
    fc.assert(
      fc.property(arbitrarySpec, arbitrarySchedule, (spec, schedule) => {
        const expected = new PrecopyOracle(spec, schedule).run();
        const withBytes = runKernels(open, spec, schedule, WHOLE);
        expect(countersOf(withBytes)).toEqual(countersOf(expected));
        expect(withBytes).toEqual(expected);
        expect(runKernels(open, { ...spec, fidelity: 'page-exact' }, schedule, WHOLE)).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });
});

describe('the way time is cut into calls', () => {
  it('changes nothing: neither the page budget nor the slices of time', async () => {
    const open = await openPlane('release');
    const arbitrarySlice = fc.record({
      pages: fc.integer({ min: 1, max: 300 }),
      ns: fc.oneof(fc.integer({ min: 5_000, max: 3_000_000 }), fc.constant(Infinity)),
    });
    const compression = fc.constantFrom('off' as const, 'lz4' as const, 'xbzrle' as const);
    const fidelity = fc.constantFrom('byte-exact' as const, 'page-exact' as const);
    fc.assert(
      fc.property(
        arbitrarySpec,
        arbitrarySchedule,
        arbitrarySlice,
        compression,
        fidelity,
        (plain, schedule, slice, c, f) => {
          const spec = { ...plain, compression: c, fidelity: f };
          expect(runKernels(open, spec, schedule, slice)).toEqual(runKernels(open, spec, schedule, WHOLE));
        },
      ),
      { numRuns: 200 },
    );
  });
});
