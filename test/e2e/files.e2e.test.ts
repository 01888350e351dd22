import type { Page } from 'playwright';
import { expect, test } from 'vitest';
import { openScenarioFile, saveScenarioFile } from '../../web/scenario/file.ts';
import type { Scenario } from '../../web/scenario/schema.ts';
import { useSite } from '../support/browser.ts';
import { computeRun, knob, openLab, presetScenario, saved, stateIs } from '../support/lab.ts';

const site = useSite();

const file = (text: string, name = 'lesson.vmotion.json') => ({
  name,
  mimeType: 'application/json',
  buffer: Buffer.from(text),
});

async function pick(page: Page, text: string): Promise<void> {
  await page.getByRole('button', { name: 'Open or save' }).click();
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: 'Choose file' }).click(),
  ]);
  await chooser.setFiles(file(text));
}

async function drop(page: Page, text: string): Promise<void> {
  const data = await page.evaluateHandle((content) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([content], 'dropped.vmotion.json', { type: 'application/json' }));
    return transfer;
  }, text);
  await page.dispatchEvent('body', 'drop', { dataTransfer: data });
}

test('a saved file opens again, picked or dropped, and is the same scenario', async () => {
  const page = await openLab(site, '?scenario=database&downtime=250ms');
  await page.getByRole('button', { name: 'Open or save' }).click();
  const { name, text } = await saved(page, () => page.getByRole('button', { name: 'Save file' }).click());
  expect(name).toBe('busy-database.vmotion.json');
  const opened = openScenarioFile(text);
  expect(opened.ok && opened.value.policy.switchoverGoalNs).toBe(250_000_000);
  await page.keyboard.press('Escape');

  const goal = knob(page, 'Switchover goal');
  await goal.press('ArrowUp');
  expect(await goal.textContent()).toBe('300 ms');
  await pick(page, text);
  await page.getByRole('button', { name: 'Switchover goal: 250 ms' }).waitFor();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await goal.press('ArrowUp');
  await drop(page, text);
  await page.getByRole('button', { name: 'Switchover goal: 250 ms' }).waitFor();
  await stateIs(page, 'ready');
});

test('a link typed into the dialog opens', async () => {
  const page = await openLab(site);
  await page.getByRole('button', { name: 'Open or save' }).click();
  await page.getByLabel('Link to a scenario').fill('?scenario=classic');
  await page.getByRole('button', { name: 'Open', exact: true }).click();
  await page.getByRole('button', { name: presetScenario('classic').title, exact: true }).waitFor();
});

test('a file with faults is shown with the path of each', async () => {
  const scenario = structuredClone(presetScenario('database')) as Scenario;
  const wrong = { ...scenario, vms: [{ ...scenario.vms[0]!, memoryBytes: 5000 }], seeds: 1 };
  const page = await openLab(site);
  await pick(page, JSON.stringify(wrong));
  await stateIs(page, 'broken');
  const alert = (await page.getByRole('alert').textContent()) ?? '';
  expect(alert).toContain('This file does not open');
  expect(alert).toContain('vms[0].memoryBytes');
  expect(alert).toContain('seeds');
  await drop(page, '{"schema": 1,');
  await page.getByText(/This is not JSON: .* line 1, column/).waitFor();
  await drop(page, ' '.repeat(1_100_000));
  await page.getByText(/a scenario has at most 1 MiB/).waitFor();
  await drop(page, saveScenarioFile(presetScenario('classic')));
  await stateIs(page, 'ready');
});

/** RFC 4180, as a spreadsheet reads it. */
function parseCsv(text: string): string[][] {
  return text
    .trimEnd()
    .split('\r\n')
    .map((line) =>
      [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)]
        .map((match) => match[1]!)
        .map((cell) => (cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell)),
    )
    .map((row) => row.slice(0, -1));
}

test('a run is saved as tables and as JSON that other programs read', async () => {
  const page = await openLab(site, '?scenario=classic');
  await computeRun(page);
  const take = (name: string) => saved(page, () => page.getByRole('button', { name, exact: true }).click());
  const rounds = await take('Rounds');
  expect(rounds.name).toMatch(/-rounds\.csv$/);
  const roundRows = parseCsv(rounds.text);
  const json = await take('JSON');
  const run = JSON.parse(json.text) as {
    events: { code: string }[];
    report: { migrations: { rounds: unknown[] }[] };
  };
  expect(roundRows.length).toBe(1 + run.report.migrations[0]!.rounds.length + 1);
  expect(new Set(roundRows.map((row) => row.length))).toEqual(new Set([11]));
  const events = parseCsv((await take('Events')).text);
  expect(events.slice(1).map((row) => row[4])).toEqual(run.events.map((event) => event.code));
  expect(new Set(events.map((row) => row.length))).toEqual(new Set([7]));
  // A cell that begins like a formula would be computed by a spreadsheet.
  for (const cell of [...events, ...roundRows].flat()) expect(cell).not.toMatch(/^[=+\-@\t\r]/);
});

test('the log is copied as text, or saved where copying is forbidden', async () => {
  const page = await openLab(site, '?scenario=classic', {
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  await computeRun(page);
  await page.keyboard.press('End');
  await page.keyboard.press('ArrowLeft');
  await page.getByRole('button', { name: 'Copy log' }).click();
  await page.getByRole('status').filter({ hasText: 'The log was copied.' }).waitFor({ state: 'attached' });
  const text = await page.evaluate(() => navigator.clipboard.readText());
  expect(text.split('\n')[0]).toBe(presetScenario('classic').title);
  expect(text).toMatch(/\[0:00\.000\] .* is asked to move/);
});
