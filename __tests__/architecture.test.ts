import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

// Small enough to read in one sitting, and readable from top to bottom.

const SRC = join(__dirname, '../src');
const MAX_FILES = 19;
const MAX_LINES = 1000;
const MAX_LINES_OF_A_FILE = 130;

/** From the top down. A file may import only what comes after it. */
const ORDER = [
  'index.ts',
  'seer-client.ts',
  'attach.ts',
  'interceptor.ts',
  'transform.ts',
  'options.ts',
  'abort.ts',
  'destination.ts',
  'headers.ts',
  'axios-types.ts',
  'protocol/index.ts',
  'protocol/formats.ts',
  'protocol/pair.ts',
  'protocol/jwt.ts',
  'protocol/body.ts',
  'protocol/viewer-context.ts',
  'protocol/shared-secret.ts',
  'protocol/received-headers.ts',
  'errors.ts',
];

const files = ['', 'protocol'].flatMap((folder) =>
  readdirSync(join(SRC, folder))
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name)),
);
const read = (file: string): string => readFileSync(join(SRC, file), 'utf8');
const linesOfCode = (file: string): number =>
  read(file)
    .replace(/\/\*.*?\*\//gs, '')
    .split('\n')
    .filter((line) => !/^\s*(\/\/.*)?$/.test(line)).length;

describe('src/cli', () => {
  const commandLine = readdirSync(join(SRC, 'cli')).map((name) => join('cli', name));

  it('has at most 3 files and 250 lines of code', () => {
    expect(commandLine.length).toBeLessThanOrEqual(3);
    expect(commandLine.map(linesOfCode).reduce((sum, lines) => sum + lines)).toBeLessThanOrEqual(250);
  });

  it.each(commandLine)('%s is a shell around the protocol: it imports nothing else of this package', (file) => {
    const imported = [...read(file).matchAll(/from '(\.[^']+)\.js'/g)].map(([, path]) => path!);
    expect(imported.filter((path) => !/^(\.\.\/(errors|protocol\/[\w-]+)|\.\/[\w-]+)$/.test(path))).toEqual([]);
  });
});

describe('src', () => {
  it('has at most 19 files and 1,000 lines of code', () => {
    expect(files.length).toBeLessThanOrEqual(MAX_FILES);
    expect(files.map(linesOfCode).reduce((sum, lines) => sum + lines)).toBeLessThanOrEqual(MAX_LINES);
  });

  it.each(files)('%s has at most 130 lines of code', (file) => {
    expect(linesOfCode(file)).toBeLessThanOrEqual(MAX_LINES_OF_A_FILE);
  });

  it.each(files)('%s imports nothing from further up', (file) => {
    expect(ORDER).toContain(file);
    for (const [, path] of read(file).matchAll(/from '(\.[^']+)\.js'/g)) {
      const imported = relative(SRC, join(SRC, dirname(file), `${path!}.ts`));
      expect([imported, ORDER.indexOf(imported)]).toEqual([imported, expect.any(Number)]);
      expect(ORDER.indexOf(imported)).toBeGreaterThan(ORDER.indexOf(file));
    }
  });

  it('imports axios at run time only in the Seer client, and never in the protocol', () => {
    const importsAxios = (file: string): boolean => /^import (?!type).*from 'axios'/m.test(read(file));
    expect(files.filter(importsAxios)).toEqual(['seer-client.ts']);
    for (const file of files.filter((name) => name.startsWith('protocol/'))) {
      expect(read(file)).not.toContain("'axios'");
    }
  });
});
