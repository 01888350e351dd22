import fc from 'fast-check';
import { expect, it } from 'vitest';
import { agreement, quantile, workloads, type Agreement } from '../support/fidelities.ts';

const RUNS = 600;
const seed = Number(process.env['FIDELITY_SEED'] ?? 20_261_123);

it(`expected and page-exact agree on ${RUNS} workloads of 2^18 pages and more, seed ${seed}`, async () => {
  const results: Agreement[] = [];
  for (const workload of fc.sample(workloads, { numRuns: RUNS, seed }))
    results.push(await agreement(workload));
  const apart = results.filter((one) => one.onTheEdge);
  const counted = results.filter((one) => !one.onTheEdge);
  const pages = counted.map((one) => one.pagesError);
  const times = counted.map((one) => one.timeError);
  console.log(
    `seed ${seed}: ${counted.length} runs counted, ${apart.length} on the edge of a decision reported apart;`,
    `pages sent: median ${(quantile(pages, 0.5) * 100).toFixed(3)} %, p95 ${(quantile(pages, 0.95) * 100).toFixed(3)} %;`,
    `total time: median ${(quantile(times, 0.5) * 100).toFixed(3)} %, p95 ${(quantile(times, 0.95) * 100).toFixed(3)} %;`,
    `on the edge: pages p95 ${(
      quantile(
        apart.map((one) => one.pagesError),
        0.95,
      ) * 100
    ).toFixed(2)} %`,
  );
  const worst = [...counted].sort((a, b) => b.timeError - a.timeError).slice(0, 8);
  for (const one of worst)
    console.log(
      one.timeError.toFixed(4),
      one.pagesError.toFixed(4),
      one.outcomes.join('/'),
      one.rounds.join('/'),
      JSON.stringify(one.workload),
    );
  expect(counted.length).toBeGreaterThanOrEqual(500);
  expect(quantile(pages, 0.5)).toBeLessThan(0.01);
  expect(quantile(pages, 0.95)).toBeLessThan(0.03);
  expect(quantile(times, 0.5)).toBeLessThan(0.01);
  expect(quantile(times, 0.95)).toBeLessThan(0.03);
}, 600_000);
