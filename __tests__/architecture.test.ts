import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

// The source can be read from top to bottom: imports point down only.

const SRC = join(__dirname, '../src');
const FILES = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));

const read = (file: string): string => readFileSync(join(SRC, file), 'utf8');
const importsOf = (file: string): string[] =>
  [...read(file).matchAll(/from '(\.[^']+)\.js'/g)].map(([, path]) => join(dirname(file), `${path!}.ts`));

/** All that a file imports, also through other files. */
function reachedFrom(file: string, reached = new Set<string>()): Set<string> {
  for (const imported of importsOf(file)) {
    if (reached.has(imported)) continue;
    reached.add(imported);
    reachedFrom(imported, reached);
  }
  return reached;
}

it.each(FILES)('%s imports nothing that imports it', (file) => {
  expect([...reachedFrom(file)]).not.toContain(file);
});

it('the protocol and the command line know nothing of the plugin', () => {
  for (const file of FILES.filter((name) => /^(protocol|cli)\//.test(name))) {
    const outside = [...reachedFrom(file)].filter((name) => !/^(protocol\/|cli\/|errors\.ts$)/.test(name));
    expect([file, outside]).toEqual([file, []]);
    expect(read(file)).not.toContain("from 'axios'");
  }
});

it('only the Seer client imports axios at run time', () => {
  expect(FILES.filter((file) => /^import (?!type).*from 'axios'/m.test(read(file)))).toEqual(['seer-client.ts']);
});
