/** Somebody who doubts: opens the page, chooses what is compared, looks at one run and at the published figures. */
import { expect, test } from 'vitest';
import { useSite } from '../support/browser.ts';

const site = useSite();

test('measured runs are filtered, one is marked in the picture, and published figures stand below', async () => {
  const page = await site.newPage();
  await page.goto(`${site.url}/?page=validation`);
  await page.getByRole('heading', { name: 'Is it true?' }).waitFor();
  expect(await page.locator('circle').count()).toBeGreaterThan(100);
  await page.getByLabel('Kind of run').selectOption('link');
  const rows = page.locator('.qemu tbody tr');
  // Two of them did not complete, and have no total time to draw.
  expect(await rows.count()).toBe((await page.locator('circle').count()) + 2);
  await rows.first().getByRole('button').click();
  expect(await page.locator('circle.chosen').count()).toBe(1);
  await page.getByRole('heading', { name: /Published figures, \d+ of \d+ hold/ }).waitFor();
  await page.getByRole('combobox', { name: 'Page', exact: true }).selectOption('lab');
  await page.getByRole('button', { name: 'Migrate', exact: true }).first().waitFor();
});
