import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import { presetsAsData } from './tools/presets.js';
import { singleFile } from './tools/single-file.js';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/**
 * The site is built twice. The first build makes index.html with its assets beside it. The second one, in mode
 * `embed`, makes embed.html with everything inside: a frame with an opaque origin, a file:// page and an uploaded
 * copy cannot fetch scripts beside themselves.
 */
export default defineConfig(({ mode }) => {
  const embed = mode === 'embed';
  return {
    root: here('.'),
    base: './',
    publicDir: embed ? false : here('../public'),
    plugins: [
      svelte({ configFile: here('./svelte.config.js') }),
      presetsAsData(),
      ...(embed ? [singleFile()] : []),
    ],
    // A classic worker started from a blob is the only kind that runs in every frame.
    worker: { format: 'iife' },
    build: {
      outDir: here('./dist'),
      emptyOutDir: !embed,
      target: 'baseline-widely-available',
      // The polyfill is for browsers older than our target, and would be one more script.
      modulePreload: { polyfill: false },
      // Inline the wasm and the worker by their import query only, except in the one-file page.
      assetsInlineLimit: embed ? Number.MAX_SAFE_INTEGER : 4096,
      cssCodeSplit: !embed,
      chunkSizeWarningLimit: 4096,
      rolldownOptions: {
        input: here(embed ? './embed.html' : './index.html'),
        output: embed ? { codeSplitting: false } : {},
        // What D3 makes of these when it loads is used by parts of it that are not in the page.
        treeshake: { manualPureFunctions: ['Blur2', 'shuffler'] },
      },
    },
  };
});
