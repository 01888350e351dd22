/** What somebody does with a datacenter: opens it, sends a VM away, empties a host, lets one fail, looks at the end. */
import { expect, test } from 'vitest';
import { useSite } from '../support/browser.ts';

const site = useSite();

test('twenty VMs leave a host, and the page says how long it took', async () => {
  const page = await site.newPage();
  await page.goto(`${site.url}/?scenario=four-at-once`);
  await page.getByRole('main', { name: 'Datacenter' }).waitFor();
  await page.getByRole('button', { name: 'Run', exact: true }).first().click();
  await page.waitForFunction(() => document.documentElement.dataset.fleet !== 'computing');
  await page.getByRole('button', { name: 'To the end' }).click();
  await page.getByRole('heading', { name: /^All 20 VMs moved in/ }).waitFor();
  expect(await page.locator('tbody tr').count()).toBe(20);
});

test('a VM is sent to another host by keyboard, undone, and a host fails under it', async () => {
  const page = await site.newPage();
  await page.goto(`${site.url}/?scenario=target-crash`);
  const ask = page.locator('.ask p');
  await ask.getByText('move 3 VMs').waitFor();
  await page.getByRole('searchbox').fill('app-0012');
  await page.getByRole('searchbox').press('Enter');
  await page.getByRole('combobox', { name: /to/ }).selectOption('esx-01');
  await page.getByRole('button', { name: 'Move', exact: true }).click();
  await ask.getByText('move 4 VMs').waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await ask.getByText('move 3 VMs').waitFor();
  await page.getByRole('button', { name: 'Run', exact: true }).first().click();
  await page.waitForFunction(() => document.documentElement.dataset.fleet !== 'computing');
  await page.getByRole('button', { name: 'To the end' }).click();
  await page.getByRole('heading', { name: '0 VMs moved, 3 failed, 0 cancelled' }).waitFor();
  await page.getByText('the target failed; the VM runs on where it was').first().waitFor();
});
