/** Parts that fail at a virtual time, and come back or do not. What it means for a VM follows from what it was doing at that instant. */
import { NS_PER_SECOND, PPM, type BytesPerSecond, type Ns } from '../../base/units.ts';
import { FAULTS } from '../../scenario/choices.ts';
import type { FaultAction } from '../../scenario/schema.ts';
import { lossLimit } from '../network/stream.ts';
import type { Fleet } from './fleet.ts';

/** A flapping line is down for so long, then up for as long. Our choice. */
const FLAP_NS = NS_PER_SECOND;
/** One that flaps for ever does so for ten minutes. Our choice. */
const MOST_FLAPS = 300;
/** TCP payload of a full Ethernet frame, and the round trip within a datacenter, for what loss leaves of a line. */
const SEGMENT_BYTES = 1_448;
const ROUND_TRIP_NS: Ns = 200_000;

export class Faults {
  /** By line: what each fault that is under way leaves of it. */
  readonly #left = new Map<number, Map<number, BytesPerSecond>>();
  #lostCenters = 0;
  readonly #lostStores = new Map<number, number>();

  constructor(readonly fleet: Fleet) {
    fleet.scenario.actions.forEach((action, index) => {
      if (action.kind === 'fault') this.#schedule(action, index);
    });
  }

  /** Nobody can ask for anything, or take it back. */
  get isCenterLost(): boolean {
    return this.#lostCenters > 0;
  }

  isStoreLost(store: number): boolean {
    return (this.#lostStores.get(store) ?? 0) > 0;
  }

  #schedule(action: FaultAction, index: number): void {
    const { coordinator } = this.fleet;
    // What only changes lines reaches migrations through their rates; the others may hit one that has no flow.
    const when = action.fault === 'host-crash' || action.fault === 'datastore-apd' ? 'breakAt' : 'at';
    coordinator[when](action.atNs, () => this.#begin(action, index));
    if (action.durationNs > 0)
      coordinator[when](action.atNs + action.durationNs, () => this.#end(action, index));
  }

  #begin(action: FaultAction, index: number): void {
    const { coordinator } = this.fleet;
    coordinator.decide(-1, 'fault-began', { fault: FAULTS.indexOf(action.fault), action: index });
    if (action.fault === 'host-crash') this.fleet.crash(this.#host(action));
    else if (action.fault === 'datastore-apd') this.#loseStore(action);
    else if (action.fault === 'vcenter-loss') this.#loseCenter();
    else if (action.fault === 'link-flapping') this.#flap(action, index, 0);
    else this.#limit(action, index);
  }

  #end(action: FaultAction, index: number): void {
    const { coordinator, world } = this.fleet;
    coordinator.decide(-1, 'fault-ended', { fault: FAULTS.indexOf(action.fault), action: index });
    if (action.fault === 'host-crash') this.fleet.recover(this.#host(action));
    else if (action.fault === 'datastore-apd') {
      const store = world.storeIndex.get(action.part) as number;
      this.#lostStores.set(store, (this.#lostStores.get(store) ?? 0) - 1);
    } else if (action.fault === 'vcenter-loss') this.#lostCenters--;
    for (const line of this.#lines(action)) this.#set(line, index, null);
  }

  #host(action: FaultAction): number {
    return this.fleet.world.hostIndex.get(action.part) as number;
  }

  /** A host behind a partition is reached by none of its NICs. */
  #lines({ fault, part }: FaultAction): number[] {
    const { lines } = this.fleet;
    if (fault === 'partition') return lines.ofHost(part);
    return fault === 'host-crash' || fault === 'datastore-apd' || fault === 'vcenter-loss'
      ? []
      : lines.named(part);
  }

  #limit(action: FaultAction, index: number): void {
    const left =
      action.fault === 'link-lossy'
        ? lossLimit(SEGMENT_BYTES, ROUND_TRIP_NS, Math.min(PPM, action.lossPpm))
        : 0;
    for (const line of this.#lines(action)) this.#set(line, index, left);
  }

  #flap(action: FaultAction, index: number, nth: number): void {
    const { coordinator } = this.fleet;
    const endNs = action.durationNs > 0 ? action.atNs + action.durationNs : Infinity;
    if (nth >= MOST_FLAPS || coordinator.nowNs >= endNs) return;
    for (const line of this.#lines(action)) this.#set(line, index, nth % 2 === 0 ? 0 : null);
    coordinator.at(coordinator.nowNs + FLAP_NS, () => this.#flap(action, index, nth + 1));
  }

  #loseCenter(): void {
    this.#lostCenters++;
    this.fleet.centerLost();
  }

  /** All paths down: what needs the datastore for its switchover or its disk cannot go on, and nothing new begins on it. */
  #loseStore(action: FaultAction): void {
    const store = this.fleet.world.storeIndex.get(action.part) as number;
    this.#lostStores.set(store, (this.#lostStores.get(store) ?? 0) + 1);
    this.fleet.storeLost(store);
  }

  /** Of several faults on one line the worst holds. */
  #set(line: number, fault: number, left: BytesPerSecond | null): void {
    const { coordinator, lines } = this.fleet;
    const all = this.#left.get(line) ?? new Map<number, BytesPerSecond>();
    this.#left.set(line, all);
    if (left === null) all.delete(fault);
    else all.set(fault, left);
    const whole = lines.lines[line]!.bytesPerSecond;
    coordinator.setCapacity(
      line,
      [...all.values()].reduce((least, one) => Math.min(least, one), whole),
    );
  }
}
