import type { Page } from 'playwright';
import { expect, test } from 'vitest';
import { setKnob } from '../../web/scenario/knobs.ts';
import { decodeLink, encodeLink, sealPayload } from '../../web/scenario/link.ts';
import { parseQuery } from '../../web/scenario/query.ts';
import type { Scenario } from '../../web/scenario/schema.ts';
import { useSite } from '../support/browser.ts';
import { clock, desktop, knob, openLab, presetScenario, stateIs } from '../support/lab.ts';

const site = useSite();

const linkOf = (scenario: Scenario): string => {
  const link = encodeLink(scenario);
  if (!link.ok) throw new Error(link.error[0]!.message);
  return link.value;
};
const scenarioOf = (address: string): Scenario | null => {
  const url = new URL(address);
  return parseQuery(url.search, url.hash).scenario;
};
const title = (page: Page) => page.getByRole('heading', { level: 1 });

async function share(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Share/ }).click();
  await page.getByRole('dialog', { name: 'Share this scenario' }).waitFor();
}

test('a copied link opens the very same scenario', async () => {
  const expected = setKnob(setKnob(presetScenario('database'), 'sdps', 'off'), 'goal', 200_000_000);
  const page = await openLab(site, '', { permissions: ['clipboard-read', 'clipboard-write'] });
  const goal = knob(page, 'Switchover goal');
  await goal.press('ArrowUp');
  await goal.press('ArrowUp');
  await knob(page, 'Stun during page send').press('ArrowDown');
  await share(page);
  const copied = async (name: 'Copy link' | 'Copy') => {
    await page.getByRole('button', { name, exact: true }).click();
    await page.getByText('Copied.').last().waitFor();
    return page.evaluate(() => navigator.clipboard.readText());
  };
  const readable = await copied('Copy link');
  const whole = await copied('Copy');
  expect(readable).toBe(`${site.url}/?scenario=database&downtime=200ms&sdps=0`);
  expect(scenarioOf(readable)).toEqual(expected);
  expect(scenarioOf(whole)).toEqual(expected);

  for (const address of [readable, whole]) {
    await page.goto('about:blank');
    await page.goto(address);
    await stateIs(page, 'ready');
    expect(await goal.textContent()).toBe('200 ms');
    expect(await knob(page, 'Stun during page send').textContent()).toBe('off');
    await share(page);
    expect(await page.getByLabel(/Whole link/).inputValue()).toBe(whole);
  }
});

test('where the page may not copy, the link is selected for the hand to copy', async () => {
  const page = await site.newPage(desktop);
  await page.addInitScript(() => {
    Object.defineProperty(navigator, 'clipboard', {
      value: { writeText: () => Promise.reject(new DOMException('no', 'NotAllowedError')) },
    });
  });
  await page.goto(`${site.url}/`);
  await share(page);
  await page.getByRole('button', { name: 'Copy link' }).click();
  await page.getByText('The text is selected: press Ctrl C.').waitFor();
  const selected = await page.evaluate(() => {
    const field = document.activeElement as HTMLInputElement;
    return field.value.slice(field.selectionStart ?? 0, field.selectionEnd ?? 0);
  });
  expect(scenarioOf(selected)).toEqual(presetScenario('database'));
});

test('the address follows the knobs, and a reload keeps them', async () => {
  const page = await openLab(site);
  await knob(page, 'Switchover goal').press('ArrowUp');
  await page.waitForURL(/downtime=150ms/);
  await page.reload();
  await stateIs(page, 'ready');
  expect(await knob(page, 'Switchover goal').textContent()).toBe('150 ms');
});

test('a link pasted into the address bar opens without a reload, and Back returns', async () => {
  const page = await openLab(site);
  await page.evaluate(() => Object.assign(window, { same: true }));
  await page.evaluate((hash) => (location.hash = hash), linkOf(presetScenario('classic')));
  await page.getByRole('button', { name: presetScenario('classic').title, exact: true }).waitFor();
  expect(await page.evaluate(() => 'same' in window)).toBe(true);
  await page.getByRole('button', { name: 'Presets' }).click();
  await page.getByRole('dialog').getByRole('button', { name: /^Idle/i }).click();
  await page.waitForURL(/scenario=idle-web/);
  await stateIs(page, 'ready');
  await page.goBack();
  await page.getByRole('button', { name: presetScenario('classic').title, exact: true }).waitFor();
});

