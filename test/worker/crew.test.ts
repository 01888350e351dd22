import { describe, expect, it } from 'vitest';
import { fail } from '../../web/base/result.ts';
import { Fleet } from '../../web/sim/fleet/fleet.ts';
import type { FleetEvent } from '../../web/sim/fleet/fleet-log.ts';
import { fleetHash } from '../../web/sim/fleet/ledger.ts';
import type { Order } from '../../web/sim/fleet/mover.ts';
import { driveFleet } from '../../web/worker/drive-fleet.ts';
import { MoverHost, type MoverThread } from '../../web/worker/mover-host.ts';
import { unevenEvacuation } from '../support/evacuation.ts';
import { runFleet } from '../support/fleet.ts';
import { testPlane } from '../support/run.ts';

const uneven = unevenEvacuation();

interface SlowThread extends MoverThread {
  orders: number;
  ahead: number;
}

/** A thread that answers in order, but only after some turns of the event loop, another number each time. */
async function slowThread(turnsOf: (message: number) => number): Promise<SlowThread> {
  const host = new MoverHost(await testPlane());
  let before: Promise<unknown> = Promise.resolve();
  let messages = 0;
  const later = <T>(work: () => Promise<T>): Promise<T> => {
    const turns = turnsOf(messages++);
    const answer = before.then(async () => {
      for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
      return work();
    });
    before = answer.catch(() => undefined);
    return answer;
  };
  const thread: SlowThread = {
    orders: 0,
    ahead: 0,
    open: (shell) => later(() => host.open(shell)),
    close: () => later(() => host.close()),
    obey: (orders) => {
      thread.orders += orders.length;
      thread.ahead += orders.filter(isAhead).length;
      return later(() => host.obey(orders));
    },
  };
  return thread;
}

const isAhead = ({ begin, rate, stop, freeNs, untilNs }: Order) =>
  !begin && !rate && !stop && freeNs === undefined && untilNs < Infinity;

async function drive(threads: readonly MoverThread[]) {
  const events: FleetEvent[] = [];
  const result = await driveFleet(new Fleet(uneven), threads, {
    onBatch: (batch) => void events.push(...batch.events),
    isStopped: () => false,
  });
  return { result, hash: fleetHash(events) };
}

describe('the threads of a fleet', () => {
  it('leave the same log however long each of them takes, with one of them here or without', async () => {
    const alone = fleetHash((await runFleet(uneven)).events);
    for (const seed of [1, 2, 3]) {
      const threads = await Promise.all([0, 1].map((at) => slowThread((n) => ((n + at) * 7919 * seed) % 5)));
      expect((await drive(threads)).hash).toBe(alone);
      const here = new MoverHost(await testPlane());
      const away = await slowThread((n) => (n * 104_729 * seed) % 7);
      expect((await drive([away, here])).hash).toBe(alone);
    }
  });

  it('share the migrations, and work ahead while nothing is asked of them', async () => {
    const away = await Promise.all([slowThread(() => 1), slowThread(() => 1)]);
    await drive(away);
    for (const { orders, ahead } of away) {
      expect(orders).toBeGreaterThan(100);
      expect(ahead).toBeGreaterThan(10);
    }
    // An order ahead that brings a migration hardly nearer costs more than it is worth.
    expect(away[0]!.ahead + away[1]!.ahead).toBeLessThan(away[0]!.orders + away[1]!.orders);
  });

  it('say what is wrong where an order ahead cannot be followed', async () => {
    const thread = await slowThread(() => 0);
    const obey = thread.obey;
    let failed = false;
    thread.obey = async (orders) => {
      if (failed || !orders.some(isAhead)) return obey(orders);
      failed = true;
      return fail([{ code: 'memory.refused', message: 'There is no more memory.', path: '' }]);
    };
    const { result } = await drive([thread]);
    expect(failed).toBe(true);
    expect(result).toEqual(fail([{ code: 'memory.refused', message: 'There is no more memory.', path: '' }]));
  });

  it('say so where a thread breaks while it works ahead', async () => {
    const thread = await slowThread(() => 0);
    const obey = thread.obey;
    thread.obey = async (orders) => {
      if (orders.some(isAhead)) throw new Error('the thread is gone');
      return obey(orders);
    };
    const { result } = await drive([thread]);
    expect(result.ok).toBe(false);
    if (!result.ok) expect(result.error[0]?.message).toContain('the thread is gone');
  });
});
