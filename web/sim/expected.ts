/**
 * Expected numbers of distinct dirty pages, without touching a page. After k writes that fall on n pages with equal chance,
 * n (1 - e^(-k/n)) of them are dirty. Every pattern is a list of classes with equal chances inside: one for uniform, two for
 * hot-cold, 64 on a logarithmic scale of ranks for Zipf; a sweep is followed by its pointer instead (`expected-sweep.ts`).
 *
 * A page on the list of a round is sent at its place in the sweep, so only writes after that moment dirty it again: with send
 * moments spread evenly over the share [a, b] of the round, the expected dirty share is 1 - mean of e^(-L (1-u)), u in [a, b],
 * where L is the expected number of writes to the page in the whole round.
 */
import { exp, ln, oneMinusExpNegative } from '../base/exp.ts';
import { PAGE_BYTES, PPM } from '../base/units.ts';
import type { Phase } from '../scenario/schema.ts';
import { ExpectedSweep } from './expected-sweep.ts';

const ZIPF_CLASSES = 64;

/** Pages that are alike: `share` of the writes fall on them; `listed` of them are on the list of the round to come. */
interface EqualClass {
  readonly pages: number;
  readonly share: number;
  listed: number;
}

/** Writes of one phase in one round: how many, and in which share of the round's time. */
export interface Burst {
  readonly writes: number;
  readonly from: number;
  readonly to: number;
  /** What one write takes of the round, and what a trace fault adds to it. */
  readonly perWrite: number;
  readonly perFault: number;
}

export class ExpectedWrites {
  readonly #classes: EqualClass[];
  readonly #sweep: ExpectedSweep | null;
  /** Pages of the working set. */
  readonly pages: number;
  /** Send moments of the working set within the round, as shares of it: all of memory goes in round 0, only these afterwards. */
  #from = 0;
  #to = 1;
  readonly #start: number;

  constructor(phase: Phase, usedPages: number) {
    this.pages = Math.min(usedPages, Math.max(1, phase.workingSetBytes / PAGE_BYTES));
    this.#start = Math.floor((usedPages - this.pages) / 3 / 64) * 64;
    this.#classes =
      phase.pattern === 'sweep' || phase.pattern === 'idle' ? [] : equalClasses(phase, this.pages);
    this.#sweep = phase.pattern === 'sweep' ? new ExpectedSweep(this.pages) : null;
  }

  /**
   * When round 0 passes the working set, given what a page costs on the wire outside and inside of it: zero pages are quick, and
   * inside many are zero no more.
   */
  passes(usedPages: number, outside: number, inside: number): void {
    const total = (usedPages - this.pages) * outside + this.pages * inside;
    this.#from = (this.#start * outside) / total;
    this.#to = this.#from + (this.pages * inside) / total;
    this.#sweep?.passes(this.#from, this.#to);
  }

