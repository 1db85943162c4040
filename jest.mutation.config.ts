import type { Config } from 'jest';
import config from './jest.config';

// The package tests build the package anew and know nothing of a mutant.
const mutationConfig: Config = { ...config, testPathIgnorePatterns: ['/node_modules/', '/__tests__/package/'] };

export default mutationConfig;
