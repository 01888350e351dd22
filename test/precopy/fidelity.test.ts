import { afterEach, describe, expect, it, vi } from 'vitest';
import { ProblemError } from '../../web/base/result.ts';
import { MIB, PAGE_BYTES, PPM } from '../../web/base/units.ts';
import { WORKLOAD_PATTERNS } from '../../web/scenario/schema.ts';
import { WasmDataPlane } from '../../web/worker/wasm-data-plane.ts';
import { instantiateKernels } from '../../web/worker/wasm.ts';
import { RATE, migrate, openPlane, phaseOf, ready, specOf } from '../support/precopy.ts';

const kinds = (['lz4', 'xbzrle'] as const).flatMap((compression) =>
  WORKLOAD_PATTERNS.flatMap((pattern) =>
    [8, 64, 1024].map((bytesPerWrite) => ({ compression, pattern, bytesPerWrite })),
  ),
);

describe('a VM without bytes costs what the same VM with bytes costs', () => {
  it.each(kinds)(
    '$compression, $pattern, $bytesPerWrite bytes a write',
    async ({ compression, pattern, bytesPerWrite }) => {
      const { plane } = await openPlane('release');
      // 32 MiB in 0.8 s a round; 24 MiB of it are written, the hot part again and again.
      const phases = [
        phaseOf({ pattern, bytesPerWrite, writesPerSecond: 15_000, workingSetBytes: 24 * MIB }),
      ];
      const [bytes, pages] = (['byte-exact', 'page-exact'] as const).map((fidelity) => {
        const vm = ready(
          plane,
          specOf({ fidelity, compression, phases, usedBytes: 32 * MIB, xbzrleCacheBytes: 16 * MIB }),
        );
        migrate(vm, 6);
        const counters = vm.counters();
        vm.release();
        return counters;
      });
      if (!bytes || !pages) throw new Error('both ran');
      // Where a write changes a quarter of a page, what the guest writes in one round decides how long the next one is, and the
      // error of a mean grows from round to round; with writes of a few words it does not.
      const tolerance = bytesPerWrite <= 64 ? 0.02 : 0.12;
      const names = ['wireBytes', 'sentPages', 'nowNs', 'compressedPages'] as const;
      const expectClose = (name: keyof typeof bytes, most: number) =>
        expect(Math.abs(pages[name] - bytes[name]), name).toBeLessThanOrEqual(most * bytes[name]);
      for (const name of names) expectClose(name, tolerance);
      if (bytes.deltaPages > 200) expectClose('deltaPages', 0.1);
    },
  );

  it('XBZRLE sends deltas where the cache holds the pages, and whole pages in the first two rounds', async () => {
    const { plane } = await openPlane('release');
    const phases = [phaseOf({ pattern: 'sweep', writesPerSecond: 4_000, workingSetBytes: 200 * PAGE_BYTES })];
    const vm = ready(plane, specOf({ compression: 'xbzrle', phases, xbzrleCacheBytes: 4 * MIB }));
    vm.beginTracking(0, RATE);
    vm.advance(Infinity, Infinity);
    vm.nextRound();
    vm.advance(Infinity, Infinity);
    expect(vm.counters().deltaPages).toBe(0);
    const before = vm.counters();
    const listed = vm.nextRound();
    vm.advance(Infinity, Infinity);
    const after = vm.counters();
    expect(after.deltaPages).toBe(listed);
    // 8 bytes of header, 3 of lengths, and a run or two of at most 64 bytes.
    expect((after.wireBytes - before.wireBytes) / listed).toBeLessThan(200);
  });
});

describe('one plane', () => {
  it('holds several VMs that do not disturb each other', async () => {
    const { plane } = await openPlane('release');
    const alone = ready(plane, specOf({ seed: 5 }));
    migrate(alone, 3);
    const expected = [alone.counters(), alone.compare()];
    alone.release();
    const [first, second] = [ready(plane, specOf({ seed: 5 })), ready(plane, specOf({ seed: 6 }))];
    for (const vm of [first, second]) vm.beginTracking(0, RATE);
    for (let ns = 1_000_000; first.advance(ns, Infinity) !== 'round'; ns += 1_000_000)
      second.advance(ns, Infinity);
    migrate(second, 3);
    migrate(first, 3);
    expect(second.compare()?.firstDifferentPage).toBe(-1);
    expect(first.compare()?.firstDifferentPage).toBe(-1);
    first.release();
    second.release();
    const again = ready(plane, specOf({ seed: 5 }));
    migrate(again, 3);
    expect([again.counters(), again.compare()]).toEqual(expected);
  });

  it('tracks again from the beginning', async () => {
    const { plane } = await openPlane('release');
    const vm = ready(
      plane,
      specOf({ fidelity: 'page-exact', content: { textPpm: PPM, heapPpm: 0, randomPpm: 0 } }),
    );
    const first = [migrate(vm, 3), vm.counters()];
    expect([migrate(vm, 3), vm.counters()]).toEqual(first);
  });

  it('says how much it was given when the machine gives no more', async () => {
    const { kernels } = await openPlane('release');
    const plane = new WasmDataPlane({ ...kernels, vmCreate: () => 0 });
    expect(() => ready(plane, specOf())).toThrow(
      /^Simulating this VM byte-exact takes 8\.\d+ MiB of memory, and this machine gives 1 MiB\. Choose "page-exact"/,
    );
  });
});

describe('a browser that can not run the kernels', () => {
  afterEach(() => vi.unstubAllGlobals());

  const codeOf = async () => {
    const error: unknown = await instantiateKernels(new Uint8Array()).catch((reason: unknown) => reason);
    return error instanceof ProblemError ? error.problems[0]?.code : error;
  };

  it('is told that it has no WebAssembly', async () => {
    vi.stubGlobal('WebAssembly', undefined);
    expect(await codeOf()).toBe('wasm.missing');
  });

  it('is told that its WebAssembly has no SIMD', async () => {
    vi.stubGlobal('WebAssembly', { validate: () => false });
    expect(await codeOf()).toBe('wasm.no-simd');
  });
});
