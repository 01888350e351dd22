import { describe, expect, it } from 'vitest';
import { ProblemError } from '../../web/base/result.ts';
import { GIB, MIB, NS_PER_SECOND, PAGE_BYTES, PPM, TIB } from '../../web/base/units.ts';
import { findPreset } from '../../web/scenario/presets/index.ts';
import { COMPRESSIONS, WORKLOAD_PATTERNS } from '../../web/scenario/schema.ts';
import { refusals } from '../../web/sim/cost.ts';
import { planRun } from '../../web/sim/plan.ts';
import { WasmDataPlane, type WasmGuestMemory } from '../../web/worker/wasm-data-plane.ts';
import { RATE, migrate, openPlane, phaseOf, ready, specOf } from '../support/precopy.ts';
import { builds } from '../support/wasm.ts';

const everyKind = COMPRESSIONS.flatMap((compression) =>
  WORKLOAD_PATTERNS.map((pattern) => ({ compression, pattern })),
);

describe.each(builds)('both memories, %s build', (build) => {
  it.each(everyKind)('are equal at the end: $compression, $pattern', async ({ compression, pattern }) => {
    const { plane, bytesOf } = await openPlane(build);
    for (const bytesPerWrite of [8, 64, 4096]) {
      const phases = [phaseOf({ pattern, bytesPerWrite })];
      const vm = ready(plane, specOf({ compression, phases }));
      const before = bytesOf(vm, 'source').slice();
      const lists = migrate(vm, 4);
      const comparison = vm.compare();
      expect(comparison).toMatchObject({ pagesCompared: 1000, firstDifferentPage: -1 });
      expect(comparison?.targetHash).toBe(comparison?.sourceHash);
      expect(comparison?.sourceHash).toMatch(/^[0-9a-f]{16}$/);
      expect(Buffer.compare(bytesOf(vm, 'source'), bytesOf(vm, 'target'))).toBe(0);
      // The guest did write, and what it wrote was sent again.
      expect(Buffer.compare(bytesOf(vm, 'source'), before) !== 0).toBe(pattern !== 'idle');
      expect(lists.at(1) !== 0).toBe(pattern !== 'idle');
      vm.release();
    }
  });
});

describe('a comparison', () => {
  it('finds one wrong byte of the target and changes its hash', async () => {
    const { plane, bytesOf } = await openPlane('release');
    const vm = ready(plane, specOf());
    migrate(vm, 2);
    const clean = vm.compare();
    const at = 777 * PAGE_BYTES + 4095;
    const target = bytesOf(vm, 'target');
    target[at] = (target[at] as number) ^ 1;
    const wrong = vm.compare();
    expect(wrong).toMatchObject({ firstDifferentPage: 777, sourceHash: clean?.sourceHash });
    expect(wrong?.targetHash).not.toBe(clean?.targetHash);
  });

  it('is not there without bytes', async () => {
    const { plane } = await openPlane('release');
    expect(ready(plane, specOf({ fidelity: 'page-exact' })).compare()).toBeNull();
  });
});

describe('content', () => {
  it('is zero pages exactly where the zero bitmap says so, and no other page is there twice', async () => {
    const { plane, bytesOf, pagesOf } = await openPlane('debug');
    const vm = ready(plane, specOf());
    const bytes = bytesOf(vm, 'source');
    const pages = Array.from({ length: 1000 }, (_, page) =>
      Buffer.from(bytes.slice(page * PAGE_BYTES, (page + 1) * PAGE_BYTES)).toString('latin1'),
    );
    const zero = '\0'.repeat(PAGE_BYTES);
    const zeros = pages.flatMap((content, page) => (content === zero ? [page] : []));
    expect(zeros).toEqual(pagesOf(vm, 'zero'));
    expect(new Set(pages).size).toBe(1000 - zeros.length + 1);
    expect(bytesOf(vm, 'target').every((byte) => byte === 0)).toBe(true);
  });

  it.each([
    ['textPpm', 1.8, 2.3],
    ['heapPpm', 1.5, 2.5],
    ['randomPpm', 0.99, 1],
  ] as const)('of %s compresses as such content does', async (share, least, most) => {
    const { plane } = await openPlane('release');
    const content = { textPpm: 0, heapPpm: 0, randomPpm: 0, [share]: PPM };
    const phases = [phaseOf({ pattern: 'idle' })];
    const vm = ready(plane, specOf({ content, phases, compression: 'lz4' }));
    migrate(vm, 1);
    const ratio = (1000 * PAGE_BYTES) / vm.counters().wireBytes;
    expect(ratio).toBeGreaterThan(least);
    expect(ratio).toBeLessThan(most);
  });

  it('is the same again in memory that another VM has used', async () => {
    const { plane, kernels } = await openPlane('release');
    const hashOf = (seed: number) => {
      const vm = ready(plane, specOf({ seed }));
      migrate(vm, 2);
      const hash = vm.compare()?.sourceHash;
      vm.release();
      return hash;
    };
    const first = hashOf(1);
    const grownBytes = kernels.memory.buffer.byteLength;
    expect(hashOf(2)).not.toBe(first);
    expect(hashOf(1)).toBe(first);
    expect(kernels.memory.buffer.byteLength).toBe(grownBytes);
  });
});

