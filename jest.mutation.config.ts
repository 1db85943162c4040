import type { Config } from 'jest';
import config from './jest.config';

// Left out: what builds the package anew and knows nothing of a mutant, and what is slow and notices nothing more.
const mutationConfig: Config = {
  ...config,
  testPathIgnorePatterns: [
    '/node_modules/',
    '/__tests__/(package|properties)/',
    '/__tests__/(snippets|examples|explain|recipes|documents).test.ts',
  ],
};

export default mutationConfig;
