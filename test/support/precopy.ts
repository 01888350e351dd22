// VMs for tests of the pre-copy loop: a plane over either build, specs with few words, and a look at their bits and bytes.
import { readFileSync } from 'node:fs';
import { NS_PER_SECOND, PAGE_BYTES, PPM } from '../../web/base/units.ts';
import type { Phase } from '../../web/scenario/schema.ts';
import type { GuestMemorySpec } from '../../web/sim/data-plane.ts';
import { WasmDataPlane, type WasmGuestMemory } from '../../web/worker/wasm-data-plane.ts';
import { instantiateKernels, type Kernels } from '../../web/worker/wasm.ts';
import { fromRoot } from './root.ts';
import type { Build } from './wasm.ts';

export interface OpenPlane {
  readonly plane: WasmDataPlane;
  readonly kernels: Kernels;
  /** Pages whose bits are set, in order. */
  pagesOf(vm: WasmGuestMemory, region: 'toSend' | 'written' | 'zero'): number[];
  /** The bytes of one of the two memories; a view that growth detaches. */
  bytesOf(vm: WasmGuestMemory, region: 'source' | 'target'): Uint8Array;
}

const REGIONS = ['toSend', 'written', 'zero', 'source', 'target'] as const;

const files: Record<Build, string> = {
  debug: fromRoot('assembly/build/vmotion.debug.wasm'),
  release: fromRoot('assembly/build/vmotion.wasm'),
};

export async function openPlane(build: Build, capacityBytes?: number): Promise<OpenPlane> {
  const kernels = await instantiateKernels(readFileSync(files[build]));
  const plane = new WasmDataPlane(kernels, capacityBytes === undefined ? {} : { capacityBytes });
  const regionAt = (vm: WasmGuestMemory, region: (typeof REGIONS)[number]) =>
    kernels.vmRegion(vm.address, REGIONS.indexOf(region)) >>> 0;
  return {
    plane,
    kernels,
    pagesOf: (vm, region) => {
      const bits = new Uint8Array(kernels.memory.buffer, regionAt(vm, region), Math.ceil(vm.pageCount / 8));
      const pages: number[] = [];
      bits.forEach((byte, index) => {
        for (let bit = 0; bit < 8; bit++) if ((byte >> bit) & 1) pages.push(index * 8 + bit);
      });
      return pages;
    },
    bytesOf: (vm, region) =>
      new Uint8Array(kernels.memory.buffer, regionAt(vm, region), vm.pageCount * PAGE_BYTES),
  };
}

export const phaseOf = (over: Partial<Phase> = {}): Phase => ({
  afterNs: 0,
  pattern: 'uniform',
  writesPerSecond: 20_000,
  workingSetBytes: 512 * PAGE_BYTES,
  bytesPerWrite: 64,
  hotWritesPpm: 900_000,
  hotPagesPpm: 100_000,
  zipfExponentMilli: 990,
  ...over,
});

export const specOf = (over: Partial<GuestMemorySpec> = {}): GuestMemorySpec => ({
  fidelity: 'byte-exact',
  usedBytes: 1000 * PAGE_BYTES,
  seed: 1,
  content: { textPpm: 350_000, heapPpm: 350_000, randomPpm: 100_000 },
  phases: [phaseOf()],
  compression: 'off',
  xbzrleCacheBytes: 256 * PAGE_BYTES,
  traceFaultNs: 2_000,
  ...over,
});

/** Pages a second that a rate carries when all are sent whole: 100 us a page. */
export const RATE = (4_104 * NS_PER_SECOND) / 100_000;

/** Pre-copy of `rounds` rounds, the guest stopped, and all that is left; says how large each list was. */
export function migrate(vm: WasmGuestMemory, rounds: number, bytesPerSecond = RATE): number[] {
  const lists = [vm.pageCount];
  vm.beginTracking(0, bytesPerSecond);
  vm.advance(Infinity, Infinity);
  for (let round = 1; round < rounds; round++) {
    lists.push(vm.nextRound());
    vm.advance(Infinity, Infinity);
  }
  vm.setGuestSpeed(0);
  lists.push(vm.nextRound());
  vm.advance(Infinity, Infinity);
  vm.setGuestSpeed(PPM);
  return lists;
}

/** A VM with all of its memory made, as it is when a migration begins to track it. */
export function ready(plane: WasmDataPlane, spec: GuestMemorySpec): WasmGuestMemory {
  const vm = plane.create(spec);
  while (!vm.prepare());
  return vm;
}