describe('the wire', () => {
  const still = { phases: [phaseOf({ pattern: 'idle' as const })] };

  it('takes nine bytes for a zero page and 4,104 for another', async () => {
    const { plane, pagesOf } = await openPlane('release');
    const vm = ready(plane, specOf(still));
    const zeros = pagesOf(vm, 'zero').length;
    migrate(vm, 1);
    expect(vm.counters()).toMatchObject({
      sentPages: 1000,
      zeroPages: zeros,
      wireBytes: zeros * 9 + (1000 - zeros) * 4104,
    });
  });

  it('makes a page of the target zero that was not', async () => {
    const { plane, pagesOf, bytesOf } = await openPlane('release');
    const vm = ready(plane, specOf(still));
    const page = pagesOf(vm, 'zero')[0] as number;
    bytesOf(vm, 'target').fill(7, page * PAGE_BYTES, page * PAGE_BYTES + 1);
    migrate(vm, 1);
    expect(vm.compare()?.firstDifferentPage).toBe(-1);
  });

  it('ends the group that ends at the time asked for, and begins none there', async () => {
    const { plane } = await openPlane('release');
    const vm = ready(plane, specOf({ ...still, content: { textPpm: 0, heapPpm: 0, randomPpm: PPM } }));
    vm.beginTracking(0, 64 * 4104);
    expect(vm.advance(NS_PER_SECOND, Infinity)).toBe('time');
    expect(vm.counters()).toMatchObject({ nowNs: NS_PER_SECOND, sentPages: 64, toSendPages: 936 });
    expect(vm.advance(NS_PER_SECOND + 1, Infinity)).toBe('time');
    expect(vm.counters()).toMatchObject({ nowNs: NS_PER_SECOND, sentPages: 128 });
  });

  it('keeps what a group has sent when its rate changes', async () => {
    const { plane } = await openPlane('release');
    const content = { textPpm: 0, heapPpm: 0, randomPpm: PPM };
    const vm = ready(plane, specOf({ ...still, content, usedBytes: 64 * PAGE_BYTES }));
    const groupBytes = 64 * 4104;
    // A third of the group at one rate, nothing for a second, the rest at twice the rate; the wire adds no byte and loses none.
    vm.beginTracking(0, groupBytes);
    expect(vm.advance(NS_PER_SECOND / 4, Infinity)).toBe('time');
    vm.setRate(NS_PER_SECOND / 4, 0);
    expect(vm.advance(1.25 * NS_PER_SECOND, Infinity)).toBe('time');
    vm.setRate(1.25 * NS_PER_SECOND, 2 * groupBytes);
    expect(vm.advance(Infinity, Infinity)).toBe('round');
    expect(vm.counters()).toMatchObject({ nowNs: (1.25 + 0.375) * NS_PER_SECOND, wireBytes: groupBytes });
  });

  it('does not move the end of a group when the same rate is set again', async () => {
    const { plane } = await openPlane('release');
    const ends = [false, true].map((again) => {
      const vm = ready(plane, specOf(still));
      vm.beginTracking(0, 333_333_333);
      for (let ns = 1; again && ns < 100_000; ns += 7) {
        vm.advance(ns, Infinity);
        vm.setRate(ns, 333_333_333);
      }
      vm.advance(Infinity, Infinity);
      return vm.counters().nowNs;
    });
    expect(ends[1]).toBe(ends[0]);
  });

  it('ends an empty round at once', async () => {
    const { plane } = await openPlane('release');
    const vm = ready(plane, specOf(still));
    migrate(vm, 1);
    const { nowNs } = vm.counters();
    expect(vm.advance(nowNs, 0)).toBe('round');
    expect(vm.counters().nowNs).toBe(nowNs);
  });
});

