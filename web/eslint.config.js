import svelte from 'eslint-plugin-svelte';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

const reproducible = 'the same scenario must give the same event log on every machine';

/** What differs from one run or one machine to the next. */
const clocksAndChance = [
  ['Date', 'now'],
  ['performance', 'now'],
  ['Math', 'random'],
  ['crypto', 'getRandomValues'],
  ['crypto', 'randomUUID'],
];

/** Functions whose last bit the language leaves to the engine. Square root, rounding and integers are exact. */
const inexactMaths = [
  ...['acos', 'acosh', 'asin', 'asinh', 'atan', 'atan2', 'atanh', 'cbrt', 'cos', 'cosh', 'exp', 'expm1'],
  ...['hypot', 'log', 'log10', 'log1p', 'log2', 'pow', 'sin', 'sinh', 'tan', 'tanh'],
].map((name) => ['Math', name]);

export default defineConfig(
  globalIgnores(['**/dist/', '**/node_modules/', 'assembly/', 'test/.cache/', 'test/bench/wasm/']),
  tseslint.configs.recommended,
  svelte.configs.recommended,
  {
    languageOptions: {
      parserOptions: { parser: tseslint.parser, extraFileExtensions: ['.svelte'], svelteConfig },
    },
    rules: {
      eqeqeq: 'error',
      'no-console': ['error', { allow: ['warn', 'error'] }],
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-new-func': 'error',
      'prefer-const': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'svelte/no-at-html-tags': 'error',
    },
  },
  {
    // Commands talk to a terminal, and so do the tools and benches of the tests.
    files: ['web/tools/**', 'web/worker/simulate.ts', 'test/**'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['web/sim/**', 'web/scenario/**'],
    rules: {
      'no-restricted-properties': [
        'error',
        ...[...clocksAndChance, ...inexactMaths].map(([object, property]) => ({
          object,
          property,
          message: reproducible,
        })),
      ],
      'no-restricted-syntax': [
        'error',
        { selector: "NewExpression[callee.name='Date']", message: reproducible },
        { selector: "CallExpression[callee.name='Date']", message: reproducible },
        { selector: "CallExpression[callee.property.name='localeCompare']", message: reproducible },
        { selector: "CallExpression[callee.property.name='toLocaleString']", message: reproducible },
        {
          // A power of whole literals is exact; any other is Math.pow under another name.
          selector: "BinaryExpression[operator='**']:not([left.raw=/^[0-9]+$/][right.raw=/^[0-9]+$/])",
          message: reproducible,
        },
      ],
      'no-restricted-globals': ['error', ...['Intl', 'performance', 'crypto', 'setTimeout', 'setInterval']],
    },
  },
);
