import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Runes compile for the browser: the server's build has no effects, and $state there is a plain variable. */
const plugins = () => [
  svelte({
    configFile: here('../web/svelte.config.js'),
    dynamicCompileOptions: () => ({ generate: 'client' }),
  }),
];
const common = {
  plugins: plugins(),
  root: here('..'),
  resolve: { conditions: ['browser'] },
  ssr: { resolve: { conditions: ['browser', 'module', 'node', 'development'] } },
};
const longTests = 'test/**/*.long.test.ts';

export default defineConfig({
  root: here('..'),
  cacheDir: here('./.cache/vite'),
  test: {
    allowOnly: false,
    projects: [
      {
        ...common,
        test: {
          name: 'node',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/.cache/**', longTests],
          testTimeout: 30_000,
        },
      },
      {
        ...common,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.e2e.test.ts'],
          globalSetup: here('./support/browser-server.ts'),
          // A page waits for its next picture more than it computes: two files at a time, after all the others.
          isolate: false,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          // The longest looks at one run in six sizes; a machine that does something else meanwhile takes twice as long.
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
      {
        ...common,
        test: { name: 'long', include: [longTests], testTimeout: 600_000, hookTimeout: 600_000 },
      },
    ],
  },
});
