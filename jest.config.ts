/**
 * @jest-config-loader ts-node
 * @jest-config-loader-options {"transpileOnly": true, "compilerOptions": {"module": "CommonJS", "moduleResolution": "Bundler"}}
 */
import type { Config } from 'jest';
import { devDependencies } from './package.json';

const project: Config = {
  globals: { VIEWER_CONTEXT_FORMAT: 'pair' },
  testEnvironment: 'node',
  setupFilesAfterEnv: ['<rootDir>/__tests__/support/setup.ts'],
  modulePathIgnorePatterns: ['<rootDir>/.stryker-tmp/', '<rootDir>/dist/'],
  // `tsc` checks the types, as part of `npm test`. Here, each file is only compiled.
  transform: { '\\.ts$': ['ts-jest', { tsconfig: '<rootDir>/tsconfig.json' }] },
};

const moduleNameMapper = {
  '^axios-viewer-context$': '<rootDir>/src/index.ts',
  '^axios-viewer-context/protocol$': '<rootDir>/src/protocol/index.ts',
  '^(\\.{1,2}/.*)\\.js$': '$1',
};

/** `npm test`: what every change needs, in seconds. */
const fast: Config[] = [
  {
    ...project,
    displayName: 'latest',
    testMatch: ['<rootDir>/{__tests__,examples}/**/*.test.ts'],
    testPathIgnorePatterns: ['/node_modules/', '<rootDir>/__tests__/slow/'],
    moduleNameMapper,
  },
  {
    ...project,
    displayName: 'tokens',
    globals: { VIEWER_CONTEXT_FORMAT: 'jwt' },
    testMatch: ['<rootDir>/__tests__/rules/*.test.ts'],
    moduleNameMapper,
  },
];

/** `npm run check:rest`: what takes long and rarely fails. */
const slow: Config[] = [
  {
    ...project,
    displayName: 'slow',
    testMatch: ['<rootDir>/__tests__/slow/**/*.test.ts'],
    testPathIgnorePatterns: ['/node_modules/', '<rootDir>/__tests__/slow/jsdom.test.ts'],
    moduleNameMapper,
  },
  {
    ...project,
    displayName: 'slow-tokens',
    globals: { VIEWER_CONTEXT_FORMAT: 'jwt' },
    testMatch: ['<rootDir>/__tests__/slow/properties/sender.test.ts'],
    moduleNameMapper,
  },
  ...['29', '30'].map((version) => ({
    ...project,
    displayName: `jsdom-${version}`,
    testEnvironment: version === '30' ? 'jest-environment-jsdom' : `jest-environment-jsdom-${version}`,
    // The builds for Node, not those for browsers.
    testEnvironmentOptions: { customExportConditions: ['node', 'node-addons'] },
    testMatch: ['<rootDir>/__tests__/slow/jsdom.test.ts'],
    moduleNameMapper,
  })),
];

/** Each dependency `axios-<version>` is an alias of that version of axios. It gets the tests of the rules. */
const olderVersions: Config[] = Object.keys(devDependencies)
  .filter((name) => /^axios-\d/.test(name))
  .map((name) => ({
    ...project,
    displayName: name,
    testMatch: ['<rootDir>/__tests__/rules/*.test.ts'],
    moduleNameMapper: { ...moduleNameMapper, '^axios$': name },
  }));

const config: Config = {
  projects: [...fast, ...slow, ...olderVersions],
  maxWorkers: '100%',
  // The totals, each failure, and how to repeat it. No line for a file that has passed.
  reporters: [['summary', { summaryThreshold: 0 }], '<rootDir>/scripts/repeat-reporter.cjs'],
  collectCoverageFrom: ['src/**/*.ts'],
  coverageReporters: ['html'],
  // A pattern, not `global`, so that the message names the file. The lines are in coverage/index.html.
  coverageThreshold: { global: {}, './src/**/*.ts': { lines: 100, branches: 100, functions: 100, statements: 100 } },
};

/** What Stryker runs (scripts/mutation.mjs): from the first project, the tests nearest to what is mutated. */
function mutationConfig(tests: string): Config {
  return { ...fast[0], testMatch: tests.split(' ').map((name) => `<rootDir>/__tests__/${name}.test.ts`) };
}

const { MUTATION_TESTS: mutationTests } = process.env;

export default mutationTests === undefined ? config : mutationConfig(mutationTests);
