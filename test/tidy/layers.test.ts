import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root, sourcesUnder } from '../support/sources.ts';
import { importsOf, layerViolations, packageOf } from './layers.ts';

const sources = sourcesUnder('assembly', 'web', 'test');
const seeded = (path: string, text: string) => layerViolations({ path, text });

test('every import is allowed by the table of layers', () => {
  expect(sources.length).toBeGreaterThan(0);
  expect(sources.flatMap(layerViolations)).toEqual([]);
});

test('every imported package is in package.json', () => {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<string, object>;
  const known = new Set([
    ...Object.keys({ ...manifest['dependencies'], ...manifest['devDependencies'] }),
    ...builtinModules,
  ]);
  const missing = sources.flatMap((source) =>
    importsOf(source)
      .filter(({ specifier }) => !/^(\.|node:)/.test(specifier) && !known.has(packageOf(specifier)))
      .map(({ at, specifier }) => `${at} imports ${specifier}`),
  );
  expect(missing).toEqual([]);
});

test('a forbidden import is found, and the message names the file, the import and what is allowed', () => {
  expect(seeded('web/sim/engine.ts', "\nimport { select } from 'd3';")).toEqual([
    'web/sim/engine.ts:2 imports d3; sim may import base, scenario',
  ]);
});

test.each([
  ['web/base/units.ts', "import '../scenario/schema.ts'"],
  ['web/sim/a.ts', "import 'node:fs'"],
  ['web/sim/a.ts', "const x = await import('../worker/client.ts')"],
  ['web/sim/a.ts', "export * from '../model/frame.ts'"],
  ['web/sim/a.ts', "type A = import('../view/a.ts').A"],
  ['web/worker/pool.ts', "import { readFile } from 'node:fs'"],
  ['web/worker/pool.ts', "new Worker(new URL('../app/main.ts', import.meta.url))"],
  ['web/worker/pool.ts', "import '../../assembly/bitmap.ts'"],
  ['web/layout/a.ts', "import { schema } from '../scenario/schema.ts'"],
  ['web/model/a.svelte.ts', "import '../worker/engine.worker.ts'"],
  ['web/view/A.svelte', "<p>one</p>\n<script>import '../sim/engine.ts'</script>"],
  ['web/view/A.svelte', "<script>import B from '../app/B.svelte'</script>"],
  ['web/app/main.ts', "import '../../test/support/browser.ts'"],
  ['web/elsewhere/a.ts', "import '../base/units.ts'"],
  ['assembly/a.ts', "import '../web/base/units.ts'"],
])('%s may not say %s', (path, text) => {
  expect(seeded(path, text)).toHaveLength(1);
});

test.each([
  ['web/layout/a.ts', "import type { Scenario } from '../scenario/schema.ts'"],
  ['web/layout/a.ts', "import { type Scenario } from '../scenario/schema.ts'"],
  ['web/worker/wasm.ts', "import url from '../../assembly/build/vmotion.wasm?url&inline'"],
  ['web/worker/client.ts', "import EngineWorker from './engine.worker.ts?worker&inline'"],
  ['web/worker/simulate.ts', "import { readFile } from 'node:fs/promises'"],
  ['web/model/a.svelte.ts', "import { client } from '../worker/client.ts'"],
  ['web/view/A.svelte', "<script>import { fade } from 'svelte/transition'</script>"],
])('%s may say %s', (path, text) => {
  expect(seeded(path, text)).toEqual([]);
});
