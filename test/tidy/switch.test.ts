import { expect, test } from 'vitest';
import { sourcesUnder } from '../support/sources.ts';
import { switchViolations } from './switch.ts';

const found = (body: string) =>
  switchViolations({ path: 'assembly/a.ts', text: `function f(n: i32): i32 { ${body} return 7; }` });

test('no switch in assembly/ has a conditional break', () => {
  expect(sourcesUnder('assembly').flatMap(switchViolations)).toEqual([]);
});

test('the switch that the compiler gets wrong is found', () => {
  const wrong = 'switch (n) { case 3: if (n > 2) break; return 1; default: return 2; }';
  expect(found(wrong)).toEqual([
    'assembly/a.ts:1 has a switch with a break under an if: end its case with a plain break',
  ]);
});

test.each([
  'switch (n) { case 3: { if (n > 2) { n++; break; } } return 1; default: return 2; }',
  'switch (n) { case 3: if (n > 2) return 1; else break; default: return 2; }',
  'for (;;) { switch (n) { case 3: if (n > 2) break; continue; default: return 2; } }',
])('refused: %s', (body) => {
  expect(found(body)).toHaveLength(1);
});

test.each([
  'switch (n) { case 3: if (n <= 2) return 1; break; default: return 2; }',
  'switch (n) { case 3: return 1; default: return 2; }',
  'switch (n) { case 3: for (;;) { if (n > 2) break; } return 1; default: return 2; }',
  'for (;;) { if (n > 2) break; switch (n) { case 1: n++; break; default: return 2; } }',
])('allowed: %s', (body) => {
  expect(found(body)).toEqual([]);
});
