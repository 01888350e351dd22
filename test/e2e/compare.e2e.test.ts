import type { Page } from 'playwright';
import { expect, test } from 'vitest';
import { useSite } from '../support/browser.ts';
import { openLab } from '../support/lab.ts';
import { axeFaults, lookFaults } from '../support/looks.ts';

const site = useSite();
const heading = (page: Page) => page.getByRole('heading', { level: 1 });
const rowsOf = (page: Page) => page.locator('.rows li');
const differences = (page: Page) => page.getByRole('region', { name: 'Differences' });

/** Every engine has its result. */
async function isComputed(page: Page, engines: number): Promise<void> {
  await expect.poll(() => rowsOf(page).count(), { timeout: 15_000 }).toBe(engines);
  await expect.poll(() => page.getByText(/computing …|not computed/).count(), { timeout: 15_000 }).toBe(0);
  await page.locator('progress').waitFor({ state: 'detached' });
}

test('engines of the address side by side: the difference in a sentence, a parameter changed, all of it in the address', async () => {
  const page = await openLab(site, '?scenario=classic&page=compare&engines=esxi-8,xen:max_iterations:2');
  await isComputed(page, 2);
  expect(await heading(page).textContent()).toMatch(/^Xen 4 .* times as .* as ESXi 8: .*\.$/);
  const stun = differences(page).getByRole('row', { name: /^Stun/ });
  expect(await stun.getByRole('cell').allTextContents()).toEqual([
    expect.stringMatching(/^[\d.]+ ms$/),
    expect.stringMatching(/^[\d.]+ ms× [\d.]+$/),
  ]);
  await page.getByLabel('Add').selectOption('qemu-9.2');
  await isComputed(page, 3);
  expect(page.url()).toContain('engines=esxi-8,xen:max_iterations:2,qemu-9.2');
  const qemu = rowsOf(page).nth(2);
  const before = await qemu.locator('p.end').textContent();
  await qemu.getByRole('button', { name: 'parameters' }).click();
  await qemu.getByLabel('downtime-limit').fill('0');
  await qemu.getByLabel('downtime-limit').blur();
  await qemu.getByLabel('max-bandwidth').fill('ten');
  await qemu.getByLabel('max-bandwidth').blur();
  expect(await qemu.getByRole('alert').textContent()).toMatch(/max-bandwidth is from 0 to/);
  await qemu.getByLabel('max-bandwidth').fill('20000000');
  await qemu.getByLabel('max-bandwidth').blur();
  await expect.poll(() => qemu.locator('p.end').textContent()).not.toBe(before);
  await isComputed(page, 3);
  expect(await qemu.getByRole('button', { name: 'parameters (2)' }).count()).toBe(1);
  expect(page.url()).toContain('qemu-9.2:downtime-limit:0:max-bandwidth:20000000');
  const slow = await qemu.locator('p.end').textContent();
  await page.reload();
  await isComputed(page, 3);
  expect(await qemu.locator('p.end').textContent()).toBe(slow);
  expect(await axeFaults(page)).toEqual([]);
  expect(await lookFaults(page)).toEqual([]);
});

test('from a move that cannot end to why, and to what each remedy really does', async () => {
  const page = await openLab(site, '?scenario=write-storm&engines=esxi-8,xen');
  await page.getByRole('button', { name: 'Why it does not end, and other engines' }).click();
  const why = page.getByRole('region', { name: /^Why ESXi 8 does not end/ });
  await why.waitFor();
  const sdps = why.getByRole('row', { name: /SDPS/ });
  await sdps.waitFor();
  // The preset that turns SDPS on takes 10.3 s and stops for 463 ms: the same move.
  expect(await sdps.getByRole('cell').allTextContents()).toEqual([
    '10.3 s',
    '463 ms',
    expect.stringMatching(/^guest at down to 41\.\d % for 5\.\d+ s$/),
  ]);
  await expect.poll(() => why.getByRole('row').count(), { timeout: 15_000 }).toBe(5);
  await page.setViewportSize({ width: 390, height: 844 });
  await page.getByRole('tab', { name: "Guest's speed" }).click();
  expect(await lookFaults(page)).toEqual([]);
});
