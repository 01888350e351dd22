import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NS_PER_SECOND } from '../../../web/base/units.ts';
import { DRS_LEVELS, HEALTH_PARTS, HEALTH_STATES, REMEDIES } from '../../../web/scenario/choices.ts';
import type { Scenario } from '../../../web/scenario/schema.ts';
import { healthAt, worstOf } from '../../../web/sim/proactive-ha/health.ts';
import {
  REMEDY_TABLE,
  modeOf,
  proactiveHaProblems,
  remedyFor,
  type DrsLevel,
} from '../../../web/sim/proactive-ha/remedies.ts';
import { BENCH_EVACUATION, evacuation } from '../../support/evacuation.ts';

const LEVELS = ['off', 'manual', 'automated'] as const;
type Remediation = (typeof REMEDIES)[number];

const clusterOf = (
  level: (typeof LEVELS)[number],
  drs: DrsLevel,
  moderate: Remediation,
  severe: Remediation,
) => ({
  proactiveHa: { level, moderate, severe },
  drs: { level: drs, algorithm: 'score' as const, threshold: 3, intervalNs: 0 },
});

/** moderate remedy, severe remedy, health, room elsewhere: remedy and why. Written by hand from the manual, not from the code. */
const TABLE = [
  ['quarantine', 'quarantine', 'healthy', true, 'none', 'healthy'],
  ['quarantine', 'quarantine', 'healthy', false, 'none', 'healthy'],
  ['quarantine', 'quarantine', 'moderate', true, 'quarantine', 'by-mode'],
  ['quarantine', 'quarantine', 'moderate', false, 'quarantine', 'by-mode'],
  ['quarantine', 'quarantine', 'severe', true, 'quarantine', 'by-mode'],
  ['quarantine', 'quarantine', 'severe', false, 'quarantine', 'by-mode'],
  ['quarantine', 'maintenance', 'healthy', true, 'none', 'healthy'],
  ['quarantine', 'maintenance', 'healthy', false, 'none', 'healthy'],
  ['quarantine', 'maintenance', 'moderate', true, 'quarantine', 'by-mode'],
  ['quarantine', 'maintenance', 'moderate', false, 'quarantine', 'by-mode'],
  ['quarantine', 'maintenance', 'severe', true, 'maintenance', 'by-mode'],
  ['quarantine', 'maintenance', 'severe', false, 'quarantine', 'no-room'],
  ['maintenance', 'maintenance', 'healthy', true, 'none', 'healthy'],
  ['maintenance', 'maintenance', 'healthy', false, 'none', 'healthy'],
  ['maintenance', 'maintenance', 'moderate', true, 'maintenance', 'by-mode'],
  ['maintenance', 'maintenance', 'moderate', false, 'quarantine', 'no-room'],
  ['maintenance', 'maintenance', 'severe', true, 'maintenance', 'by-mode'],
  ['maintenance', 'maintenance', 'severe', false, 'quarantine', 'no-room'],
] as const;

