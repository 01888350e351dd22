import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Frame, Page } from 'playwright';
import { describe, expect, test } from 'vitest';
import { formatDuration } from '../../web/scenario/quantity.ts';
import { encodeLink } from '../../web/scenario/link.ts';
import { siteFolder, useSite } from '../support/browser.ts';
import { inNode } from '../support/known-run.ts';
import { clock, openLab, presetScenario, stateIs } from '../support/lab.ts';

const site = useSite();
const CLASSIC = presetScenario('classic');
/** Short, and played as fast as it goes: these tests look at the end. */
const QUICK = '?scenario=classic&speed=20';

async function framed(page: Page): Promise<Frame> {
  const element = await page.waitForSelector('iframe');
  const frame = await element.contentFrame();
  if (!frame) throw new Error('the frame has no document');
  return frame;
}

async function playsToTheEnd(at: Page | Frame): Promise<void> {
  await stateIs(at, 'ready');
  expect(await at.locator('h1').textContent()).toContain('or press Migrate');
  await at.getByRole('button', { name: 'Migrate' }).click();
  await stateIs(at, 'ended');
  const report = (await inNode(CLASSIC)).report.migrations[0]!;
  expect(report.verified).toBe(true);
  const title = await at.locator('h1').textContent();
  expect(title).toContain(`Moved in ${formatDuration(report.totalNs)}.`);
  expect(title).toContain(`stood still for ${formatDuration(report.downtimeNs)}`);
  expect(await at.locator('.last').textContent()).toMatch(/every byte equal|hash equal/);
}

describe('the page for frames plays to its end and shows what was proven', () => {
  test('from a file on a disk', async () => {
    const page = await site.newPage({ viewport: { width: 720, height: 450 } });
    const file = pathToFileURL(join(siteFolder, 'embed.html')).href;
    await page.goto(file);
    await stateIs(page, 'ready');
    await page.goto(file + QUICK);
    await playsToTheEnd(page);
  });

  test.each(['', 'sandbox="allow-scripts"', 'sandbox="allow-scripts allow-same-origin"'])(
    'in a frame of another site, without CORS headers, %s',
    async (sandbox) => {
      const host = await site.hostPage(
        `<iframe ${sandbox} width="720" height="450" src="${site.url}/embed.html${QUICK}"></iframe>`,
      );
      const page = await site.newPage();
      await page.goto(host);
      const frame = await framed(page);
      expect(new URL(frame.url()).hostname).not.toBe(new URL(page.url()).hostname);
      await playsToTheEnd(frame);
    },
  );
});

test('?embed=1 on the whole page leads to the page for frames, with query and hash', async () => {
  const page = await site.newPage();
  const link = encodeLink(CLASSIC);
  const tail = `?embed=1&links=0${link.ok ? link.value : ''}`;
  await page.goto(`${site.url}/${tail}`);
  await page.waitForURL(`${site.url}/embed.html${tail}`);
  await stateIs(page, 'ready');
  expect(await page.locator('h1').textContent()).toContain(CLASSIC.vms[0]!.id);
  await page.goto(`${site.url}/index.html?embed=1`);
  await page.waitForURL(`${site.url}/embed.html?embed=1`);
});

test('the way out leads to the same scenario on the whole page; links=0 takes it away', async () => {
  const page = await openLab(site, 'embed.html?scenario=classic&goal=1&autoplay=1&theme=dark');
  const link = page.getByRole('link', { name: 'Open in V-Motion' });
  expect(await link.getAttribute('href')).toBe(`${site.url}/?scenario=classic&goal=1&theme=dark`);
  expect(await link.getAttribute('rel')).toContain('noopener');
  await page.goto(`${site.url}/embed.html?scenario=classic&links=0`);
  await stateIs(page, 'ready');
  expect(await page.getByRole('link').count()).toBe(0);
  await page.goto(`${site.url}/embed.html?links=0#s=1.abc.1234567`);
  await stateIs(page, 'broken');
  expect(await page.getByRole('alert').textContent()).toContain('cut off or damaged');
  expect(await page.getByRole('link').count()).toBe(0);
  expect(await clock(page).count()).toBe(0);
});

