/** What one engine made of a write trace, and what may go wrong on the way. */
import type { Bytes, BytesPerSecond, Ns, Ppm } from '../../base/units.ts';
import type { Decision } from '../policy/decision.ts';

/**
 * `aborted`: the engine or the layer above gave up. `failed`: something went wrong. Both leave the guest at the source. `unfinished`:
 * still under way at the horizon. `guest-lost`: nobody has all of its memory any more.
 */
export type EngineOutcome = 'completed' | 'aborted' | 'failed' | 'unfinished' | 'guest-lost';

export interface EngineFault {
  readonly atNs: Ns;
  readonly kind: 'network-down' | 'source-lost' | 'target-lost';
  /** Of a network that is down; a lost side does not come back. */
  readonly durationNs: Ns;
}

/** Means over one window, which ends at `tNs` and begins where the one before ends. */
export interface EngineSample {
  readonly tNs: Ns;
  /** Pages that were written for the first time since the engine last looked, or sent. */
  readonly dirtyBytesPerSecond: BytesPerSecond;
  readonly sendBytesPerSecond: BytesPerSecond;
  /** At the end of the window: pages the target does not have as they are, 4 KiB each. */
  readonly remainingBytes: Bytes;
  readonly guestPpm: Ppm;
}

export interface TimedDecision {
  readonly atNs: Ns;
  /** Rounds or bitmap syncs done. */
  readonly round: number;
  readonly decision: Decision;
}

export interface EngineRound {
  readonly startNs: Ns;
  readonly endNs: Ns;
  readonly sentPages: number;
  readonly wireBytes: Bytes;
  readonly leftPages: number;
}

/** All that went over the wire, by what it was; `wireBytes` is the sum of the four. */
export interface SentBytes {
  readonly wholePages: number;
  readonly wholeBytes: Bytes;
  readonly zeroPages: number;
  readonly zeroBytes: Bytes;
  /** XBZRLE deltas, compressed pages. */
  readonly packedPages: number;
  readonly packedBytes: Bytes;
  /** Headers that belong to no page, bitmaps, device state. */
  readonly otherBytes: Bytes;
}

export interface PostCopyRun {
  /** From the resume at the target to the last page. */
  readonly startNs: Ns;
  readonly endNs: Ns;
  readonly missingPages: number;
  /** Pages the guest asked for by touching them; the others were pushed before it did. */
  readonly remoteFaults: number;
  readonly pushedPages: number;
  /** What the faults took from each vCPU, on average. */
  readonly blockedNs: Ns;
  /** Both sides stood still because the network was down. */
  readonly pausedNs: Ns;
}

export interface EngineRun {
  readonly profile: string;
  readonly outcome: EngineOutcome;
  /** Where the guest runs at the end. */
  readonly runsOn: 'source' | 'target' | 'nowhere';
  /** Name of the rule or fault that ended it: `within-goal`, `timeout`, `switchover-timeout`, `network-down` ... */
  readonly reason: string;
  /** From the first trace or the first byte to a target that runs the guest and has all of its memory. */
  readonly totalNs: Ns;
  /** From the order to stop to the guest that runs again. */
  readonly downtimeNs: Ns;
  /** What the target did not have when the guest was told to stop; null where it never was. */
  readonly leftAtStopBytes: Bytes | null;
  /** All vCPUs stood still while traces were set, before the first page. */
  readonly traceStunNs: Ns;
  readonly wireBytes: Bytes;
  readonly sent: SentBytes;
  readonly sentPages: number;
  readonly rounds: readonly EngineRound[];
  readonly lowestGuestPpm: Ppm;
  /** How long the guest ran slowed down by decision. */
  readonly slowedNs: Ns;
  readonly samples: readonly EngineSample[];
  readonly decisions: readonly TimedDecision[];
  readonly postCopy: PostCopyRun | null;
  /** Completed: pages whose newest version is at the target, of all that had to be. */
  readonly pagesCompared: number;
  readonly pagesDifferent: number;
}

export interface RunOptions {
  readonly faults?: readonly EngineFault[];
}
