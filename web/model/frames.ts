/**
 * The memory between two recorded frames. Frames are recorded a few hundred times a round; in between the sweep moves on
 * evenly, so the picture does too: buckets behind the moved cursor are sent. Nothing later than the next frame is looked at.
 */
import { decodeFrame } from '../sim/frames.ts';
import { lastIndexWhere } from '../sim/client.ts';
import { FRAME_BUCKETS, type EncodedFrame, type MemoryFrame } from '../sim/run-log.ts';
import type { Ns } from '../base/units.ts';

/** The frame decoded last: an animation asks for the same one many times before it needs the next. */
let kept: { of: EncodedFrame; frame: MemoryFrame } | null = null;

/** Last frame of `migration` at or before `atNs`, moved on to `atNs`; null before the first one. */
export function memoryAt(
  frames: readonly EncodedFrame[],
  migration: number,
  pageCount: number,
  atNs: Ns,
): MemoryFrame | null {
  const index = frameIndexAt(frames, migration, atNs);
  if (index < 0) return null;
  const from = decoded(frames, index);
  const next = frames[index + 1];
  if (!next || next.migration !== migration || next.round !== from.round || next.atNs <= from.atNs)
    return from;
  return atNs === from.atNs ? from : movedOn(from, next, pageCount, atNs);
}

/** Migrations run one after the other, so a frame of another one ends the search. */
export function frameIndexAt(frames: readonly EncodedFrame[], migration: number, atNs: Ns): number {
  let index = lastIndexWhere(frames.length, (i) => (frames[i] as EncodedFrame).atNs <= atNs);
  while (index >= 0 && (frames[index] as EncodedFrame).migration > migration) index--;
  return index >= 0 && (frames[index] as EncodedFrame).migration === migration ? index : -1;
}

function decoded(frames: readonly EncodedFrame[], index: number): MemoryFrame {
  const of = frames[index] as EncodedFrame;
  if (kept?.of !== of) kept = { of, frame: decodeFrame(frames, index) };
  return kept.frame;
}

function movedOn(from: MemoryFrame, to: EncodedFrame, pageCount: number, atNs: Ns): MemoryFrame {
  const share = (atNs - from.atNs) / (to.atNs - from.atNs);
  const between = (a: number, b: number) => a + Math.trunc((b - a) * share);
  const cursorPage = between(from.cursorPage, to.cursorPage);
  return {
    ...from,
    atNs,
    cursorPage,
    sentPages: between(from.sentPages, to.sentPages),
    wireBytes: between(from.wireBytes, to.wireBytes),
    toSendPages: between(from.toSendPages, to.toSendPages),
    writtenPages: between(from.writtenPages, to.writtenPages),
    guestWrites: between(from.guestWrites, to.guestWrites),
    toSend: sweptUpTo(from, pageCount, cursorPage),
  };
}

/**
 * The sweep leaves nothing of this round's list behind it. 4096 buckets lie over the used pages in page order; the bucket the
 * cursor stands in keeps its count until the next frame says how many of its pages were on the list.
 */
function sweptUpTo(from: MemoryFrame, pageCount: number, cursorPage: number): Uint32Array {
  const bucketOf = (page: number) => Math.min(FRAME_BUCKETS, Math.floor((page * FRAME_BUCKETS) / pageCount));
  const first = bucketOf(from.cursorPage);
  const end = bucketOf(cursorPage);
  if (end <= first) return from.toSend;
  const toSend = from.toSend.slice();
  toSend.fill(0, first, end);
  return toSend;
}
