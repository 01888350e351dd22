import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'v-motion-fairshare-'));
afterAll(() => rmSync(folder, { recursive: true }));

function validate(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const command = ['run', '--silent', 'validate:fairshare', '--', ...args];
    execFile('npm', command, { cwd: root }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}

function file(name: string, ...lines: object[]): string {
  const path = join(folder, name);
  writeFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return path;
}

const half = { startSeconds: 0, bytes: 100, capBytesPerSecond: null, links: [0] };
const blocked = { ...half, links: [1] };
const bare = { linkBytesPerSecond: [100, 0], flows: [half, half, blocked] };

test('a line for each case, then the verdict', async () => {
  const cases = [bare, { ...bare, id: 'b', finishSeconds: [2, 2.5, null] }];
  expect(await validate(file('good.jsonl', ...cases))).toEqual({
    code: 0,
    stdout:
      '{"id":0,"finishSeconds":[2,2,null]}\n{"id":"b","finishSeconds":[2,2,null]}\n' +
      '{"cases":2,"flows":6,"worstRelativeError":0.2}\n',
    stderr: '',
  });
}, 120_000);

test('no expected times, no error', async () => {
  const { stdout } = await validate(file('bare.jsonl', bare));
  expect(stdout).toMatch(/\{"cases":1,"flows":3,"worstRelativeError":null\}\n$/);
}, 60_000);

test('a bad line stops it, with the line and the field', async () => {
  const bad = { ...bare, flows: [{ ...half, links: [9] }] };
  expect(await validate(file('bad.jsonl', bare, bad))).toEqual({
    code: 2,
    stdout: '',
    stderr: 'line 2: flows[0].links[0] must be the index of a link, 0 to 1, but is 9.\n',
  });
}, 60_000);

test('no file, no answer', async () => {
  const { code, stdout, stderr } = await validate(join(folder, 'none.jsonl'));
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/none\.jsonl" cannot be read \(ENOENT\)\.\n$/);
  expect((await validate()).stderr).toMatch(/^Name one file\.\nusage: /);
}, 60_000);
