import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GIB, MIB } from '../../web/base/units.ts';
import {
  canonicalText,
  fromColumns,
  minimalScenario,
  stableText,
  toColumns,
} from '../../web/scenario/canonical.ts';
import type { JsonObject } from '../../web/scenario/canonical.ts';
import {
  checkFileSize,
  openScenarioFile,
  saveScenarioFile,
  scenarioFileName,
} from '../../web/scenario/file.ts';
import { parseScenario } from '../../web/scenario/parse.ts';
import { anyScenario, preset, smallest, valid } from './scenarios.ts';

/** A scenario as JSON that may be anything, reached into by path. */
type Change = [path: (string | number)[], value: unknown];

/** The smallest scenario with some values changed (undefined removes one), and what is said of it. */
function problemsOf(...changes: Change[]) {
  const scenario = JSON.parse(JSON.stringify(smallest())) as Record<string | number, unknown>;
  for (const [path, value] of changes) {
    let holder = scenario;
    for (const key of path.slice(0, -1)) holder = holder[key] as Record<string | number, unknown>;
    const last = path.at(-1)!;
    if (value === undefined) delete holder[last];
    else holder[last] = value;
  }
  const result = parseScenario(scenario);
  return result.ok ? [] : result.error;
}

const vm = (key: string, value: unknown): Change => [['vms', 0, key], value];
const twoVms = [smallest().vms![0], smallest().vms![0]];

describe('a title', () => {
  it.each([
    ['a\u202eb\u2066c\u200bd\u0007e', 'abcde'],
    [' \u200b\u200d\u2060 ', ''],
    ['\u202e', ''],
    // A joiner between letters belongs to them.
    ['\u06cc\u200c\u06cc', '\u06cc\u200c\u06cc'],
  ])('keeps only what can be seen: %j', (title, seen) => {
    const parsed = parseScenario({ ...smallest(), title });
    expect(parsed).toMatchObject({ ok: true, value: { title: seen } });
  });
});

