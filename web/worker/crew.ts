/**
 * The threads that move the VMs of a fleet. A migration lives on one thread from beginning to end. Between orders the threads work ahead:
 * they advance what has fallen furthest behind as far as is safe, and no step waits for that. None of it changes a result, because
 * migrations meet through their shares of the network alone.
 */
import { fail, ok, type Problem, type Result } from '../base/result.ts';
import type { Ns } from '../base/units.ts';
import type { Order, Reply } from '../sim/fleet/mover.ts';
import { breathe } from './breathe.ts';
import { MoverHost, type MoverThread } from './mover-host.ts';
import { crashProblem } from './protocol.ts';

type Answer = Result<Reply[], Problem[]>;

/**
 * Orders ahead on their way to another thread. Few where this thread has nothing left to do itself, because a step waits behind them; more
 * where it has, so that the other does not run dry meanwhile.
 */
const FEW_AHEAD = 1;
const MORE_AHEAD = 3;
/** A migration is worth an order ahead once it is so far on its way to its bound: orders for less cost more than they bring. */
const WORTH_AHEAD = 1 / 4;

export class Crew {
  /** On the thread of the coordinator itself; null where there is none. */
  readonly #here: Member | null;
  readonly #away: Member[];
  readonly #members: Member[];
  readonly #memberOf = new Map<number, Member>();
  /** Replies to orders ahead that have come since the last step. */
  #early: Reply[] = [];
  #problems: Problem[] | null = null;

  constructor(threads: readonly MoverThread[]) {
    this.#members = threads.map((thread) => new Member(thread));
    this.#here = this.#members.find(({ thread }) => thread instanceof MoverHost) ?? null;
    this.#away = this.#members.filter((member) => member !== this.#here);
  }

  /** Replies to orders ahead come first, those to these orders follow; at once where no other thread has one of these. */
  obey(orders: readonly Order[], safeNs: Ns): Answer | Promise<Answer> {
    if (this.#here && this.#away.length === 0) return (this.#here.thread as MoverHost).obeyNow(orders);
    for (const order of orders) this.#memberFor(order).orders.push(order);
    const asked = this.#away.filter(({ orders }) => orders.length > 0).map((member) => member.ask());
    this.#sendAhead(safeNs);
    const here = this.#here?.obeyNow() ?? ok([]);
    return asked.length > 0 ? this.#gather(here, asked, safeNs) : this.#joined([here]);
  }

  /** Until the others have followed their orders, this thread works ahead as well. */
  async #gather(here: Answer, asked: readonly Promise<Answer>[], safeNs: Ns): Promise<Answer> {
    let isWaiting = true;
    const others = Promise.all(asked).finally(() => (isWaiting = false));
    while (isWaiting && this.#here?.takeBehind(safeNs)) {
      this.#arrived(this.#here.obeyNow());
      await breathe();
      this.#sendAhead(safeNs);
    }
    return this.#joined([here, ...(await others)]);
  }

  #sendAhead(safeNs: Ns): void {
    const most = this.#here?.isBehind(safeNs) ? MORE_AHEAD : FEW_AHEAD;
    for (const member of this.#away)
      while (member.ahead < most && member.takeBehind(safeNs)) {
        member.ahead++;
        void member.ask().then(
          (answer) => {
            member.ahead--;
            this.#arrived(answer);
          },
          (error: unknown) => this.#arrived(fail([crashProblem(messageOf(error))])),
        );
      }
  }

