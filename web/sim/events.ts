/**
 * What happened, at a virtual time: a code and its numbers. The sentence is a pure function of them (`sentences.ts`); the hash
 * of a run is made from these lines alone (`log-hash.ts`). Flags are 0 or 1, so that every field is a number.
 */
import type { Ns } from '../base/units.ts';

export interface EstimateNumbers {
  totalNs: Ns;
  totalLowNs: Ns;
  totalHighNs: Ns;
  downtimeNs: Ns;
  downtimeLowNs: Ns;
  downtimeHighNs: Ns;
  networkGapNs: Ns;
  wireBytes: number;
  wireLowBytes: number;
  wireHighBytes: number;
  /** Pre-copy rounds, the stun not counted. */
  rounds: number;
  roundsLow: number;
  roundsHigh: number;
  /** Lowest share of its speed SDPS leaves the guest, and for how long it runs slowed down; a million and 0 without SDPS. */
  slowestPpm: number;
  slowedNs: Ns;
  /** 1 when it is expected to end on the target. */
  converges: number;
}

/** Why a round was or was not the last. The order is the wire format of `reason` in the log: append only. */
export const ROUND_REASONS = ['within-goal', 'above-goal', 'sdps', 'no-progress', 'cancelled'] as const;
export type RoundReason = (typeof ROUND_REASONS)[number];

export const FAIL_REASONS = [
  'checks',
  'no-convergence',
  'switchover-timeout',
  'proof',
  'keep-alive',
  'source-crashed',
  'target-crashed',
  'datastore-lost',
  'network-lost',
] as const;
export type FailReason = (typeof FAIL_REASONS)[number];

export const CHECKS = [
  'target-is-another-host',
  'vmotion-path',
  'shared-datastore',
  'target-memory',
] as const;
export type Check = (typeof CHECKS)[number];

export interface EventNumbers {
  /** The task exists; everything before it is the VM running undisturbed. */
  requested: { memoryBytes: number; usedBytes: number; pages: number };
  /** Another migration is under way: this one waits. */
  queued: { ahead: number };
  'checks-started': { checks: number };
  'checks-passed': { checks: number };
  /** `check` indexes CHECKS; needed and available are bytes for target-memory, else 0. */
  'check-failed': { check: number; needed: number; available: number };
  estimated: EstimateNumbers & { afterRound: number };
  /** Memory reserved on the target, connection on TCP 8000 open. */
  prepared: {
    reservedBytes: number;
    bytesPerSecond: number;
    lineBytesPerSecond: number;
    windowLimited: number;
  };
  /** The whole disk is at the target; writes to what was copied already were sent a second time. */
  'disk-copied': { bytes: number; mirroredBytes: number; durationNs: Ns };
  /** stunNs: how long all vCPUs stood still for it (stop-based); 0 with loose traces. */
  traced: { pages: number; durationNs: Ns; stunNs: Ns };
  'round-started': { round: number; dirtyPages: number; bytesPerSecond: number };
  'round-ended': RoundNumbers;
  /** SDPS puts the vCPUs to sleep: the guest runs at speedPpm from now on. */
  'sdps-set': { round: number; speedPpm: number; dirtyBytesPerSecond: number; bytesPerSecond: number };
  stunned: { leftPages: number; leftBytes: number; neededNs: Ns; goalNs: Ns };
  'bitmap-sent': { bytes: number; durationNs: Ns };
  'last-pages-sent': {
    pages: number;
    zeroPages: number;
    deltaPages: number;
    wireBytes: number;
    durationNs: Ns;
  };
  'device-state-sent': { bytes: number; durationNs: Ns };
  /** Byte-exact: pages compared before resume. Accounting: pages counted. Equal is 1 or 0. */
  verified: { pages: number; byteExact: number; equal: number; firstDifferentPage: number };
  'lock-moved': { durationNs: Ns };
  resumed: { downtimeNs: Ns };
  'rarp-sent': { delayNs: Ns };
  'mac-learned': { delayNs: Ns };
  /** First ping answered again; the gap runs from the stun to it. */
  'client-back': { networkGapNs: Ns; lostPings: number; retransmissions: number };
  /** Its port group is in another broadcast domain: no client reaches it from here on. */
  'client-lost': { networkGapNs: Ns };
  'source-freed': { bytes: number };
  completed: FinishNumbers;
  /** `tooLate` 1: the VM had resumed on the target already. */
  'cancel-requested': { round: number; tooLate: number };
  cancelled: FinishNumbers;
  /** `reason` indexes FAIL_REASONS. */
  failed: FinishNumbers & { reason: number };
}

export interface RoundNumbers {
  round: number;
  dirtyPages: number;
  sentPages: number;
  zeroPages: number;
  deltaPages: number;
  unchangedPages: number;
  compressedPages: number;
  wireBytes: number;
  startNs: Ns;
  endNs: Ns;
  /** Pages written meanwhile: what the next round would send. */
  leftPages: number;
  leftBytes: number;
  /** Measured in this round: wire bytes over its time. */
  bytesPerSecond: number;
  /** Pages written meanwhile over its time. */
  dirtyBytesPerSecond: number;
  /** leftBytes at the measured rate, against the goal. */
  neededNs: Ns;
  goalNs: Ns;
  traceFaults: number;
  guestWrites: number;
  speedPpm: number;
  /** Indexes ROUND_REASONS. */
  reason: number;
}

export interface FinishNumbers {
  totalNs: Ns;
  downtimeNs: Ns;
  networkGapNs: Ns;
  wireBytes: number;
  sentPages: number;
  rounds: number;
}

export type EventCode = keyof EventNumbers;

/** `migration` indexes the plan's migrations; `seq` orders events of one virtual time. */
export type SimEvent = {
  [C in EventCode]: {
    readonly seq: number;
    readonly atNs: Ns;
    readonly migration: number;
    readonly code: C;
    readonly n: EventNumbers[C];
  };
}[EventCode];

/** The event of one code, for code that has asked. */
export type EventOf<C extends EventCode> = Extract<SimEvent, { code: C }>;
