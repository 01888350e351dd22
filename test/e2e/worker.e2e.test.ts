import type { Frame, Page } from 'playwright';
import { describe, expect, test } from 'vitest';
import { findPreset, PRESETS } from '../../web/scenario/presets/index.ts';
import { fleetHash } from '../../web/sim/fleet/ledger.ts';
import { unevenEvacuation } from '../support/evacuation.ts';
import { runFleet } from '../support/fleet.ts';
import { runPreset, start, useEngine } from '../support/engine-page.ts';
import { inNode, once } from '../support/known-run.ts';

const PRESET = 'idle-web';

const { site, open } = useEngine();

const run = (page: Page | Frame, preset = PRESET) => runPreset(page, preset);

const hashInNode = async (preset = PRESET): Promise<string> =>
  (await inNode(findPreset(preset)!.scenario)).report.logHash;

test.each(PRESETS.map((preset) => preset.id))(
  '%s gives the same log in Chromium and in Node',
  { timeout: 180_000 },
  async (preset) => {
    const page = await open();
    expect(await start(page)).toBe('worker');
    const seen = await run(page, preset);
    expect(seen.problems).toEqual([]);
    expect(seen.logHash).toBe(await hashInNode(preset));
  },
);

test('the worker runs in a frame of another site with sandbox="allow-scripts"', async () => {
  const host = await site.hostPage(
    `<iframe sandbox="allow-scripts" src="${site.url}/worker-page.html"></iframe>`,
  );
  const page = await site.newPage();
  await page.goto(host);
  await page.frameLocator('iframe').locator('html').waitFor();
  const frame = page.frames()[1]!;
  await frame.waitForFunction(() => window.lab !== undefined);
  expect(await start(frame)).toBe('worker');
  expect((await run(frame)).logHash).toBe(await hashInNode());
});

describe('without a worker the page runs the engine, with the same log', () => {
  test('where making one throws', async () => {
    const page = await open();
    expect(await start(page, 'throws')).toBe('main');
    expect((await run(page)).logHash).toBe(await hashInNode());
  });

  test('where the policy of the page forbids workers', async () => {
    const page = await open('no-workers.html', /Content Security Policy/);
    expect(await start(page)).toBe('main');
    const seen = await run(page);
    expect(seen).toMatchObject({ thread: 'main', logHash: await hashInNode() });
    // The page is drawn while it computes.
    expect(seen.drawn).toBeGreaterThan(0);
  });

  test('a run is stopped and the next one is right', async () => {
    const page = await open();
    await start(page, 'throws');
    const stopped = await page.evaluate(() => window.lab.run('big-10gbe', 0));
    expect(stopped.problems).toMatchObject([{ code: 'AbortError' }]);
    expect((await run(page)).logHash).toBe(await hashInNode());
  });
});

describe('a crash is data, stays, and a restart works', () => {
  test.each(['real', 'throws'])('of the engine (%s worker)', async (workers) => {
    const page = await open();
    await start(page, workers);
    const broken = await page.evaluate((id) => window.lab.runBroken(id), PRESET);
    expect(broken.problems).toMatchObject([{ code: 'engine.crashed', path: '' }]);
    expect((await run(page)).problems).toEqual(broken.problems);
    await page.evaluate(() => window.lab.restart());
    expect((await run(page)).logHash).toBe(await hashInNode());
  });

  test('of the thread', async () => {
    const page = await open();
    expect(await start(page, 'dies')).toBe('worker');
    const broken = await run(page);
    expect(broken.problems).toMatchObject([{ code: 'engine.crashed' }]);
    expect(broken.problems[0]!.message).toContain('the thread died');
    expect((await run(page)).problems).toEqual(broken.problems);
  });
});

/** Many VMs in Node; both tests below hold a browser's log against it. */
const fleetInNode = once(() => runFleet(unevenEvacuation()));

test('many VMs leave the same log on 1, 2 and 4 threads of Chromium and in Node', async () => {
  const page = await open();
  const { events } = await fleetInNode();
  for (const threads of [1, 2, 4]) {
    await start(page);
    const seen = await page.evaluate((count) => window.lab.fleet(count), threads);
    expect(seen.events).toBe(events.length);
    expect(seen.hash).toBe(fleetHash(events));
  }
});

test('many VMs move without any worker', async () => {
  const page = await open();
  expect(await start(page, 'throws')).toBe('main');
  const { hash } = await page.evaluate(() => window.lab.fleet(4));
  expect(hash).toBe(fleetHash((await fleetInNode()).events));
});

test('a run is stopped at once and the next one gets a fresh worker', async () => {
  const page = await open();
  await start(page);
  const stopped = await page.evaluate(() => window.lab.run('big-10gbe', 0));
  expect(stopped.problems).toMatchObject([{ code: 'AbortError' }]);
  expect(await run(page)).toMatchObject({ thread: 'worker', logHash: await hashInNode() });
});
