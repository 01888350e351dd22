import type { Page } from 'playwright';
import { beforeAll, expect, test } from 'vitest';
import { saveScenarioFile } from '../../web/scenario/file.ts';
import type { Scenario } from '../../web/scenario/schema.ts';
import { TIB } from '../../web/base/units.ts';
import { useSite, type PageOptions } from '../support/browser.ts';
import { inNode } from '../support/known-run.ts';
import {
  computed,
  desktop,
  mainButton,
  openLab,
  presetScenario,
  runToEnd,
  savedRun,
  singleKeys,
  stateIs,
} from '../support/lab.ts';

const site = useSite();
const heading = (page: Page) => page.getByRole('heading', { level: 1 });

let classicHash = '';
beforeAll(async () => {
  classicHash = (await inNode(presetScenario('classic'))).report.logHash;
});

/** A page whose surroundings are changed before its first script runs. */
async function openAfter(script: () => void, tail = '', options: PageOptions = {}): Promise<Page> {
  const page = await site.newPage({ ...desktop, ...options });
  await page.addInitScript(script);
  await page.goto(`${site.url}/${tail}`);
  return page;
}

test('an engine that dies says what stopped; Restart runs the same scenario to the same end', async () => {
  const page = await openAfter(() => {
    // Every worker that is started can be ended by an error, as one that runs out of memory ends.
    const Real = Worker;
    const workers: Worker[] = [];
    Object.assign(window, { workers });
    window.Worker = class extends Real {
      constructor(url: string | URL, options?: WorkerOptions) {
        super(url, options);
        workers.push(this);
      }
    };
  }, '?scenario=write-storm-sdps');
  await stateIs(page, 'ready');
  await page.evaluate(() => {
    // The moment the first events are shown the thread is ended; it computes for a second more.
    const watch = new MutationObserver(() => {
      if (document.documentElement.dataset['state'] !== 'playing') return;
      watch.disconnect();
      const { workers } = window as unknown as { workers: Worker[] };
      for (const worker of workers) {
        worker.terminate();
        worker.dispatchEvent(new ErrorEvent('error', { message: 'out of memory' }));
      }
    });
    watch.observe(document.documentElement, { attributes: true });
  });
  await mainButton(page).click();
  await stateIs(page, 'crashed');
  expect(await heading(page).textContent()).toContain('The engine has stopped');
  const alert = page.getByRole('alert', { name: 'Engine stopped' });
  expect(await alert.textContent()).toContain('out of memory');
  expect(await alert.textContent()).toMatch(/It came to event \d+/);
  expect(await alert.getByLabel('Report').inputValue()).toContain('scenario: {');
  await alert.getByRole('button', { name: 'Restart' }).click();
  await stateIs(page, 'ready');
  await runToEnd(page);
  const node = await inNode(presetScenario('write-storm-sdps'));
  expect((await savedRun(page)).report.logHash).toBe(node.report.logHash);
});

test('without WebAssembly the page says so at once, and still shows everything that needs no engine', async () => {
  const page = await openAfter(() => {
    Reflect.deleteProperty(window, 'WebAssembly');
  });
  await stateIs(page, 'crashed');
  expect(await heading(page).textContent()).toContain('This browser cannot run the engine');
  expect(await page.getByRole('alert').textContent()).toContain('WebAssembly program with SIMD');
  expect(await mainButton(page).isDisabled()).toBe(true);
  await page.getByRole('button', { name: /^Share/ }).click();
  expect(await page.getByLabel(/Whole link/).inputValue()).toContain('#s=1.');
});

test('without SIMD too, also in the page for frames', async () => {
  const noSimd = () => {
    WebAssembly.validate = () => false;
  };
  const page = await openAfter(noSimd);
  await stateIs(page, 'crashed');
  expect(await page.getByRole('alert').textContent()).toContain('SIMD');
  const frame = await openAfter(noSimd, 'embed.html?autoplay=1');
  await stateIs(frame, 'crashed');
  expect(await frame.getByRole('alert').textContent()).toContain('SIMD');
});

function hugeFile(): string {
  const scenario = structuredClone(presetScenario('database')) as Scenario;
  const [vm] = scenario.vms;
  const hosts = scenario.hosts.map((host) => ({ ...host, memoryBytes: 24 * TIB }));
  const huge = { ...vm!, memoryBytes: 12 * TIB, usedBytes: 12 * TIB, fidelity: 'byte-exact' as const };
  return saveScenarioFile({ ...scenario, hosts, vms: [huge] });
}

