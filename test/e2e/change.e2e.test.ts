import { expect, test } from 'vitest';
import { suggestions } from '../../web/model/what-if.ts';
import { formatClock, formatDuration } from '../../web/scenario/quantity.ts';
import { useSite } from '../support/browser.ts';
import { inNode } from '../support/known-run.ts';
import {
  clock,
  computed,
  computeRun,
  knob,
  mainButton,
  openLab,
  presetScenario,
  press,
  QUARTER,
  queryScenario,
  runToEnd,
  savedRun,
  stateIs,
} from '../support/lab.ts';

const site = useSite();

test('cancelled in the middle the VM runs on, and up to there nothing has changed', async () => {
  const node = await inNode(queryScenario(QUARTER));
  const atNs = node.events.find((event) => event.code === 'round-started' && event.n['round'] === 2)!.atNs;
  const page = await openLab(site, QUARTER);
  await computeRun(page);
  for (let i = 0; i < 3; i++) await page.keyboard.press('Shift+ArrowRight');
  expect(await clock(page).textContent()).toBe(formatClock(atNs));
  await mainButton(page).click();
  // The clock never goes back: the run is repeated behind it, and goes on from this instant.
  await stateIs(page, 'playing', 'ended');
  await page.getByRole('heading', { name: 'Cancelled: db-01 runs on at esx-01' }).waitFor();
  await stateIs(page, 'ended');
  const shown = (await page.locator('figure.stage').textContent()) ?? '';
  expect(shown).toContain('copy thrown away');
  expect(await page.locator('figure.stage .vm').textContent()).toContain('db-01 runs');
  expect(await mainButton(page).textContent()).toBe('Try again');

  const run = await savedRun(page);
  const before = run.events.filter((event) => event.atNs < atNs);
  expect(before).toEqual(node.events.filter((event) => event.atNs < atNs));
  expect(run.report.migrations[0]!.outcome).toBe('cancelled');

  await mainButton(page).click();
  await stateIs(page, 'playing');
});

test('migrating back goes the other way', async () => {
  const page = await openLab(site, '?scenario=classic');
  await runToEnd(page);
  const proof = page.locator('section.proof').getByRole('figure').first();
  expect(await proof.getAttribute('aria-label')).toContain('runs on esx-02');
  await page.getByRole('button', { name: 'Migrate back' }).click();
  await computed(page);
  await page.keyboard.press('End');
  await stateIs(page, 'ended');
  expect(await proof.getAttribute('aria-label')).toContain('runs on esx-01');
  await press(page, 'Control+z');
  await stateIs(page, 'ready');
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain('to esx-02');
});

test('the write storm fails, and one click on SDPS makes it end well', async () => {
  const scenario = presetScenario('write-storm');
  const page = await openLab(site, '?scenario=write-storm');
  await runToEnd(page);
  const title = (await page.getByRole('heading', { level: 1 }).textContent()) ?? '';
  expect(title).toMatch(/^Not moved: .* as fast as the link/);
  expect(title).toContain(scenario.vms[0]!.id);
  expect(await mainButton(page).textContent()).toBe('Try again');
  const helps = page.getByRole('region', { name: 'What would help' }).getByRole('button');
  const expected = suggestions(scenario);
  expect(expected.length).toBeGreaterThan(2);
  const says = await helps.allInnerTexts();
  // The last one does not change the scenario: it asks why, and opens the page of the engines.
  expect(says.length).toBe(expected.length + 1);
  for (const [index, one] of expected.entries()) {
    expect(says[index]).toContain(`${one.before} ${one.value}${one.after}`);
    expect(says[index]).toContain(formatDuration(one.estimate.totalNs));
  }
  await helps.filter({ hasText: 'SDPS' }).click();
  await stateIs(page, 'playing');
  expect(await knob(page, 'Stun during page send').textContent()).toBe('on');
  await page.keyboard.press('Home');
  await computed(page);
  await page.keyboard.press('End');
  await stateIs(page, 'ended');
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain('Moved in');
});

