/** Measures of one round, from the data plane's counters at its start and now. */
import {
  NS_PER_SECOND,
  PAGE_BYTES,
  mulDivFloor,
  transferNs,
  type Bytes,
  type BytesPerSecond,
  type Ns,
} from '../base/units.ts';
import type { Counters } from './data-plane.ts';
import type { RoundRecord } from './run-log.ts';

/** A page on the wire is 8 bytes of header and its content; a zero page is the header and one byte. */
export const RAW_PAGE_WIRE_BYTES = 8 + PAGE_BYTES;
export const ZERO_PAGE_WIRE_BYTES = 9;

export interface RoundMeasures {
  readonly wireBytes: Bytes;
  /** What the pages written meanwhile would cost on the wire, at this round's mean for pages that are not zero. */
  readonly leftBytes: Bytes;
  readonly bytesPerSecond: BytesPerSecond;
  readonly dirtyBytesPerSecond: BytesPerSecond;
  /** leftBytes at the bandwidth measured in this round. */
  readonly neededNs: Ns;
}

export function measureRound(
  start: Counters,
  now: Counters,
  nowNs: Ns,
  linkBytesPerSecond: BytesPerSecond,
): RoundMeasures {
  const durationNs = Math.max(1, nowNs - start.nowNs);
  const wireBytes = now.wireBytes - start.wireBytes;
  const zeroPages = now.zeroPages - start.zeroPages;
  const fullPages = now.sentPages - start.sentPages - zeroPages;
  const perPage =
    fullPages > 0 ? (wireBytes - zeroPages * ZERO_PAGE_WIRE_BYTES) / fullPages : RAW_PAGE_WIRE_BYTES;
  const measured = wireBytes > 0 ? mulDivFloor(wireBytes, NS_PER_SECOND, durationNs) : linkBytesPerSecond;
  const bytesPerSecond = Math.max(1, measured);
  const leftBytes = Math.ceil(now.writtenPages * perPage);
  return {
    wireBytes,
    leftBytes,
    bytesPerSecond,
    dirtyBytesPerSecond: mulDivFloor(now.writtenPages * PAGE_BYTES, NS_PER_SECOND, durationNs),
    neededNs: transferNs(leftBytes, bytesPerSecond),
  };
}

export type RoundSent = Pick<RoundRecord, 'sentPages' | 'zeroPages' | 'deltaPages' | 'wireBytes'>;

export function sentSince(start: Counters, now: Counters): RoundSent {
  return {
    sentPages: now.sentPages - start.sentPages,
    zeroPages: now.zeroPages - start.zeroPages,
    deltaPages: now.deltaPages - start.deltaPages,
    wireBytes: now.wireBytes - start.wireBytes,
  };
}
