/** Threads of Node for the migrations of a fleet. */
import { Worker } from 'node:worker_threads';
import type { MoverThread } from './mover-host.ts';

export interface NodeThreads {
  readonly threads: readonly MoverThread[];
  end(): Promise<void>;
}

/** @param program the bundle of `headless-mover.ts`. @param wasm the file of the kernels. */
export function startThreads(count: number, program: string, wasm: string): NodeThreads {
  const workers = Array.from({ length: count }, () => new Worker(program, { workerData: wasm }));
  return {
    threads: workers.map(threadOf),
    end: async () => {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

/** One question at a time: whoever drives a fleet waits for the answer. */
function threadOf(worker: Worker): MoverThread {
  let answered: ((answer: never) => void) | null = null;
  let broke: ((reason: unknown) => void) | null = null;
  worker.on('message', (answer: unknown) => answered?.(answer as never));
  worker.on('error', (error) => broke?.(error));
  const ask = (method: string, args: unknown[]) =>
    new Promise<never>((resolve, reject) => {
      answered = resolve;
      broke = reject;
      worker.postMessage({ method, args });
    });
  return {
    open: (shell) => ask('open', [shell]),
    obey: (orders) => ask('obey', [orders]),
    close: () => ask('close', []),
  };
}
