import { describe, expect, it } from 'vitest';
import { planChart, ROW_HEIGHT, type PlannedHost } from '../../web/layout/plan-chart.ts';

const HOUR = 3_600e9;
const planned = (name: string, atNs: number): PlannedHost => ({
  ...{ name, enterNs: atNs, emptyNs: atNs + 0.25 * HOUR, workFromNs: atNs + 0.5 * HOUR, exitNs: atNs + HOUR },
  simulatedNs: null,
});

describe('the picture of a plan', () => {
  it('gives each host a row, and time its length', () => {
    const chart = planChart([planned('a', 0), planned('b', HOUR)], 800);
    expect(chart.height).toBe(2 * ROW_HEIGHT);
    expect(chart.rows[0]).toMatchObject({
      y: 0,
      predicted: { x: 0, width: 100 },
      work: { x: 200, width: 200 },
    });
    expect(chart.rows[1]!.predicted.x).toBe(400);
    expect(chart.unit).toBe('h');
    for (const { x, value } of chart.ticks) expect(x).toBeCloseTo(value * 400);
  });

  it('makes room for a run that took longer than planned', () => {
    const late = { ...planned('a', 0), simulatedNs: 2 * HOUR };
    const chart = planChart([late], 800);
    expect(chart.rows[0]!.simulated).toEqual({ x: 0, width: 800 });
    expect(chart.rows[0]!.work.x).toBe(200);
  });

  it('shows what lasts a moment, and chooses minutes and seconds for short plans', () => {
    const short = (ns: number) => ({
      name: 'a',
      enterNs: 0,
      emptyNs: 1,
      workFromNs: 1,
      exitNs: ns,
      simulatedNs: null,
    });
    expect(planChart([short(HOUR)], 800).rows[0]!.predicted.width).toBe(2);
    expect(planChart([short(HOUR)], 800).unit).toBe('min');
    expect(planChart([short(30e9)], 800).unit).toBe('s');
  });
});
