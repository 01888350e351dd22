/** A data plane that loses a byte on the way: the target's memory differs in one page when both are compared. */
import type { DataPlane, GuestMemory } from '../../web/sim/data-plane.ts';
import type { Kernels } from '../../web/worker/wasm.ts';
import { WasmGuestMemory } from '../../web/worker/wasm-data-plane.ts';

const TARGET = 4;

export function forgetfulPlane(plane: DataPlane): DataPlane {
  const { kernels } = plane as unknown as { kernels: Kernels };
  return {
    capacityBytes: plane.capacityBytes,
    bytesNeeded: (spec) => plane.bytesNeeded(spec),
    create: (spec) => {
      const memory = plane.create(spec);
      if (memory instanceof WasmGuestMemory && spec.fidelity === 'byte-exact') loseByte(memory, kernels);
      return memory;
    },
  };
}

function loseByte(memory: GuestMemory & { address: number }, kernels: Kernels): void {
  const compareMore = memory.compareMore.bind(memory);
  memory.compareMore = () => {
    const target = kernels.vmRegion(memory.address, TARGET) >>> 0;
    new Uint8Array(kernels.memory.buffer)[target + 100]! ^= 1;
    memory.compareMore = compareMore;
    return compareMore();
  };
}
