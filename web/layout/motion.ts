/**
 * What moves along a wire, as a pure function of virtual time: pausing stops it, seeking back runs it back. A flight is drawn
 * far longer than a frame needs on a real wire, because nobody could see 0.2 ms; how many bytes pass is to scale.
 */
import { NS_PER_SECOND, type BytesPerSecond, type Ns } from '../base/units.ts';

/** One grain is 1/64 of a second of the link at its line rate. */
export const GRAINS_PER_SECOND = 64;
/** Grains run equally fast on every wire: this many pixels in a second of virtual time. */
const PIXELS_PER_SECOND = 1_300;
const MOST_MARKS = 256;

export interface Stream {
  /** The first mark leaves at `fromNs`, none leaves at or after `untilNs`. */
  readonly fromNs: Ns;
  readonly untilNs: Ns;
  readonly everyNs: Ns;
  readonly flightNs: Ns;
}

/** Time between two grains: a link at half its line rate sends half as many. */
export function grainEveryNs(bytesPerSecond: BytesPerSecond, lineBytesPerSecond: BytesPerSecond): Ns {
  return (NS_PER_SECOND / GRAINS_PER_SECOND) * (lineBytesPerSecond / bytesPerSecond);
}

/** How long a grain is under way on a wire of this length. */
export function flightNs(pixels: number): Ns {
  return (Math.max(1, pixels) / PIXELS_PER_SECOND) * NS_PER_SECOND;
}

export interface Mark {
  readonly index: number;
  /** How far along the wire it is, 0 to 1. */
  readonly share: number;
}

/** All marks under way at `atNs`, the one ahead first. They never overtake: all are equally fast. */
export function marksAt(atNs: Ns, stream: Stream): Mark[] {
  const { fromNs, untilNs, everyNs, flightNs } = stream;
  if (!(everyNs > 0) || atNs < fromNs) return [];
  const first = Math.max(0, Math.ceil((atNs - flightNs - fromNs) / everyNs));
  const last = Math.min(Math.floor((atNs - fromNs) / everyNs), Math.ceil((untilNs - fromNs) / everyNs) - 1);
  const marks: Mark[] = [];
  for (let index = first; index <= last && marks.length < MOST_MARKS; index++) {
    marks.push({ index, share: (atNs - fromNs - index * everyNs) / flightNs });
  }
  return marks;
}
