import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as main from 'axios-viewer-context';
import * as protocol from 'axios-viewer-context/protocol';
import limits from '../limits.json';
import manifest from '../package.json';
import { MISSING_SECRET_MESSAGE } from '../src/missing-secret.js';
import { FIELD_NAMES, FIELDS } from '../src/protocol/viewer-context.js';
import { OPTION_NAMES } from '../src/settings.js';

// No document contradicts the code or another: whatever they name exists, and they name everything that is public.

const ROOT = join(__dirname, '..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const filesIn = (folder: string, extension: RegExp): string[] =>
  readdirSync(join(ROOT, folder))
    .filter((name) => extension.test(name))
    .map((name) => (folder === '' ? name : `${folder}/${name}`));

const DOCUMENTS = ['', 'docs', 'docs/recipes'].flatMap((folder) => filesIn(folder, /\.md$/));
const everything = DOCUMENTS.map(read).join('\n');
const readme = read('README.md');

/** The code spans in the first column of a table, by its header. */
function firstColumn(document: string, header: string): string[] {
  const lines = read(document).split('\n');
  const start = lines.findIndex((line) => line.startsWith(`| ${header} `));
  const rows = lines.slice(
    start + 2,
    lines.findIndex((line, index) => index > start && !line.startsWith('|')),
  );
  return rows.flatMap((row) => /^\| `(\w+)/.exec(row)?.[1] ?? []);
}

const unique = (matches: IterableIterator<RegExpMatchArray>): string[] =>
  [...new Set([...matches].map(([whole, group]) => group ?? whole))].sort();

describe('the documents', () => {
  it('include those that a project should have', () => {
    for (const name of ['README', 'CONTRIBUTING', 'SECURITY', 'CHANGELOG', 'docs/architecture', 'docs/performance']) {
      expect(DOCUMENTS).toContain(`${name}.md`);
    }
  });

  it('have a README that can be read in one sitting, snippets not counted, and short cells', () => {
    const text = readme.replace(/^```.*?^```$/gms, '');
    expect(text.split(/\s+/).filter((word) => /\w/.test(word)).length).toBeLessThanOrEqual(limits.readmeWords);
    const cells = text.split('\n').flatMap((line) => (line.startsWith('|') ? line.split('|') : []));
    expect(cells.length).toBeGreaterThan(20);
    expect(cells.filter((cell) => cell.trim().length > 200)).toEqual([]);
  });

  it('name every option, and no other', () => {
    const [, options = ''] = readme.split('## Options');
    expect(unique(options.matchAll(/^### (\w+)\n\n[^#]*?(?:Default: |Required)/gm))).toEqual([...OPTION_NAMES].sort());
  });

  it('say for every error code what happened and what to do', () => {
    const codes = unique(read('src/errors.ts').matchAll(/'(ERR_\w+)'/g));
    expect(codes.length).toBeGreaterThan(10);
    const told = read('docs/errors.md').matchAll(
      /^### (\w+)\n\n- \*\*What happened:\*\* [^]*?\n- \*\*What to do:\*\* /gm,
    );
    expect(unique(told)).toEqual(codes);
    // axios has codes too, and the changelog has codes that are gone.
    const current = DOCUMENTS.filter((name) => name !== 'CHANGELOG.md')
      .map(read)
      .join('\n');
    for (const code of unique(current.matchAll(/ERR_[A-Z_]+/g))) {
      expect([...codes, 'ERR_BAD_RESPONSE', 'ERR_INVALID_URL']).toContain(code);
    }
    const thrown = ['src', 'src/protocol']
      .flatMap((folder) => filesIn(folder, /\.ts$/))
      .map(read)
      .join('\n');
    for (const code of codes) expect(thrown.split(`'${code}'`).length).toBeGreaterThan(2);
  });

  it('name every export', () => {
    const exported = [...Object.keys(main), ...Object.keys(protocol)];
    expect(exported.filter((name) => !everything.includes(`\`${name}`))).toEqual([]);
    const calls = firstColumn('docs/receivers.md', 'function');
    expect(calls.length).toBeGreaterThan(4);
    for (const name of calls) expect(Object.keys(protocol)).toContain(name);
  });

  it('quote the warning that operators search for', () => {
    expect(`axios-viewer-context: ${MISSING_SECRET_MESSAGE}`).toContain(
      'axios-viewer-context: No shared secret is configured.',
    );
    expect(read('docs/on-call.md')).toContain('`axios-viewer-context: No shared secret is configured.`');
  });

  it('show a test for each guarantee', () => {
    const [, guarantees = ''] = read('SECURITY.md').split('## What is guaranteed');
    const [listed = ''] = guarantees.split('### Three exceptions');
    const items = listed.split(/^- /m).slice(1);
    expect(items.length).toBeGreaterThan(10);
    for (const item of items) {
      const [, shown = ''] = /\sTests:\s([^]*)/.exec(item) ?? [];
      const tests = unique(shown.matchAll(/`([\w/-]+)`/g));
      expect([item, tests.length > 0]).toEqual([item, true]);
      for (const test of tests) {
        expect([test, existsSync(join(ROOT, `__tests__/${test}.test.ts`))]).toEqual([test, true]);
      }
    }
  });

  it('name every field of a viewer, as callers and as the wire call it', () => {
    const protocolPage = read('docs/protocol.md');
    expect(FIELD_NAMES.filter((field) => !new RegExp(`\\b${field}\\b`).test(readme))).toEqual([]);
    const wireNames = FIELD_NAMES.map((field) => FIELDS[field].wireName);
    expect(wireNames.filter((name) => !protocolPage.includes(`\`${name}\``))).toEqual([]);
  });

  it('name every script, and no other', () => {
    const named = unique(everything.matchAll(/npm run ([\w:-]+)/g));
    for (const name of named) expect(Object.keys(manifest.scripts)).toContain(name);
    const byAnotherName = ['test', 'prepack'];
    for (const name of Object.keys(manifest.scripts)) expect([...named, ...byAnotherName]).toContain(name);
  });

  it.each(DOCUMENTS)('%s links only to what exists', (document) => {
    const text = read(document).replace(/^```.*?^```$/gms, '');
    expect(text.length).toBeGreaterThan(0);
    for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target!)) continue;
      const [path, anchor] = target!.split('#') as [string, string?];
      const file = path === '' ? document : join(dirname(document), path);
      expect([target, existsSync(join(ROOT, file))]).toEqual([target, true]);
      if (anchor === undefined) continue;
      const anchors = [...read(file).matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
        title!
          .toLowerCase()
          .replace(/[^\w\- ]/g, '')
          .replaceAll(' ', '-'),
      );
      expect(anchors).toContain(anchor);
    }
  });

  it.each(DOCUMENTS)('%s names only files that exist', (document) => {
    const paths = unique(read(document).matchAll(/`((?:src|__tests__|examples|scripts|benchmarks|docs)\/[\w./-]*)`/g));
    expect(paths).not.toContain('');
    for (const path of paths) {
      expect([path, ['', '.ts', '.test.ts'].some((end) => existsSync(join(ROOT, path + end)))]).toEqual([path, true]);
    }
  });

  it('have a map of all source files for contributors', () => {
    const map = read('CONTRIBUTING.md');
    const files = ['src', 'src/protocol', 'src/cli']
      .flatMap((folder) => filesIn(folder, /\.ts$/))
      .filter((file) => !file.endsWith('index.ts'));
    expect(files.filter((file) => !map.includes(`\`${file}\``))).toEqual([]);
    for (const [, file] of read('docs/architecture.md').matchAll(/`((?:protocol\/)?[\w-]+\.ts)`/g)) {
      expect(existsSync(join(ROOT, 'src', file!))).toBe(true);
    }
  });

  it('give the same supported versions as the package', () => {
    expect(readme).toContain(`axios \`${manifest.peerDependencies.axios}\``);
    expect(manifest.engines.node).toBe('>=20');
  });

  it('state the rule for every hazard, and each hazard has a test', () => {
    const tests = ['__tests__/rules', '__tests__/protocol', '__tests__'].flatMap((folder) =>
      filesIn(folder, /\.test\.ts$/),
    );
    const tested = unique(
      tests
        .map(read)
        .join('\n')
        .matchAll(/\bH\d+\b/g),
    );
    const told = unique(read('docs/architecture.md').matchAll(/\bH\d+\b/g));
    expect(told).toEqual(Array.from({ length: 28 }, (_, index) => `H${String(index + 1)}`).sort());
    for (const hazard of told) expect(tested).toContain(hazard);
  });
});