test('knobs: arrow keys, undo and redo; a change gives back the start', async () => {
  // What a knob does is the same for a small VM; the link is that of the preset.
  const page = await openLab(site, '?scenario=database&mem=64MiB');
  await computeRun(page);
  const link = knob(page, 'Speed of the vMotion link');
  const before = await link.textContent();
  await link.press('ArrowUp');
  await stateIs(page, 'ready');
  expect(await link.textContent()).toBe('2.50 Gb/s');
  await link.press('ArrowRight');
  expect(await link.textContent()).toBe('5 Gb/s');
  await link.press('ArrowDown');
  await press(page, 'Control+z');
  expect(await link.textContent()).toBe('5 Gb/s');
  await press(page, 'Control+z');
  await press(page, 'Control+z');
  expect(await link.textContent()).toBe(before);
  expect(await page.getByRole('button', { name: 'Undo' }).isDisabled()).toBe(true);
  await press(page, 'Control+Shift+Z');
  expect(await link.textContent()).toBe('2.50 Gb/s');
  await page.getByRole('button', { name: 'Redo' }).click();
  expect(await link.textContent()).toBe('5 Gb/s');
  await page.getByRole('button', { name: 'Undo' }).click();
  expect(await link.textContent()).toBe('2.50 Gb/s');
});

test('knobs: a drag turns one, and is one step of undo', async () => {
  const page = await openLab(site);
  const goal = knob(page, 'Switchover goal');
  const box = (await goal.boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2 + 30, box.y, { steps: 6 });
  await page.mouse.move(box.x + box.width / 2 + 58, box.y, { steps: 6 });
  await page.mouse.up();
  expect(await goal.textContent()).toBe('500 ms');
  expect(await page.getByRole('dialog').count()).toBe(0);
  await press(page, 'Control+z');
  expect(await goal.textContent()).toBe('100 ms');
  // A press without a drag opens the panel, a slider in it moves the same knob.
  await goal.click();
  const panel = page.getByRole('dialog', { name: 'Switchover goal' });
  await panel.getByRole('slider').press('ArrowRight');
  expect(await goal.textContent()).toBe('150 ms');
  await page.keyboard.press('Escape');
  await panel.waitFor({ state: 'detached' });
  expect(await goal.evaluate((node) => node === document.activeElement)).toBe(true);
});

test('knobs: a typed value with its unit is taken, a wrong one is explained and nothing moves', async () => {
  const page = await openLab(site);
  const memory = knob(page, 'Memory of the VM');
  await memory.click();
  const panel = page.getByRole('dialog', { name: 'Memory of the VM' });
  const field = panel.getByRole('textbox');
  const says = async (typed: string) => {
    await field.fill(typed);
    await field.press('Enter');
    return panel.locator('.help').textContent();
  };
  expect(await says('768 apples')).toContain('"apples" is no unit that fits here.');
  expect(await field.getAttribute('aria-invalid')).toBe('true');
  expect(await says('768 mib')).toContain('Did you mean MiB?');
  expect(await says('2 TiB')).toBe('Between 16 MiB and 1 TiB, please.');
  expect(await says('a lot')).toContain('Write a number with a unit');
  expect(await memory.textContent()).toBe('512 MiB');
  await field.fill('768 MiB');
  await field.press('Enter');
  await panel.waitFor({ state: 'detached' });
  expect(await memory.textContent()).toBe('768 MiB');
  // Nobody who typed loses the keyboard's place.
  expect(await memory.evaluate((node) => node === document.activeElement)).toBe(true);
});

test('choices: a click on one takes it', async () => {
  const page = await openLab(site);
  const compression = knob(page, 'Compression of the pages');
  await compression.click();
  await page.getByRole('dialog').getByRole('button', { name: 'LZ4' }).click();
  expect(await compression.textContent()).toBe('LZ4');
  expect(
    await page.getByRole('dialog').getByRole('button', { name: 'LZ4' }).getAttribute('aria-pressed'),
  ).toBe('true');
});