const good = linkOf(presetScenario('classic'));
const brokenScenario = {
  m: 1,
  p: 'database',
  d: { hosts: null, policy: { switchoverGoalNs: -4, streams: 0 }, seed: 'x' },
};
const DAMAGE: readonly [kind: string, tail: string, says: RegExp[]][] = [
  ['cut off', good.slice(0, -9), [/cut off or damaged/]],
  ['with a wrong checksum', `${good.slice(0, -7)}0000000`, [/cut off or damaged/]],
  ['with a foreign character', good.replace('.', '.%C3%A4'), [/does not belong there/]],
  ['of a newer schema', good.replace('s=1', 's=99'), [/newer/]],
  [
    'of an unknown preset',
    `#s=${sealPayload('{"m":1,"p":"nowhere"}')}`,
    [/no preset "nowhere"; there are database/],
  ],
  [
    'with wrong values',
    `#s=${sealPayload(JSON.stringify(brokenScenario))}`,
    [/policy\.switchoverGoalNs: -4 .*too small/, /seed: "x" is not a number/],
  ],
  ['of a preset that is only a word', '?scenario=nowhere', [/There is no preset "nowhere"/]],
];

test.each(DAMAGE)('a link %s is explained, and nothing stands in for it', async (_kind, tail, says) => {
  const page = await openLab(site, tail);
  await stateIs(page, 'broken');
  const heading = title(page);
  expect(await heading.textContent()).toContain('This link does not open');
  expect(await heading.evaluate((node) => node === document.activeElement)).toBe(true);
  const alert = (await page.getByRole('alert').textContent()) ?? '';
  for (const one of says) expect(alert).toMatch(one);
  expect(await page.locator('figure.stage').count()).toBe(0);
  expect(await clock(page).count()).toBe(0);
  expect(await page.getByText('Nothing was run in its place.').isVisible()).toBe(true);
  expect(await page.getByLabel('The link as it arrived').inputValue()).toBe(tail);
  // From here the right link still opens.
  await page.getByLabel('Paste the link again').fill(`https://elsewhere.example/v-motion/${good}`);
  await page.getByRole('button', { name: 'Open', exact: true }).click();
  await stateIs(page, 'ready');
  expect(await page.getByRole('button', { name: presetScenario('classic').title, exact: true }).count()).toBe(
    1,
  );
});

test('a broken link that is pasted later takes the place of what was there; a preset leads out', async () => {
  const page = await openLab(site);
  await page.evaluate(() => (location.hash = '#s=1.abc.1234567'));
  await stateIs(page, 'broken');
  await page.getByRole('button', { name: /^Busy database/ }).click();
  await stateIs(page, 'ready');
});

test('what the address asks too much of is clamped, what it does not understand is left out, both in words', async () => {
  const page = await openLab(site, '?scenario=database&mem=2TiB&bw=fast&sdps=maybe&theme=dark');
  await stateIs(page, 'ready');
  const notes = page.getByRole('status', { name: 'Notes' });
  await notes.waitFor();
  const text = (await notes.textContent()) ?? '';
  expect(text).toContain('2TiB');
  expect(text).toContain('1 TiB');
  expect(text).toContain('"bw=fast" is ignored');
  expect(text).toContain('"sdps=maybe" is ignored');
  expect(await knob(page, 'Memory of the VM').textContent()).toBe('1 TiB');
  expect(await page.evaluate(() => document.documentElement.dataset['theme'])).toBe('dark');
  await page.getByRole('button', { name: 'Close the notes' }).click();
  expect(await notes.count()).toBe(0);
});

test('an address can start the run, or open it at an instant', async () => {
  const playing = await openLab(site, '?scenario=classic&autoplay=1');
  await stateIs(playing, 'playing');
  await playing.context().close();
  const page = await openLab(site, '?scenario=database&t=2.5');
  await clock(page).filter({ hasText: '0:02.500' }).waitFor();
  await stateIs(page, 'paused');
});

test('the link in the page decodes to what the page shows', async () => {
  const page = await openLab(site, good);
  await stateIs(page, 'ready');
  const result = decodeLink(new URL(page.url()).hash);
  expect(result).toEqual({ ok: true, value: presetScenario('classic') });
});
