/** The bench has a thread of its own: it may be ended at any time, and neither the page nor the engine waits for it. */
import { bench, BENCH_ROWS, type BenchKernels } from './bench.ts';
import type { BenchRow } from './protocol.ts';
import { instantiateKernels } from './wasm.ts';

export type BenchMessage =
  { readonly row: BenchRow; readonly of: number } | { readonly failed: string } | { readonly finished: true };

const say = (message: BenchMessage) => postMessage(message);

addEventListener('message', (event: MessageEvent<ArrayBuffer>) => {
  measure(event.data).catch((error: unknown) => {
    say({ failed: error instanceof Error ? error.message : String(error) });
  });
});

async function measure(wasm: ArrayBuffer): Promise<void> {
  const kernels = (await instantiateKernels(wasm)) as BenchKernels;
  for (const row of bench(kernels, () => performance.now())) say({ row, of: BENCH_ROWS });
  say({ finished: true });
}
