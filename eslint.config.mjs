import js from '@eslint/js';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  {
    ignores: [
      ...['dist/', 'coverage/', 'site/', 'website/staged/', 'website/.vitepress/{cache,.temp}/', '.stryker-tmp/'],
      '__tests__/slow/package/consumers/',
    ],
  },
  js.configs.recommended,
  {
    files: ['scripts/**/*.{mjs,cjs}', 'benchmarks/*.mjs'],
    languageOptions: {
      globals: {
        AbortController: false,
        Buffer: false,
        URL: false,
        console: false,
        fetch: false,
        globalThis: false,
        module: false,
        performance: false,
        process: false,
        require: false,
      },
    },
  },
  {
    files: ['**/*.{ts,mts}'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      curly: ['error', 'multi-line'],
      // Keys are typed by their shape, so that the types of this package need no @types/node.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // Options are easiest to read as a type literal. Interfaces are for types that are extended.
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-import-type-side-effects': 'error',
    },
  },
  {
    files: ['examples/**/*.ts'],
    rules: { '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }] },
  },
  {
    files: ['__tests__/**/*.ts'],
    rules: {
      // A test that misses an entry in its own table can just throw.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Functions of users can throw anything, and can reject later, when nobody waits.
      '@typescript-eslint/only-throw-error': 'off',
      '@typescript-eslint/no-misused-promises': 'off',
      '@typescript-eslint/no-extraneous-class': 'off',
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'no-console': 'error',
      '@typescript-eslint/explicit-function-return-type': [
        'error',
        { allowExpressions: true, allowTypedFunctionExpressions: true },
      ],
      // Header names are data.
      '@typescript-eslint/no-dynamic-delete': 'off',
      // SeerClient has a name of its own, and nothing else.
      '@typescript-eslint/no-empty-object-type': ['error', { allowInterfaces: 'with-single-extends' }],
    },
  },
);
