import { describe, expect, it } from 'vitest';
import { scatter } from '../../web/layout/validation.ts';
import {
  errorOf,
  measuredRuns,
  noiseOf,
  publishedChecks,
  qemuSummary,
  type MeasuredRun,
} from '../../web/model/validation.ts';

describe('what the page shows of measured runs', () => {
  it('are all of them, and their errors give the summary that stands above them', () => {
    const counted = measuredRuns.filter(
      ({ disturbed, kind, outcome, measured }) =>
        !disturbed &&
        kind !== 'compress' &&
        outcome.measured === 'completed' &&
        (measured.totalMs ?? 0) >= 500,
    );
    const errors = counted.map((run) => Math.abs(errorOf(run, 'totalMs') ?? NaN)).sort((a, b) => a - b);
    expect(measuredRuns).toHaveLength(170);
    const median = errors[Math.floor(errors.length / 2)]!;
    expect(Math.abs(median - qemuSummary.totalTime.medianError)).toBeLessThan(0.0005);
  });

  it('noise spans all undisturbed repeats of the configuration', () => {
    const run = measuredRuns.find((one) => one.id === 'autoconverge-01') as MeasuredRun;
    expect(noiseOf(run, 'totalMs')).toEqual([24_538, 25_146]);
  });

  it('an error says on which side the prediction lies', () => {
    const run = { ...measuredRuns[0]!, predicted: { ...measuredRuns[0]!.predicted, totalMs: 90 } };
    const short = { ...run, measured: { ...run.measured, totalMs: 100, downtimeMs: null } };
    expect(errorOf(short, 'totalMs')).toBeCloseTo(-0.1);
    expect(errorOf(short, 'downtimeMs')).toBeNull();
  });

  it('every published figure is there', () => {
    expect(publishedChecks().length).toBeGreaterThanOrEqual(44);
  });
});

describe('the scatter', () => {
  it('puts equal numbers on the diagonal and leaves out what has no logarithm', () => {
    const pairs = [
      { of: 'a', pair: { measured: 10, predicted: 10 } },
      { of: 'b', pair: { measured: 1_000, predicted: 900 } },
      { of: 'c', pair: { measured: 0, predicted: 5 } },
    ];
    const { points, ticks } = scatter(pairs, 400);
    expect(points.map(({ of }) => of)).toEqual(['a', 'b']);
    expect(points[0]!.x).toBeCloseTo(400 - points[0]!.y);
    // A prediction that is too small lies below the diagonal.
    expect(400 - points[1]!.y).toBeLessThan(points[1]!.x);
    expect(ticks.map(({ value }) => value)).toEqual([10, 100, 1_000]);
  });
});
