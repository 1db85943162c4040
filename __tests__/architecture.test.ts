import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

// The source can be read from top to bottom: imports point down only, and nothing in protocol/ knows axios.

const SRC = join(__dirname, '../src');

/** From the top down. A file may import only what comes after it. */
const ORDER = [
  'index.ts',
  'seer-client.ts',
  'seer-agents.ts',
  'seer-body.ts',
  'attach.ts',
  'interceptor.ts',
  'transform.ts',
  'decide.ts',
  'key-lookup.ts',
  'viewer-lookup.ts',
  'clean.ts',
  'authorization.ts',
  'redaction.ts',
  'redirects.ts',
  'framing.ts',
  'settings.ts',
  'abort.ts',
  'destination.ts',
  'origin.ts',
  'missing-secret.ts',
  'options.ts',
  'headers.ts',
  'axios-types.ts',
  'protocol/index.ts',
  'protocol/sign-viewer-context.ts',
  'protocol/verify-viewer-context.ts',
  'protocol/formats.ts',
  'protocol/pair.ts',
  'protocol/jwt.ts',
  'protocol/payload.ts',
  'protocol/viewer-context.ts',
  'protocol/body.ts',
  'protocol/received-headers.ts',
  'protocol/signature.ts',
  'protocol/key-id.ts',
  'protocol/shared-secret.ts',
  'protocol/bytes.ts',
  'protocol/own-value.ts',
  'errors.ts',
];

const files = ['', 'protocol'].flatMap((folder) =>
  readdirSync(join(SRC, folder))
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name)),
);
const read = (file: string): string => readFileSync(join(SRC, file), 'utf8');

describe('src/cli', () => {
  const commandLine = readdirSync(join(SRC, 'cli')).map((name) => join('cli', name));

  it.each(commandLine)('%s is a shell around the protocol: it imports nothing else of this package', (file) => {
    const imported = [...read(file).matchAll(/from '(\.[^']+)\.js'/g)].map(([, path]) => path!);
    expect(imported.filter((path) => !/^(\.\.\/(errors|protocol\/[\w-]+)|\.\/[\w-]+)$/.test(path))).toEqual([]);
  });
});

describe('src', () => {
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
