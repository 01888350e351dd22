/** Starts the bench in a worker and hands on what it measures. Only what is asked for loads it. */
import BenchWorker from './bench.worker.ts?worker&inline';
import type { BenchMessage } from './bench.worker.ts';
import type { RunBench } from './protocol.ts';
import { wasmBytes } from './wasm-bytes.ts';

export const runBench: RunBench = async (onRow, signal) => {
  const wasm = await wasmBytes();
  signal.throwIfAborted();
  const worker = new BenchWorker();
  let rows = 0;
  try {
    await new Promise<void>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      worker.addEventListener('error', (event) => {
        event.preventDefault();
        reject(new Error(event.message || 'its thread ended without a word'));
      });
      worker.addEventListener('message', ({ data }: MessageEvent<BenchMessage>) => {
        if ('row' in data) onRow(data.row, ++rows, data.of);
        else if ('failed' in data) reject(new Error(data.failed));
        else resolve();
      });
      worker.postMessage(wasm, [wasm]);
    });
  } finally {
    worker.terminate();
  }
};
