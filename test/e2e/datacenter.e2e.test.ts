/** What somebody does with a datacenter: opens it, sends a VM away, empties a host, lets one fail, looks at the end. */
import { expect, test } from 'vitest';
import { useSite } from '../support/browser.ts';

const site = useSite();

test('twenty VMs leave a host, and the page says how long it took', async () => {
  const page = await site.newPage();
  await page.goto(`${site.url}/?scenario=four-at-once`);
  await page.getByRole('main', { name: 'Datacenter' }).waitFor();
  await page.getByRole('button', { name: 'Run', exact: true }).first().click();
  await page.waitForFunction(() => document.documentElement.dataset.fleet !== 'computing');
  await page.getByRole('button', { name: 'To the end' }).click();
  await page.getByRole('heading', { name: /^All 20 VMs moved in/ }).waitFor();
  expect(await page.locator('tbody tr').count()).toBe(20);
});

test('a VM is sent to another host by keyboard, undone, and a host fails under it', async () => {
  const page = await site.newPage();
  await page.goto(`${site.url}/?scenario=target-crash`);
  const ask = page.locator('.ask p');
  await ask.getByText('move 3 VMs').waitFor();
  await page.getByRole('searchbox').fill('app-0012');
  await page.getByRole('searchbox').press('Enter');
  await page.getByRole('button', { name: /esx-01 Fits/ }).click();
  await page.getByRole('button', { name: 'Move to esx-01' }).click();
  await ask.getByText('move 4 VMs').waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await ask.getByText('move 3 VMs').waitFor();
  await page.getByRole('button', { name: 'Run', exact: true }).first().click();
  await page.waitForFunction(() => document.documentElement.dataset.fleet !== 'computing');
  await page.getByRole('button', { name: 'To the end' }).click();
  await page.getByRole('heading', { name: '0 VMs moved, 3 failed, 0 cancelled' }).waitFor();
  await page.getByText('the target failed; the VM runs on where it was').first().waitFor();
});

test('every host says why it may take a VM or not, and one click mends a label', async () => {
  const page = await site.newPage();
  await page.goto(`${site.url}/?scenario=may-it-move`);
  await page.getByRole('searchbox').fill('db');
  await page.getByRole('searchbox').press('Enter');
  await page.getByText('3 of 5 other hosts refuse, 1 fits, 1 fits with a warning.').waitFor();
  await page.getByRole('button', { name: /esx-04 No port group/ }).click();
  await page.getByText("uses network 'VM Network', which is not accessible").waitFor();
  await page.getByText("vSphere's wording, from memory").first().waitFor();
  await page.getByRole('button', { name: 'Rename "vm network" to "VM Network" on esx-04' }).click();
  await page.getByText('2 of 5 other hosts refuse, 2 fit, 1 fits with a warning.').waitFor();
  await page.getByRole('button', { name: 'Run', exact: true }).first().click();
  await page.waitForFunction(() => document.documentElement.dataset.fleet !== 'computing');
  await page.getByRole('button', { name: 'To the end' }).click();
  await page.getByRole('heading', { name: /^All 1 VM moved in/ }).waitFor();
});

test('VMs are chosen with a rectangle, and the cluster finds each a host', async () => {
  const page = await site.newPage();
  await page.goto(`${site.url}/?scenario=devices`);
  await page.getByRole('main', { name: 'Datacenter' }).waitFor();
  const map = (await page.locator('canvas').first().boundingBox())!;
  await page.mouse.move(map.x + map.width - 4, map.y + 30);
  await page.mouse.down();
  await page.mouse.move(map.x + 1, map.y + 80, { steps: 4 });
  await page.mouse.up();
  await page.getByText('May 5 VMs move?').waitFor();
  await page.getByRole('button', { name: 'cluster', exact: true }).click();
  await page.getByText('4 of 5 find no host there that takes them.').waitFor();
});

test('DRS recommends, somebody agrees to all of it, and the VMs move', async () => {
  const page = await site.newPage();
  await page.goto(`${site.url}/?scenario=pools`);
  await page.getByRole('button', { name: 'Run', exact: true }).first().click();
  await page.getByText(/DRS looks at cluster: what the score lacks 0.600/).waitFor();
  await page.getByRole('button', { name: 'Apply all 4' }).click();
  await page.locator('.ask p').getByText('move 4 VMs').waitFor();
  await page.getByRole('button', { name: 'Run', exact: true }).first().click();
  await page.waitForFunction(() => document.documentElement.dataset.fleet !== 'computing');
  await page.getByRole('button', { name: 'To the end' }).click();
  await page.getByRole('heading', { name: /^All 4 VMs moved in/ }).waitFor();
});

test('a host and a VM are added, a NIC is broken under a move at the instant on the clock, and mended', async () => {
  const page = await site.newPage();
  await page.goto(`${site.url}/?scenario=capitals`);
  await page.getByRole('searchbox').fill('mail');
  await page.getByRole('searchbox').press('Enter');
  await page.getByText('Build', { exact: true }).click();
  await page.getByRole('button', { name: /^Add a host/ }).click();
  await page.locator('.ask p').getByText('4 hosts, 2 VMs').waitFor();
  await page.getByText('Break something').click();
  // The VM is on esx-01: its host and its NICs are offered first.
  await page.getByLabel('Part').selectOption('nic esx-01/vmnic1');
  await page.getByRole('button', { name: 'Break it at 0:00.000' }).click();
  await page.locator('.ask p').getByText('1 part will fail').waitFor();
  await page.getByRole('button', { name: 'Run', exact: true }).first().click();
  await page.waitForFunction(() => document.documentElement.dataset.fleet !== 'computing');
  await page.getByRole('button', { name: 'To the end' }).click();
  await page.getByText('nothing came through for too long; the VM runs on where it was').waitFor();
  await page.getByRole('button', { name: 'Mend' }).click();
  await page.locator('.ask p').getByText('move 2 VMs.').waitFor();
});

