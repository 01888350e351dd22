import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright';
import { afterAll, afterEach, beforeAll, inject } from 'vitest';
import { serveFolder } from '../../web/tools/serve.js';
import { noChromium } from './chromium.ts';
import type {} from './browser-server.ts';

/** The built site. */
export const siteFolder = fileURLToPath(new URL('../../web/dist', import.meta.url));

export interface PageOptions extends BrowserContextOptions {
  /** Console and page errors a test means to provoke. All others fail it. */
  readonly expectErrors?: RegExp;
}

export interface TestBrowser {
  /** A page in a context of its own: no storage, no settings of another test. */
  newPage(options?: PageOptions): Promise<Page>;
  /** What pages have complained about since the last call. */
  takeProblems(): string[];
  closePages(): Promise<void>;
  close(): Promise<void>;
}

export interface Server {
  /** The origin, without a slash at its end. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves a folder on a port of its own. Each call is another origin; the host `localhost` is also another site than
 * the usual `127.0.0.1`, which is what a frame on somebody else's page has to live with.
 */
export function serve(dir: string, options: { cors?: boolean; host?: string } = {}): Promise<Server> {
  return serveFolder(dir, options);
}

/** Pages write errors in three ways, and a test that looked at one of them only would miss a dead worker. */
function watch(page: Page, report: (problem: string) => void): void {
  page.on('console', (message) => {
    if (message.type() === 'error') report(`console: ${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (error) => report(`page: ${error.stack ?? error.message}`));
  page.on('crash', () => report('page: it crashed'));
}

/** Connects to the browser of this run. It fails with a sentence that says what to do where none is installed. */
export async function openBrowser(): Promise<TestBrowser> {
  const address = inject('browserAddress');
  if (address === '') throw new Error(noChromium);
  const browser: Browser = await chromium.connect(address);
  let problems: string[] = [];
  return {
    async newPage({ expectErrors, ...options } = {}) {
      const context = await browser.newContext(options);
      const page = await context.newPage();
      watch(page, (problem) => {
        if (!expectErrors?.test(problem)) problems.push(problem);
      });
      return page;
    },
    takeProblems() {
      const taken = problems;
      problems = [];
      return taken;
    },
    async closePages() {
      await Promise.all(browser.contexts().map((context) => context.close()));
    },
    close: () => browser.close(),
  };
}

export interface Site {
  /** Address of the built site, without a slash at its end. */
  readonly url: string;
  newPage(options?: PageOptions): Promise<Page>;
  /** Puts one HTML page on another site for the length of a test, as a page that embeds ours; returns its address. */
  hostPage(html: string): Promise<string>;
}

/** @returns a server on another site that answers every address with one page */
async function serveHtml(html: string): Promise<Server> {
  const page = `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">${html}`;
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end(page);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://localhost:${port}`, close };
}

/**
 * For the head of a test file: the browser of the run and one server of the built site for all its tests. After each test
 * the pages are closed, and an error that any of them reported fails that test.
 */
export function useSite(dir = siteFolder): Site {
  let browser: TestBrowser | undefined;
  let server: Server | undefined;
  let hosts: Server[] = [];
  beforeAll(async () => {
    [browser, server] = await Promise.all([openBrowser(), serve(dir)]);
  });
  afterEach(async () => {
    await browser?.closePages();
    await Promise.all(hosts.map((host) => host.close()));
    hosts = [];
    const problems = browser?.takeProblems() ?? [];
    if (problems.length > 0) throw new Error(`the pages of this test reported:\n${problems.join('\n')}`);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });
  return {
    get url() {
      if (!server) throw new Error('the site is served once the tests of the file have started');
      return server.url;
    },
    newPage(options) {
      if (!browser) throw new Error('the browser is open once the tests of the file have started');
      return browser.newPage(options);
    },
    async hostPage(html) {
      const host = await serveHtml(html);
      hosts.push(host);
      return `${host.url}/`;
    },
  };
}