describe('the table of remedies', () => {
  for (const [moderate, severe, health, fits, remedy, reason] of TABLE)
    it(`${modeOf(moderate, severe)}, ${health}, ${fits ? 'room' : 'no room'}: ${remedy}`, () => {
      for (const level of ['manual', 'automated'] as const)
        for (const drs of ['manual', 'partial', 'full'] as const) {
          const cluster = clusterOf(level, drs, moderate, severe);
          const answer = remedyFor({ cluster, health, fits });
          expect(answer).toMatchObject({ remedy, reason });
          const isNone = remedy === 'none';
          expect(answer.host).toBe(isNone ? 'none' : level === 'automated' ? 'applied' : 'recommended');
          const isMoved = level === 'automated' && drs === 'full';
          expect(answer.moves).toBe(isNone ? 'none' : isMoved ? 'applied' : 'recommended');
        }
    });

  it('has each situation of each mode once', () => {
    const keys = REMEDY_TABLE.map(({ mode, health, fits }) => `${mode} ${health} ${fits}`);
    expect(new Set(keys).size).toBe(3 * HEALTH_STATES.length * 2);
    expect(keys).toHaveLength(3 * HEALTH_STATES.length * 2);
    expect(TABLE).toHaveLength(keys.length);
  });

  it('does nothing where it, or DRS, is off, or the combination is refused', () => {
    for (const health of HEALTH_STATES)
      for (const fits of [true, false]) {
        const off = [
          clusterOf('off', 'full', 'quarantine', 'maintenance'),
          clusterOf('automated', 'off', 'quarantine', 'maintenance'),
          clusterOf('automated', 'full', 'maintenance', 'quarantine'),
        ];
        for (const cluster of off)
          expect(remedyFor({ cluster, health, fits })).toMatchObject({ remedy: 'none', reason: 'off' });
      }
  });

  it('never answers a heavier failure with a lighter remedy', () => {
    const weight = ['none', 'quarantine', 'maintenance'];
    for (const moderate of REMEDIES)
      for (const severe of REMEDIES) {
        if (modeOf(moderate, severe) === null) continue;
        const cluster = clusterOf('automated', 'full', moderate, severe);
        const [first = 0, second = 0, third = 0] = HEALTH_STATES.map((health) =>
          weight.indexOf(remedyFor({ cluster, health, fits: true }).remedy),
        );
        expect(first).toBeLessThan(second);
        expect(second).toBeLessThanOrEqual(third);
      }
  });
});

describe('settings that are refused', () => {
  const base = evacuation({ ...BENCH_EVACUATION, hosts: 2, vmsPerHost: 1 });
  const withCluster = (cluster: ReturnType<typeof clusterOf>): Scenario => ({
    ...base,
    clusters: base.clusters.map((one) => ({ ...one, ...cluster })),
  });

  it('maintenance for moderate with quarantine for severe, at its path; all others are taken', () => {
    for (const level of LEVELS)
      for (const drs of DRS_LEVELS)
        for (const moderate of REMEDIES)
          for (const severe of REMEDIES) {
            const problems = proactiveHaProblems(withCluster(clusterOf(level, drs, moderate, severe)));
            const isRefused = level !== 'off' && moderate === 'maintenance' && severe === 'quarantine';
            const needsDrs = level !== 'off' && drs === 'off';
            expect(problems.map(({ path }) => path)).toEqual([
              ...(isRefused ? ['clusters[0].proactiveHa.moderate'] : []),
              ...(needsDrs ? ['clusters[0].drs.level'] : []),
            ]);
            if (isRefused) expect(problems[0]?.message).toMatch(/^InvalidArgument: .*Choose /);
          }
  });
});

describe('health', () => {
  it('is that of the worst part, as reported last', () => {
    const report = fc.record({
      at: fc.integer({ min: 0, max: 20 }),
      part: fc.constantFrom(...HEALTH_PARTS),
      state: fc.constantFrom(...HEALTH_STATES),
    });
    const base = evacuation({ ...BENCH_EVACUATION, hosts: 2, vmsPerHost: 1 });
    const host = base.hosts[0]!.id;
    fc.assert(
      fc.property(fc.array(report, { maxLength: 12 }), fc.integer({ min: 0, max: 20 }), (reports, at) => {
        const actions = reports.map(({ at: seconds, part, state }) => ({
          kind: 'health' as const,
          atNs: seconds * NS_PER_SECOND,
          host,
          part,
          state,
        }));
        const health = healthAt({ ...base, actions }, host, at * NS_PER_SECOND);
        for (const part of HEALTH_PARTS) {
          const last = reports
            .filter((one) => one.part === part && one.at <= at)
            .sort((a, b) => a.at - b.at)
            .pop();
          expect(health[part]).toBe(last?.state ?? 'healthy');
        }
        const states = Object.values(health);
        const expected = HEALTH_STATES.findLast((state) => states.includes(state));
        expect(worstOf(health)).toBe(expected);
      }),
      { numRuns: 200 },
    );
  });
});
