import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { bench, BENCH_ROWS, medianRate, type BenchKernels } from '../../web/worker/bench.ts';
import { instantiateKernels } from '../../web/worker/wasm.ts';

const wasmFile = new URL('../../assembly/build/vmotion.wasm', import.meta.url);

test('the median of rounds that take different times', () => {
  let ms = 0;
  const slow = [20, 20, 20, 20, 100, 20, 20, 20];
  let calls = 0;
  const rate = medianRate(
    () => {
      ms += slow[calls++ % slow.length] ?? 20;
      return 1000;
    },
    () => ms,
  );
  expect(rate).toBe(50_000);
});

test(
  'every kernel is measured once, under a name of its own, and is faster than nothing',
  { timeout: 60_000 },
  async () => {
    const kernels = (await instantiateKernels(new Uint8Array(readFileSync(wasmFile)))) as BenchKernels;
    // A clock that jumps: one call fills a round, so that the test takes no time.
    let ms = 0;
    const rows = [...bench(kernels, () => (ms += 25))];
    expect(rows).toHaveLength(BENCH_ROWS);
    expect(new Set(rows.map((row) => row.id)).size).toBe(BENCH_ROWS);
    for (const row of rows) expect(row.perSecond, row.id).toBeGreaterThan(0);
  },
);
