/** What to draw at one instant of virtual time: made by `project.ts` from a run's log, read by every component. */
import type { Bytes, BytesPerSecond, Ns, Ppm } from '../base/units.ts';
import type { ExpectedCourse } from '../sim/estimate.ts';
import type { EstimateNumbers, FailReason, RoundReason } from '../sim/events.ts';
import type {
  ClientTotals,
  DowntimePart,
  MemoryFrame,
  MigrationReport,
  PlannedMigration,
} from '../sim/run-log.ts';

export type Stage =
  | 'ready'
  | 'queued'
  | 'checking'
  | 'preparing'
  | 'tracing'
  | 'pre-copy'
  | 'stun'
  | 'settling'
  | 'completed'
  | 'cancelled'
  | 'failed';

/** A round as far as it has come at this instant. The stun is a round of its own with `round` = number of pre-copy rounds. */
export interface RoundView {
  readonly round: number;
  readonly stun: boolean;
  readonly startNs: Ns;
  /** End of the round, or this instant while it runs. */
  readonly endNs: Ns;
  readonly done: boolean;
  readonly dirtyPages: number;
  readonly sentPages: number;
  readonly wireBytes: Bytes;
  /** Written meanwhile, as known at this instant. */
  readonly writtenPages: number;
  readonly reason: RoundReason | null;
}

export interface Moment {
  readonly atNs: Ns;
  readonly migration: PlannedMigration;
  /** The VM goes back: the host on the left is not the first of the scenario. */
  readonly swapped: boolean;
  readonly stage: Stage;
  readonly failReason: FailReason | null;
  /** -1 before round 0. */
  readonly round: number;
  readonly runsOn: string;
  readonly lockOn: string;
  /** Host behind whose switch port the VM's MAC address is known. */
  readonly macOn: string;
  readonly running: boolean;
  readonly speedPpm: Ppm;
  readonly sentPages: number;
  readonly wireBytes: Bytes;
  /** On this round's list and not sent, written since, and both together. */
  readonly toSendPages: number;
  readonly writtenPages: number;
  readonly leftPages: number;
  readonly leftBytes: Bytes;
  /** On the wire at this instant; 0 when nothing is sent. */
  readonly bytesPerSecond: BytesPerSecond;
  /** What the guest dirtied lately: of the round under way or the last one. */
  readonly dirtyBytesPerSecond: BytesPerSecond;
  /** leftBytes at the rate of the link. */
  readonly neededNs: Ns;
  readonly goalNs: Ns;
  readonly downtimeNs: Ns;
  /** How long it stood still before, while traces were set; 0 where the others run on. */
  readonly tracedStunNs: Ns;
  readonly downtimeParts: readonly DowntimePart[];
  /** From the stun until the client was answered again; `toNs` null while it lasts. */
  readonly gap: { readonly fromNs: Ns; readonly toNs: Ns | null } | null;
  /** Latest and first estimate known at this instant. */
  readonly estimate: EstimateNumbers | null;
  readonly firstEstimate: EstimateNumbers | null;
  readonly rounds: readonly RoundView[];
  /** The rounds still to come, expected from what was counted last; null once the VM has stopped or it is over. */
  readonly course: ExpectedCourse | null;
  /** Memory at this instant: last frame, with the sweep moved on to `cursorPage`. Null before round 0 and after the end. */
  readonly frame: MemoryFrame | null;
  readonly cursorPage: number;
  readonly client: ClientTotals;
  /** As many as its client would have had by now, had nothing moved. */
  readonly undisturbedTransactions: number;
  /** Events with `atNs` at or before this instant: indexes 0..eventCount-1 of the log. */
  readonly eventCount: number;
  /** The migration's report once this instant is at or after its end. */
  readonly report: MigrationReport | null;
}
