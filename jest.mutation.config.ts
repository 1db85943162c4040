import type { Config } from 'jest';
import config from './jest.config';

// The first project, and of its tests those nearest to what is mutated: the tests of the protocol for src/protocol, and
// those of the rules, which send requests, for the rest.
const [latest] = config.projects as Config[];
const tests: Record<string, string[]> = {
  protocol: ['<rootDir>/__tests__/protocol/*.test.ts'],
  rules: ['<rootDir>/__tests__/{rules/*,companions,mock-adapter}.test.ts'],
};

const mutationConfig: Config = {
  ...latest,
  testMatch: tests[process.env['MUTATION_TESTS'] ?? ''] ?? Object.values(tests).flat(),
  // Slow, and notice nothing that the others do not.
  testPathIgnorePatterns: ['/node_modules/', '/__tests__/protocol/jwt-libraries', '/__tests__/faults'],
};

export default mutationConfig;
