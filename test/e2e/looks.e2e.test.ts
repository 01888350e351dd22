import type { Page } from 'playwright';
import { describe, expect, test } from 'vitest';
import { useSite } from '../support/browser.ts';
import { computed, computeRun, desktop, openLab, press, QUARTER, runToEnd, stateIs } from '../support/lab.ts';
import { axeFaults, lookFaults, useFont, wideFont } from '../support/looks.ts';

const site = useSite();

/** Widths of the design, and 1440 x 900 at a zoom of 200 %. */
const SIZES = [
  [1440, 900],
  [1280, 800],
  [1024, 768],
  [768, 1024],
  [390, 844],
  [720, 450],
] as const;
const EMBED_SIZES = [
  [720, 450],
  [480, 320],
] as const;

/** The same moment at every size; all faults at once, each with where it was seen. */
async function faultsAt(
  page: Page,
  moment: string,
  sizes: readonly (readonly [number, number])[],
): Promise<string[]> {
  const faults: string[] = [];
  for (const [width, height] of sizes) {
    await page.setViewportSize({ width, height });
    for (const fault of await lookFaults(page)) faults.push(`${moment} ${width}x${height}: ${fault}`);
  }
  await page.setViewportSize(desktop.viewport);
  return faults;
}

async function open(tail: string, font: string | null): Promise<Page> {
  const page = await site.newPage(desktop);
  if (font) await useFont(page, font);
  await page.goto(`${site.url}/${tail}`);
  await page.locator('html[data-state]').waitFor({ state: 'attached' });
  return page;
}

describe.each([
  ['the usual font', null],
  ['a wide font', wideFont],
] as const)('nothing is cut, small, or over something else, in %s', (_name, font) => {
  test('from the start to the result', async () => {
    const page = await open('?scenario=database', font);
    const faults = await faultsAt(page, 'ready', SIZES);
    await computeRun(page);
    for (let i = 0; i < 3; i++) await press(page, 'Shift+ArrowRight');
    faults.push(...(await faultsAt(page, 'round 2', SIZES)));
    for (let i = 0; i < 3; i++) await press(page, 'Shift+ArrowRight');
    for (let i = 0; i < 2; i++) await press(page, 'ArrowRight');
    faults.push(...(await faultsAt(page, 'stun', SIZES)));
    await press(page, 'End');
    await stateIs(page, 'ended');
    faults.push(...(await faultsAt(page, 'result', SIZES)));
    expect(faults).toEqual([]);
  });

  test('where it does not converge, and where a link is broken', async () => {
    const page = await open('?scenario=write-storm', font);
    const faults = await faultsAt(page, 'hopeless', SIZES);
    await runToEnd(page);
    faults.push(...(await faultsAt(page, 'failed', SIZES)));
    await page.evaluate(() => (location.hash = '#s=1.abc.1234567'));
    await stateIs(page, 'broken');
    faults.push(...(await faultsAt(page, 'broken', SIZES)));
    expect(faults).toEqual([]);
  });

  test('in a frame', async () => {
    // The preset with the longest sentences.
    const page = await open('embed.html?scenario=write-storm-sdps', font);
    const faults = await faultsAt(page, 'ready', EMBED_SIZES);
    await page.getByRole('button', { name: 'Migrate' }).click();
    await computed(page);
    for (const key of ['Home', 'Shift+ArrowRight', 'Shift+ArrowRight', 'Shift+ArrowRight'])
      await press(page, key);
    faults.push(...(await faultsAt(page, 'slowed down', EMBED_SIZES)));
    await press(page, 'End');
    await stateIs(page, 'ended');
    faults.push(...(await faultsAt(page, 'end', EMBED_SIZES)));
    expect(faults).toEqual([]);
  });
});

