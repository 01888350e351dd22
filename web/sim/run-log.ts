/** What a run leaves behind: the events, the frames beside them, the client's view and one report per migration. */
import type { Bytes, BytesPerSecond, Ns, Ppm } from '../base/units.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { Fidelity } from './data-plane.ts';
import type { EstimateNumbers, FailReason, RoundReason, SimEvent } from './events.ts';

/**
 * `announced`: the target broadcasts RARP, and all switches learn where the VM is. `silent`: its switch does not, so frames for it vanish
 * until the guest says a word of its own. `elsewhere`: the port group lies in another broadcast domain, and no client ever reaches it.
 */
export type Arrival = 'announced' | 'silent' | 'elsewhere';

/** One migration as the scenario asks for it, with all names and rates resolved. */
export interface PlannedMigration {
  readonly index: number;
  readonly vm: string;
  readonly sourceHost: string;
  readonly targetHost: string;
  readonly requestedNs: Ns;
  readonly cancelNs: Ns | null;
  readonly fidelity: Fidelity;
  readonly usedBytes: Bytes;
  readonly pageCount: number;
  /** What the slower of both NICs can carry, line rate. */
  readonly lineBytesPerSecond: BytesPerSecond;
  /** min(line rate x goodput, window / RTT). */
  readonly bytesPerSecond: BytesPerSecond;
  readonly windowLimited: boolean;
  readonly rttNs: Ns;
  /** Disk that goes over the network first; 0: it stays where both hosts see it. */
  readonly diskBytes: Bytes;
  /** What the switches make of it when it has arrived. */
  readonly arrival: Arrival;
  /** False: only the disk moves, the VM stays on its host. */
  readonly movesMemory: boolean;
}

export const FRAME_SIDE = 64;
export const FRAME_BUCKETS = FRAME_SIDE * FRAME_SIDE;

/**
 * The memory at one instant: pages per bucket, 64 x 64 buckets in page order over the used memory. `toSend`: on this round's list
 * and not yet sent. `written`: written since they were sent (the next round's list). Counts are exact (Uint32).
 */
export interface MemoryFrame {
  readonly atNs: Ns;
  readonly migration: number;
  /** -1 before round 0; the stun's last pages carry the number after the last pre-copy round. */
  readonly round: number;
  readonly cursorPage: number;
  readonly sentPages: number;
  readonly wireBytes: Bytes;
  readonly toSendPages: number;
  readonly writtenPages: number;
  readonly guestWrites: number;
  readonly speedPpm: Ppm;
  readonly toSend: Uint32Array;
  readonly written: Uint32Array;
}

/** How a frame crosses threads and is kept: every 32nd whole, the others as changed buckets against the one before. */
export interface EncodedFrame extends Omit<MemoryFrame, 'toSend' | 'written'> {
  readonly checkpoint: boolean;
  /** checkpoint: 8192 counts. Otherwise pairs (bucket 0..8191, count); buckets 4096 and up are `written`. */
  readonly data: Uint32Array;
}

/**
 * The VM as its clients meet it, from `fromNs` until the next stretch. `reachable`: frames get to it and it runs; `stunned`: it
 * stands still; `misdelivered`: it runs at the target but the switch still sends its frames to the source's port.
 */
export interface ServiceStretch {
  readonly migration: number;
  readonly fromNs: Ns;
  readonly state: 'reachable' | 'stunned' | 'misdelivered';
  /** Share of its speed the guest runs at (traces and SDPS take the rest). */
  readonly speedPpm: Ppm;
  readonly host: string;
}

export interface RoundRecord {
  readonly round: number;
  readonly dirtyPages: number;
  readonly sentPages: number;
  readonly zeroPages: number;
  readonly deltaPages: number;
  readonly wireBytes: Bytes;
  readonly startNs: Ns;
  readonly endNs: Ns;
  readonly reason: RoundReason;
}

export interface DowntimePart {
  readonly part: 'stop' | 'bitmap' | 'last-pages' | 'device-state' | 'resume';
  readonly startNs: Ns;
  readonly durationNs: Ns;
  readonly bytes: Bytes;
}

export type Outcome = 'completed' | 'cancelled' | 'failed';

export interface ClientTotals {
  readonly pings: number;
  readonly lostPings: number;
  readonly requests: number;
  readonly executed: number;
  readonly acknowledged: number;
  readonly retransmissions: number;
  /** Retransmitted requests the VM had seen already: answered again, not executed again. */
  readonly duplicatesSuppressed: number;
  readonly lost: number;
  readonly twice: number;
}

export interface MigrationReport {
  readonly vm: string;
  readonly sourceHost: string;
  readonly targetHost: string;
  readonly outcome: Outcome;
  readonly failReason: FailReason | null;
  /** Byte-exact: were all pages equal at resume. Otherwise null. */
  readonly verified: boolean | null;
  readonly verifiedBy: 'comparison' | 'accounting';
  readonly pagesCompared: number;
  readonly sourceHash: string | null;
  readonly targetHash: string | null;
  readonly requestedNs: Ns;
  readonly totalNs: Ns;
  readonly downtimeNs: Ns;
  readonly downtimeParts: readonly DowntimePart[];
  readonly networkGapNs: Ns;
  /** Lowest share of its speed SDPS left the guest, and for how long it ran slowed down. */
  readonly slowestPpm: Ppm;
  readonly slowedNs: Ns;
  readonly wireBytes: Bytes;
  /** Disk sent before the memory, what was written meanwhile and sent twice included. */
  readonly diskBytes: Bytes;
  readonly pagesSent: number;
  readonly rounds: readonly RoundRecord[];
  readonly stun: RoundRecord | null;
  /** The estimate made before the first page left. */
  readonly predicted: EstimateNumbers | null;
  readonly client: ClientTotals;
}

export interface RunReport extends Omit<MigrationReport, 'vm' | 'sourceHost' | 'targetHost'> {
  readonly scenario: string;
  readonly migrations: readonly MigrationReport[];
  readonly logHash: string;
  readonly events: number;
}

/** What crosses from the engine to whoever watches, at least ten times a second of wall time. */
export interface RunBatch {
  readonly events: readonly SimEvent[];
  readonly frames: readonly EncodedFrame[];
  readonly service: readonly ServiceStretch[];
  /** How far the run is in virtual time, and a whole-run share from the estimate that never runs backwards. */
  readonly virtualNs: Ns;
  readonly doneShare: number;
}

/** All of it, as the model keeps it. */
export interface RunLog {
  readonly scenario: Scenario;
  readonly migrations: readonly PlannedMigration[];
  readonly events: readonly SimEvent[];
  readonly frames: readonly EncodedFrame[];
  readonly service: readonly ServiceStretch[];
  /** Null while the engine is still computing. */
  readonly report: RunReport | null;
}
