/** What planning needs to know of a VM's memory. Apart from knobs and checks, so that the engine's thread does without them. */
import { MIB } from '../base/units.ts';
import type { Vm } from './schema.ts';

/** Every page at both hosts in real bytes: above this much used memory a browser cannot promise it. */
export const BYTE_EXACT_MOST_BYTES = 512 * MIB;

/** The memory round 0 sends. */
export function usedBytesOf(vm: Pick<Vm, 'memoryBytes' | 'usedBytes'>): number {
  return vm.usedBytes === 0 ? vm.memoryBytes : vm.usedBytes;
}
