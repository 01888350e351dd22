/** @type {import('prettier').Config} */
export default {
  printWidth: 110,
  singleQuote: true,
  semi: true,
  trailingComma: 'all',
  plugins: ['prettier-plugin-svelte'],
  overrides: [
    { files: '*.svelte', options: { parser: 'svelte' } },
    // AssemblyScript puts decorators on functions, which the TypeScript parser refuses.
    {
      files: ['../assembly/**/*.ts', '../test/bench/wasm/*.ts'],
      options: { plugins: ['assemblyscript-prettier'] },
    },
  ],
};
