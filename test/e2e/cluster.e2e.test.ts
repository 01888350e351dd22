/** Somebody who looks after a cluster: what DRS would do, what holds a host up, a plan that is run, and what it looks like on paper. */
import type { Page } from 'playwright';
import { describe, expect, test } from 'vitest';
import { useSite } from '../support/browser.ts';
import { saved } from '../support/lab.ts';
import { axeFaults, lookFaults, useFont, wideFont } from '../support/looks.ts';

const site = useSite();

async function open(tail: string, size?: { width: number; height: number }): Promise<Page> {
  const page = await site.newPage({ viewport: size ?? { width: 1440, height: 900 } });
  await page.goto(`${site.url}/${tail}`);
  await page.getByRole('main', { name: 'Cluster' }).waitFor();
  return page;
}

const computed = (page: Page) =>
  page.waitForFunction(
    () => !['computing', 'ready'].includes(document.documentElement.dataset.fleet ?? 'ready'),
  );

test('without a datacenter the page says what to do, and opens a preset', async () => {
  const page = await open('?scenario=database&page=cluster');
  await page.getByRole('heading', { name: 'No cluster to look after' }).waitFor();
  await page.getByRole('button', { name: 'A VM that blocks maintenance' }).click();
  await page.getByRole('heading', { name: 'A VM that blocks maintenance' }).waitFor();
  await page.getByText('3 hosts, 5 VMs in cluster.').waitFor();
  await page.getByText('licensed-here must run on esx-01. ✓ Holds.').waitFor();
});

test('a pre-flight says which VMs hold the host up and why, and saves it', async () => {
  const page = await open('?scenario=blocked-maintenance&page=cluster');
  await page.getByRole('button', { name: 'Pre-flight of esx-01' }).press('Enter');
  await page.getByText('esx-01 cannot be entered: 2 VMs cannot leave.').waitFor();
  await page
    .getByText('The files of local-disk lie on local-01 (local), which esx-02 does not see.')
    .waitFor();
  expect(await page.getByRole('table', { name: 'Pre-flight, VM by VM' }).locator('tbody tr').count()).toBe(2);
  const button = page.getByRole('button', { name: 'CSV of the pre-flight' });
  const { name, text } = await saved(page, () => button.click());
  expect(name).toBe('a-vm-that-blocks-maintenance-pre-flight-esx-01.csv');
  const rows = text.split('\r\n');
  expect(rows[0]).toContain('predicted_wire_bytes,predicted_stun_ns');
  expect(rows).toHaveLength(6);
  await page.getByRole('combobox', { name: /^Maintenance of one host/ }).selectOption('esx-02');
  await page.getByText(/^esx-02 can be entered after/).waitFor();
});

test('a plan is made, refused by its own words, run, and held against the run', async () => {
  const page = await open('?scenario=rolling-maintenance&page=cluster');
  await page.getByLabel('Hosts at a time').fill('4');
  await page.getByRole('button', { name: 'Plan', exact: true }).click();
  await page.getByText('1 to 3 hosts at a time: somebody must take the VMs.').waitFor();
  await page.getByLabel('Hosts at a time').fill('2');
  await page.getByLabel('Work on a host').fill('1');
  await page.getByLabel('Work on a host').press('Enter');
  const steps = page.getByRole('table', { name: 'Steps of the plan' }).locator('tbody tr');
  await steps.nth(1).waitFor();
  expect(await steps.count()).toBe(2);
  await page.getByRole('button', { name: 'Run it' }).click();
  await page.getByRole('main', { name: 'Datacenter' }).waitFor();
  await page.locator('.ask p').getByText('empty 4 of them').waitFor();
  await computed(page);
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('button', { name: 'Cluster' }).click();
  await steps.filter({ hasText: '✓ before the work' }).nth(1).waitFor();
  const off = await steps.locator('td:nth-child(12)').allTextContents();
  expect(off).toHaveLength(2);
  for (const text of off) expect(text.trim()).toMatch(/^[+−]?[0-4](\.\d+)? %$/);
  // Events of one host, then of one VM of it.
  await page.getByLabel('Host', { exact: true }).fill('esx-03');
  await page.getByText('esx-03 is being emptied: 6 VMs.').waitFor();
  expect(await page.getByText('esx-01 is being emptied').count()).toBe(0);
  await page.getByLabel('VM', { exact: true }).fill('no-such');
  await page.getByText('There is no VM called "no-such".').waitFor();
  const csv = page.getByRole('button', { name: 'CSV', exact: true });
  const { text } = await saved(page, () => csv.click());
  expect(text.split('\r\n')).toHaveLength(6);
});

