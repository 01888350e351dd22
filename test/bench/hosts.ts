// Where the engine of the bench runs: in this process, or in a worker of a Chromium page.
import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { chromium, type Route } from 'playwright';
import { findChromium, noChromium } from '../support/chromium.ts';
import { bundle } from './build.ts';
import type { Engine } from './engine.ts';

/** An engine that is asked from outside: every answer may take its time. */
export interface Host {
  readonly name: 'node' | 'chromium';
  ask<Method extends keyof Engine>(
    method: Method,
    ...args: Parameters<Engine[Method]>
  ): Promise<ReturnType<Engine[Method]>>;
  close(): Promise<void>;
}

/** A process of its own: in this one, the bundler's threads would run while the native side is measured. */
export async function openNode(wasm: Uint8Array): Promise<Host> {
  const child = fork(await bundle('engine.node.ts'), { serialization: 'advanced' });
  let last = 0;
  const ask = (method: string, args: readonly unknown[]) =>
    new Promise((resolve, reject) => {
      const id = ++last;
      const ended = () => reject(new Error('The engine in Node has ended.'));
      child.once('exit', ended);
      child.once('message', (message: { result?: unknown; error?: string }) => {
        child.off('exit', ended);
        if (message.error === undefined) resolve(message.result);
        else reject(new Error(message.error));
      });
      child.send({ id, method, args });
    });
  await ask('open', [wasm]);
  return {
    name: 'node',
    ask: (method, ...args) => ask(method, args) as never,
    close: async () => {
      child.kill();
    },
  };
}

/** The origin exists only inside the browser. With these headers its clock is fine enough for rounds of 20 ms. */
const ORIGIN = 'http://localhost:9';
const HEADERS = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cache-Control': 'no-store',
};

function answer(route: Route, script: string, wasm: Uint8Array): Promise<void> {
  const path = new URL(route.request().url()).pathname;
  const reply = (contentType: string, body: string | Buffer) =>
    route.fulfill({ headers: { ...HEADERS, 'Content-Type': contentType }, body });
  if (path === '/engine.js') return reply('text/javascript', script);
  if (path === '/rounds.wasm') return reply('application/wasm', Buffer.from(wasm));
  return reply('text/html', '<!doctype html><title>Bench</title><link rel="icon" href="data:,">');
}

/** Runs on the page: starts the worker and leaves behind a function that asks it. */
async function startWorker(): Promise<void> {
  const worker = new Worker('/engine.js', { type: 'module' });
  const waiting = new Map<number, (message: { result?: unknown; error?: string }) => void>();
  let last = 0;
  worker.onmessage = ({ data }) => waiting.get(data.id)?.(data);
  const ask = (method: string, args: unknown[]) =>
    new Promise((resolve, reject) => {
      const id = ++last;
      waiting.set(id, ({ result, error }) => {
        waiting.delete(id);
        if (error === undefined) resolve(result);
        else reject(new Error(error));
      });
      worker.onerror = (event) => reject(new Error(event.message));
      worker.postMessage({ id, method, args });
    });
  Object.assign(globalThis, { ask });
  await ask('open', [await (await fetch('/rounds.wasm')).arrayBuffer()]);
}

export async function openChromium(wasm: Uint8Array): Promise<Host> {
  const executablePath = findChromium();
  if (!executablePath) throw new Error(noChromium);
  const script = readFileSync(await bundle('engine.worker.ts'), 'utf8');
  const browser = await chromium.launch({ executablePath, chromiumSandbox: false });
  const page = await browser.newPage();
  await page.route(`${ORIGIN}/**`, (route) => answer(route, script, wasm));
  await page.goto(`${ORIGIN}/`);
  await page.evaluate(startWorker);
  return {
    name: 'chromium',
    ask: (method, ...args) =>
      page.evaluate(
        ({ method, args }) =>
          (globalThis as unknown as { ask(method: string, args: unknown[]): Promise<never> }).ask(
            method,
            args,
          ),
        { method, args: args as unknown[] },
      ),
    close: () => browser.close(),
  };
}
