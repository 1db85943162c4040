import type { Config } from 'jest';

// The version matrix runs the same tests against other versions of axios, installed under aliases.
const axiosUnderTest = process.env['AXIOS_UNDER_TEST'];

const config: Config = {
  testEnvironment: 'node',
  setupFiles: ['<rootDir>/__tests__/support/async-dispose.ts'],
  testMatch: ['<rootDir>/{__tests__,examples}/**/*.test.ts'],
  // Type checking is `tsc`'s part of `npm test`; here each file is only translated.
  transform: { '\\.ts$': ['ts-jest', { tsconfig: '<rootDir>/tsconfig.json' }] },
  moduleNameMapper: {
    '^axios-viewer-context$': '<rootDir>/src/index.ts',
    '^axios-viewer-context/protocol$': '<rootDir>/src/protocol/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
    ...(axiosUnderTest === undefined ? {} : { '^axios$': axiosUnderTest }),
  },
  modulePathIgnorePatterns: ['<rootDir>/.stryker-tmp/', '<rootDir>/dist/'],
  collectCoverageFrom: ['src/**/*.ts'],
  coverageThreshold: { global: { lines: 100, branches: 100, functions: 100, statements: 100 } },
};

export default config;