test('the offered snippets work when they are pasted into a page of another site', async () => {
  const page = await openLab(site, '?scenario=classic&downtime=250ms');
  await page.getByRole('button', { name: 'Embed' }).click();
  await page.getByRole('dialog').getByLabel('Start by itself').check();
  await page.getByRole('dialog').getByLabel('Link to the whole page').uncheck();
  const plain = await page.getByRole('dialog').getByLabel('Frame', { exact: true }).inputValue();
  const strict = await page.getByRole('dialog').getByLabel('Strict frame').inputValue();
  const address = await page.getByLabel('Address alone').inputValue();
  for (const snippet of [plain, strict]) {
    await page.goto(await site.hostPage(snippet));
    const frame = await framed(page);
    await stateIs(frame, 'playing', 'ended');
    expect(frame.url()).toBe(address);
    expect(await frame.getByRole('link').count()).toBe(0);
    // It fills the page's width and is high enough to show everything.
    const box = (await page.locator('iframe').boundingBox())!;
    expect(box.width).toBeGreaterThan(1200);
    expect(box.height).toBeGreaterThanOrEqual(560);
  }
  const query = new URL(address).searchParams;
  expect(query.get('downtime')).toBe('250ms');
  expect(query.get('autoplay')).toBe('1');
});

test('who asks for little motion starts the frame by hand', async () => {
  const page = await openLab(site, 'embed.html?scenario=classic&autoplay=1', { reducedMotion: 'reduce' });
  await stateIs(page, 'ready');
  await page.goto(`${site.url}/embed.html?scenario=classic&autoplay=force`);
  await stateIs(page, 'playing', 'ended');
});

test('a datacenter in a frame without an origin runs and shows its tasks', async () => {
  const page = await site.newPage();
  const src = `${site.url}/embed.html?scenario=four-at-once`;
  await page.goto(
    await site.hostPage(`<iframe sandbox="allow-scripts" width="720" height="450" src="${src}"></iframe>`),
  );
  const frame = await framed(page);
  await frame.getByRole('main', { name: 'Datacenter' }).waitFor();
  await frame.getByRole('button', { name: 'Run', exact: true }).first().click();
  await frame.waitForFunction(() => document.documentElement.dataset.fleet !== 'computing');
  await frame.getByRole('button', { name: 'To the end' }).click();
  await frame.getByText('done').first().waitFor();
  expect(await frame.locator('tbody tr').count()).toBe(20);
});

test('a cluster in a frame without an origin shows how full its hosts are', async () => {
  const page = await site.newPage();
  const src = `${site.url}/embed.html?scenario=unbalanced&page=cluster`;
  await page.goto(
    await site.hostPage(`<iframe sandbox="allow-scripts" width="720" height="450" src="${src}"></iframe>`),
  );
  const frame = await framed(page);
  await frame.getByRole('main', { name: 'Cluster' }).waitFor();
  expect(await frame.getByRole('region', { name: 'Hosts' }).locator('tbody tr').count()).toBe(4);
  await frame.getByRole('heading', { name: 'What DRS recommends' }).waitFor();
  // It scrolls in the frame and not the page around it.
  expect(await frame.evaluate(() => document.documentElement.scrollHeight <= innerHeight)).toBe(true);
});

test('a frame that hides predictions of a cluster shows them once its run has been seen', async () => {
  const page = await site.newPage();
  const src = `${site.url}/embed.html?scenario=unbalanced&page=cluster&hint=hide`;
  await page.goto(
    await site.hostPage(`<iframe sandbox="allow-scripts" width="720" height="450" src="${src}"></iframe>`),
  );
  const frame = await framed(page);
  await frame.getByRole('button', { name: 'Run in the datacenter' }).click();
  await frame.getByRole('main', { name: 'Datacenter' }).waitFor();
  await frame.waitForFunction(
    () => !['computing', 'ready'].includes(document.documentElement.dataset.fleet ?? 'ready'),
  );
  await frame.getByRole('button', { name: 'To the end' }).click();
  await frame.getByRole('button', { name: 'Back to the cluster' }).click();
  await frame.getByRole('heading', { name: 'What DRS recommends' }).waitFor();
});
