import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MIB } from '../../web/base/units.ts';
import { setKnob } from '../../web/scenario/knobs.ts';
import { ALL_PRESETS as ALL } from '../../web/scenario/presets/index.ts';
import type { RunReport } from '../../web/sim/run-log.ts';
import { reportText } from '../../web/worker/report-text.ts';
import { knownRun, once } from '../support/known-run.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const PRESET = 'idle-web';

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function start(command: string, args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { cwd: root, maxBuffer: 64 * 2 ** 20 };
    execFile(command, args, options, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}

/** As a user starts it, with whatever npm adds. */
const throughNpm = (...args: string[]) => start('npm', ['run', '--silent', 'simulate', '--', ...args]);

const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: { simulate: string };
};

/** What npm starts, without the third of a second that npm takes to do so. */
function simulate(...args: string[]): Promise<Ended> {
  const [command, ...words] = scripts.simulate.split(' ');
  return start(command!, [...words, ...args]);
}

const folder = mkdtempSync(join(tmpdir(), 'v-motion-simulate-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const first = ALL.find((preset) => preset.id === PRESET)!;
// The first call builds the command where it is missing or stale.
beforeAll(async () => void (await throughNpm('--help')), 120_000);
/** What the preset gives in a process of its own; several tests read it. */
const answered = once(() => throughNpm(PRESET, '--json'));

describe('lists', () => {
  test('the presets with their titles', async () => {
    const { code, stdout, stderr } = await throughNpm('--list');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.trimEnd().split('\n');
    expect(lines.map((line) => line.split(/ {2,}/))).toEqual(ALL.map(({ id, title }) => [id, title]));
  });

  test('the presets as JSON', async () => {
    const { code, stdout } = await simulate('--list', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject(ALL.map(({ id, title }) => ({ id, title })));
  });

  test('how it is used', async () => {
    const { code, stdout, stderr } = await simulate('--help');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^usage: /);
  });
});

describe('a preset', () => {
  test('as one JSON document with every field', async () => {
    const { code, stdout, stderr } = await answered();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const answer = JSON.parse(stdout) as RunReport;
    expect(answer).toMatchObject({
      scenario: first.id,
      title: first.title,
      outcome: 'completed',
      verified: true,
      verifiedBy: 'comparison',
      totalNs: expect.any(Number),
      downtimeNs: expect.any(Number),
      networkGapNs: expect.any(Number),
      wireBytes: expect.any(Number),
      pagesSent: expect.any(Number),
      logHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      sourceHash: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
    expect(answer.targetHash).toBe(answer.sourceHash);
    const roundFields = [
      'round',
      'dirtyPages',
      'sentPages',
      'zeroPages',
      'deltaPages',
      'wireBytes',
      'startNs',
      'endNs',
      'reason',
    ];
    for (const round of [...answer.rounds, answer.stun!])
      expect(Object.keys(round)).toEqual(expect.arrayContaining(roundFields));
    // The top level mirrors the only migration.
    expect(answer.migrations).toHaveLength(1);
    const { vm, sourceHost, targetHost, ...mirrored } = answer.migrations[0]!;
    expect([vm, sourceHost, targetHost]).toEqual([first.scenario.vms[0]!.id, 'esx-01', 'esx-02']);
    expect(answer).toMatchObject(mirrored);
  });

  test('gives the same document twice, and the one the engine gives in this process', async () => {
    const [before, again] = [await answered(), await simulate(PRESET, '--json')];
    expect(again.stdout).toBe(before.stdout);
    const here = await knownRun(first.scenario);
    const { scenario: title, ...report } = (here.ok && here.value.report) as RunReport;
    expect(JSON.parse(before.stdout)).toEqual({ scenario: first.id, title, ...report });
  });

  test('as a report for people', async () => {
    const { code, stdout, stderr } = await simulate(PRESET);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const heading of [
      first.title,
      'Rounds',
      'Decisions',
      'Downtime',
      'Prediction',
      'Proof',
      'Client',
      'Log ',
    ]) {
      expect(stdout).toMatch(new RegExp(`^${heading}`, 'm'));
    }
    const run = await knownRun(first.scenario);
    expect(run.ok && reportText(run.value)).toBe(stdout);
  });

  test('that does not converge is an answer as well', async () => {
    const { code, stdout } = await simulate('write-storm');
    expect(code).toBe(0);
    expect(stdout).toContain('Not moved:');
    const asJson = await simulate('write-storm', '--json');
    expect(JSON.parse(asJson.stdout)).toMatchObject({
      outcome: 'failed',
      failReason: 'no-convergence',
      stun: null,
    });
  });
});

describe('a file', () => {
  test('is simulated like the preset it holds', async () => {
    const fromFile = await simulate(file('good.vmotion.json', first.scenario), '--json');
    expect(fromFile.stderr).toBe('');
    const { scenario: name, ...same } = JSON.parse(fromFile.stdout) as RunReport;
    const { scenario: id, ...preset } = JSON.parse((await answered()).stdout) as RunReport;
    expect(same).toEqual(preset);
    expect([id, name]).toEqual([first.id, expect.stringMatching(/good\.vmotion\.json$/)]);
  });

  test('with two moves has both in the answer and in the report', async () => {
    const there = first.scenario.actions[0]!;
    const back = { ...there, atNs: 20_000_000_000, to: first.scenario.vms[0]!.host };
    // How many moves there are does not depend on how much each carries.
    const name = file('two.json', { ...setKnob(first.scenario, 'memory', 32 * MIB), actions: [there, back] });
    const answer = JSON.parse((await simulate(name, '--json')).stdout) as RunReport;
    const ways = answer.migrations.map((one) => [one.sourceHost, one.targetHost, one.outcome]);
    expect(ways).toEqual([
      ['esx-01', 'esx-02', 'completed'],
      ['esx-02', 'esx-01', 'completed'],
    ]);
    const { stdout } = await simulate(name);
    expect(stdout).toContain('from esx-01 to esx-02. Moved in');
    expect(stdout).toContain('from esx-02 to esx-01. Moved in');
  });

  test('with mistakes ends with 2 and the path of each', async () => {
    const wrong = structuredClone(first.scenario) as {
      vms: { memoryBytes: number }[];
      policy: { sdps: unknown };
    };
    wrong.vms[0]!.memoryBytes = -4096;
    wrong.policy.sdps = 'yes';
    const { code, stdout, stderr } = await simulate(file('wrong.json', wrong), '--json');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^vms\[0\]\.memoryBytes: .+$/m);
    expect(stderr).toMatch(/^policy\.sdps: .+$/m);
  });

  test('that asks a VM to move to nowhere names the action', async () => {
    const wrong = {
      ...first.scenario,
      actions: [{ kind: 'migrate', atNs: 0, vm: first.scenario.vms[0]!.id, to: 'esx-99' }],
    };
    const { code, stdout, stderr } = await simulate(file('nowhere.json', wrong));
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^actions\[0\]\.to: .*esx-99/m);
  });

  test('that asks for more than this machine gives says how much, and what would work', async () => {
    const vms = [
      { ...first.scenario.vms[0]!, memoryBytes: 2 ** 42, usedBytes: 2 ** 42, fidelity: 'byte-exact' },
    ];
    const hosts = first.scenario.hosts.map((host) => ({ ...host, memoryBytes: 2 ** 43 }));
    const { code, stdout, stderr } = await simulate(file('huge.json', { ...first.scenario, vms, hosts }));
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^vms\[0\]\.fidelity: .*page-exact/m);
  });

  test.each([
    ['that is not JSON', () => file('text.json', '{ "schema": 1,'), /JSON/],
    ['that is not there', () => join(folder, 'nothing.json'), /neither a preset .* nor a file/],
    [
      'that is a folder',
      () => mkdirSync(join(folder, 'folder'), { recursive: true }) ?? join(folder, 'folder'),
      /folder/,
    ],
    ['that is far too big', () => file('big.json', ' '.repeat(3_000_000)), /MiB/],
  ])('%s ends with 2 and says so', async (_, name, sentence) => {
    const { code, stdout, stderr } = await simulate(name());
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(sentence);
  });
});

test.each([
  [['--jsn', PRESET], '--jsn'],
  [[], '--list'],
  [[PRESET, 'database'], 'database'],
  [['--list', PRESET], PRESET],
])('the arguments %j end with 2 and say what is wrong', async (args, named) => {
  const { code, stdout, stderr } = await simulate(...args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(named);
});

test('a device is not read', async () => {
  const { code, stderr } = await simulate('/dev/zero');
  expect({ code, stderr }).toEqual({ code: 2, stderr: '"/dev/zero" is not a file.\n' });
});

test('keys that would steer the terminal are shown as what they are', async () => {
  const { code, stdout, stderr } = await simulate(file('steer.json', { ...first.scenario, '\u001b[2J': 1 }));
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain('\\u001b[2J');
  expect(stderr).not.toContain('\u001b');
});