  /** Pages dirty at the end of a round with these writes. Does not change the state. */
  dirtyAfter(burst: Burst): number {
    if (this.#sweep) return this.#sweep.dirtyAfter(burst);
    return this.#classes.reduce((sum, one) => sum + one.pages * this.#dirtyShare(one, burst), 0);
  }

  /** Pages of the working set that are written before they are sent in round 0: zero pages among them are zero no more. */
  writtenBeforeSent(burst: Burst): number {
    if (this.#sweep) return this.#sweep.writtenBeforeSent(burst);
    const moment = (this.#from + this.#to) / 2;
    const before = clamp((moment - burst.from) / Math.max(1e-12, burst.to - burst.from));

    return this.#classes.reduce(
      (sum, one) => sum + one.pages * oneMinusExpNegative(-rate(one, burst.writes) * before),
      0,
    );
  }

  /** Ends the round: what is dirty now is the list of the next one. */
  endRound(burst: Burst): void {
    this.#sweep?.endRound(burst);
    for (const one of this.#classes) one.listed = this.#dirtyShare(one, burst);
    this.#from = 0;
    this.#to = 1;
  }

  /** Pages on the list of the round to come. */
  get listedPages(): number {
    if (this.#sweep) return this.#sweep.listedPages;
    return this.#classes.reduce((sum, one) => sum + one.pages * one.listed, 0);
  }

  /** Holds the list against what was really counted. */
  scaleTo(factor: number): void {
    for (const one of this.#classes) one.listed = Math.min(1, one.listed * factor);
    this.#sweep?.scaleTo(factor);
  }

  #dirtyShare(one: EqualClass, burst: Burst): number {
    const expectedWrites = rate(one, burst.writes);
    const unlisted = oneMinusExpNegative(-expectedWrites);
    return one.listed * this.#listedShare(expectedWrites, burst) + (1 - one.listed) * unlisted;
  }

  /**
   * 1 - mean over send moments u in [a, b] of e^(-L f(u)), where f(u) is the share of the writes that come after u: 1 before
   * the burst, falling evenly to 0 within it, 0 after it.
   */
  #listedShare(expectedWrites: number, burst: Burst): number {
    const [a, b] = [this.#from, this.#to];
    const inFrom = Math.max(a, burst.from);
    const inTo = Math.min(b, burst.to);
    const span = burst.to - burst.from;
    if (b - a < 1e-12 || span < 1e-12) return oneMinusExpNegative(-expectedWrites);
    const before = Math.max(0, Math.min(b, burst.from) - a) * oneMinusExpNegative(-expectedWrites);
    const within =
      inTo > inFrom
        ? withinBurst(expectedWrites, (burst.to - inTo) / span, (inTo - inFrom) / span) * span
        : 0;
    return (before + within) / (b - a);
  }
}

/** Integral of 1 - e^(-L x) for x from `late` to `late + width`: x is the share of the writes still to come. */
function withinBurst(expectedWrites: number, late: number, width: number): number {
  const step = expectedWrites * width;
  if (step < 1e-9) return width * oneMinusExpNegative(-expectedWrites * (late + width / 2));
  return (
    width - ((1 - oneMinusExpNegative(-expectedWrites * late)) * oneMinusExpNegative(-step)) / expectedWrites
  );
}

function clamp(share: number): number {
  return Math.max(0, Math.min(1, share));
}

/** Expected writes to one page of the class. */
function rate(one: EqualClass, writes: number): number {
  return (writes * one.share) / one.pages;
}

function equalClasses(phase: Phase, pages: number): EqualClass[] {
  if (phase.pattern === 'zipf') return zipfClasses(phase.zipfExponentMilli / 1000, pages);
  if (phase.pattern === 'uniform') return [{ pages, share: 1, listed: 1 }];
  const hot = Math.min(pages, Math.max(1, Math.floor((pages * phase.hotPagesPpm) / PPM)));
  const hotShare = hot === pages ? 1 : phase.hotWritesPpm / PPM;
  const classes = [{ pages: hot, share: hotShare, listed: 1 }];
  if (hot < pages) classes.push({ pages: pages - hot, share: 1 - hotShare, listed: 1 });
  return classes;
}

/** Ranks 1..n in 64 classes whose borders are powers of n^(1/64); chance of a rank x is proportional to x^-s (bounded Pareto). */
function zipfClasses(exponent: number, pages: number): EqualClass[] {
  const logPages = ln(pages + 1);
  const classes: EqualClass[] = [];
  let from = 1;
  for (let i = 1; i <= ZIPF_CLASSES; i++) {
    const to = i === ZIPF_CLASSES ? pages + 1 : Math.floor(exp((logPages * i) / ZIPF_CLASSES));
    if (to <= from) continue;
    const share = cumulative(to, exponent, logPages) - cumulative(from, exponent, logPages);
    classes.push({ pages: to - from, share, listed: 1 });
    from = to;
  }
  return classes;
}

/** (x^(1-s) - 1) / (n^(1-s) - 1), and ln x / ln n where s is 1. */
function cumulative(x: number, exponent: number, logMost: number): number {
  const power = 1 - exponent;
  if (Math.abs(power) < 1e-9) return ln(x) / logMost;
  return (exp(power * ln(x)) - 1) / (exp(power * logMost) - 1);
}
