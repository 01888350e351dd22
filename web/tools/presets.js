import { runnerImport } from 'vite';
import { inRoot } from './paths.js';

/** Modules whose exports are plain data. */
const modules = ['first', 'scenarios'].map((name) => inRoot(`web/scenario/presets/${name}.ts`));

/**
 * The build plugin: reads and validates the presets now, and puts the result into the page as data. The page then
 * needs the validator only for links and files, which it fetches when there is one.
 * @returns {import('vite').Plugin}
 */
export function presetsAsData() {
  return {
    name: 'v-motion-presets',
    apply: 'build',
    async load(id) {
      if (!modules.includes(id)) return null;
      const { module, dependencies } = await runnerImport(id);
      for (const file of dependencies) this.addWatchFile(file);
      // Parsing text is faster than reading an object literal.
      const written = (/** @type {unknown} */ value) =>
        `JSON.parse(${JSON.stringify(JSON.stringify(value))})`;
      return Object.entries(/** @type {object} */ (module))
        .map(([name, value]) => `export const ${name} = /* @__PURE__ */ ${written(value)};`)
        .join('\n');
    },
  };
}
