// A byte-exact migration inside an engine, and the same work once more part by part, to see where its time goes.
import type { GuestMemorySpec } from '../../web/sim/data-plane.ts';
import type { WasmDataPlane } from '../../web/worker/wasm-data-plane.ts';
import type { Kernels } from '../../web/worker/wasm.ts';

export interface MigrationRequest {
  readonly bytes: number;
  readonly compression: 'off' | 'lz4';
}

/** Milliseconds, except where a name says otherwise. */
export interface MigrationReport {
  readonly fill: number;
  readonly migrate: number;
  readonly verify: number;
  /** `memory.copy` of as many bytes between the two memories, which are touched already. */
  readonly copy: number;
  readonly parts: Readonly<Record<string, number>>;
  readonly wireBytes: number;
  readonly equal: boolean;
}

type BenchKernels = Kernels & {
  partZero(source: number, pages: number): number;
  partMove(source: number, target: number, pages: number): void;
  partBlocks(source: number, target: number, pages: number): void;
  restore(from: number, to: number, bytes: number): void;
};

const REGION_SOURCE = 3;
const REGION_TARGET = 4;
const UNLIMITED = Number.MAX_SAFE_INTEGER;

const specOf = ({ bytes, compression }: MigrationRequest): GuestMemorySpec => ({
  fidelity: 'byte-exact',
  usedBytes: bytes,
  seed: 1,
  content: { textPpm: 333_333, heapPpm: 333_333, randomPpm: 0 },
  phases: [
    {
      afterNs: 0,
      pattern: 'idle',
      writesPerSecond: 0,
      workingSetBytes: 4096,
      bytesPerWrite: 8,
      hotWritesPpm: 0,
      hotPagesPpm: 0,
      zipfExponentMilli: 990,
    },
  ],
  compression,
  xbzrleCacheBytes: 4096,
  traceFaultNs: 0,
});

function timed<Result>(act: () => Result): [number, Result] {
  const start = performance.now();
  const result = act();
  return [performance.now() - start, result];
}

/** Each part over both memories alone. They meet in the caches when they run together, so their sum is no exact total. */
function partsOf(
  kernels: BenchKernels,
  source: number,
  target: number,
  request: MigrationRequest,
): Record<string, number> {
  const pages = request.bytes / 4096;
  const [zero] = timed(() => kernels.partZero(source, pages));
  if (request.compression === 'off') {
    const [moved] = timed(() => kernels.partMove(source, target, pages));
    return { 'zero test': zero, 'copy to the wire and from it': moved - zero };
  }
  const [compressed] = timed(() => kernels.partBlocks(source, 0, pages));
  const [arrived] = timed(() => kernels.partBlocks(source, target, pages));
  return { 'zero test': zero, compress: compressed - zero, 'decompress and copy': arrived - compressed };
}

/** Migrates once. The first call also touches both memories, so callers throw its times away. */
export function migrate(plane: WasmDataPlane, kernels: Kernels, request: MigrationRequest): MigrationReport {
  const bench = kernels as BenchKernels;
  const [fill, vm] = timed(() => {
    const made = plane.create(specOf(request));
    while (!made.prepare());
    return made;
  });
  const source = kernels.vmRegion(vm.address, REGION_SOURCE) >>> 0;
  const target = kernels.vmRegion(vm.address, REGION_TARGET) >>> 0;
  const [run] = timed(() => {
    vm.beginTracking(0, UNLIMITED);
    vm.advance(UNLIMITED, Infinity);
  });
  const { wireBytes } = vm.counters();
  const [verify, comparison] = timed(() => vm.compare());
  const parts = partsOf(bench, source, target, request);
  const [copy] = timed(() => bench.restore(source, target, request.bytes));
  vm.release();
  const equal = comparison?.firstDifferentPage === -1 && comparison.sourceHash === comparison.targetHash;
  return { fill, migrate: run, verify, copy, parts, wireBytes, equal };
}
