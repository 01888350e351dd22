import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';

/**
 * Holds `text` against test/golden/<name>. A missing file fails: it is written only when UPDATE_GOLDEN=1 asks for it, so that a
 * moved prediction is always a commit somebody looked at.
 */
export function expectGolden(name: string, text: string): void {
  const path = join(import.meta.dirname, '..', 'golden', name);
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, text);
  if (!existsSync(path))
    throw new Error(`test/golden/${name} is missing; look at the log and run again with UPDATE_GOLDEN=1`);
  expect(text).toBe(readFileSync(path, 'utf8'));
}
