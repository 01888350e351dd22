import { describe, expect, it } from 'vitest';
import { PAGE_BYTES, transferNs } from '../../web/base/units.ts';
import { PRESETS, findPreset } from '../../web/scenario/presets/index.ts';
import { courseAhead, estimateMigration } from '../../web/sim/estimate.ts';
import type { EventOf } from '../../web/sim/events.ts';
import { planRun } from '../../web/sim/plan.ts';
import { runHeadless } from '../support/run.ts';

function planned(id: string) {
  const scenario = findPreset(id)!.scenario;
  const plan = planRun(scenario);
  if (!plan.ok) throw new Error(JSON.stringify(plan.error));
  return { scenario, migration: plan.value[0]! };
}

describe('the course ahead', () => {
  it.each(PRESETS.map((one) => one.id))('%s: adds up to the estimate, round after round', (id) => {
    const { scenario, migration } = planned(id);
    const estimate = estimateMigration(scenario, migration);
    const course = courseAhead(scenario, migration);
    expect(course.rounds).toHaveLength(estimate.rounds);
    expect(course.endNs).toBe(migration.requestedNs + estimate.totalNs);
    expect(course.rounds[0]!.dirtyPages).toBe(migration.pageCount);
    course.rounds.forEach((round, i) => {
      const next = course.rounds[i + 1];
      expect(next?.startNs ?? course.stun?.startNs ?? course.endNs).toBe(round.endNs);
      if (next) expect(next.dirtyPages).toBe(round.leftPages);
    });
    expect(course.stun === null).toBe(estimate.converges === 0);
    if (course.stun) expect(course.stun.endNs - course.stun.startNs).toBe(estimate.downtimeNs);
  });

  it('steps below the goal only where the VM stops', () => {
    for (const { id } of PRESETS) {
      const { scenario, migration } = planned(id);
      const course = courseAhead(scenario, migration);
      const fits = course.rounds.map(
        ({ leftPages }) =>
          transferNs(leftPages * PAGE_BYTES, migration.bytesPerSecond) <= scenario.policy.switchoverGoalNs,
      );
      expect(fits).toEqual(fits.map((_, i) => course.stun !== null && i === fits.length - 1));
    }
  });

  it('is made again from what was counted, and then lies closer to what comes', async () => {
    const { scenario, migration } = planned('database');
    const { events } = await runHeadless(scenario);
    const ended = events.filter((event): event is EventOf<'round-ended'> => event.code === 'round-ended');
    const first = ended[0]!;
    const counters = { wireBytes: first.n.wireBytes, writtenPages: first.n.leftPages };
    const course = courseAhead(
      scenario,
      migration,
      {
        counters,
        round: 0,
        speedPpm: 1_000_000,
        slowestPpm: 1_000_000,
        slowedNs: 0,
        left: [first.n.leftBytes],
      },
      first.atNs,
    );
    expect(course.rounds[0]).toMatchObject({ round: 1, dirtyPages: first.n.leftPages, startNs: first.atNs });
    expect(Math.abs(course.rounds[0]!.leftPages / ended[1]!.n.leftPages - 1)).toBeLessThan(0.02);
  });
});