test('the map goes from clusters to the names of VMs by keys, double click and search', async () => {
  const page = await site.newPage();
  await page.goto(`${site.url}/?scenario=evacuation`);
  const map = page.getByRole('region', { name: /^Map of hosts and VMs/ });
  const level = page.getByRole('group', { name: 'Zoom' }).getByRole('status');
  await level.filter({ hasText: /^VMs$/ }).waitFor();
  await map.focus();
  await map.press('-');
  await level.filter({ hasText: /^Hosts$/ }).waitFor();
  // Only what is in view is drawn: the canvas is never larger than the window onto the map.
  for (let stop = 0; stop < 7; stop++) await map.press('+');
  await level.filter({ hasText: /^VM names$/ }).waitFor();
  const [canvas, pane] = [(await map.locator('canvas').boundingBox())!, (await map.boundingBox())!];
  expect(canvas.height).toBeLessThanOrEqual(pane.height + 1);
  expect(canvas.width).toBeLessThanOrEqual(pane.width + 1);
  expect(await map.evaluate((node) => node.scrollHeight / node.clientHeight)).toBeGreaterThan(5);
  await map.press('0');
  await level.filter({ hasText: /^VMs$/ }).waitFor();
  await page.keyboard.down('Control');
  await map.hover();
  await page.mouse.wheel(0, 100);
  await page.keyboard.up('Control');
  await level.filter({ hasText: /^Hosts$/ }).waitFor();
  await map.dblclick({ position: { x: 40, y: 40 } });
  await level.filter({ hasText: /^VMs$/ }).waitFor();

  await page.goto(`${site.url}/?scenario=stretched`);
  await level.filter({ hasText: /^VM names$/ }).waitFor();
  await map.focus();
  for (let stop = 0; stop < 8; stop++) await map.press('-');
  await level.filter({ hasText: /^Clusters$/ }).waitFor();
  await page.getByRole('searchbox').fill('esx-01');
  await page.getByRole('searchbox').press('Enter');
  await level.filter({ hasText: /^VMs$/ }).waitFor();
});

test('two fingers that part bring the map nearer', async () => {
  const page = await site.newPage({ hasTouch: true });
  await page.goto(`${site.url}/?scenario=evacuation`);
  const map = page.getByRole('region', { name: /^Map of hosts and VMs/ });
  const level = page.getByRole('group', { name: 'Zoom' }).getByRole('status');
  await level.filter({ hasText: /^VMs$/ }).waitFor();
  const { x, y } = (await map.boundingBox())!;
  const hand = await page.context().newCDPSession(page);
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', apart: number[]) =>
    hand.send('Input.dispatchTouchEvent', {
      type,
      touchPoints: apart.map((at, id) => ({ x: x + 300 + at, y: y + 200, id })),
    });
  await touch('touchStart', [-40]);
  await touch('touchStart', [-40, 40]);
  for (let at = 45; at < 220; at += 5) await touch('touchMove', [-at, at]);
  await touch('touchEnd', []);
  await level.filter({ hasText: /^VM names$/ }).waitFor();
});

test('all VMs of a host are dragged as one tile, and a VM far down the map is brought into view', async () => {
  const page = await site.newPage();
  await page.goto(`${site.url}/?scenario=evacuation`);
  await page.getByRole('button', { name: 'Ask nothing' }).click();
  const map = page.getByRole('region', { name: /^Map of hosts and VMs/ });
  await page.getByRole('button', { name: 'Farther' }).click();
  const box = (await map.boundingBox())!;
  await page.mouse.move(box.x + 40, box.y + 50);
  await page.mouse.down();
  await page.mouse.move(box.x + 180, box.y + 50, { steps: 4 });
  await page.getByText('Move 32 VMs to old-02').waitFor();
  await page.mouse.up();
  await page.locator('.ask p').getByText('move 32 VMs').waitFor();

  for (let stop = 0; stop < 7; stop++)
    await page.getByRole('button', { name: 'Nearer' }).click({ force: true });
  await page.getByRole('searchbox').fill('app-d-0250');
  await page.getByRole('searchbox').press('Enter');
  await page.waitForFunction(() => document.querySelector('.pane')!.scrollTop > 1000);
});

test('a fault is dragged onto a host of the map, named before it is dropped, and undone', async () => {
  const page = await site.newPage();
  await page.goto(`${site.url}/?scenario=four-at-once`);
  const ask = page.locator('.ask p');
  await ask.waitFor();
  await page.getByText('Break something').click();
  await page.getByLabel('Lasts').selectOption('30 s');
  const map = page.locator('canvas').first();
  await page.getByRole('img', { name: 'Drag onto a host: it crashes' }).hover();
  await page.mouse.down();
  await map.hover({ position: { x: 40, y: 50 } });
  await map.hover({ position: { x: 44, y: 54 } });
  await page.getByText('esx-01 crashes at 0:00.000 for 30 s').waitFor();
  await page.mouse.up();
  await ask.getByText('1 part will fail').waitFor();
  await page.getByRole('list', { name: 'What will fail' }).getByText('host crash esx-01').waitFor();
  await page.getByText('esx-01 crashes at 0:00.000').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Undo' }).click();
  await ask.getByText('1 part will fail').waitFor({ state: 'detached' });
});
