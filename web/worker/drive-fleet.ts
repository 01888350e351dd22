/**
 * Drives the run of a fleet over any number of threads. A migration lives on one thread from beginning to end; a thread that has no
 * order advances what has fallen furthest behind, as far as is safe. Neither changes a result.
 */
import { fail, ok, type Problem, type Result } from '../base/result.ts';
import type { Ns } from '../base/units.ts';
import type { Fleet } from '../sim/fleet/fleet.ts';
import type { FleetBatch, FleetReport } from '../sim/fleet/fleet-log.ts';
import { shellOf } from '../sim/fleet/movers.ts';
import type { Order, Reply } from '../sim/fleet/mover.ts';
import { MoverHost, type MoverThread } from './mover-host.ts';

export interface DriveOptions {
  readonly onBatch: (batch: FleetBatch) => void | Promise<void>;
  /** True ends the run before its next step. */
  readonly isStopped: () => boolean;
}

export async function driveFleet(
  fleet: Fleet,
  threads: readonly MoverThread[],
  { onBatch, isStopped }: DriveOptions,
): Promise<Result<FleetReport, Problem[]>> {
  const shell = shellOf(fleet.scenario);
  await Promise.all(threads.map((thread) => thread.open(shell)));
  const crew = new Crew(threads);
  const run = fleet.run();
  let replies: readonly Reply[] | undefined;
  try {
    for (;;) {
      if (isStopped()) return fail([{ code: 'engine.stopped', message: 'The run was stopped.', path: '' }]);
      const step = run.next(replies);
      if (step.done) return ok(step.value);
      replies = undefined;
      if ('batch' in step.value) {
        await onBatch(step.value.batch);
        continue;
      }
      const answer = crew.obey(step.value.orders, step.value.safeNs);
      const result = answer instanceof Promise ? await answer : answer;
      if (!result.ok) return result;
      replies = result.value;
    }
  } finally {
    await Promise.all(threads.map((thread) => thread.close()));
  }
}

type Answer = Result<Reply[], Problem[]>;

class Crew {
  /** Per thread: migrations that wait at their horizon, and how far they have come. */
  readonly #waiting: Map<number, Ns>[];

  constructor(readonly threads: readonly MoverThread[]) {
    this.#waiting = threads.map(() => new Map<number, Ns>());
  }

  obey(orders: readonly Order[], safeNs: Ns): Answer | Promise<Answer> {
    const [only, ...others] = this.threads;
    if (others.length === 0 && only instanceof MoverHost) return only.obeyNow(orders);
    return this.#share(orders, safeNs);
  }

  async #share(orders: readonly Order[], safeNs: Ns): Promise<Answer> {
    const count = this.threads.length;
    const shares = this.threads.map((_, at) => orders.filter(({ task }) => task % count === at));
    const loads = shares.map((share, at) => share.reduce((sum, order) => sum + this.#load(at, order), 0));
    const most = Math.max(...loads);
    const extra = loads.map((load, at) => this.#behind(at, safeNs, most - load, shares[at] as Order[]));
    const answers = await Promise.all(
      this.threads.map((thread, at) => {
        const mine = [...(shares[at] as Order[]), ...(extra[at] as Order[])];
        return mine.length > 0 ? thread.obey(mine) : ok<Reply[]>([]);
      }),
    );
    const replies = new Map<number, Reply>();
    const ahead: Reply[] = [];
    for (const [at, answer] of answers.entries()) {
      if (!answer.ok) return answer;
      answer.value.forEach((reply, nth) => {
        this.#noteReply(at, reply);
        if (nth < (shares[at] as Order[]).length) replies.set(reply.task, reply);
        else ahead.push(reply);
      });
    }
    return ok([...orders.map(({ task }) => replies.get(task) as Reply), ...ahead]);
  }

  #noteReply(thread: number, { task, pause, nowNs }: Reply): void {
    const waiting = this.#waiting[thread] as Map<number, Ns>;
    if (pause === 'horizon') waiting.set(task, nowNs);
    else waiting.delete(task);
  }

  /** How far an order goes in virtual time; migrations share the network fairly, so that is about the work it makes. */
  #load(thread: number, { task, rate, untilNs }: Order): Ns {
    const nowNs = this.#waiting[thread]?.get(task);
    return nowNs === undefined ? 0 : Math.max(0, (rate?.atNs ?? untilNs) - nowNs);
  }

  /** As much as the busiest thread has more to do, of what has fallen furthest behind; of equals the older task. */
  #behind(thread: number, safeNs: Ns, spareNs: Ns, busy: readonly Order[]): Order[] {
    const orders: Order[] = [];
    if (spareNs <= 0) return orders;
    const isBusy = new Set(busy.map(({ task }) => task));
    const behind = [...(this.#waiting[thread] as Map<number, Ns>)]
      .filter(([task, nowNs]) => nowNs < safeNs && !isBusy.has(task))
      .sort(([a, aNs], [b, bNs]) => aNs - bNs || a - b);
    let leftNs = spareNs;
    for (const [task, nowNs] of behind) {
      if (leftNs <= 0) break;
      leftNs -= safeNs - nowNs;
      orders.push({ task, untilNs: safeNs });
    }
    return orders;
  }
}
