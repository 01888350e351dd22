import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inRoot, root } from './paths.js';
import { whenStale } from './stamp.js';

const wasmInputs = ['assembly', 'asconfig.json', 'package-lock.json'];
const commandLine = 'web/worker/simulate.ts';
const siteInputs = [...wasmInputs, 'web', 'public'];

/**
 * Compiles one target of asconfig.json. What the compiler says goes to stderr: stdout belongs to the command that
 * needed the build.
 * @param {string} target
 * @returns {Promise<void>}
 */
function compile(target) {
  const asc = createRequire(import.meta.url).resolve('assemblyscript/bin/asc.js');
  const args = [asc, '--config', 'asconfig.json', '--target', target];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 2, 2] });
    child.on('error', reject);
    child.on('exit', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`assembly/ does not compile for the target ${target}`));
    });
  });
}

/** The release build, which pages and tests run, and the debug build, which has its assertions on. */
export async function buildWasm({ force = false } = {}) {
  const outputs = ['assembly/build/vmotion.wasm', 'assembly/build/vmotion.debug.wasm'];
  await whenStale({ inputs: wasmInputs, outputs, stamp: 'assembly/build/stamp', force }, async () => {
    await Promise.all([compile('release'), compile('debug')]);
  });
}

/** index.html with its assets, then embed.html, which is one file. */
export async function buildSite({ force = false } = {}) {
  await buildWasm({ force });
  const outputs = ['web/dist/index.html', 'web/dist/embed.html'];
  await whenStale({ inputs: siteInputs, outputs, stamp: 'web/dist/stamp', force }, async () => {
    const { build } = await import('vite');
    const configFile = inRoot('web/vite.config.ts');
    await build({ configFile, logLevel: 'warn' });
    await build({ configFile, logLevel: 'warn', mode: 'embed' });
  });
}

/**
 * Bundles a TypeScript entry so that Node can run it, and returns the file. Only the packages stay outside. The
 * file is renamed into place: of two commands started at once, none reads half a bundle.
 * @param {string} entry relative to the checkout
 */
export async function buildForNode(entry) {
  const ofTest = entry.startsWith('test/');
  const outDir = ofTest ? 'test/.cache/node' : 'web/dist/node';
  const output = `${outDir}/${basename(entry, '.ts')}.js`;
  const inputs = [...siteInputs, ...(ofTest ? ['test'] : [])];
  await whenStale({ inputs, outputs: [output], stamp: `${output}.stamp` }, async () => {
    const code = await bundle(entry);
    mkdirSync(inRoot(outDir), { recursive: true });
    const partial = inRoot(`${output}.${process.pid}.partial`);
    writeFileSync(partial, code);
    renameSync(partial, inRoot(output));
  });
  return inRoot(output);
}

/** @param {string} entry */
async function bundle(entry) {
  const { build } = await import('vite');
  const result = await build({
    configFile: inRoot('web/vite.config.ts'),
    logLevel: 'warn',
    mode: 'node',
    publicDir: false,
    build: {
      ssr: true,
      write: false,
      target: 'node20',
      rolldownOptions: { input: inRoot(entry), output: { codeSplitting: false } },
    },
  });
  const [built] = Array.isArray(result) ? result : [result];
  const chunk = built && 'output' in built ? built.output[0] : undefined;
  if (!chunk) throw new Error(`${entry} made no bundle`);
  return chunk.code;
}

/** Everything that is shipped: the wasm, the site, the one-file page and the command line. */
async function main() {
  const force = !process.argv.includes('--if-stale');
  if (process.argv.includes('wasm')) return buildWasm({ force });
  await buildSite({ force });
  if (existsSync(inRoot(commandLine))) await buildForNode(commandLine);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  main().catch((error) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
