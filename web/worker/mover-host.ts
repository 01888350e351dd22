/** The migrations of one thread behind a message port, or without one: who drives a fleet does not see which. */
import { ProblemError, type Problem, type Result, fail, ok } from '../base/result.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { DataPlane } from '../sim/data-plane.ts';
import { Movers } from '../sim/fleet/movers.ts';
import type { Order, Reply } from '../sim/fleet/mover.ts';
import { crashProblem } from './protocol.ts';

export interface MoverThread {
  /** Before the first order: policy and seed of the scenario. Ends what is left of an earlier run. */
  open(shell: Scenario): Promise<void>;
  /** Replies in the order of the orders, or why this machine cannot follow them. */
  obey(orders: readonly Order[]): Promise<Result<Reply[], Problem[]>>;
  close(): Promise<void>;
}

export class MoverHost implements MoverThread {
  #movers: Movers | null = null;

  constructor(readonly plane: DataPlane) {}

  async open(shell: Scenario): Promise<void> {
    await this.close();
    this.#movers = new Movers(shell, this.plane);
  }

  async obey(orders: readonly Order[]): Promise<Result<Reply[], Problem[]>> {
    return this.obeyNow(orders);
  }

  /** The same without a promise, for a driver on this very thread. */
  obeyNow(orders: readonly Order[]): Result<Reply[], Problem[]> {
    try {
      if (!this.#movers) throw new Error('an order came before the run was opened');
      return ok(this.#movers.obey(orders));
    } catch (error) {
      if (error instanceof ProblemError) return fail(error.problems);
      return fail([crashProblem(error instanceof Error ? error.message : String(error))]);
    }
  }

  async close(): Promise<void> {
    this.#movers?.release();
    this.#movers = null;
  }
}
