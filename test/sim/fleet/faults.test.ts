import { describe, expect, it } from 'vitest';
import { PROPERTIES, type Property } from '../../../web/sim/faults/properties.ts';
import { runFaults, type Seeded } from '../../../web/sim/faults/run.ts';
import { forgetfulPlane } from '../../support/forgetful.ts';
import { testPlane } from '../../support/run.ts';

const SCHEDULES = 1_000;
const FIRST_SEED = 1;

/** One defect for each property: what a wrong engine would do. */
const DEFECTS: Record<Property, Seeded> = {
  'one-host-executes': {
    fleet: ({ execution }) => {
      const stop = execution.stop.bind(execution);
      // The source runs on while the target has resumed.
      execution.stop = (vm, host, atNs, why) => {
        if (why === 'crashed') stop(vm, host, atNs, why);
      };
    },
  },
  'executes-unless-stunned-or-down': {
    fleet: ({ execution }) => {
      execution.start = () => undefined;
    },
  },
  'lock-is-where-it-executes': {
    fleet: ({ execution }) => {
      execution.lock = () => undefined;
    },
  },
  'memory-is-equal': { plane: forgetfulPlane },
  'no-transaction-lost-or-doubled': { acknowledges: 'when-computed' },
  'every-task-ends': {
    fleet: (fleet) => {
      const ended = fleet.ended.bind(fleet);
      fleet.ended = (task, reply) => {
        if (task % 3 > 0) ended(task, reply);
      };
    },
  },
  'nothing-leaks': {
    fleet: ({ world }) => {
      world.free = () => undefined;
    },
  },
  'replays-identically': {
    fleet: ({ coordinator }, nth) => {
      if (nth === 1) for (let line = 0; line < 4; line++) coordinator.setCapacity(line, 1_000_000);
    },
  },
};

describe('whatever fails', () => {
  it(`nothing is broken in ${SCHEDULES} schedules from seed ${FIRST_SEED}`, async () => {
    const plane = await testPlane();
    let faults = 0;
    for (let seed = FIRST_SEED; seed < FIRST_SEED + SCHEDULES; seed++) {
      const run = runFaults(seed, plane);
      expect(run.violations, `seed ${seed}`).toEqual([]);
      faults += run.faults;
    }
    expect(faults).toBeGreaterThan(2 * SCHEDULES);
  }, 120_000);

  for (const property of PROPERTIES)
    it(`a defect breaks "${property}"`, async () => {
      const plane = await testPlane();
      const broken = new Set<Property>();
      for (let seed = FIRST_SEED; seed < FIRST_SEED + 60 && !broken.has(property); seed++)
        for (const violation of runFaults(seed, plane, DEFECTS[property]).violations)
          broken.add(violation.property);
      expect([...broken]).toContain(property);
    });
});
