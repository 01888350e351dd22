/** How exactly each VM of a fleet is followed. */
import { GIB } from '../../base/units.ts';
import { BYTE_EXACT_MOST_BYTES, usedBytesOf } from '../../scenario/memory.ts';
import type { Scenario, Vm } from '../../scenario/schema.ts';
import type { Fidelity } from '../data-plane.ts';

/** Up to here all VMs together are followed page by page where the scenario leaves it open. Our choice: some seconds on a laptop. */
const PAGE_EXACT_MOST_BYTES = 256 * GIB;

/** By the index of the VM. `auto` goes by what all VMs of the scenario use together, so that a run mixes nothing without being told. */
export function fleetFidelity(scenario: Scenario): (vm: number) => Fidelity {
  const usedBytes = scenario.vms.reduce((sum, vm) => sum + usedBytesOf(vm), 0);
  const auto: Fidelity =
    usedBytes <= BYTE_EXACT_MOST_BYTES
      ? 'byte-exact'
      : usedBytes <= PAGE_EXACT_MOST_BYTES
        ? 'page-exact'
        : 'expected';
  return (index) => {
    const { fidelity } = scenario.vms[index] as Vm;
    return fidelity === 'auto' ? auto : fidelity;
  };
}
