import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inRoot } from './paths.js';

/** What is made from sources, or is none: a change there makes nothing stale. */
const skipped = new Set(['build', 'dist', 'node_modules', '.cache']);

/**
 * @param {string} path
 * @returns {string[]} every file under a path, in an order that does not depend on the file system
 */
function filesUnder(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  const names = readdirSync(path).filter((name) => !skipped.has(name));
  return names.sort().flatMap((name) => filesUnder(join(path, name)));
}

/**
 * A hash of what a build reads. Contents and not times: a checkout or an unpacked archive sets times as it likes.
 * @param {string[]} inputs files and folders relative to the checkout
 */
function hashOf(inputs) {
  const hash = createHash('sha256');
  for (const file of inputs.flatMap((input) => filesUnder(inRoot(input)))) {
    const bytes = readFileSync(file);
    hash.update(`${file}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest('hex');
}

/**
 * Runs a build only when its inputs changed since it last succeeded or an output is missing. The hash is taken
 * before the build, so that an edit made while it runs leaves it stale.
 * @param {{ inputs: string[], outputs: string[], stamp: string, force?: boolean }} what
 * @param {() => Promise<void>} build
 */
export async function whenStale({ inputs, outputs, stamp, force = false }, build) {
  const hash = hashOf(inputs);
  const stampFile = inRoot(stamp);
  const fresh = () => existsSync(stampFile) && readFileSync(stampFile, 'utf8') === hash;
  if (!force && fresh() && outputs.every((output) => existsSync(inRoot(output)))) return;
  rmSync(stampFile, { force: true });
  await build();
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, hash);
}
