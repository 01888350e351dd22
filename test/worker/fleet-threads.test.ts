import { afterAll, describe, expect, it } from 'vitest';
import { Fleet } from '../../web/sim/fleet/fleet.ts';
import type { FleetEvent } from '../../web/sim/fleet/fleet-log.ts';
import { fleetHash } from '../../web/sim/fleet/ledger.ts';
import { buildForNode } from '../../web/tools/build.js';
import { driveFleet } from '../../web/worker/drive-fleet.ts';
import { startThreads, type NodeThreads } from '../../web/worker/headless-threads.ts';
import { unevenEvacuation } from '../support/evacuation.ts';
import { runFleet } from '../support/fleet.ts';
import { fromRoot } from '../support/root.ts';

const uneven = unevenEvacuation();
const pools: NodeThreads[] = [];
afterAll(() => Promise.all(pools.map((pool) => pool.end())));

async function hashOn(count: number): Promise<{ hash: string; events: number }> {
  const program = await buildForNode('web/worker/headless-mover.ts');
  const pool = startThreads(count, program, fromRoot('assembly/build/vmotion.wasm'));
  pools.push(pool);
  const events: FleetEvent[] = [];
  const result = await driveFleet(new Fleet(uneven), pool.threads, {
    onBatch: (batch) => void events.push(...batch.events),
    isStopped: () => false,
  });
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return { hash: fleetHash(events), events: events.length };
}

describe('a fleet on threads of its own', () => {
  it('leaves the same log on 1, 2 and 4 threads and on none', async () => {
    const { events } = await runFleet(uneven);
    const alone = { hash: fleetHash(events), events: events.length };
    expect(events.length).toBeGreaterThan(400);
    for (const count of [1, 2, 4]) expect(await hashOn(count)).toEqual(alone);
  });
});
