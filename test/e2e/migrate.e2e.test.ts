import type { Page } from 'playwright';
import { expect, test } from 'vitest';
import { formatBytes, formatCount, formatDuration } from '../../web/scenario/quantity.ts';
import type { HeadlessRun } from '../../web/worker/headless.ts';
import { useSite } from '../support/browser.ts';
import { inNode } from '../support/known-run.ts';
import {
  computed,
  mainButton,
  openLab,
  presetScenario,
  press,
  QUARTER,
  runToEnd,
  savedRun,
  stateIs,
} from '../support/lab.ts';

const site = useSite();
const DATABASE = presetScenario('database');

const grouped = (hash: string) => (hash.match(/.{4}/g) ?? []).join(' ');
const vmLabel = (page: Page) => page.locator('figure.stage .vm');

/** The run the page saves is that of Node, to the last digit. */
async function hasEventsOf(page: Page, node: HeadlessRun): Promise<void> {
  const run = await savedRun(page);
  expect(run.format).toBe('vmotion-run');
  expect(run.report.logHash).toBe(node.report.logHash);
  expect(run.events).toEqual(node.events);
  expect(run.report.migrations).toEqual(node.report.migrations);
}

test('the button moves the VM, and the result and the events are those of the engine in Node', async () => {
  const node = await inNode(DATABASE);
  const report = node.report.migrations[0]!;
  const page = await openLab(site);
  await mainButton(page).click();
  await stateIs(page, 'playing');
  expect(await mainButton(page).textContent()).toBe('Cancel migration');
  await computed(page);
  await page.keyboard.press('End');
  await stateIs(page, 'ended');

  const result = page.getByRole('main');
  const title = await result.getByRole('heading', { level: 1 }).textContent();
  expect(title).toContain(`Moved in ${formatDuration(report.totalNs)}.`);
  expect(title).toContain(`db-01 stood still for ${formatDuration(report.downtimeNs)};`);

  const proof = result.locator('section.proof');
  expect(await proof.getByRole('heading').textContent()).toBe(
    'Proof 131,072 pages compared, memory hash equal',
  );
  expect(report.pagesCompared).toBe(131_072);
  expect(report.sourceHash).not.toBeNull();
  expect(report.targetHash).toBe(report.sourceHash);
  const hash = grouped(report.sourceHash!);
  expect(await proof.locator('dd').allTextContents()).toEqual([hash, '=', hash]);
  expect(await proof.getByRole('img', { name: 'equal', exact: true }).count()).toBe(1);

  // Every part of the downtime stands there with its time, and together they are the downtime.
  const fall = (await result.locator('section.fall').textContent()) ?? '';
  for (const part of report.downtimeParts) expect(fall).toContain(formatDuration(part.durationNs));
  expect(report.downtimeParts.reduce((sum, part) => sum + part.durationNs, 0)).toBe(report.downtimeNs);
  for (const name of [
    'Stop the vCPUs',
    'Final dirty bitmap',
    'Last pages',
    'Device state',
    'Resume on esx-02',
  ])
    expect(fall).toContain(name);

  const table = (await result.locator('section.table').textContent()) ?? '';
  for (const text of [
    formatDuration(report.totalNs),
    formatDuration(report.predicted!.totalNs),
    formatBytes(report.wireBytes),
    formatCount(report.rounds.length),
  ])
    expect(table).toContain(text);
  expect(await mainButton(page).textContent()).toBe('Migrate back');
  await hasEventsOf(page, node);
});

test.each(['classic', 'write-storm-sdps', 'long-distance'])(
  'the page of %s has the events of Node, to the last digit',
  async (preset) => {
    const node = await inNode(presetScenario(preset));
    const page = await openLab(site, `?scenario=${preset}`);
    await runToEnd(page);
    await hasEventsOf(page, node);
  },
);

test('the VM is dragged onto the other host with the mouse', async () => {
  const page = await openLab(site);
  const from = (await vmLabel(page).boundingBox())!;
  const to = (await page.locator('figure.stage .quilt').nth(1).boundingBox())!;
  await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
  await page.mouse.down();
  await page.mouse.move(from.x + 40, from.y + 40, { steps: 2 });
  // Over nothing: letting go here would mean nothing.
  expect(await page.locator('figure.stage rect.over').count()).toBe(0);
  await page.mouse.move(to.x + to.width / 2, to.y + to.height / 2, { steps: 4 });
  await page.locator('figure.stage rect.over').first().waitFor({ state: 'attached' });
  await stateIs(page, 'ready');
  await page.mouse.up();
  await stateIs(page, 'playing');
});

test('a VM that is dropped beside the other host stays where it is', async () => {
  const page = await openLab(site);
  const from = (await vmLabel(page).boundingBox())!;
  await page.mouse.move(from.x + 10, from.y + 10);
  await page.mouse.down();
  await page.mouse.move(from.x + 60, from.y + 100, { steps: 3 });
  await page.mouse.up();
  await page.locator('figure.stage .vm:not(.dragged)').waitFor();
  await stateIs(page, 'ready');
  expect(await vmLabel(page).boundingBox()).toEqual(from);
});

test('keys alone reach the button, start the run and read its result', async () => {
  const page = await openLab(site, QUARTER);
  const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim() ?? '');
  for (let i = 0; i < 40 && (await focused()) !== 'Migrate'; i++) await page.keyboard.press('Tab');
  expect(await focused()).toBe('Migrate');
  await page.keyboard.press('Enter');
  await stateIs(page, 'playing');
  await computed(page);
  await press(page, 'End');
  await stateIs(page, 'ended');
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain('Moved in');
});

test('the space bar starts it where nothing has the focus', async () => {
  const page = await openLab(site);
  await page.keyboard.press('Space');
  await stateIs(page, 'playing');
});
