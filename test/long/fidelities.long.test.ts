import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compareRuns, runWay, summarize, workloads, type Summary } from '../support/fidelities.ts';

const RUNS = 600;
const seed = Number(process.env['FIDELITY_SEED'] ?? 20_261_123);

it(`single writes, sliced writes and expectation agree on ${RUNS} workloads of 2^18 pages and more, seed ${seed}`, async () => {
  const results = { sliced: [], expected: [], means: [] } as Record<string, ReturnType<typeof compareRuns>[]>;
  for (const workload of fc.sample(workloads, { numRuns: RUNS, seed })) {
    const each = await runWay(workload, 'each');
    const sliced = await runWay(workload, 'sliced');
    const expected = await runWay(workload, 'expected');
    results['sliced']!.push(compareRuns(workload, each, sliced));
    results['expected']!.push(compareRuns(workload, each, expected));
    results['means']!.push(compareRuns(workload, sliced, expected));
  }
  expectClose(summarize(`seed ${seed}, sliced against one by one`, results['sliced']!));
  expectClose(summarize(`seed ${seed}, expected against one by one`, results['expected']!));
  expectClose(summarize(`seed ${seed}, expected against sliced`, results['means']!));
}, 600_000);

function expectClose(summary: Summary): void {
  expect(summary.counted).toBeGreaterThanOrEqual(500);
  expect(summary.pagesMedian).toBeLessThan(0.01);
  expect(summary.pagesP95).toBeLessThan(0.03);
  expect(summary.timeMedian).toBeLessThan(0.01);
  expect(summary.timeP95).toBeLessThan(0.03);
}
