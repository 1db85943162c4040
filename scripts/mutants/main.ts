/**
 * `npm run test:mutants`: handwritten mutants, of kinds that Stryker does not make: reordered statements, narrowed
 * conditions, a rule for one format only, a pattern that misses a variant, a cache shared by two keys, a listener left
 * behind, an origin compared by prefix. Each is applied to a copy of the repository, the nearest tests are run, and at
 * least one must fail.
 *
 * An argument chooses mutants by a pattern for their names and files: `npm run test:mutants -- redirect`.
 */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { replaceOnce, withTemporaryCopy } from '../temporary-copy.js';
import { CLIENT_MUTANTS } from './lists/clients.js';
import { COMMAND_LINE_MUTANTS } from './lists/command-line.js';
import { DECISION_MUTANTS } from './lists/decision.js';
import { DESTINATION_MUTANTS } from './lists/destination.js';
import { HEADER_MUTANTS } from './lists/headers.js';
import { PROTOCOL_MUTANTS } from './lists/protocol.js';
import type { Mutant, MutantGroup } from './mutant.js';
import { runTests } from './run-tests.js';

const GROUPS = [
  ...DECISION_MUTANTS,
  ...HEADER_MUTANTS,
  ...DESTINATION_MUTANTS,
  ...CLIENT_MUTANTS,
  ...PROTOCOL_MUTANTS,
  ...COMMAND_LINE_MUTANTS,
];

/** Each copy runs a jest of its own, which takes memory. */
const MAX_COPIES = 4;
/** This many faults have a common cause, so the remaining mutants are not tried. */
const MAX_FAULTS = 20;

/** A mutant with the properties of its group. */
type Entry = Mutant & Omit<MutantGroup, 'mutants'>;

async function main(): Promise<void> {
  const entries = chooseEntries(new RegExp(process.argv[2] ?? ''));
  if (entries.length === 0) throw new Error('No mutant has such a name or file.');

  await assertTestsPass(entries);
  const faults = await tryAll(entries);

  if (faults.length === 0) console.log(`All ${String(entries.length)} mutants were killed.`);
  else console.log([`${String(faults.length)} faults:`, ...faults].join('\n  '));
  process.exitCode = faults.length === 0 ? 0 : 1;
}

function chooseEntries(wanted: RegExp): Entry[] {
  const entries = GROUPS.flatMap(({ mutants, ...group }) => mutants.map((mutant) => ({ ...group, ...mutant })));
  return entries.filter(({ name, file }) => wanted.test(`${name} ${file}`));
}

/** Control: without a mutant, the tests pass. If they did not, a failure would say nothing about a mutant. */
async function assertTestsPass(entries: readonly Entry[]): Promise<void> {
  await withTemporaryCopy(async (folder) => {
    for (const project of new Set(entries.map((entry) => entry.project))) {
      const patterns = entries.filter((entry) => entry.project === project).map(({ tests }) => tests);
      const failed = await runTests(folder, { project, tests: [...new Set(patterns)].join('|') });
      if (failed.length > 0) throw new Error(`Tests fail without a mutant: ${failed.join('; ')}`);
    }
  });
}

/** Tries the mutants, several at a time, each in a copy of its own. Returns what is wrong. */
async function tryAll(entries: readonly Entry[]): Promise<string[]> {
  const faults: string[] = [];
  const queue = entries.entries(); // shared by all copies: each takes the next mutant
  const tryOneAfterAnother = async (folder: string): Promise<void> => {
    for (const [index, entry] of queue) {
      const fault = await findFault(folder, entry);
      const progress = `${String(index + 1)}/${String(entries.length)}`;
      console.log(`${progress} ${fault ?? 'killed'}: ${entry.name}`);
      if (fault !== undefined) faults.push(`${entry.name} (${entry.file}): ${fault}`);
      if (faults.length >= MAX_FAULTS) return;
    }
  };
  const copies = Math.min(availableParallelism(), MAX_COPIES, entries.length);
  await Promise.all(Array.from({ length: copies }, () => withTemporaryCopy(tryOneAfterAnother)));
  return faults;
}

/** Applies a mutant, runs its tests and takes it back. Returns what is wrong; `undefined` if a test has killed it. */
async function findFault(folder: string, { file, from, to, ...selection }: Entry): Promise<string | undefined> {
  try {
    const restore = replaceOnce(join(folder, file), from, to);
    const failed = await runTests(folder, selection).finally(restore);
    return failed.length === 0 ? 'SURVIVED' : undefined;
  } catch (error) {
    return String(error);
  }
}

void main();