describe('no fault that a machine can see keeps anyone out', () => {
  const dialogs = [
    ['Share link', 'Share this scenario'],
    ['Embed', 'Embed in a course page'],
    ['Open or save', 'Open or save'],
    ['Presets', 'Presets'],
    ['Keys', 'Keys'],
  ] as const;

  test.each(['light', 'dark'] as const)(
    '%s: at the start, in every dialog, under way, at the end',
    async (theme) => {
      // Where only colours differ, only they are looked at again.
      const rules = theme === 'dark' ? ['color-contrast'] : undefined;
      const page = await openLab(site, `${QUARTER}&theme=${theme}`);
      const faults: string[] = [];
      const look = async (where: string) => {
        for (const fault of await axeFaults(page, rules)) faults.push(`${where}: ${fault}`);
      };
      await look('ready');
      for (const [button, dialog] of dialogs) {
        await page.getByRole('button', { name: button, exact: true }).click();
        await page.getByRole('dialog', { name: dialog }).waitFor();
        await look(dialog);
        await page.keyboard.press('Escape');
        await page.getByRole('dialog').waitFor({ state: 'detached' });
      }
      await page.getByRole('button', { name: /^Memory of the VM/ }).click();
      await page.getByRole('dialog').waitFor();
      await look('knob');
      await page.keyboard.press('Escape');
      await computeRun(page);
      for (let i = 0; i < 3; i++) await press(page, 'Shift+ArrowRight');
      await look('running');
      await press(page, 'End');
      await stateIs(page, 'ended');
      await page.locator('section.result').waitFor();
      await look('result');
      expect(faults).toEqual([]);
    },
  );

  test.each(['light', 'dark'] as const)('%s: failed, broken link, frame, phone', async (theme) => {
    const rules = theme === 'dark' ? ['color-contrast'] : undefined;
    const page = await openLab(site, `?scenario=write-storm&theme=${theme}`);
    const faults: string[] = [];
    const look = async (where: string) => {
      for (const fault of await axeFaults(page, rules)) faults.push(`${where}: ${fault}`);
    };
    await runToEnd(page);
    await look('failed');
    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByRole('button', { name: 'Knobs' }).waitFor();
    await look('phone');
    await page.evaluate(() => (location.hash = '#s=1.abc.1234567'));
    await stateIs(page, 'broken');
    await page.getByRole('heading', { level: 1 }).waitFor();
    await look('broken');
    await page.setViewportSize({ width: 720, height: 450 });
    await page.addInitScript(() => {
      if (location.search.includes('no-engine')) WebAssembly.validate = () => false;
    });
    await page.goto(`${site.url}/?scenario=classic&theme=${theme}&no-engine`);
    await stateIs(page, 'crashed');
    await look('no engine');
    await page.goto(`${site.url}/embed.html?scenario=classic&theme=${theme}`);
    await stateIs(page, 'ready');
    await look('frame');
    await page.getByRole('button', { name: 'Migrate' }).click();
    await computed(page);
    await press(page, 'End');
    await stateIs(page, 'ended');
    await look('frame at the end');
    expect(faults).toEqual([]);
  });
});

test('the measure sees what it is asked to see', async () => {
  const page = await openLab(site);
  expect(await lookFaults(page)).toEqual([]);
  await page.evaluate(() => {
    const [first, second] = document.querySelectorAll<SVGTextElement>('figure.stage svg text');
    const box = first!.getBBox();
    second!.setAttribute('x', String(box.x + 2));
    second!.setAttribute('y', String(box.y + box.height - 2));
    second!.setAttribute('text-anchor', 'start');
    document.querySelector<HTMLElement>('dd')!.style.fontSize = '9px';
    document.querySelector<HTMLElement>('.btn.go')!.style.width = '20px';
    document.querySelector<HTMLElement>('.sentence')!.style.minWidth = '3000px';
  });
  const faults = (await lookFaults(page)).join('\n');
  for (const kind of [/overlap by/, /9 px/, /does not hold its words: "Migrate"/, /the page is \d+ wide/])
    expect(faults).toMatch(kind);
  expect((await axeFaults(page)).length).toBe(0);
  await page.evaluate(() => document.querySelector('h1')!.setAttribute('style', 'color: #ccc'));
  expect((await axeFaults(page, ['color-contrast'])).join()).toContain('color-contrast');
});

test('who asks for little motion sees no grains and steps from event to event', async () => {
  const page = await openLab(site, '', { reducedMotion: 'reduce' });
  await page.evaluate(() => {
    const seen: string[] = [];
    Object.assign(window, { seen });
    const watch = () => {
      if (document.documentElement.dataset['state'] === 'playing') {
        seen.push(document.querySelector('[role="timer"]')?.textContent ?? '');
        if (document.querySelector('.grains')?.getAttribute('d')) seen.push('a grain');
      }
      requestAnimationFrame(watch);
    };
    requestAnimationFrame(watch);
  });
  await press(page, 'Space');
  await stateIs(page, 'playing');
  await computed(page);
  // Two events of the preset stand close to its start; both must have been reached by playing.
  await page.getByRole('timer').filter({ hasText: '0:00.081' }).waitFor();
  await press(page, 'Space');
  const seen = new Set(await page.evaluate(() => (window as unknown as { seen: string[] }).seen));
  const events = new Set(['0:00.000', '0:00.020', '0:00.080', '0:00.081']);
  expect([...seen].filter((text) => !events.has(text))).toEqual([]);
  await press(page, 'End');
  await stateIs(page, 'ended');
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain('Moved in');
});
