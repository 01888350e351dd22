/** Runs a comparison in a worker, or in slices on the page's own thread where a frame forbids workers. Only what is asked for loads it. */
import CompareWorker from './compare.worker.ts?worker&inline';
import { compareSlices, type CompareWord } from './compare-slices.ts';
import { breathe } from './breathe.ts';
import type { RunCompare } from './protocol.ts';

/** A worker that has not spoken by then counts as refused. */
const HELLO_MS = 3_000;

export const runCompare: RunCompare = async (request, onMessage, signal) => {
  signal.throwIfAborted();
  const worker = await started(signal);
  if (!worker) return inSlices(request, onMessage, signal);
  try {
    await new Promise<void>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      worker.addEventListener('error', (event) => {
        event.preventDefault();
        reject(new Error(event.message || 'its thread ended without a word'));
      });
      worker.addEventListener('message', ({ data }: MessageEvent<CompareWord>) => {
        if ('messages' in data) data.messages.forEach(onMessage);
        else if ('failed' in data) reject(new Error(data.failed));
        else resolve();
      });
      worker.postMessage(request);
    });
  } finally {
    worker.terminate();
  }
};

/** A worker that has said its first word; null where there is none to be had. */
async function started(signal: AbortSignal): Promise<Worker | null> {
  let worker: Worker;
  try {
    worker = new CompareWorker();
  } catch {
    return null;
  }
  const answered = await new Promise<boolean>((resolve) => {
    const silent = setTimeout(() => resolve(false), HELLO_MS);
    const answer = (said: boolean) => {
      clearTimeout(silent);
      resolve(said);
    };
    worker.addEventListener('message', () => answer(true), { once: true });
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      answer(false);
    });
    signal.addEventListener('abort', () => answer(false), { once: true });
  });
  if (answered && !signal.aborted) return worker;
  worker.terminate();
  signal.throwIfAborted();
  return null;
}

const inSlices: RunCompare = async (request, onMessage, signal) => {
  for (const messages of compareSlices(request, () => performance.now())) {
    messages.forEach(onMessage);
    await breathe();
    signal.throwIfAborted();
  }
};
