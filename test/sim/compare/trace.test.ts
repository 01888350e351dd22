import fc from 'fast-check';
import { expect, test } from 'vitest';
import { GIB, NS_PER_SECOND, PAGE_BYTES, PPM } from '../../../web/base/units.ts';
import { WORKLOAD_PATTERNS } from '../../../web/scenario/choices.ts';
import type { WriteSink, WriteTrace } from '../../../web/sim/compare/trace.ts';
import { traceOf } from '../../support/compare.ts';
import { openPlane, phaseOf, ready, specOf } from '../../support/precopy.ts';

/** Pages that were written until a guest time, in order, and how many writes there were. */
function written(trace: WriteTrace, guestNs: number): { pages: number[]; writes: number } {
  const seen = new Set<number>();
  const reader = trace.reader();
  reader.until(guestNs, {
    apply: (pages, from, to) => {
      pages.subarray(from, to).forEach((one) => seen.add(one));
      return to;
    },
  });
  return { pages: [...seen].sort((a, b) => a - b), writes: reader.read };
}

const arbitraryPhase = fc
  .record({
    afterNs: fc.integer({ min: 0, max: 400_000_000 }),
    pattern: fc.constantFrom(...WORKLOAD_PATTERNS),
    writesPerSecond: fc.integer({ min: 0, max: 60_000 }),
    workingSetPages: fc.integer({ min: 1, max: 3000 }),
    hotWritesPpm: fc.integer({ min: 0, max: PPM }),
    hotPagesPpm: fc.integer({ min: 1, max: PPM }),
    zipfExponentMilli: fc.constantFrom(100, 990, 1000, 1001, 2500),
  })
  .map(({ workingSetPages, ...phase }) =>
    phaseOf({ ...phase, workingSetBytes: workingSetPages * PAGE_BYTES }),
  );

test('a trace writes the very pages the kernels write, and as many', async () => {
  const { plane, pagesOf } = await openPlane('release');
  fc.assert(
    fc.property(
      fc.array(arbitraryPhase, { minLength: 1, maxLength: 3 }),
      fc.integer({ min: 0, max: 0xffff_ffff }),
      fc.integer({ min: 65, max: 2500 }),
      (some, seed, pages) => {
        const phases = [...some].sort((a, b) => a.afterNs - b.afterNs);
        const size = { usedBytes: pages * PAGE_BYTES, memoryBytes: pages * PAGE_BYTES };
        const trace = traceOf({ seed, phases, ...size });
        const spec = specOf({
          fidelity: 'page-exact',
          seed,
          phases,
          usedBytes: size.usedBytes,
          traceFaultNs: 0,
        });
        const vm = ready(plane, spec);
        // The list is through before the guest has made a write; then the wire is idle and every write is noted.
        vm.beginTracking(0, 4e12);
        vm.advance(Infinity, Infinity);
        expect(pagesOf(vm, 'zero')).toEqual(
          [...trace.classes.keys()].filter((page) => trace.classes[page] === 0),
        );
        const startNs = vm.counters().guestNs;
        vm.setRate(startNs + NS_PER_SECOND, 4e12);
        const { guestWrites, guestNs } = vm.counters();
        expect(written(trace, guestNs)).toEqual({ pages: pagesOf(vm, 'written'), writes: guestWrites });
        vm.release();
      },
    ),
    { numRuns: 30 },
  );
});

test('what is not kept is made again, the same for every reader', () => {
  const phases = [phaseOf({ pattern: 'hot-cold', writesPerSecond: 500_000 })];
  const trace = traceOf({ phases }, { horizonNs: NS_PER_SECOND, keptWrites: 2 ** 17 });
  const digest = (): number => {
    let sum = 0;
    const sink: WriteSink = {
      apply: (pages, from, to) => {
        for (let at = from; at < to; at++) sum = (Math.imul(sum, 31) + pages[at]!) | 0;
        return to;
      },
    };
    const reader = trace.reader();
    for (let tenth = 1; tenth <= 10; tenth++) reader.until(tenth * 100_000_000, sink);
    expect(reader.read).toBe(500_000);
    return sum;
  };
  expect(digest()).toBe(digest());
});

test('a write is due when its number says, and a sink may stop the guest', () => {
  const phases = [
    phaseOf({ pattern: 'sweep', writesPerSecond: 3 }),
    phaseOf({ pattern: 'idle', afterNs: 2 * NS_PER_SECOND }),
    phaseOf({ pattern: 'sweep', writesPerSecond: 1_000, afterNs: 5 * NS_PER_SECOND }),
  ];
  const trace = traceOf({ phases });
  // 3 a second for 2 s, then 1,000 a second from the fifth on.
  expect([0, 5, 6].map((write) => trace.dueNs(write))).toEqual([333_333_334, 2e9, 5_001_000_000]);
  expect([333_333_333, 333_333_334, 4e9, 5_001_000_000].map((ns) => trace.dueAt(ns))).toEqual([0, 1, 6, 7]);
  const reader = trace.reader();
  expect(reader.until(6e9, { apply: (_pages, from) => from + 4 })).toBe(false);
  expect(reader.read).toBe(4);
});

test('a large VM or a fast writer has several pages in an entry, and fewer writes in proportion', () => {
  expect(traceOf().pagesPerEntry).toBe(1);
  const large = traceOf({ memoryBytes: 64 * GIB, usedBytes: 48 * GIB });
  expect([large.pagesPerEntry, large.entries, large.usedEntries]).toEqual([16, 2 ** 20, 12 * 2 ** 16]);
  expect(large.dueAt(NS_PER_SECOND)).toBe(125);
  const fast = traceOf({
    memoryBytes: GIB,
    usedBytes: GIB,
    phases: [phaseOf({ writesPerSecond: 1_000_000 })],
  });
  expect([fast.pagesPerEntry, fast.dueAt(NS_PER_SECOND)]).toEqual([16, 62_500]);
});