test('recommendations are thought through, one is applied, and Undo takes it back', async () => {
  const page = await open('?scenario=pools&page=cluster');
  await page.getByText('If all 4 are applied, then what the score lacks is 0.077').waitFor();
  const bars = page.getByRole('table', { name: 'Hosts of cluster' });
  await bars.getByText('115 %, 24,000 MHz').waitFor();
  await page.getByLabel('What if test-01 went to esx-02').uncheck();
  await page.getByText('If 3 of 4 are applied, then what the score lacks is 0.093').waitFor();
  await bars.getByText('144 %, 30,000 MHz').waitFor();
  await page.getByRole('button', { name: 'Apply prod-01 to esx-02' }).click();
  await page.getByText('1 move is asked for; Undo takes it back.').waitFor();
  await page.getByText('If 3 of 4 are applied').waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByRole('button', { name: 'Apply prod-01 to esx-02' }).waitFor();
  await page.getByRole('button', { name: 'Apply the chosen 3' }).click();
  await page.getByText('3 moves are asked for; Undo takes it back.').waitFor();
  await page.getByRole('button', { name: 'Run in the datacenter' }).click();
  await computed(page);
  await page.getByRole('button', { name: 'To the end' }).click();
  await page.getByRole('heading', { name: /^All 3 VMs moved in/ }).waitFor();
});

test('on paper the plan stands alone, in the colours of paper', async () => {
  const page = await open('?scenario=rolling-maintenance&page=cluster&theme=dark');
  await page.getByRole('button', { name: 'Plan', exact: true }).click();
  await page.getByRole('table', { name: 'Steps of the plan' }).waitFor();
  await page.evaluate(() => (window.print = () => (document.title = 'printed')));
  await page.getByRole('button', { name: 'Print' }).click();
  expect(await page.title()).toBe('printed');
  await page.emulateMedia({ media: 'print' });
  expect(await page.getByRole('table', { name: 'Steps of the plan' }).isVisible()).toBe(true);
  for (const name of ['Run it', 'Plan', 'Share link', 'Pre-flight of esx-01'])
    expect(await page.getByRole('button', { name, exact: true }).isVisible()).toBe(false);
  const colours = await page.evaluate(() => {
    const { backgroundColor, color } = getComputedStyle(document.body);
    return [backgroundColor, color];
  });
  expect(colours).toEqual(['rgb(255, 255, 255)', 'rgb(0, 0, 0)']);
});

describe('at every width nothing is cut, small or kept from anyone', () => {
  test.each([
    ['light', 390],
    ['light', 1024],
    ['dark', 1440],
  ] as const)('%s, %i px', async (theme, width) => {
    const page = await open(`?scenario=blocked-maintenance&page=cluster&theme=${theme}`, {
      width,
      height: 844,
    });
    await useFont(page, wideFont);
    await page.getByLabel('DRS', { exact: true }).selectOption('manual');
    await page.getByRole('button', { name: 'Plan', exact: true }).click();
    await page.getByRole('button', { name: 'Pre-flight of esx-01' }).click();
    await page.getByText('Not planned, and why').waitFor();
    expect([...(await lookFaults(page)), ...(await axeFaults(page))]).toEqual([]);
  });
});

test('power management is switched on, says which host may sleep, and one undo takes it back', async () => {
  const page = await open('?scenario=power-saving&page=cluster');
  const power = page.getByLabel('Power management', { exact: true });
  await power.selectOption('off');
  expect(await page.getByText(/may sleep: it is at/).count()).toBe(0);
  await power.selectOption('manual');
  await page.getByLabel('Threshold of Power management').selectOption('5');
  await page
    .getByText(/may sleep: it is at \d+ %, and its \d+ VMs fit elsewhere\./)
    .first()
    .waitFor();
  await page.getByLabel('DRS', { exact: true }).selectOption('off');
  await page.getByText(/^DRS is off in/).waitFor();
  expect(await power.count()).toBe(0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await power.waitFor();
});

test('a link that hides predictions shows them once the run has been seen', async () => {
  const page = await open('?scenario=unbalanced&page=cluster&hint=hide');
  await page.getByText('This link hides what is predicted').waitFor();
  expect(await page.getByRole('heading', { name: 'What DRS recommends' }).count()).toBe(0);
  await page.getByRole('button', { name: 'Run in the datacenter' }).click();
  await computed(page);
  await page.getByRole('button', { name: 'To the end' }).click();
  await page.getByRole('button', { name: 'Cluster', exact: true }).click();
  await page.getByRole('heading', { name: 'What DRS recommends' }).waitFor();
});
