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

/** Answers come in the order of the questions. */
function threadOf(worker: Worker): MoverThread {
  const asked: { resolve(answer: never): void; reject(reason: unknown): void }[] = [];
  worker.on('message', (answer: unknown) => asked.shift()?.resolve(answer as never));
  worker.on('error', (error) => asked.splice(0).forEach(({ reject }) => reject(error)));
  const ask = (method: string, args: unknown[]) =>
    new Promise<never>((resolve, reject) => {
      asked.push({ resolve, reject });
      worker.postMessage({ method, args });
    });
  return {
    open: (shell) => ask('open', [shell]),
    obey: (orders) => ask('obey', [orders]),
    close: () => ask('close', []),
  };
}
