/**
 * Handwritten mutations, of kinds that Stryker does not make: reordered statements, narrowed conditions, a rule for one
 * format only, a pattern that misses a spelling, a cache shared by two keys, a listener left behind, an origin compared
 * by prefix. Each is applied to a temporary copy, the nearest tests are run, and at least one must fail.
 *
 * `npm run test:mutants`, or with a pattern for names and files: `npm run test:mutants -- redirect`.
 */
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { MUTANTS, type Mutant } from './mutants-list.js';

const ROOT = join(__dirname, '..');
const COPIED = ['src', '__tests__', 'examples', 'package.json', 'tsconfig.json', 'jest.config.ts', 'README.md'];

/** Runs the tests whose path matches, in the project that the mutant names. Returns the failed ones. */
async function failedTests(folder: string, { tests, project }: Pick<Mutant, 'tests' | 'project'>): Promise<string[]> {
  const jest = join(ROOT, 'node_modules/jest/bin/jest.js');
  const args = [jest, '--selectProjects', project, '--testPathPatterns', tests, '--bail', '--silent', '-w', '1'];
  const env = { ...process.env, TEST_TIMEOUT: '10000' }; // a mutant may make tests wait for ever
  const { failed, output } = await new Promise<{ failed: boolean; output: string }>((resolve) => {
    execFile(process.execPath, args, { cwd: folder, env, maxBuffer: 1e9 }, (error, stdout, stderr) => {
      resolve({ failed: error !== null, output: stdout + stderr });
    });
  });
  const names = [...output.matchAll(/^ {2}● (.+)$/gm)].map(([, name]) => name ?? '');
  return failed && names.length === 0 ? [output.trim().slice(-500)] : names;
}

/** Applies a mutant, runs its tests and reverts it. Returns what is wrong with it; nothing if it was noticed. */
async function tryMutant(folder: string, mutant: Mutant): Promise<string | undefined> {
  const path = join(folder, mutant.file);
  const original = readFileSync(path, 'utf8');
  const [before, after] = mutant.change;
  if (original.split(before).length !== 2) return 'cannot be applied: its text does not occur exactly once';
  writeFileSync(
    path,
    original.replace(before, () => after),
  );
  const [failed] = await failedTests(folder, mutant);
  writeFileSync(path, original);
  if (failed === undefined) return 'SURVIVED';
  if (failed.includes('Test suite failed to run')) return `does not compile: ${failed}`;
  return undefined;
}

async function main(): Promise<void> {
  const wanted = new RegExp(process.argv[2] ?? '');
  const mutants = MUTANTS.filter(({ name, file }) => wanted.test(`${name} ${file}`));
  const folder = mkdtempSync(join(tmpdir(), 'axios-viewer-context-mutants-'));
  const copies = Array.from({ length: Math.min(availableParallelism(), 4) }, (_, index) => join(folder, String(index)));
  for (const copy of copies) {
    for (const name of COPIED) cpSync(join(ROOT, name), join(copy, name), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  }
  const faults: string[] = [];
  const note = (fault: string): void => {
    faults.push(fault);
    console.log(`  ${fault}`);
  };

  // Control: without a mutation, these tests pass.
  for (const project of new Set(mutants.map((mutant) => mutant.project))) {
    const patterns = new Set(mutants.filter((mutant) => mutant.project === project).map(({ tests }) => tests));
    const tests = [...patterns].join('|');
    const failed = tests === '' ? [] : await failedTests(copies[0] ?? '', { tests, project });
    if (failed.length > 0) note(`without a mutation: ${failed.join('; ')}`);
  }

  let next = 0;
  let done = 0;
  const work = async (copy: string): Promise<void> => {
    while (faults.length < 20) {
      const mutant = mutants[next++];
      if (mutant === undefined) return;
      const problem = await tryMutant(copy, mutant);
      done += 1;
      console.log(
        `${String(done)}/${String(mutants.length)} ${problem === undefined ? 'noticed' : 'FAULT'}: ${mutant.name}`,
      );
      if (problem !== undefined) note(`${mutant.name} (${mutant.file}): ${problem}`);
    }
  };
  await Promise.all(copies.map(work));
  rmSync(folder, { recursive: true });
  console.log(faults.length === 0 ? `All ${String(done)} mutants were noticed.` : `${String(faults.length)} faults:`);
  for (const fault of faults) console.log(`  ${fault}`);
  process.exitCode = faults.length === 0 && done === mutants.length && done > 0 ? 0 : 1;
}

void main();
