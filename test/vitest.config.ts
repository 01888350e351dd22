import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './support/longest-first.ts';

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
const browserTests = {
  globalSetup: here('./support/browser-server.ts'),
  // What a file imports and which runs it has seen serve the next file too; each test has a context of its own in the browser.
  isolate: false,
  // The longest looks at one run in six sizes; a machine that does something else meanwhile takes twice as long.
  testTimeout: 120_000,
  hookTimeout: 60_000,
};

export default defineConfig({
  root: here('..'),
  cacheDir: here('./.cache/vite'),
  test: {
    allowOnly: false,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        ...common,
        test: {
          name: 'node',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/.cache/**', longTests],
          // The kernels, the presets and the Svelte runtime are loaded once a worker and not once a file.
          isolate: false,
          // All cores: left alone, one of them waits for the others, which on two cores is every second one.
          maxWorkers: availableParallelism(),
          testTimeout: 30_000,
        },
      },
      {
        ...common,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.e2e.test.ts'],
          ...browserTests,
          // After all the others, two at a time: a page often waits for its next picture, and then the other one computes.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        ...common,
        test: {
          name: 'alone',
          include: ['test/e2e/**/*.alone.test.ts'],
          ...browserTests,
          // What is measured in wall time has the machine for itself.
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
      {
        ...common,
        test: { name: 'long', include: [longTests], testTimeout: 600_000, hookTimeout: 600_000 },
      },
    ],
  },
});
