import { expect, it } from 'vitest';
import { runFaults } from '../../web/sim/faults/run.ts';
import { testPlane } from '../support/run.ts';

const SCHEDULES = 10_000;
const FIRST_SEED = 100_001;

it(`nothing is broken in ${SCHEDULES} schedules of faults from seed ${FIRST_SEED}`, async () => {
  const plane = await testPlane();
  for (let seed = FIRST_SEED; seed < FIRST_SEED + SCHEDULES; seed++)
    expect(runFaults(seed, plane).violations, `seed ${seed}`).toEqual([]);
});
