/** How often something new comes: measured in wall time, so nothing else of the suite runs meanwhile. */
import { describe, expect, test } from 'vitest';
import { useSite } from '../support/browser.ts';
import { runPreset, start, useEngine } from '../support/engine-page.ts';
import { knob, mainButton, openLab, press, stateIs } from '../support/lab.ts';
import type { Seen } from './worker-page.ts';

const site = useSite();
const engine = useEngine();

test('while the big preset is computed the page shows something new ten times a second', async () => {
  const page = await openLab(site, '?scenario=big-10gbe&speed=100');
  await page.mouse.move(10, 10);
  await page.waitForLoadState('networkidle');
  await page.evaluate(() => {
    const changes: number[] = [];
    Object.assign(window, { changes });
    let before = '';
    const watch = () => {
      const { state, engine } = document.documentElement.dataset;
      const text = `${document.querySelector('[role="timer"]')?.textContent} ${state}`;
      if (text !== before && (engine === 'computing' || state === 'playing')) changes.push(performance.now());
      before = text;
      requestAnimationFrame(watch);
    };
    requestAnimationFrame(watch);
  });
  const longest: number[] = [];
  // A machine that is busy elsewhere holds a page up now and then: the best of some runs is what the page does.
  for (let tries = 0; tries < 5 && (longest.length === 0 || Math.min(...longest) > 100); tries++) {
    await page.evaluate(() => ((window as unknown as { changes: number[] }).changes.length = 0));
    await mainButton(page).click();
    await stateIs(page, 'ended');
    const at = await page.evaluate(() => (window as unknown as { changes: number[] }).changes);
    expect(at.length).toBeGreaterThan(5);
    longest.push(Math.max(...at.slice(1).map((ms, index) => ms - at[index]!)));
    await press(page, 'Home');
    await knob(page, 'Switchover goal').press(tries % 2 === 0 ? 'ArrowUp' : 'ArrowDown');
    await stateIs(page, 'ready');
  }
  expect(Math.min(...longest)).toBeLessThanOrEqual(100);
});

describe('progress', () => {
  /** Milliseconds of the longest wait for news, from the start of the run on. */
  const longestWait = ({ batchesMs, endMs }: Seen) =>
    Math.max(...[...batchesMs, endMs].map((at, index) => at - (batchesMs[index - 1] ?? 0)));

  test('of the big preset never lets a page wait for more than a tenth of a second', async () => {
    const page = await engine.open();
    await start(page);
    const waits: number[] = [];
    // A machine that is busy elsewhere holds a page up now and then: the best of some runs is what the engine does.
    for (let tries = 0; tries < 5 && (waits.length === 0 || Math.min(...waits) > 100); tries++) {
      const seen = await runPreset(page, 'big-10gbe');
      expect(seen.outcome).toBe('completed');
      waits.push(longestWait(seen));
    }
    expect(Math.min(...waits)).toBeLessThanOrEqual(100);
  });

  test('of eight times its memory comes 10 to 60 times a second and never runs backwards', async () => {
    const page = await engine.open();
    await start(page);
    const { batchesMs, endMs, doneShares, outcome } = await page.evaluate(() =>
      window.lab.runScaled('big-10gbe', 8),
    );
    expect(outcome).toBe('completed');
    expect(batchesMs.length).toBeGreaterThanOrEqual(Math.floor(endMs / 100));
    expect(batchesMs.length).toBeLessThanOrEqual(Math.ceil((endMs * 60) / 1_000));
    expect(doneShares).toEqual([...doneShares].sort((a, b) => a - b));
    expect(doneShares.at(-1)).toBe(1);
  });
});