describe('the guest', () => {
  it('pays nothing for a page that still waits, and two microseconds for one that was sent', async () => {
    const { plane } = await openPlane('release');
    // The working set starts at page 320: the first groups run before any of its pages is sent.
    const phases = [phaseOf({ pattern: 'sweep', workingSetBytes: 8 * PAGE_BYTES, writesPerSecond: 100_000 })];
    const vm = ready(plane, specOf({ phases, content: { textPpm: 0, heapPpm: 0, randomPpm: PPM } }));
    vm.beginTracking(0, RATE);
    vm.advance(Infinity, 256);
    vm.advance(vm.counters().nowNs + 6_400_000, 0);
    const waiting = vm.counters();
    expect(waiting.guestWrites).toBeGreaterThan(1000);
    expect(waiting).toMatchObject({ traceFaults: 0, writtenPages: 0, guestNs: waiting.nowNs });
    vm.advance(Infinity, Infinity);
    const sent = vm.counters();
    expect(sent).toMatchObject({ traceFaults: 8, writtenPages: 8 });
    expect(sent.nowNs - sent.guestNs).toBe(8 * 2_000);
  });

  it('writes nothing and ages not at all while it is stopped', async () => {
    const { plane, pagesOf } = await openPlane('release');
    const vm = ready(plane, specOf());
    vm.beginTracking(0, RATE);
    vm.setGuestSpeed(0);
    vm.advance(Infinity, Infinity);
    expect(vm.counters()).toMatchObject({ guestWrites: 0, guestNs: 0, writtenPages: 0 });
    expect(pagesOf(vm, 'written')).toEqual([]);
    expect(vm.nextRound()).toBe(0);
  });

  it('runs while the wire is idle between two rounds', async () => {
    const { plane } = await openPlane('release');
    const vm = ready(plane, specOf({ traceFaultNs: 0 }));
    migrate(vm, 1);
    const before = vm.counters();
    vm.setRate(before.nowNs + 1_000_000, RATE);
    const after = vm.counters();
    expect(after.nowNs - before.nowNs).toBe(1_000_000);
    expect(after.guestWrites - before.guestWrites).toBe(20);
  });
});

describe('a heat map', () => {
  it('has every page in one of 4,096 buckets, for both bitmaps', async () => {
    const { plane } = await openPlane('release');
    const vm = ready(plane, specOf({ usedBytes: 10_000 * PAGE_BYTES }));
    vm.beginTracking(0, RATE);
    vm.advance(Infinity, 5_000);
    const out = new Uint32Array(8192);
    vm.buckets(out);
    const sum = (from: number) => out.slice(from, from + 4096).reduce((total, count) => total + count, 0);
    const { toSendPages, writtenPages } = vm.counters();
    expect([sum(0), sum(4096)]).toEqual([toSendPages, writtenPages]);
    expect(toSendPages).toBeGreaterThan(0);
  });
});