  #arrived(answer: Answer): void {
    if (answer.ok) this.#early.push(...answer.value);
    else this.#problems ??= answer.error;
  }

  #joined(answers: readonly Answer[]): Answer {
    const replies = this.#early;
    this.#early = [];
    if (this.#problems) return fail(this.#problems);
    for (const answer of answers) {
      if (!answer.ok) return answer;
      for (const reply of answer.value) {
        replies.push(reply);
        if (reply.pause === 'end') this.#memberOf.delete(reply.task);
      }
    }
    return ok(replies);
  }

  /** A migration begins on the thread with the most of its source, whose shares change together, among those that have no more than theirs. */
  #memberFor({ task, begin }: Order): Member {
    const known = this.#memberOf.get(task);
    if (known) return known;
    const source = begin?.location ?? '';
    const fair = (this.#memberOf.size + 1) / this.#members.length;
    let best: Member | null = null;
    for (const one of this.#members)
      if (one.load < fair && (!best || one.movesFrom(source) > best.movesFrom(source))) best = one;
    const member = best ?? this.#members[0]!;
    this.#memberOf.set(task, member);
    member.add(task, source);
    return member;
  }
}

/** Where a migration is. */
interface Place {
  readonly source: string;
  /** Where its last order sent it; it may have stopped a little before. */
  sentNs: Ns;
  /** It needs no other share of the network before this, as its last reply to an order of the coordinator has promised. */
  boundNs: Ns;
  /** It waits at its horizon and has no order. */
  isWaiting: boolean;
}

/** One thread and the migrations on it. */
class Member {
  /** For the next message. */
  orders: Order[] = [];
  /** Orders ahead on their way. */
  ahead = 0;
  readonly #places = new Map<number, Place>();
  readonly #ofSource = new Map<string, number>();

  constructor(readonly thread: MoverThread) {}

  get load(): number {
    return this.#places.size;
  }

  add(task: number, source: string): void {
    this.#places.set(task, { source, sentNs: 0, boundNs: 0, isWaiting: false });
    this.#ofSource.set(source, this.movesFrom(source) + 1);
  }

  /** Migrations on this thread that come from a host. */
  movesFrom(source: string): number {
    return this.#ofSource.get(source) ?? 0;
  }

  async ask(): Promise<Answer> {
    const orders = this.#take();
    this.#send(orders);
    return this.#note(await this.thread.obey(orders));
  }

  obeyNow(): Answer {
    const orders = this.#take();
    this.#send(orders);
    return this.#note((this.thread as MoverHost).obeyNow(orders));
  }

  isBehind(safeNs: Ns): boolean {
    return this.#furthestBehind(safeNs) !== null;
  }

  /** Puts an order ahead into the next message, for what has fallen furthest behind; false where nothing has. */
  takeBehind(safeNs: Ns): boolean {
    const task = this.#furthestBehind(safeNs);
    if (task !== null) this.orders.push({ task, untilNs: safeNs });
    return task !== null;
  }

  /** Before its bound a migration needs nothing, so all it can do ahead is come nearer. */
  #furthestBehind(safeNs: Ns): number | null {
    let furthest: number | null = null;
    let mostNs = 0;
    for (const [task, { sentNs, boundNs, isWaiting }] of this.#places) {
      const lagNs = safeNs - sentNs;
      if (!isWaiting || boundNs <= safeNs || lagNs <= mostNs) continue;
      if (lagNs < (boundNs - sentNs) * WORTH_AHEAD) continue;
      furthest = task;
      mostNs = lagNs;
    }
    return furthest;
  }

  #take(): Order[] {
    const orders = this.orders;
    this.orders = [];
    return orders;
  }

  #send(orders: readonly Order[]): void {
    for (const { task, untilNs } of orders) {
      const place = this.#places.get(task)!;
      place.sentNs = untilNs;
      place.isWaiting = false;
    }
  }

  #note(answer: Answer): Answer {
    if (!answer.ok) return answer;
    for (const reply of answer.value) {
      const place = this.#places.get(reply.task)!;
      if (reply.pause === 'end') {
        this.#places.delete(reply.task);
        this.#ofSource.set(place.source, this.movesFrom(place.source) - 1);
      } else {
        place.isWaiting = reply.pause === 'horizon';
        place.boundNs = reply.boundNs;
      }
    }
    return answer;
  }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
