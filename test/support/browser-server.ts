/** Before the browser tests of a run: one browser for all their files. Each file connects to it, each test has a context of its own. */
import { chromium } from 'playwright';
import type { TestProject } from 'vitest/node';
import { findChromium } from './chromium.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the browser of this run listens; empty where none is installed. */
    readonly browserAddress: string;
  }
}

/** A browser with a window of its own for each context fills them with parts that no test opens; they cost a third of each page's start. */
const unused = ['WebUIOmniboxPopup', 'WebUIOmniboxAimPopup', 'SpareRendererForSitePerProcess'];

/** @returns what ends the browser */
export default async function openForAll(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const executablePath = findChromium();
  if (!executablePath) {
    project.provide('browserAddress', '');
    return undefined;
  }
  const server = await chromium.launchServer({
    executablePath,
    chromiumSandbox: false,
    args: [`--disable-features=${unused.join()}`],
  });
  project.provide('browserAddress', server.wsEndpoint());
  return () => server.close();
}
