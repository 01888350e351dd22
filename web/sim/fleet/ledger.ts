/** All events of a run, put in their order although migrations run ahead of each other. */
import { LineHash } from '../../base/sha256.ts';
import type { Ns } from '../../base/units.ts';
import type { FleetEvent, FleetEventCode, FleetEventNumbers } from './fleet-log.ts';

/** An event without its place among all others. */
export type Happening = {
  [C in FleetEventCode]: {
    readonly atNs: Ns;
    readonly task: number;
    readonly code: C;
    readonly n: FleetEventNumbers[C];
  };
}[FleetEventCode];

/** Of one instant, what migrations do comes first, by task; what is decided then follows in the order it was decided. */
interface Pending {
  readonly happening: Happening;
  readonly decided: number;
}

const BY_A_MIGRATION = -1;

export class Ledger {
  #pending: Pending[] = [];
  #decided = 0;
  #count = 0;

  get events(): number {
    return this.#count;
  }

  happened(happening: Happening): void {
    this.#pending.push({ happening, decided: BY_A_MIGRATION });
  }

  decide(happening: Happening): void {
    this.#pending.push({ happening, decided: this.#decided++ });
  }

  /** Takes back what a migration had said of the time after `fromNs`. */
  forget(task: number, fromNs: Ns): void {
    this.#pending = this.#pending.filter(
      ({ happening, decided }) =>
        decided !== BY_A_MIGRATION || happening.task !== task || happening.atNs <= fromNs,
    );
  }

  /** Everything before `safeNs`, in order; nothing earlier may come afterwards. */
  drain(safeNs: Ns): FleetEvent[] {
    const isReady = ({ happening }: Pending) => happening.atNs < safeNs;
    const ready = this.#pending.filter(isReady);
    this.#pending = this.#pending.filter((one) => !isReady(one));
    // The sort is stable: events of one migration at one instant stay as they came.
    ready.sort(inOrder);
    return ready.map(
      ({ happening: { atNs, task, code, n } }) => ({ seq: this.#count++, atNs, task, code, n }) as FleetEvent,
    );
  }
}

function inOrder(a: Pending, b: Pending): number {
  if (a.happening.atNs !== b.happening.atNs) return a.happening.atNs - b.happening.atNs;
  if (a.decided !== b.decided) return a.decided - b.decided;
  return a.happening.task - b.happening.task;
}

/** SHA-256 over the canonical lines of all events, 64 hex digits. Asked for only where somebody compares. */
export function fleetHash(events: readonly FleetEvent[]): string {
  const hash = new LineHash();
  for (const event of events) hash.add(canonicalFleetLine(event));
  return hash.digest();
}

/** Keys sorted, so that the line does not depend on the order in which code wrote the fields. */
export function canonicalFleetLine({ atNs, code, n, seq, task }: FleetEvent): string {
  const numbers = n as unknown as Record<string, number>;
  const fields = Object.keys(numbers)
    .sort()
    .map((key) => `"${key}":${numbers[key]}`);
  return `{"atNs":${atNs},"code":"${code}","n":{${fields.join(',')}},"seq":${seq},"task":${task}}`;
}
