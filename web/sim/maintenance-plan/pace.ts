/** How long the move of one VM takes at a steady rate, as the estimate of a single move has it; kept for VMs and rates that are alike. */
import { PAGE_BYTES, transferNs, type Bytes, type BytesPerSecond, type Ns } from '../../base/units.ts';
import { usedBytesOf } from '../../scenario/memory.ts';
import type { Scenario, Vm } from '../../scenario/schema.ts';
import { expectedEnd } from '../estimate.ts';
import type { Way } from '../fleet/lines.ts';

/** A whole move at one rate, in its three parts: before the first page, on the wire, after the last byte. */
export interface Pace {
  readonly beforeNs: Ns;
  readonly wireNs: Ns;
  readonly afterNs: Ns;
  readonly wireBytes: Bytes;
  readonly downtimeNs: Ns;
  /** False: at this rate it is given up, because the guest writes faster than its memory can be sent. */
  readonly converges: boolean;
}

/** Rates are looked at in steps of 1/256 of their power of two: closer ones give the same answer to a hundredth. Our choice. */
const RATE_STEPS = 256;

export class Paces {
  readonly #known = new Map<string, Pace>();
  readonly #kinds = new Map<string, number>();
  /** By VM: VMs with the same memory, content and writes are of one kind. */
  readonly #kindOf: readonly number[];

  /** @param scenario expanded: no groups. */
  constructor(readonly scenario: Scenario) {
    this.#kindOf = scenario.vms.map((vm) => this.#kind(vm));
  }

  /** @param bytesPerSecond its share of the network; 0 converges never. */
  at(vm: number, way: Way, bytesPerSecond: BytesPerSecond): Pace {
    const rate = stepped(bytesPerSecond);
    const key = `${this.#kindOf[vm]} ${rate} ${way.rttNs}`;
    let pace = this.#known.get(key);
    if (!pace) this.#known.set(key, (pace = this.#compute(vm, way, rate)));
    return pace;
  }

  #kind({ memoryBytes, usedBytes, deviceStateBytes, content, phases, client }: Vm): number {
    const text = JSON.stringify([memoryBytes, usedBytes, deviceStateBytes, content, phases, client]);
    const known = this.#kinds.get(text);
    if (known !== undefined) return known;
    this.#kinds.set(text, this.#kinds.size);
    return this.#kinds.size - 1;
  }

  #compute(index: number, way: Way, bytesPerSecond: BytesPerSecond): Pace {
    const vm = this.scenario.vms[index] as Vm;
    if (bytesPerSecond === 0) return NEVER;
    const usedBytes = usedBytesOf(vm);
    const end = expectedEnd({ ...this.scenario, vms: [vm] }, vm, {
      ...{ index: 0, vm: vm.id, sourceHost: '', targetHost: '', requestedNs: 0, cancelNs: null },
      ...{ fidelity: 'expected', usedBytes, pageCount: usedBytes / PAGE_BYTES, arrival: 'announced' },
      ...{ diskBytes: 0, movesMemory: true, rttNs: way.rttNs, windowLimited: way.because === 'window' },
      lineBytesPerSecond: way.lineBytesPerSecond,
      bytesPerSecond,
    });
    const wireNs = transferNs(end.wireBytes, bytesPerSecond);
    return {
      ...{ beforeNs: end.beforeRoundsNs, wireNs, wireBytes: end.wireBytes, downtimeNs: end.downtimeNs },
      afterNs: Math.max(0, end.totalNs - end.beforeRoundsNs - wireNs),
      converges: end.converges === 1,
    };
  }
}

const NEVER: Pace = {
  ...{ beforeNs: 0, wireNs: Infinity, afterNs: 0, wireBytes: 0, downtimeNs: 0 },
  converges: false,
};

function stepped(bytesPerSecond: BytesPerSecond): BytesPerSecond {
  let step = 1;
  while (bytesPerSecond / step >= 2 * RATE_STEPS) step *= 2;
  return Math.floor(bytesPerSecond / step) * step;
}
