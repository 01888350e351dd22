/** The engine on a page without an app, in the browser: what `worker-page.ts` puts there, and how a test asks it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame, Page } from 'playwright';
import { build } from 'vite';
import { beforeAll } from 'vitest';
import type { Seen } from '../e2e/worker-page.ts';
import { useSite, type Site } from './browser.ts';
import { fromRoot } from './root.ts';

const folder = fromRoot('test/.cache/worker-page');

/** Built with the site's own configuration, because how a worker is made depends on it. */
async function buildPage(): Promise<void> {
  await build({
    configFile: fromRoot('web/vite.config.ts'),
    mode: 'embed',
    root: fromRoot('test/e2e'),
    logLevel: 'error',
    build: {
      outDir: folder,
      emptyOutDir: true,
      rolldownOptions: { input: fromRoot('test/e2e/worker-page.html') },
    },
  });
  const html = readFileSync(join(folder, 'worker-page.html'), 'utf8');
  const policy = `<meta http-equiv="Content-Security-Policy" content="worker-src 'none'">`;
  writeFileSync(join(folder, 'no-workers.html'), html.replace('<head>', `<head>${policy}`));
}

/** For the head of a test file: the page is built, served, and opened as often as a test likes. */
export function useEngine(): {
  readonly site: Site;
  open(file?: string, expectErrors?: RegExp): Promise<Page>;
} {
  beforeAll(buildPage, 120_000);
  const site = useSite(folder);
  return {
    site,
    async open(file = 'worker-page.html', expectErrors) {
      const page = await site.newPage(expectErrors ? { expectErrors } : {});
      await page.goto(`${site.url}/${file}`);
      return page;
    },
  };
}

export const start = (page: Page | Frame, workers = 'real'): Promise<string> =>
  page.evaluate((kind) => window.lab.start(kind), workers);

export const runPreset = (page: Page | Frame, preset: string): Promise<Seen> =>
  page.evaluate((id) => window.lab.run(id), preset);