describe('the workflows', () => {
  const workflows = filesIn('.github/workflows', /\.yml$/).map(read);

  it('run what a contributor runs', () => {
    expect(workflows.join('\n')).toContain('.ci/run');
    for (const [, script] of read('.ci/run').matchAll(/^npm run (\S+)$/gm)) {
      expect(Object.keys(manifest.scripts)).toContain(script);
    }
  });

  it('run no code of a dependency in a job that may publish', () => {
    const jobs = workflows.flatMap((workflow) => workflow.split(/^ {2}(?=[\w-]+:$)/m));
    const publishing = jobs.filter((job) => job.includes('id-token: write'));
    expect(publishing.length).toBe(2); // the package and the site
    for (const job of publishing) expect(job).not.toMatch(/npm (ci|install|run|test|pack)|npx|\.ci\/run/);
    expect(publishing.join('\n')).toMatch(/npm publish \S+\.tgz --ignore-scripts --provenance/);
  });

  it('pin their actions to a commit, and may read only', () => {
    for (const workflow of workflows) {
      const used = [...workflow.matchAll(/uses: (.*)$/gm)].map(([, action]) => action!);
      expect(used.length).toBeGreaterThan(0);
      for (const action of used) expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
      expect(/permissions:\n(.*\n)+?\n/.exec(workflow)?.[0]).toBe('permissions:\n  contents: read\n\n');
    }
  });
});