describe('memory that is not there', () => {
  const problemsOf = (act: () => unknown) => {
    try {
      act();
    } catch (error) {
      if (error instanceof ProblemError) return error.problems;
      throw error;
    }
    return [];
  };

  it('is refused before anything is reserved, with both numbers and the way out', async () => {
    const { plane, kernels } = await openPlane('release', 512 * MIB);
    const before = kernels.memory.buffer.byteLength;
    const [problem] = problemsOf(() => ready(plane, specOf({ usedBytes: GIB })));
    expect(problem).toMatchObject({ code: 'memory.refused', path: '' });
    expect(problem?.message).toBe(
      'Simulating this VM byte-exact takes 2 GiB of memory, and this machine gives 512 MiB. ' +
        'Choose "page-exact" for this VM, which keeps bits instead of bytes, or give it less memory.',
    );
    expect(kernels.memory.buffer.byteLength).toBe(before);
  });

  it('is refused without bytes too, and the way out is then the mean', async () => {
    const { plane, kernels } = await openPlane('release', 64 * MIB);
    const before = kernels.memory.buffer.byteLength;
    const spec = specOf({ fidelity: 'page-exact', writes: 'sliced', usedBytes: TIB });
    const [problem] = problemsOf(() => plane.create(spec));
    expect(problem?.code).toBe('memory.refused');
    expect(problem?.message).toMatch(
      /^Simulating this VM page-exact takes 9\d(\.\d)? MiB of memory, and this machine gives 64 MiB\. Choose "expected"/,
    );
    expect(kernels.memory.buffer.byteLength).toBe(before);
  });

  it('is refused when the machine gives less than it promised, and what was there goes on working', async () => {
    const { plane, kernels } = await openPlane('release');
    const small = ready(plane, specOf());
    const failing = new WasmDataPlane({ ...kernels, vmCreate: () => 0 });
    const [problem] = problemsOf(() =>
      failing.create(specOf({ fidelity: 'page-exact', usedBytes: 64 * GIB })),
    );
    expect(problem?.message).toMatch(/page-exact takes .* and this machine gives .* Choose "expected"/);
    migrate(small, 2);
    expect(small.compare()?.firstDifferentPage).toBe(-1);
  });

  it('is found to be too little before a run starts, by cost and path', async () => {
    const { plane } = await openPlane('release', MIB);
    const { scenario } = findPreset('big-10gbe')!;
    const plan = planRun(scenario);
    if (!plan.ok) throw new Error('the preset has a plan');
    const problems = refusals(scenario, plan.value, plane);
    expect(problems).toMatchObject([{ code: 'memory.refused', path: 'vms[0].fidelity' }]);
    expect(problems[0]?.message).toMatch(/Set fidelity to expected/);
  });

  it('is enough for 24 TiB without bytes, and for no such VM with them', async () => {
    const { plane } = await openPlane('release');
    const large = specOf({ usedBytes: 24 * TIB });
    expect(plane.bytesNeeded(large)).toBeGreaterThan(48 * TIB);
    const pageExact = plane.bytesNeeded({ ...large, fidelity: 'page-exact' });
    expect(pageExact).toBeGreaterThan(3 * 768 * MIB);
    expect(pageExact).toBeLessThan(plane.capacityBytes);
  });
});

describe('the soonest end of a list', () => {
  /** The first list, looked at as a fleet does: on to the soonest end, which may be early, until it is there. */
  function looksUntilTheEnd(vm: WasmGuestMemory) {
    vm.beginTracking(0, RATE);
    const soonest: number[] = [];
    for (let looks = 0; looks < 1000; looks++) {
      soonest.push(vm.soonestNs());
      if (vm.advance(soonest.at(-1)!, Infinity) === 'round') break;
    }
    return { soonest, endNs: vm.counters().nowNs };
  }

  it.each(everyKind)('is never late: $compression, $pattern', async ({ compression, pattern }) => {
    const { plane } = await openPlane('release');
    for (const fidelity of ['byte-exact', 'page-exact'] as const) {
      const vm = ready(plane, specOf({ fidelity, compression, phases: [phaseOf({ pattern })] }));
      const { soonest, endNs } = looksUntilTheEnd(vm);
      expect(Math.max(...soonest)).toBeLessThanOrEqual(endNs);
      vm.release();
    }
  });

  it('is met after few looks, though the guest writes to zero pages that would have cost little', async () => {
    const { plane } = await openPlane('release');
    const content = { textPpm: 0, heapPpm: 0, randomPpm: 500_000 };
    const usedBytes = 40_000 * PAGE_BYTES;
    const phases = [phaseOf({ workingSetBytes: usedBytes, writesPerSecond: 5_000 })];
    const vm = ready(plane, specOf({ fidelity: 'page-exact', content, usedBytes, phases }));
    const { soonest } = looksUntilTheEnd(vm);
    // The page in flight at the end is one look more.
    expect(soonest.length).toBeLessThan(40);
  });
});
