import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { useSite } from '../support/browser.ts';
import { clock, desktop, openLab, stateIs } from '../support/lab.ts';

const site = useSite();

/** First load of a visitor who only looks: the house's budget. */
const FIRST_LOAD_MOST_BYTES = 100_000;

test('a first visit shows the database preset, ready, and loads little', async () => {
  const page = await site.newPage(desktop);
  const asked: string[] = [];
  const said: string[] = [];
  const scripts: Promise<Buffer>[] = [];
  page.on('request', (request) => asked.push(request.url()));
  page.on('console', (message) => said.push(`${message.type()}: ${message.text()}`));
  page.on('response', (response) => {
    if (/\.(js|wasm)$/.test(new URL(response.url()).pathname)) scripts.push(response.body());
  });
  await page.goto(`${site.url}/`);
  await stateIs(page, 'ready');
  await page.waitForLoadState('networkidle');

  expect(await page.title()).toContain('V-Motion');
  expect(await page.getByRole('button', { name: 'Busy database' }).isVisible()).toBe(true);
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(
    'Drag db-01 to esx-02, or press Migrate',
  );
  expect(await clock(page).textContent()).toBe('0:00.000');
  expect(await page.locator('.btn.go:visible').allTextContents()).toEqual(['Migrate']);

  expect(asked.filter((url) => !url.startsWith(`${site.url}/`) && !url.startsWith('data:'))).toEqual([]);
  expect(said).toEqual([]);
  const bytes = (await Promise.all(scripts)).reduce((sum, body) => sum + gzipSync(body).length, 0);
  expect(bytes).toBeGreaterThan(10_000);
  expect(bytes).toBeLessThanOrEqual(FIRST_LOAD_MOST_BYTES);
});

test('what is only predicted is dashed: numbers, rounds and the end', async () => {
  const page = await openLab(site);
  const predicted = page.locator('dl .predict dd');
  expect(await predicted.count()).toBe(4);
  for (const style of await predicted.evaluateAll((nodes) =>
    nodes.map((node) => {
      const { borderBottomStyle, textDecorationStyle } = getComputedStyle(node);
      return [borderBottomStyle, textDecorationStyle];
    }),
  ))
    expect(style).toContain('dashed');
  const end = page.getByText(/^of .* predicted$/);
  expect(await end.evaluate((node) => getComputedStyle(node).textDecorationStyle)).toBe('dashed');
  // Every bar of the timeline and of the rounds is a prediction: each has a dash in its line.
  const marks = page.locator('figure.timeline .dash, .charts .dash');
  expect(await marks.count()).toBeGreaterThan(4);
  for (const dash of await marks.evaluateAll((nodes) =>
    nodes.map((node) => getComputedStyle(node).strokeDasharray),
  ))
    expect(dash).not.toBe('none');
  expect(await page.locator('figure.timeline').locator('.round, .stunned').count()).toBe(0);
});

test('a wide screen is filled and does not scroll', async () => {
  const page = await openLab(site);
  const { width, height } = await page.evaluate(() => {
    const { scrollWidth, scrollHeight } = document.documentElement;
    return { width: scrollWidth, height: scrollHeight };
  });
  expect({ width, height }).toEqual(desktop.viewport);
});
