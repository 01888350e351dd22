/** What a test does with the built page: opens it, waits for what it says it is at, reads the facts it shows. */
import type { Frame, Locator, Page } from 'playwright';
import { findPreset } from '../../web/scenario/presets/index.ts';
import { parseQuery } from '../../web/scenario/query.ts';
import type { Scenario } from '../../web/scenario/schema.ts';
import type { HeadlessRun } from '../../web/worker/headless.ts';
import type { PageOptions, Site } from './browser.ts';

/** What stands on the root element; `Driver.svelte` writes it. */
export type PageState =
  'broken' | 'crashed' | 'refused' | 'starting' | 'ready' | 'playing' | 'paused' | 'ended';

export const desktop = { viewport: { width: 1440, height: 900 } } as const;

/** Longer than anything takes on a busy machine, and short enough for a test to say what it waited for. */
const WAIT_MS = 15_000;

export async function stateIs(page: Page | Frame, ...states: PageState[]): Promise<void> {
  await page
    .locator(states.map((state) => `html[data-state="${state}"]`).join(', '))
    .waitFor({ state: 'attached' });
}

/** The whole run has been computed; playback may stand anywhere in it. */
export async function computed(page: Page | Frame): Promise<void> {
  await page
    .locator(
      'html[data-engine="idle"]:is([data-state="playing"], [data-state="paused"], [data-state="ended"])',
    )
    .waitFor({ state: 'attached' });
}

/** `tail` is what follows the site's address: file, query, hash. */
export async function openLab(site: Site, tail = '', options: PageOptions = {}): Promise<Page> {
  const page = await site.newPage({ ...desktop, ...options });
  page.setDefaultTimeout(WAIT_MS);
  await page.goto(`${site.url}/${tail}`);
  await page.locator('html[data-state]').waitFor({ state: 'attached' });
  return page;
}

export const mainButton = (page: Page): Locator =>
  page.getByRole('region', { name: 'Scenario' }).getByRole('button', { name: /migrat|again/i });

/** Starts the run and lets the engine end it; playback stands still at the start. */
export async function computeRun(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Migrate', exact: true }).first().click();
  await stateIs(page, 'playing');
  await page.keyboard.press('Home');
  await computed(page);
}

/** Starts the run and goes to its end. */
export async function runToEnd(page: Page): Promise<void> {
  await computeRun(page);
  await page.getByRole('button', { name: 'To the end' }).click();
  await stateIs(page, 'ended');
}

/** A key while nothing has the focus. */
export async function press(page: Page, key: string): Promise<void> {
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await page.keyboard.press(key);
}

/** The switch for keys that act without Ctrl, reached as a reader reaches it; gives back whether they act now. */
export async function singleKeys(page: Page, on?: boolean): Promise<boolean> {
  const list = page.getByRole('button', { name: 'Keys', exact: true });
  const listed = (await list.count()) > 0;
  if (listed) await list.click();
  const toggle = page.getByRole('switch', { name: 'Single-key shortcuts' });
  if (on !== undefined) await toggle.setChecked(on);
  const checked = await toggle.isChecked();
  if (listed) {
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  }
  return checked;
}

export const clock = (page: Page | Frame): Locator => page.getByRole('timer', { name: 'Virtual time' });

export const knob = (page: Page, label: string): Locator =>
  page.getByRole('button', { name: new RegExp(`^${label}: `) });

/** "1:34.250" in milliseconds. */
export function clockMs(text: string): number {
  return text.split(':').reduce((sum, part) => sum * 60 + Number(part), 0) * 1000;
}

export const readClock = async (page: Page | Frame): Promise<number> =>
  clockMs((await clock(page).textContent()) ?? '');

/** Everything the page says about one instant: the words of the picture too, not where they stand. */
export async function facts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const words = (selector: string) =>
      [...document.querySelectorAll(selector)].map((node) =>
        (node.textContent ?? '').replace(/\s+/g, ' ').trim(),
      );
    const label = document.querySelector('figure.stage')?.getAttribute('aria-label') ?? '';
    return [label, ...words('h1'), ...words('dl div'), ...words('.feed li'), ...words('[role="timer"]')];
  });
}

/**
 * The preset `database` with a quarter of its memory over a quarter of its link, written a quarter as fast: as many events and rounds
 * at nearly the same instants for a quarter of the work. For tests of what is done with a run, whatever its size.
 */
export const QUARTER = '?scenario=database&mem=128MiB&wss=96MiB&bw=250Mb/s&dirty=18MB/s';

/** What the page opens for a query. */
export function queryScenario(query: string): Scenario {
  const { scenario } = parseQuery(query, '');
  if (!scenario) throw new Error(`${query} asks for no scenario`);
  return scenario;
}

export function presetScenario(id: string): Scenario {
  const preset = findPreset(id);
  if (!preset) throw new Error(`there is no preset ${id}`);
  return preset.scenario;
}

/** What a click makes the browser save. */
export async function saved(page: Page, click: () => Promise<void>): Promise<{ name: string; text: string }> {
  const [download] = await Promise.all([page.waitForEvent('download'), click()]);
  const stream = await download.createReadStream();
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return { name: download.suggestedFilename(), text: Buffer.concat(chunks).toString('utf8') };
}

/** The events of a run as a file for programs. The report is part of it. */
export async function savedRun(page: Page): Promise<HeadlessRun & { format: string }> {
  const button = page.getByRole('button', { name: 'JSON', exact: true });
  // The result stands in the place of the log; one event back the log and its buttons are there.
  if (!(await button.isVisible())) await press(page, 'ArrowLeft');
  const { text } = await saved(page, () => button.click());
  return JSON.parse(text) as HeadlessRun & { format: string };
}
