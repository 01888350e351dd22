import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { siteFolder, useSite } from '../support/browser.ts';

const site = useSite();

test('the site starts', async () => {
  const page = await site.newPage();
  await page.goto(`${site.url}/`);
  await page.locator('#app > *').first().waitFor();
  expect(await page.title()).toContain('V-Motion');
});

test('the one-file page starts from a file', async () => {
  const page = await site.newPage();
  await page.goto(pathToFileURL(join(siteFolder, 'embed.html')).href);
  await page.locator('#app > *').first().waitFor();
});

test.each(['allow-scripts', 'allow-scripts allow-same-origin'])(
  'the one-file page starts in a frame of another site with sandbox="%s"',
  async (sandbox) => {
    const host = await site.hostPage(`<iframe sandbox="${sandbox}" src="${site.url}/embed.html"></iframe>`);
    const page = await site.newPage();
    await page.goto(host);
    await page.frameLocator('iframe').locator('#app > *').first().waitFor({ state: 'attached' });
  },
);
