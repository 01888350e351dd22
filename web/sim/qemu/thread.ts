/**
 * The turns of QEMU's migration thread and its constants. What the engines decide in common is in `../policy/qemu-profiles.ts`. Source:
 * migration/migration.c and migration/ram.c of QEMU 7.2 and 10.0.
 */
import { NS_PER_MS, type Bytes, type BytesPerSecond, type Ns } from '../../base/units.ts';
import type { Decision } from '../policy/decision.ts';
import { defaultsOf } from '../policy/parameters.ts';
import {
  QEMU_92,
  QEMU_RULES,
  decideQemu,
  windowBudgetBytes,
  type QemuFacts,
  type QemuRules,
  type QemuValues,
} from '../policy/qemu-profiles.ts';

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
export function windowBudget(values: QemuValues, capBytesPerSecond: BytesPerSecond): Bytes {
  if (capBytesPerSecond === 0) return Infinity;
  return windowBudgetBytes({ ...values, 'max-bandwidth': capBytesPerSecond });
}

export interface TurnFacts {
  readonly elapsedNs: Ns;
  /** Full passes over the memory so far. */
  readonly passes: number;
  /** Known dirty pages, in bytes. */
  readonly pendingBytes: Bytes;
  readonly thresholdBytes: Bytes;
  readonly inPostcopy: boolean;
  readonly postcopyAsked: boolean;
  /** The bitmap was synced in this turn already. */
  readonly synced: boolean;
}

/** `sync`: the dirty log has to be read before anything can be decided. */
export type Turn = Decision | 'sync';

/**
 * One turn of the migration thread: ask for the dirty log where little is known to be left, otherwise what the profile decides. In
 * post-copy it only ends or goes on.
 */
export function decideTurn(rules: QemuRules, values: QemuValues, facts: TurnFacts): Turn {
  const below = facts.pendingBytes < facts.thresholdBytes;
  if (below && !facts.synced && !facts.inPostcopy) return 'sync';
  const { pendingBytes, thresholdBytes, passes } = facts;
  return decideQemu(rules, facts.inPostcopy ? IN_POSTCOPY : values, {
    ...NO_PERIOD,
    at: 'window',
    elapsedMs: facts.elapsedNs / NS_PER_MS,
    passes,
    pendingBytes,
    thresholdBytes,
    postcopyAsked: facts.postcopyAsked && !facts.inPostcopy,
  });
}

/** Nothing but the end can be decided any more. */
const IN_POSTCOPY = defaultsOf(QEMU_92);
const NO_PERIOD = { periodMs: 0, dirtiedBytes: 0, sentBytes: 0, highCount: 0, throttlePercent: 0 };
const NO_WINDOW = { elapsedMs: 0, passes: 0, pendingBytes: 0, thresholdBytes: 0, postcopyAsked: false };

/** After a period of more than a second: dirtied against sent. */
export function decidePeriod(
  rules: QemuRules,
  values: QemuValues,
  period: Pick<QemuFacts, keyof typeof NO_PERIOD>,
): Decision {
  return decideQemu(rules, values, { ...NO_WINDOW, ...period, at: 'sync' });
}

/** QEMU 8 to 9.1 are taken as 7.2 here: none of them forces a sync. */
export function rulesOf(major: number): QemuRules {
  return QEMU_RULES[major >= 10 ? 'qemu-9.2' : 'qemu-7.2'];
}
