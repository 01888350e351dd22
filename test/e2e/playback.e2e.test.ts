import type { Page } from 'playwright';
import { beforeAll, expect, test } from 'vitest';
import { formatClock } from '../../web/scenario/quantity.ts';
import type { HeadlessRun } from '../../web/worker/headless.ts';
import { useSite } from '../support/browser.ts';
import { inNode } from '../support/known-run.ts';
import {
  clock,
  clockMs,
  computed,
  computeRun,
  facts,
  knob,
  openLab,
  presetScenario,
  press,
  QUARTER,
  queryScenario,
  readClock,
  singleKeys,
  stateIs,
} from '../support/lab.ts';

const site = useSite();
let node: HeadlessRun;
beforeAll(async () => {
  node = await inNode(queryScenario(QUARTER));
});

const ROUND_MARKS = ['requested', 'round-started', 'stunned', 'resumed', 'completed'];
const clocksOf = (codes: readonly string[] | null) => [
  ...new Set(
    node.events
      .filter((event) => event.atNs > 0 && (codes === null || codes.includes(event.code)))
      .map((event) => event.atNs),
  ),
];

/** A run that is computed; playback stands at its start. */
async function started(): Promise<Page> {
  const page = await openLab(site, QUARTER);
  await computeRun(page);
  await stateIs(page, 'paused');
  return page;
}

test('Space pauses and plays; what is paused stands still', async () => {
  const page = await openLab(site, QUARTER);
  await page.keyboard.press('Space');
  await stateIs(page, 'playing');
  await page.waitForFunction(() => document.querySelector('[role="timer"]')?.textContent !== '0:00.000');
  await page.keyboard.press('Space');
  await stateIs(page, 'paused');
  const at = await facts(page);
  // Ten drawn frames later nothing has moved.
  await page.evaluate(async () => {
    for (let i = 0; i < 10; i++) await new Promise(requestAnimationFrame);
  });
  expect(await facts(page)).toEqual(at);
  await page.keyboard.press('Space');
  await stateIs(page, 'playing');
});

test('arrows go from event to event, with Shift from round to round, Home and End to the ends', async () => {
  const page = await started();
  const seen: string[] = [];
  const events = clocksOf(null);
  for (const _ of events) {
    await page.keyboard.press('ArrowRight');
    seen.push((await clock(page).textContent()) ?? '');
  }
  expect(seen).toEqual(events.map(formatClock));
  await stateIs(page, 'ended');

  await page.keyboard.press('Home');
  expect(await clock(page).textContent()).toBe('0:00.000');
  const rounds = clocksOf(ROUND_MARKS);
  for (const atNs of rounds) {
    await page.keyboard.press('Shift+ArrowRight');
    expect(await clock(page).textContent()).toBe(formatClock(atNs));
  }
  for (const atNs of [...rounds.slice(0, -1)].reverse()) {
    await page.keyboard.press('Shift+ArrowLeft');
    expect(await clock(page).textContent()).toBe(formatClock(atNs));
  }
  await page.keyboard.press('End');
  await stateIs(page, 'ended');
  await page.keyboard.press('ArrowLeft');
  await stateIs(page, 'paused');
  await page.keyboard.press('Home');
  expect(await clock(page).textContent()).toBe('0:00.000');
});

test('speed: brackets, the panel and its arrow keys; at a thousandth the clock crawls', async () => {
  const page = await started();
  const speed = page.getByTitle('Speed: arrow up and down change it');
  const before = await speed.textContent();
  await page.keyboard.press(']');
  expect(await speed.textContent()).not.toBe(before);
  await speed.focus();
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  const faster = await speed.textContent();
  await page.keyboard.press('ArrowDown');
  expect(await speed.textContent()).not.toBe(faster);
  await speed.click();
  await page.getByRole('dialog', { name: 'Speed of playback' }).getByText('0.001 ×', { exact: true }).click();
  expect(await speed.textContent()).toBe('0.001 ×');
  await press(page, 'Shift+ArrowRight');
  const from = await readClock(page);
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  const wallMs = await page.evaluate(async () => {
    const start = performance.now();
    for (let i = 0; i < 10; i++) await new Promise(requestAnimationFrame);
    return performance.now() - start;
  });
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  expect((await readClock(page)) - from).toBeLessThanOrEqual(wallMs / 1000 + 3);
});

test('stepping back shows at each instant what was shown there the first time', async () => {
  const page = await started();
  const forth = [await facts(page)];
  for (let i = 0; i < 6; i++) {
    await page.keyboard.press('Shift+ArrowRight');
    forth.push(await facts(page));
  }
  const back = [await facts(page)];
  for (let i = 0; i < 6; i++) {
    await page.keyboard.press('Shift+ArrowLeft');
    back.unshift(await facts(page));
  }
  expect(back).toEqual(forth);
});

