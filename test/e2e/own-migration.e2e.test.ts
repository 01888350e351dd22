/** Somebody with a log of a migration: takes an example, sees what explains it, opens that as a scenario; pastes nonsense and is told. */
import { expect, test } from 'vitest';
import { useSite } from '../support/browser.ts';

const site = useSite();

test('a log is explained by a simulated run, drawn over it and opened beside the engines', async () => {
  const page = await site.newPage();
  await page.goto(`${site.url}/?page=validation`);
  const own = page.getByRole('region', { name: 'Your own migration' });
  await own.getByLabel('Log of a migration').fill('nonsense');
  await own.getByText('It is none of the three').waitFor();
  await own.getByRole('button', { name: 'query-migrate' }).click();
  await own.getByText('query-migrate, completed').waitFor();
  expect(await own.locator('circle').count()).toBe(2);
  await own.getByRole('button', { name: 'Explain it' }).click();
  await own.getByText('What remains').waitFor();
  await own.getByRole('button', { name: 'Explain it again' }).waitFor({ timeout: 25_000 });
  expect(await own.locator('path.simulated').getAttribute('d')).toMatch(/^M/);
  await own.getByRole('button', { name: 'Open as a scenario' }).click();
  await page.getByRole('heading', { level: 1 }).filter({ hasNotText: 'Is it true?' }).waitFor();
  expect(new URL(page.url()).search).toContain('page=compare');
});
