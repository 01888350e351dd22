import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { buildForNode, buildWasm } from './build.js';
import { inRoot } from './paths.js';

/**
 * Runs a TypeScript entry under every Node this project supports, the oldest of which reads no TypeScript:
 * `node web/tools/run.js ENTRY [arguments]`. It builds what is missing or stale first, and prints nothing itself
 * on stdout. The entry finds its arguments from process.argv[2] on, as if it had been started alone.
 */
async function main() {
  const [entry, ...args] = process.argv.slice(2);
  if (!entry || !existsSync(inRoot(entry))) throw new Error(`there is no ${entry ?? 'entry'} to run`);
  await buildWasm();
  const file = await buildForNode(entry);
  process.argv.splice(1, process.argv.length, file, ...args);
  await import(pathToFileURL(file).href);
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
