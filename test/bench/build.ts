// Builds what the bench runs: the kernels with the loops around them, the native twin, and the bundle of the engine.
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { build, type Plugin } from 'vite';
import { fromRoot } from '../support/root.ts';

export const cacheFolder = fromRoot('test/.cache/bench');
const wasmFile = join(cacheFolder, 'rounds.wasm');
const twinFile = fromRoot('test/bench/native/build/twins');
const twinSources = ['main.c', 'pages.c', 'bitmap.c', 'xbzrle.c', 'lz4.c'].map((name) =>
  fromRoot(`test/bench/native/${name}`),
);

/** The entries of asconfig.json come along, so the product's exports and options are those of the shipped build. */
export async function buildKernels(): Promise<Uint8Array<ArrayBuffer>> {
  mkdirSync(cacheFolder, { recursive: true });
  const asc = createRequire(import.meta.url).resolve('assemblyscript/bin/asc.js');
  const args = [asc, 'test/bench/wasm/rounds.ts', '--config', 'asconfig.json', '--target', 'release'];
  const outputs = ['--outFile', wasmFile, '--textFile', join(cacheFolder, 'rounds.wat')];
  await promisify(execFile)(process.execPath, [...args, ...outputs], { cwd: fromRoot('.') });
  return new Uint8Array(readFileSync(wasmFile));
}

export interface Twin {
  readonly file: string;
  readonly withLz4: boolean;
}

/** Whether this machine's compiler takes the sources with these options. */
function compiles(options: readonly string[], libraries: readonly string[]): boolean {
  const args = ['-std=gnu17', '-O3', '-march=x86-64-v3', ...options, ...twinSources, '-o', twinFile];
  return spawnSync('gcc', [...args, ...libraries], { stdio: 'ignore' }).status === 0;
}

/** Compiles the native twin, without liblz4 where that is missing; undefined where there is no compiler for it. */
export function buildTwin(): Twin | undefined {
  mkdirSync(dirname(twinFile), { recursive: true });
  const withLz4 = compiles(['-DWITH_LZ4'], ['-llz4']);
  if (!withLz4 && !compiles([], [])) return undefined;
  try {
    execFileSync(twinFile, { input: '' });
  } catch {
    return undefined;
  }
  return { file: twinFile, withLz4 };
}

/** lz4-wasm imports its wasm as a module, which needs a bundler's help: the bytes go into the bundle. */
const inlineWasm: Plugin = {
  name: 'bench-inline-wasm',
  enforce: 'pre',
  load(id) {
    if (!id.endsWith('lz4_wasm_bg.wasm')) return null;
    const names = WebAssembly.Module.exports(new WebAssembly.Module(readFileSync(id))).map(
      ({ name }) => name,
    );
    return [
      `import { __wbindgen_string_new } from './lz4_wasm_bg.js';`,
      `const bytes = Uint8Array.from(atob('${readFileSync(id, 'base64')}'), (c) => c.charCodeAt(0));`,
      `const imports = { './lz4_wasm_bg.js': { __wbindgen_string_new } };`,
      `const all = new WebAssembly.Instance(new WebAssembly.Module(bytes), imports).exports;`,
      ...names.map((name) => `export const ${name} = all.${name};`),
    ].join('\n');
  },
};

/** Bundles one entry of this folder into a module that Node and a module worker can both run; returns its file. */
export async function bundle(entry: string): Promise<string> {
  const result = await build({
    configFile: false,
    root: fromRoot('test/bench'),
    logLevel: 'error',
    plugins: [inlineWasm],
    build: {
      write: false,
      target: 'es2022',
      lib: { entry: fromRoot(`test/bench/${entry}`), formats: ['es'], fileName: 'bundle' },
    },
  });
  const [built] = Array.isArray(result) ? result : [result];
  const chunk = built && 'output' in built ? built.output[0] : undefined;
  if (!chunk) throw new Error(`${entry} made no bundle`);
  const file = join(cacheFolder, entry.replace(/\.ts$/, '.mjs'));
  writeFileSync(file, chunk.code);
  return file;
}
