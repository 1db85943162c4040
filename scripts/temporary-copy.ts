/** A copy of the repository that a script may change, while the repository itself stays as it is. */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(__dirname, '..');

/** All that the tests and the scripts read. */
const COPIED = [
  'src',
  '__tests__',
  'examples',
  'scripts',
  'docs',
  'package.json',
  'limits.json',
  'tsconfig.json',
  'jest.config.ts',
];

/** Makes a copy, lets `work` use it, and removes it. */
export async function withTemporaryCopy<Result>(work: (folder: string) => Result | Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'axios-viewer-context-'));
  try {
    for (const name of COPIED) cpSync(join(ROOT, name), join(folder, name), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Replaces a string that must occur in the file exactly once. Returns a function that restores the file. */
export function replaceOnce(path: string, from: string, to: string): () => void {
  const original = readFileSync(path, 'utf8');
  if (original.split(from).length !== 2) throw new Error(`Not exactly once in the file: ${from}`);
  writeFileSync(
    path,
    original.replace(from, () => to), // a function, because `$` has a meaning in a string
  );
  return () => writeFileSync(path, original);
}
