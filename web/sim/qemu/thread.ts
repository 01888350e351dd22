/**
 * The turns of QEMU's migration thread and its constants. What the engines decide in common is in `../policy/qemu-profiles.ts`. Source:
 * migration/migration.c and migration/ram.c of QEMU 7.2 and 10.0.
 */
import type { Bytes, BytesPerSecond } from '../../base/units.ts';
import {
  QEMU_RULES,
  decideQemu,
  windowBudgetBytes,
  type QemuFacts,
  type QemuRules,
} from '../policy/qemu-profiles.ts';
import type { RecordedValues } from './parameters.ts';

export const QEMU = {
  /** One push of pages ends after more than this (MAX_WAIT), looked at once in `waitCheckPages` pages. */
  pushMs: 50,
  pushCheckPages: 64,
  pageBytes: 4096,
  /** Page offset and flags in front of every page. */
  headerBytes: 8,
  /** A zero page is its header and one byte. */
  zeroPageBytes: 9,
  /** XBZRLE: header, encoding flag, length. */
  xbzrleHeaderBytes: 11,
  /** A push ends with this word, a section around it has 10 bytes. */
  endOfPushBytes: 8,
  sectionBytes: 10,
  /** A cached page may be replaced when it is this many syncs old (CACHED_PAGE_LIFETIME). */
  cacheLifetimeSyncs: 2,
  /** From 8.x on the limiter counts what was flushed: 64 pieces of memory, or a full buffer. */
  flushPieces: 64,
  bufferBytes: 32_768,
  /** Multifd: pages of a packet, and its header with all offsets. */
  packetPages: 128,
  packetHeaderBytes: 1344,
} as const;

/** Bytes that may leave in one window; Infinity without a cap. The window ends when MORE than these were sent. */
export function windowBudget(values: RecordedValues, capBytesPerSecond: BytesPerSecond): Bytes {
  if (capBytesPerSecond === 0) return Infinity;
  return windowBudgetBytes({ ...values, 'max-bandwidth': capBytesPerSecond });
}

export interface TurnFacts {
  /** Known dirty pages, in bytes. */
  readonly pendingBytes: Bytes;
  readonly thresholdBytes: Bytes;
  readonly inPostcopy: boolean;
  readonly postcopyAsked: boolean;
  /** The bitmap was synced in this turn already. */
  readonly synced: boolean;
}

export type Turn = 'sync' | 'complete' | 'start-postcopy' | 'push';

/** One turn of the migration thread: ask for the dirty log, stop the guest, flip to post-copy, or push pages. */
export function decideTurn(facts: TurnFacts): Turn {
  const below = facts.pendingBytes < facts.thresholdBytes;
  if (below && !facts.synced && !facts.inPostcopy) return 'sync';
  if (facts.pendingBytes === 0 || below) return 'complete';
  return facts.postcopyAsked && !facts.inPostcopy ? 'start-postcopy' : 'push';
}

export interface ThrottleState {
  /** Per cent of its time the guest sleeps. */
  readonly percent: number;
  readonly highCount: number;
}

export const UNTHROTTLED: ThrottleState = { percent: 0, highCount: 0 };

/** Auto-converge after a period of more than a second: dirtied against sent. */
export function decideThrottle(
  major: number,
  values: RecordedValues,
  state: ThrottleState,
  period: Pick<QemuFacts, 'periodMs' | 'dirtiedBytes' | 'sentBytes'>,
): ThrottleState {
  const facts: QemuFacts = {
    ...period,
    at: 'sync',
    elapsedMs: 0,
    passes: 0,
    pendingBytes: 0,
    thresholdBytes: 0,
    highCount: state.highCount,
    throttlePercent: state.percent,
  };
  const { throttlePercent, numbers } = decideQemu(rulesOf(major), values, facts);
  return { percent: throttlePercent ?? state.percent, highCount: numbers['highCount'] ?? 0 };
}

/** QEMU 8 to 9.1 are taken as 7.2 here: none of them forces a sync. */
export function rulesOf(major: number): QemuRules {
  return QEMU_RULES[major >= 10 ? 'qemu-9.2' : 'qemu-7.2'];
}
