/** Who takes down what a migration does: with all its pictures for one VM (`recorder.ts`), or in short for many (`fleet/`). */
import type { Ns, Ppm } from '../base/units.ts';
import type { Vm } from '../scenario/schema.ts';
import type { CheckAnswer } from './checks.ts';
import type { ClientBack } from './client-watch.ts';
import type { GuestMemory } from './data-plane.ts';
import type { EventCode, EventNumbers } from './events.ts';
import type { ClientTotals, PlannedMigration, ServiceStretch } from './run-log.ts';

export interface Witness {
  /** Whether it watches: frames within a round, and a prediction before the first page and after every round. */
  readonly watches: boolean;
  /** What speaks against the move, asked before anything begins. */
  refusals(vm: Vm, planned: PlannedMigration, location: string): CheckAnswer[];
  event<C extends EventCode>(atNs: Ns, migration: number, code: C, n: EventNumbers[C]): void;
  frame(migration: number, round: number, speedPpm: Ppm, memory: GuestMemory, atNs: Ns): void;
  serve(stretch: ServiceStretch): void;
  /** When the client has its first answer again, given that frames reach the VM from `reachableNs` on. */
  clientBack(vm: Vm, stunnedNs: Ns, reachableNs: Ns): ClientBack;
  clientTotals(vm: Vm, untilNs: Ns): ClientTotals;
}
