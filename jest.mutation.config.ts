import type { Config } from 'jest';
import config from './jest.config';

// The first project, and of its tests those nearest to what is mutated: scripts/mutation.mjs names them.
const [latest] = config.projects as Config[];

const mutationConfig: Config = {
  ...latest,
  testMatch: (process.env['MUTATION_TESTS'] ?? '**').split(' ').map((name) => `<rootDir>/__tests__/${name}.test.ts`),
};

export default mutationConfig;
