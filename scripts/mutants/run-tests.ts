import { execFile } from 'node:child_process';
import type { MutantGroup } from './mutant.js';

/** How long a test may take, in ms. A mutant could make it wait forever. */
const TEST_TIMEOUT = 10_000;
/** How many characters of jest's output an error quotes. */
const EXCERPT = 1000;
/** What jest prints instead of a test's name if it cannot load a file. */
const DID_NOT_LOAD = 'Test suite failed to run';

/** Runs tests in a copy of the repository, and returns the names of those that failed. Throws if none could run. */
export async function runTests(
  folder: string,
  { tests, project }: Pick<MutantGroup, 'tests' | 'project'>,
): Promise<string[]> {
  const { hasFailed, output } = await jest(folder, ['--selectProjects', project, '--testPathPatterns', tests]);
  const failed = [...output.matchAll(/^ {2}● (.+)$/gm)].map(([, name]) => name ?? '');
  const isTestFailed = failed.some((name) => name !== DID_NOT_LOAD);
  if (hasFailed && !isTestFailed) throw new Error(`The tests did not run:\n${output.trim().slice(-EXCERPT)}`);
  return failed;
}

/** Runs jest until a test file fails. */
function jest(folder: string, selection: readonly string[]): Promise<{ hasFailed: boolean; output: string }> {
  const args = ['node_modules/jest/bin/jest.js', ...selection, '--bail', '--silent', '--maxWorkers', '1'];
  const env = { ...process.env, TEST_TIMEOUT: String(TEST_TIMEOUT) };
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: folder, env, maxBuffer: Infinity }, (error, stdout, stderr) => {
      resolve({ hasFailed: error !== null, output: stdout + stderr });
    });
  });
}
