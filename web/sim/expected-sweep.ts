/**
 * A pointer that writes one page after the other, round and round its working set, followed exactly: where it meets the sweep
 * that sends pages decides what is dirty. The working set is a ring of pieces (on the list, clean, written); a page on the list
 * is sent at a known moment, so a piece is passed in at most two strides: before its pages are sent (free) and after (each first
 * write costs a trace fault).
 */
import type { Burst } from './expected.ts';

type State = 'listed' | 'clean' | 'written';

interface Piece {
  readonly from: number;
  readonly to: number;
  readonly state: State;
  /** Listed pieces: the moment the first page is sent, and the time each further page takes, as shares of the round. */
  readonly sentAt: number;
  readonly perPage: number;
}

/** A bound on strides in one round: a tiny working set is lapped thousands of times and by then has long settled. */
const MOST_STRIDES = 20_000;

export class ExpectedSweep {
  #pieces: readonly Piece[];
  #pointer = 0;

  constructor(readonly pages: number) {
    this.#pieces = [{ from: 0, to: pages, state: 'listed', sentAt: 0, perPage: 1 / pages }];
  }

  /** When round 0 passes the working set, as shares of it. */
  passes(from: number, to: number): void {
    this.#pieces = [
      { from: 0, to: this.pages, state: 'listed', sentAt: from, perPage: (to - from) / this.pages },
    ];
  }

  get listedPages(): number {
    return pagesIn(this.#pieces, 'listed');
  }

  dirtyAfter(burst: Burst): number {
    return pagesIn(this.#walk(burst).pieces, 'written');
  }

  writtenBeforeSent(burst: Burst): number {
    return this.#walk(burst).beforeSent;
  }

  endRound(burst: Burst): void {
    const walked = this.#walk(burst);
    this.#pointer = walked.pointer;
    this.#pieces = nextList(walked.pieces);
  }

  /** Shrinks or grows every listed piece alike; pages that do not fit are left out. */
  scaleTo(factor: number): void {
    const scaled = this.#pieces.map((piece, i) => {
      if (piece.state !== 'listed') return piece;
      const limit = this.#pieces[i + 1]?.state === 'clean' ? (this.#pieces[i + 1] as Piece).to : piece.to;
      return {
        ...piece,
        state: 'written' as const,
        to: Math.min(limit, piece.from + (piece.to - piece.from) * factor),
      };
    });
    this.#pieces = nextList(scaled);
  }

  #walk(burst: Burst): Walk {
    const walk = new Walk([...this.#pieces], this.#pointer, burst);
    while (walk.stride());
    return walk;
  }
}

class Walk {
  beforeSent = 0;
  #now: number;
  #strides = 0;

  constructor(
    readonly pieces: Piece[],
    public pointer: number,
    readonly burst: Burst,
  ) {
    this.#now = burst.from;
  }

  /** Moves the pointer to the end of its piece, to where it meets the sending, or to the end of the time. */
  stride(): boolean {
    const { perWrite, to } = this.burst;
    if (perWrite <= 0 || this.#now >= to || ++this.#strides > MOST_STRIDES) return false;
    const end = this.pieces.at(-1)?.to ?? 0;
    if (this.pointer >= end) this.pointer = 0;
    const index = this.pieces.findIndex((piece) => piece.to > this.pointer);
    const piece = this.pieces[index] as Piece;
    const free = this.#isFree(piece);
    const pace = free ? perWrite : perWrite + this.burst.perFault;
    const pages = Math.min(
      piece.to - this.pointer,
      this.#untilMeeting(piece, free, pace),
      (to - this.#now) / pace,
    );
    if (free && piece.state === 'listed') this.beforeSent = Math.min(end, this.beforeSent + pages);
    if (!free) this.#write(index, this.pointer, this.pointer + pages);
    this.#now += pages * pace;
    this.pointer += pages;
    return true;
  }

  #isFree(piece: Piece): boolean {
    if (piece.state === 'written') return true;
    return piece.state === 'listed' && this.#lead(piece) > 0;
  }

  /** How long before it is sent the pointer is at its page; negative after. */
  #lead(piece: Piece): number {
    return piece.sentAt + (this.pointer - piece.from) * piece.perPage - this.#now;
  }

  /** Pages until the pointer overtakes the sending or is overtaken by it. */
  #untilMeeting(piece: Piece, free: boolean, pace: number): number {
    if (piece.state !== 'listed') return Infinity;
    const lead = this.#lead(piece);
    const closing = free ? pace - piece.perPage : piece.perPage - pace;
    // One page further at least, so that a meeting is passed and not met again.
    return closing > 0 ? Math.max(1, Math.abs(lead) / closing) : Infinity;
  }

  #write(index: number, from: number, to: number): void {
    const piece = this.pieces[index] as Piece;
    const parts: Piece[] = [];
    if (from > piece.from) parts.push({ ...piece, to: from });
    parts.push({ from, to, state: 'written', sentAt: 0, perPage: 0 });
    if (to < piece.to)
      parts.push({ ...piece, from: to, sentAt: piece.sentAt + (to - piece.from) * piece.perPage });
    this.pieces.splice(index, 1, ...parts);
  }
}

/** Written pieces become the list, in order, sent evenly over the next round; the rest is clean. */
function nextList(pieces: readonly Piece[]): Piece[] {
  const total = pagesIn(pieces, 'written');
  let sent = 0;
  const next: Piece[] = [];
  for (const piece of pieces) {
    const listed = piece.state === 'written';
    const last = next.at(-1);
    const pages = piece.to - piece.from;
    if (last && (last.state === 'listed') === listed && last.to === piece.from)
      next[next.length - 1] = { ...last, to: piece.to };
    else
      next.push({
        from: piece.from,
        to: piece.to,
        state: listed ? 'listed' : 'clean',
        sentAt: listed ? sent / total : 0,
        perPage: listed ? 1 / total : 0,
      });
    if (listed) sent += pages;
  }
  return next;
}

function pagesIn(pieces: readonly Piece[], state: State): number {
  return pieces.reduce((sum, piece) => sum + (piece.state === state ? piece.to - piece.from : 0), 0);
}
