/**
 * From bytes to kernels. The bytes come from whoever can read them (the page inlines them, Node reads a file), so this works in a
 * worker, on a page, in a sandboxed frame and in Node alike.
 */
import { ProblemError } from '../base/result.ts';

/** What the data plane calls; `assembly/vm.ts` says what each does. Addresses may come back as negative numbers. */
export interface Kernels {
  readonly memory: WebAssembly.Memory;
  planeMailbox(): number;
  planeBuckets(): number;
  vmBytesNeeded(): number;
  vmCreate(): number;
  vmPrepare(vm: number, fromPage: number, pages: number): void;
  vmRelease(vm: number): void;
  vmBeginTracking(vm: number, atNs: number, bytesPerSecond: number): void;
  vmSetRate(vm: number, atNs: number, bytesPerSecond: number): void;
  vmSetGuestSpeed(vm: number, speedPpm: number): void;
  vmSoonest(vm: number): number;
  vmNextRound(vm: number): number;
  vmAdvance(vm: number, untilNs: number, pageBudget: number): number;
  vmCounters(vm: number): void;
  vmBuckets(vm: number): void;
  vmCompare(vm: number, fromPage: number, pages: number): void;
  vmRegion(vm: number, which: number): number;
}

/** A module of one function, `i8x16.popcnt(i8x16.splat(0))`: valid exactly where 128-bit SIMD is. */
const SIMD_MODULE = new Uint8Array([
  ...[0, 97, 115, 109, 1, 0, 0, 0], // magic and version
  ...[1, 5, 1, 96, 0, 1, 123], // one type: () -> v128
  ...[3, 2, 1, 0], // one function of that type
  ...[10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11], // its body
]);

function refuse(code: string, message: string): never {
  throw new ProblemError([{ code, message, path: '' }]);
}

/** Compiles and starts the kernels in a memory of their own. */
export async function instantiateKernels(bytes: BufferSource): Promise<Kernels> {
  if (typeof WebAssembly !== 'object') {
    refuse(
      'wasm.missing',
      'This browser has no WebAssembly (or a setting turns it off). Use a current Chrome, Edge, Firefox or Safari.',
    );
  }
  if (!WebAssembly.validate(SIMD_MODULE)) {
    refuse(
      'wasm.no-simd',
      'This browser’s WebAssembly has no SIMD. Chrome and Edge have it from 91 on, Firefox from 89, Safari from 16.4.',
    );
  }
  const { instance } = await WebAssembly.instantiate(bytes, {});
  return instance.exports as unknown as Kernels;
}
