/** A thread of Node that follows migrations, for runs without a page. */
import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { instantiateKernels } from './wasm.ts';
import { MoverHost } from './mover-host.ts';
import { WasmDataPlane } from './wasm-data-plane.ts';

const plane = new WasmDataPlane(await instantiateKernels(readFileSync(workerData as string)));
const host = new MoverHost(plane);
parentPort!.on('message', async ({ method, args }: { method: 'open' | 'obey' | 'close'; args: never[] }) => {
  const answer = await (host[method] as (...args: never[]) => Promise<unknown>).apply(host, args);
  parentPort!.postMessage(answer);
});