test('a VM too large for this machine is refused with the number, and one click runs what can be run', async () => {
  const page = await openLab(site);
  await page.getByRole('button', { name: 'Open or save' }).click();
  await page
    .getByLabel('Scenario file')
    .setInputFiles({ name: 'huge.json', mimeType: 'application/json', buffer: Buffer.from(hugeFile()) });
  await page.getByRole('button', { name: 'Memory of the VM: 12 TiB' }).waitFor();
  await page.getByRole('button', { name: 'Migrate', exact: true }).first().click();
  await stateIs(page, 'refused');
  const refused = page.getByRole('alert', { name: 'Refused' });
  expect(await refused.textContent()).toMatch(
    /vms\[0\]\.fidelity: .* need 2\d(\.\d)? TiB of memory here and there is/,
  );
  expect(await page.locator('.btn.go:visible:not(:disabled)').count()).toBe(1);
  await refused.getByRole('button').first().click();
  await stateIs(page, 'ready');
  await page.getByRole('button', { name: 'Migrate', exact: true }).first().click();
  await stateIs(page, 'playing', 'refused');
  // Page by page may still be too much; then the next alternative is a smaller VM, and that one runs.
  for (let tries = 0; tries < 12; tries++) {
    const state = await page.evaluate(() => document.documentElement.dataset['state']);
    if (state !== 'refused') break;
    await page.getByRole('alert', { name: 'Refused' }).getByRole('button').first().click();
    await stateIs(page, 'ready');
    await page.getByRole('button', { name: 'Migrate', exact: true }).first().click();
    await stateIs(page, 'playing', 'refused');
  }
  await stateIs(page, 'playing');
});

test('with storage forbidden everything works, and choices last as long as the page', async () => {
  const page = await openAfter(() => {
    Object.defineProperty(window, 'localStorage', {
      get: () => {
        throw new DOMException('The operation is insecure.', 'SecurityError');
      },
    });
  }, '?scenario=classic');
  await stateIs(page, 'ready');
  await page.getByRole('button', { name: /^Theme: auto/i }).click();
  expect(await page.evaluate(() => document.documentElement.dataset['theme'])).toBe('light');
  expect(await singleKeys(page, false)).toBe(false);
  await runToEnd(page);
});

test('once it has been touched the page needs no network: run, result, dialogs, links, exports', async () => {
  const page = await openLab(site, '?scenario=classic');
  let open = 0;
  page.on('request', () => open++);
  page.on('requestfinished', () => open--);
  page.on('requestfailed', () => open--);
  // All parts are asked for together; one of them is what saves a run.
  const asked = page.waitForResponse(/\/export-[^/]*\.js$/);
  await page.mouse.move(700, 450);
  await asked;
  await expect.poll(() => open, { timeout: 15_000 }).toBe(0);
  await page.context().setOffline(true);
  await runToEnd(page);
  expect(await heading(page).textContent()).toContain('Moved in');
  expect((await savedRun(page)).report.logHash).toBe(classicHash);
  for (const [button, dialog] of [
    ['Share link', 'Share this scenario'],
    ['Embed', 'Embed in a course page'],
    ['Open or save', 'Open or save'],
    ['Presets', 'Presets'],
  ] as const) {
    await page.getByRole('button', { name: button, exact: true }).click();
    await page.getByRole('dialog', { name: dialog }).waitFor();
    await page.keyboard.press('Escape');
  }
  await page.evaluate(() => (location.hash = '#s=1.abc.1234567'));
  await stateIs(page, 'broken');
  await heading(page).waitFor();
});

test('without a network before that, a press on Migrate says so, and Restart works when it is back', async () => {
  const page = await openLab(site, '?scenario=classic', {
    expectErrors: /ERR_INTERNET_DISCONNECTED|Failed to fetch/,
  });
  await page.waitForLoadState('networkidle');
  await page.context().setOffline(true);
  await page.keyboard.press('Space');
  await stateIs(page, 'crashed');
  await heading(page).waitFor();
  expect(await page.getByRole('alert').textContent()).toMatch(/could not be started|network|loaded/i);
  await page.context().setOffline(false);
  await page.getByRole('button', { name: 'Restart' }).click();
  await stateIs(page, 'ready');
  await mainButton(page).click();
  await computed(page);
});