test('scrubbing back and forth with the mouse, each instant always says the same', async () => {
  const page = await started();
  // Before its end is known the time line grows with the prediction; from here on it keeps its scale.
  await page.keyboard.press('End');
  await page.keyboard.press('Home');
  const box = (await page.locator('figure.timeline svg').boundingBox())!;
  const shares = [0.05, 0.2, 0.4, 0.55, 0.8];
  const at = async (share: number) => {
    await page.mouse.move(box.x + box.width * share, box.y + 24);
    return facts(page);
  };
  await page.mouse.move(box.x + 2, box.y + 24);
  await page.mouse.down();
  const forth: string[][] = [];
  for (const share of shares) forth.push(await at(share));
  const back: string[][] = [];
  for (const share of [...shares].reverse()) back.unshift(await at(share));
  await page.mouse.up();
  expect(back).toEqual(forth);
  expect(new Set(forth.map((one) => one.at(-1))).size).toBe(shares.length);
});

test('the time line is a slider for keys, and says where it stands', async () => {
  const page = await started();
  const slider = page.getByRole('slider', { name: 'Time in the run' });
  await slider.focus();
  await page.keyboard.press('ArrowRight');
  const first = await readClock(page);
  expect(first).toBeGreaterThan(0);
  await page.keyboard.press('PageUp');
  const second = await facts(page);
  expect(await readClock(page)).toBeGreaterThan(first);
  expect(await slider.getAttribute('aria-valuetext')).toContain((await clock(page).textContent()) ?? '?');
  await page.keyboard.press('PageUp');
  await page.keyboard.press('PageDown');
  expect(await facts(page)).toEqual(second);
  await page.keyboard.press('Home');
  expect(await readClock(page)).toBe(0);
  await page.keyboard.press('End');
  await stateIs(page, 'ended');
});

test('a line of the log leads to its instant', async () => {
  const page = await started();
  await page.keyboard.press('End');
  await page.keyboard.press('ArrowLeft');
  const line = page.locator('.feed li', { hasText: 'Round 1 sends' }).getByTitle('Go to this instant');
  await line.click();
  expect(await clock(page).textContent()).toBe(await line.textContent());
});

test('playback never runs ahead of the engine', async () => {
  // A hundred virtual seconds a second: the clock must wait for what is not computed yet, and never run backwards.
  const page = await openLab(site, '?scenario=big-10gbe&speed=100');
  await page.evaluate(() => {
    const seen: { clock: string; events: number; waits: boolean; state: string }[] = [];
    Object.assign(window, { seen });
    const watch = () => {
      seen.push({
        clock: document.querySelector('[role="timer"]')?.textContent ?? '',
        events: Number(/(\d+) events/.exec(document.querySelector('.foot')?.textContent ?? '')?.[1] ?? 0),
        waits: document.body.textContent?.includes('waits for the engine') ?? false,
        state: document.documentElement.dataset['state'] ?? '',
      });
      requestAnimationFrame(watch);
    };
    requestAnimationFrame(watch);
  });
  await page.keyboard.press('Space');
  await stateIs(page, 'ended');
  const seen = await page.evaluate(
    () => (window as unknown as { seen: { clock: string; events: number; state: string }[] }).seen,
  );
  const played = seen.filter((one) => one.state === 'playing');
  expect(played.length).toBeGreaterThan(5);
  const big = await inNode(presetScenario('big-10gbe'));
  let before = 0;
  for (const { clock: text, events } of played) {
    const atMs = clockMs(text);
    expect(atMs).toBeGreaterThanOrEqual(before);
    before = atMs;
    // What the page says has happened is what had happened by then: the clock cuts, so one millisecond is open.
    const least = big.events.filter((event) => event.atNs <= atMs * 1e6).length;
    const most = big.events.filter((event) => event.atNs < (atMs + 1) * 1e6).length;
    if (events > 0) {
      expect(events).toBeGreaterThanOrEqual(least);
      expect(events).toBeLessThanOrEqual(most);
    }
  }
});

test('keys that are typed stay with the field', async () => {
  const page = await started();
  await page.keyboard.press('Shift+ArrowRight');
  const at = await clock(page).textContent();
  await knob(page, 'Memory of the VM').click();
  const field = page.getByRole('dialog', { name: 'Memory of the VM' }).getByRole('textbox');
  await field.press('Home');
  await field.press('End');
  await field.press('ArrowLeft');
  await field.press('Space');
  await field.press('[');
  expect(await clock(page).textContent()).toBe(at);
  await stateIs(page, 'paused');
  expect(await field.inputValue()).toContain('[');
});

test('single keys can be turned off; the ones with Ctrl stay, and the choice is kept', async () => {
  const page = await openLab(site, QUARTER);
  await singleKeys(page, false);
  await press(page, 'Space');
  await stateIs(page, 'ready');
  await page.getByRole('button', { name: 'Migrate', exact: true }).first().click();
  await computed(page);
  await page.getByRole('button', { name: 'To the start' }).click();
  for (const key of ['ArrowRight', 'End', 'Shift+ArrowRight', ']', 'Space']) await press(page, key);
  expect(await clock(page).textContent()).toBe('0:00.000');
  await stateIs(page, 'paused');
  await knob(page, 'Switchover goal').press('ArrowUp');
  await stateIs(page, 'ready');
  await press(page, 'Control+z');
  expect(await knob(page, 'Switchover goal').textContent()).toContain('100');
  await page.reload();
  await stateIs(page, 'ready');
  expect(await singleKeys(page)).toBe(false);
});
