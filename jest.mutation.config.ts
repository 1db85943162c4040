import type { Config } from 'jest';
import config from './jest.config';

// The first project alone. Left out: what builds the package anew and knows nothing of a mutant, and what is slow and
// notices nothing more.
const [latest] = config.projects as Config[];

const mutationConfig: Config = {
  ...latest,
  testPathIgnorePatterns: [
    '/node_modules/',
    '/__tests__/(package|properties)/',
    '/__tests__/(architecture|documents|examples|explain|jsdom|recipes|snippets).test.ts',
  ],
};

export default mutationConfig;
