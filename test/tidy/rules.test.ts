import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { root, sourcesUnder, type Source } from '../support/sources.ts';
import * as rules from './rules.ts';

const everything = sourcesUnder('assembly', 'web', 'test');
const inFolders = (...folders: string[]) =>
  everything.filter(({ path }) => folders.some((folder) => path.startsWith(folder)));
const found = (rule: rules.Rule, sources: readonly Source[]) => sources.flatMap(rule);
const one = (rule: rules.Rule, text: string, path = 'web/sim/a.ts') => rule({ path, text });

test('the top level is fixed', () => {
  const ours = [
    ...['package.json', 'package-lock.json', 'asconfig.json', 'tsconfig.json', 'README.md', 'LICENSE'],
    ...['assembly', 'web', 'test', 'public', '.ci', '.gitignore', '.editorconfig', '.gitattributes'],
  ];
  // What tools and editors leave in a checkout is in nobody's commit.
  const others = ['.git', 'node_modules', '.DS_Store', '.vscode', '.idea'];
  const unknown = readdirSync(root).filter(
    (name) => ![...ours, ...others].includes(name) && !name.endsWith('.log'),
  );
  expect(unknown).toEqual([]);
});

describe('the sources keep', () => {
  test('clocks and chance out of the engine', () => {
    expect(found(rules.noClockOrChance, inFolders('web/sim/', 'web/scenario/', 'assembly/'))).toEqual([]);
  });
  test('maths whose last bit may differ out of the engine', () => {
    expect(found(rules.noInexactMaths, inFolders('web/sim/', 'web/scenario/'))).toEqual([]);
  });
  test('raw HTML out of the pages', () => {
    expect(found(rules.noRawHtml, inFolders('web/'))).toEqual([]);
  });
  test('every test running', () => {
    expect(found(rules.noSilentTest, inFolders('test/'))).toEqual([]);
  });
  test('nothing unfinished', () => {
    expect(found(rules.noUnfinishedWork, everything)).toEqual([]);
  });
  test('no path of one machine', () => {
    expect(found(rules.noMachinePath, everything)).toEqual([]);
  });
  test(`to ${rules.maxLines} lines a file`, () => {
    expect(found(rules.notTooLong, everything)).toEqual([]);
  });
});

describe('the rules find what they are for', () => {
  test.each(['Date.now()', 'new Date()', 'performance.now()', 'Math.random()', 'a.localeCompare(b)'])(
    'a clock or chance: %s',
    (code) => {
      expect(one(rules.noClockOrChance, `\nconst a = ${code};`)).toEqual([
        expect.stringMatching(/^web\/sim\/a\.ts:2 uses a clock, chance/),
      ]);
    },
  );
  test.each([
    '// Date.now() is not used here.',
    'event.performance',
    "const a = 'Math.random';",
    'Math.floor(a)',
  ])('but not in: %s', (code) => expect(one(rules.noClockOrChance, code)).toEqual([]));
  test('inexact maths', () => {
    expect(
      one(rules.noInexactMaths, 'Math.exp(1); 2 ** 0.5; 2 ** 28; Math.sqrt(2); Math.imul(2, 3)'),
    ).toHaveLength(2);
  });
  test.each(['test', 'it', 'describe'])('a test left out by %s', (name) => {
    const texts = ['skip', 'only', 'to' + 'do', 'skipIf'].map((how) => `${name}.${how}('a', () => {});`);
    expect(one(rules.noSilentTest, texts.join('\n'), 'test/a.test.ts')).toHaveLength(texts.length);
    expect(one(rules.noSilentTest, `${name}.each([1])('a', () => {}); items.skip();`)).toEqual([]);
  });
  test('unfinished work', () => {
    expect(one(rules.noUnfinishedWork, ['// TO', 'DO later'].join(''))).toHaveLength(1);
    expect(one(rules.noUnfinishedWork, '// Nothing is left to do; stubborn pages stay.')).toEqual([]);
  });
  test('a path of one machine', () => {
    expect(one(rules.noMachinePath, ["open('", 'home/someone/a.txt'].join('/'))).toHaveLength(1);
    expect(one(rules.noMachinePath, "import a from '../home/a.ts'; fetch('/assets/a.js')")).toEqual([]);
  });
  test('raw HTML', () => {
    expect(one(rules.noRawHtml, ['<p>{', 'html text}</p>'].join('@'), 'web/view/A.svelte')).toHaveLength(1);
  });
  test('a file too long', () => {
    expect(one(rules.notTooLong, '\n'.repeat(rules.maxLines) + 'end')).toHaveLength(1);
  });
});
