import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { predictAll } from '../../../web/sim/qemu/predict.ts';
import { summarise } from '../../../web/sim/qemu/summary.ts';
import { compactText } from '../../../web/worker/validate-qemu-text.ts';

const text = readFileSync(new URL('./runs.jsonl', import.meta.url), 'utf8');
const { runs, problems } = predictAll(text);

test('every record is read and predicted', () => {
  expect(problems).toEqual([]);
  expect(runs.length).toBe(170);
});

test('predictions agree with the measured migrations', () => {
  const summary = summarise(runs);
  expect(summary.runs).toBe(161);
  expect(summary.outcomeAgreement).toBe(1);
  expect(summary.totalTime.medianError).toBeLessThan(0.004);
  expect(summary.totalTime.p90Error).toBeLessThan(0.025);
  expect(summary.transferred.medianError).toBeLessThan(0.0012);
  expect(summary.transferred.p90Error).toBeLessThan(0.014);
  expect(summary.syncs.exact).toBeGreaterThanOrEqual(0.8);
  expect(summary.downtimeMs.medianError).toBeLessThanOrEqual(2);
  expect(summary.downtimeMs.p90Error).toBeLessThanOrEqual(12);
  expect(summary.linkStopToResume.medianError).toBeLessThan(0.06);
  expect(summary.linkStopToResume.p90Error).toBeLessThan(0.25);
});

test('the same holds for each half of the configurations', () => {
  const ids = [...new Set(runs.map((run) => run.id))].sort();
  for (const parity of [0, 1]) {
    const summary = summarise(runs.filter((run) => ids.indexOf(run.id) % 2 === parity));
    expect(summary.outcomeAgreement).toBe(1);
    expect(summary.totalTime.p90Error).toBeLessThan(0.025);
    expect(summary.transferred.p90Error).toBeLessThan(0.014);
    expect(summary.syncs.exact).toBeGreaterThanOrEqual(0.8);
    expect(summary.downtimeMs.p90Error).toBeLessThanOrEqual(12);
    expect(summary.linkStopToResume.p90Error).toBeLessThan(0.25);
  }
});

test('outcomes agree in disturbed runs too', () => {
  for (const { id, predicted, measured } of runs)
    expect([id, predicted.outcome]).toEqual([id, measured!.outcome]);
});

/** Runs whose guest was quiet or throttled steadily: what they send is known to the byte but for a few pages. */
test('runs that do not converge send what was measured', () => {
  const open = runs.filter((run) => !run.disturbed && run.measured?.outcome === 'not-converged');
  expect(open.length).toBeGreaterThan(20);
  for (const { predicted, measured } of open)
    expect(Math.abs(predicted.transferred / measured!.transferred! - 1)).toBeLessThan(0.01);
});

test('outcomes are never looked at', () => {
  const blind = text
    .trim()
    .split('\n')
    .slice(0, 12)
    .map((line) => {
      const fields = JSON.parse(line) as Record<string, unknown>;
      delete fields['measured'];
      delete fields['flags'];
      return JSON.stringify(fields);
    });
  const without = predictAll(blind.join('\n')).runs;
  expect(without.map((run) => run.predicted)).toEqual(runs.slice(0, 12).map((run) => run.predicted));
  const { outcomeAgreement, totalTime, syncs } = summarise(without);
  expect({ outcomeAgreement, totalTime, syncs }).toEqual({
    outcomeAgreement: null,
    totalTime: { medianError: null, p90Error: null },
    syncs: { exact: null, withinOne: null },
  });
});

test('the compact form for the Validation view is up to date', () => {
  const file = readFileSync(new URL('../../../web/model/validation-qemu.json', import.meta.url), 'utf8');
  expect(compactText(runs)).toBe(file);
});
