/** The table of what the seed says names presets that are there and tests that are there. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findPreset, REQUIREMENT_PRESETS } from '../../web/scenario/presets/index.ts';

const root = join(import.meta.dirname, '..', '..');
const rows = readFileSync(join(root, 'web', 'seed.md'), 'utf8')
  .split('\n')
  .flatMap((line) => /^\| (\d+) \| (.*) \|$/.exec(line)?.slice(1) ?? [])
  .reduce<string[][]>(
    (pairs, part, at) => (at % 2 === 0 ? [...pairs, [part]] : (pairs.at(-1)!.push(part), pairs)),
    [],
  )
  .map(([number, rest]) => [number!, ...rest!.split(' | ')] as const);

describe('what the seed says', () => {
  it('has a row for each of its 31 sentences', () => {
    expect(rows.map(([number]) => Number(number))).toEqual(Array.from({ length: 31 }, (_, at) => at + 1));
  });

  it.each(rows.map((row) => [row[0], row[3] ?? '', row[4] ?? ''] as const))(
    'row %s names what is there',
    (_, presets, tests) => {
      const ids = [...presets.matchAll(/`([^`]+)`/g)].map(([, id]) => id!);
      expect(ids.length).toBeGreaterThan(0);
      for (const id of ids) expect([id, findPreset(id)?.id]).toEqual([id, id]);
      const named = [...tests.matchAll(/`([^`]+)`: ([^`;]+)/g)];
      expect(named.length).toBeGreaterThan(0);
      for (const [, file, title] of named) {
        const path = join(root, 'test', file!);
        expect([file, existsSync(path)]).toEqual([file, true]);
        expect(readFileSync(path, 'utf8')).toContain(title!.trim());
      }
    },
  );

  it('uses every preset made for a requirement', () => {
    const used = new Set(
      rows.flatMap((row) => [...(row[3] ?? '').matchAll(/`([^`]+)`/g)].map(([, id]) => id)),
    );
    expect(REQUIREMENT_PRESETS.map(({ id }) => id).filter((id) => !used.has(id))).toEqual(['devices']);
  });
});