describe('what is wrong with a scenario', () => {
  it.each<[what: string, changes: Change[], code: string, path: string, words: string]>([
    ['no version', [[['schema'], undefined]], 'scenario.version', 'schema', 'write "schema": 1'],
    [
      'a version that is a text',
      [[['schema'], '1']],
      'scenario.version',
      'schema',
      'missing or not a number',
    ],
    ['a newer version', [[['schema'], 2]], 'schema.newer', 'schema', 'newer version (schema 2'],
    ['no title', [[['title'], undefined]], 'scenario.missing', 'title', '"title" is missing'],
    ['a title that is a number', [[['title'], 5]], 'scenario.type', 'title', '5 is not a text'],
    [
      'a long title',
      [[['title'], 'x'.repeat(121)]],
      'scenario.length',
      'title',
      '121 characters; shorten it to 120',
    ],
    [
      'an unknown setting',
      [[['colour'], 'red']],
      'scenario.unknown-name',
      'colour',
      'no setting called "colour"',
    ],
    ['a seed below zero', [[['seed'], -1]], 'scenario.range', 'seed', '-1 is too small'],
    ['a seed with a fraction', [[['seed'], 1.5]], 'scenario.integer', 'seed', 'not a whole number'],
    ['a list that is an object', [[['hosts'], {}]], 'scenario.type', 'hosts', 'is not a list'],
    ['a VM that is a text', [[['vms', 0], 'db']], 'scenario.type', 'vms[0]', '"db" is not an object'],
    ['a bad id', [vm('id', 'my vm')], 'scenario.format', 'vms[0].id', '"my vm" does not fit'],
    [
      'too little memory',
      [vm('memoryBytes', 4096)],
      'scenario.range',
      'vms[0].memoryBytes',
      'at least 1048576 (1 MiB)',
    ],
    [
      'too much memory',
      [vm('memoryBytes', 2 ** 50)],
      'scenario.range',
      'vms[0].memoryBytes',
      'at most 26388279066624 (24 TiB)',
    ],
    [
      'half a page',
      [vm('memoryBytes', GIB + 1)],
      'scenario.multiple',
      'vms[0].memoryBytes',
      'multiple of 4096',
    ],
    [
      'an unknown fidelity',
      [vm('fidelity', 'best')],
      'scenario.choice',
      'vms[0].fidelity',
      '"best" is not known; write "auto", "byte-exact", "page-exact" or "expected"',
    ],
    ['a bad MAC', [vm('mac', 'x')], 'scenario.format', 'vms[0].mac', 'must look like 00:50:56'],
    ['a bad address', [vm('ip', '1.2.3')], 'scenario.format', 'vms[0].ip', 'not an IPv4 address'],
    ['no phase', [vm('phases', [])], 'scenario.length', 'vms[0].phases', 'at least 1 entry'],
    ['no NIC', [[['hosts', 0, 'nics'], []]], 'scenario.length', 'hosts[0].nics', 'at least 1 entry'],
    [
      'a truth that is a text',
      [[['policy'], { sdps: 'yes' }]],
      'scenario.type',
      'policy.sdps',
      'true or false',
    ],
    [
      'an odd cache',
      [[['policy'], { xbzrleCacheBytes: 100_000 }]],
      'scenario.format',
      'policy.xbzrleCacheBytes',
      'power of two',
    ],
    [
      'an unknown action',
      [[['actions', 0, 'kind'], 'fly']],
      'scenario.choice',
      'actions[0].kind',
      'write "migrate", "cancel", ',
    ],
    [
      'an action without a kind',
      [[['actions', 0, 'kind'], undefined]],
      'scenario.choice',
      'actions[0].kind',
      'It is missing',
    ],
    [
      'more used than there is',
      [vm('usedBytes', 2 * GIB)],
      'scenario.used-over-memory',
      'vms[0].usedBytes',
      '2 GiB used of 1 GiB',
    ],
    [
      'more shares than the whole',
      [vm('content', { textPpm: 900_000 })],
      'scenario.shares',
      'vms[0].content',
      'add up to 135 %',
    ],
    [
      'a wide working set',
      [vm('phases', [{ workingSetBytes: 2 * GIB }])],
      'scenario.working-set',
      'vms[0].phases[0].workingSetBytes',
      'larger than the 1 GiB in use',
    ],
    [
      'phases out of order',
      [vm('phases', [{ afterNs: 5 }, { afterNs: 5 }])],
      'scenario.phase-order',
      'vms[0].phases[1].afterNs',
      'after the one before',
    ],
    [
      'an unknown site',
      [[['clusters', 0, 'site'], 'x']],
      'scenario.unknown-id',
      'clusters[0].site',
      'no site "x"; there is "site"',
    ],
    [
      'an unknown cluster',
      [[['hosts', 0, 'cluster'], 'x']],
      'scenario.unknown-id',
      'hosts[0].cluster',
      'no cluster "x"',
    ],
    [
      'an unknown network',
      [[['hosts', 0, 'nics', 0, 'network'], 'x']],
      'scenario.unknown-id',
      'hosts[0].nics[0].network',
      'no network "x"',
    ],
    ['an unknown host', [vm('host', 'x')], 'scenario.unknown-id', 'vms[0].host', 'there is "a", "b"'],
    [
      'an unknown VM network',
      [vm('network', 'x')],
      'scenario.unknown-id',
      'vms[0].network',
      'no network "x"',
    ],
    [
      'a VM on vMotion',
      [vm('network', 'vmotion')],
      'scenario.network-kind',
      'vms[0].network',
      'needs one of kind "vm"',
    ],
    [
      'an unknown datastore',
      [vm('datastore', 'x')],
      'scenario.unknown-id',
      'vms[0].datastore',
      'no datastore "x"',
    ],
    [
      'a disk out of reach',
      [[['datastores', 0, 'hosts'], ['b']]],
      'scenario.no-disk',
      'vms[0].datastore',
      'does not see "store"',
    ],
    [
      'a datastore of nobody',
      [
        [
          ['datastores', 0, 'hosts'],
          ['a', 'x'],
        ],
      ],
      'scenario.unknown-id',
      'datastores[0].hosts[1]',
      'no host "x"',
    ],
    [
      'an unknown VM to move',
      [[['actions', 0, 'vm'], 'x']],
      'scenario.unknown-id',
      'actions[0].vm',
      'no VM "x"',
    ],
    [
      'an unknown target',
      [[['actions', 0, 'to'], 'x']],
      'scenario.unknown-id',
      'actions[0].to',
      'no host "x"',
    ],
    ['two of one name', [[['vms'], twoVms]], 'scenario.duplicate', 'vms[1].id', '"vm" is taken by vms[0].id'],
    [
      'two NICs of one name',
      [[['hosts', 0, 'nics'], [0, 1].map(() => smallest().hosts![0]!.nics![0])]],
      'scenario.duplicate',
      'hosts[0].nics[1].id',
      'taken by',
    ],
  ])('%s', (_, changes, code, path, words) => {
    const [problem, ...more] = problemsOf(...changes);
    expect(problem).toMatchObject({ code, path, message: expect.stringContaining(words) });
    expect(problem?.message).toMatch(/^["A-Z0-9a-z-].*[.]$/);
    expect(more).toEqual([]);
  });

  it.each([[null], [[]], ['text'], [7], [undefined]])('%j is no object', (input) => {
    expect(parseScenario(input)).toMatchObject({ ok: false, error: [{ code: 'scenario.type' }] });
  });

  it('is told all at once, with a bound for the hostile', () => {
    expect(problemsOf([['seed'], -1], vm('ip', 'x'), [['actions', 0, 'kind'], 'fly'])).toHaveLength(3);
    expect(problemsOf([['sites'], Array.from({ length: 64 }, () => ({ id: '!', name: 5 }))])).toHaveLength(
      100,
    );
  });

  it('leaves to the engine what decides whether a migration succeeds', () => {
    expect(problemsOf([['actions', 0, 'to'], 'a'])).toEqual([]);
    expect(problemsOf([['hosts', 1, 'memoryBytes'], GIB], vm('memoryBytes', 4 * GIB))).toEqual([]);
  });
});

describe('the canonical form', () => {
  it('leaves out every default and nothing else', () => {
    expect(
      minimalScenario(
        valid({ schema: 1, title: 'x', summary: '', seed: 1, sites: [], policy: { sdps: true } }),
      ),
    ).toEqual({ schema: 1, title: 'x' });
    expect(minimalScenario(valid({ schema: 1, title: 'x', seed: 0, policy: { sdps: false } }))).toEqual({
      schema: 1,
      title: 'x',
      seed: 0,
      policy: { sdps: false },
    });
  });

  it('parses back to the same scenario', () => {
    fc.assert(
      fc.property(anyScenario, (scenario) => {
        expect(parseScenario(JSON.parse(canonicalText(scenario)))).toEqual({ ok: true, value: scenario });
      }),
    );
  });

  it('sorts keys by code unit, at every depth', () => {
    expect(stableText({ b: { d: 1, c: [{ z: 1, a: 2 }] }, a: null })).toBe(
      '{"a":null,"b":{"c":[{"a":2,"z":1}],"d":1}}',
    );
  });

  it('turns rows into columns and back', () => {
    const rows: JsonObject[] = [{ id: 'a', cores: 8 }, { id: 'b' }];
    expect(toColumns(rows)).toEqual({ id: ['a', 'b'], cores: [8, null] });
    expect(fromColumns(toColumns(rows))).toEqual(rows);
    expect([fromColumns([]), fromColumns({ a: 1 }), fromColumns({ a: [1], b: [] })]).toEqual([
      null,
      null,
      null,
    ]);
  });
});

describe('a file', () => {
  it('opens as it was saved, and is the same for the same scenario', () => {
    fc.assert(
      fc.property(anyScenario, (scenario) => {
        const text = saveScenarioFile(scenario);
        expect(openScenarioFile(text)).toEqual({ ok: true, value: scenario });
        expect(openScenarioFile(`\uFEFF${text}`).ok).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    ['', 'ends too early, at line 1, column 1'],
    ['{\n  "schema": 1,\n  "title": "x",\n}', 'at line 4, column 1'],
    ['{"schema": 1', 'ends too early, at line 1, column 13'],
    ['<html>', 'This is not JSON'],
  ])('%j is no JSON', (text, words) => {
    expect(openScenarioFile(text)).toMatchObject({
      ok: false,
      error: [{ code: 'file.not-json', message: expect.stringContaining(words) }],
    });
  });

  it('of more than a mebibyte is not parsed', () => {
    expect(openScenarioFile(' '.repeat(MIB + 1))).toMatchObject({
      ok: false,
      error: [{ code: 'file.too-big' }],
    });
    expect(openScenarioFile('é'.repeat(MIB / 2 + 1))).toMatchObject({
      ok: false,
      error: [{ code: 'file.too-big' }],
    });
    expect([checkFileSize(MIB), checkFileSize(MIB + 1)?.code]).toEqual([null, 'file.too-big']);
  });

  it('is named after its title', () => {
    expect(scenarioFileName(preset('classic'))).toBe('classic-under-two-seconds.vmotion.json');
    expect(scenarioFileName({ ...preset('classic'), title: '移行' })).toBe('scenario.vmotion.json');
  });
});
