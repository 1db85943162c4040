/**
 * `npm run test:runtimes`: uses the packed package in every runtime, and installs it with every package manager. The
 * table at the end has a row for each, and a column for each check.
 *
 * Arguments choose rows by the beginning of their names: `npm run test:runtimes -- bun 'node 22'`. The exit status is 1
 * if a check failed and, with REQUIRE_ALL_RUNTIMES=1, if a runtime or a package manager was not available.
 */
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { testPackageManager } from './package-managers.mjs';
import { printTable } from './results.mjs';
import { createProject, INSTALL_TIMEOUT, installDependencies, runOrThrow } from './run.mjs';
import { testRuntime } from './runtimes.mjs';
import { PACKAGE_MANAGERS, RUNTIMES } from './versions.mjs';

const SOURCES = fileURLToPath(new URL('.', import.meta.url));
const ROOT = join(SOURCES, '../..');

const titleOf = ({ name, version, linker }) => [name, version, linker].filter(Boolean).join(' ');
const starts = process.argv.slice(2).map((start) => start.toLowerCase());
const isChosen = (subject) =>
  starts.length === 0 || starts.some((start) => titleOf(subject).toLowerCase().startsWith(start));

const runtimes = RUNTIMES.filter(isChosen);
const managers = PACKAGE_MANAGERS.filter(isChosen);
if (runtimes.length + managers.length === 0) {
  console.error(`No row has such a name. There are: ${[...RUNTIMES, ...PACKAGE_MANAGERS].map(titleOf).join(', ')}.`);
  process.exit(1);
}

const rows = [];
const folder = await mkdtemp(join(tmpdir(), 'axios-viewer-context-'));
try {
  console.error('Packing the package');
  const { axios, hono, '@hono/node-server': nodeServer } = await ownVersions();
  const dependencies = { axios, 'axios-viewer-context': `file:${await pack()}` };
  const app = await createApp({ ...dependencies, hono, '@hono/node-server': nodeServer });
  for (const [index, runtime] of runtimes.entries()) {
    console.error(titleOf(runtime));
    const place = { folder: join(folder, `runtime-${index}`), app };
    rows.push({ name: titleOf(runtime), ...(await testRuntime(runtime, place)) });
  }
  for (const [index, manager] of managers.entries()) {
    console.error(titleOf(manager));
    const place = { folder: join(folder, `manager-${index}`), dependencies, sources: SOURCES };
    rows.push({ name: titleOf(manager), ...(await testPackageManager(manager, place)) });
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

printTable(rows);
const isAnyFailed = rows.some(({ results = {} }) => Object.values(results).some(({ outcome }) => outcome === 'failed'));
const isAnyMissing = rows.some(({ reason }) => reason !== undefined);
if (isAnyFailed || (isAnyMissing && process.env.REQUIRE_ALL_RUNTIMES === '1')) process.exitCode = 1;

async function ownVersions() {
  const { devDependencies } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  return devDependencies;
}

/** Builds and packs the package. Returns the path of the tarball. */
async function pack() {
  const command = ['npm', 'pack', '--silent', '--pack-destination', folder];
  const printed = await runOrThrow(command, { cwd: ROOT, timeout: INSTALL_TIMEOUT });
  return join(folder, printed.trim().split('\n').at(-1));
}

/** The project that all runtimes use. The program is copied, because it finds packages from where it is. */
async function createApp(dependencies) {
  const app = join(folder, 'app');
  await createProject(app, dependencies);
  await installDependencies(app);
  const files = ['checks.mjs', 'program.mjs', 'worker.mjs', 'import.mjs', 'require.cjs'];
  for (const file of files) await cp(join(SOURCES, file), join(app, file));
  await copyExample(join(app, 'example'));
  return app;
}

/** Copies the example of a receiver, as TypeScript without a build step needs it, and as JavaScript. */
async function copyExample(folder) {
  await mkdir(folder);
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
  for (const name of ['web-standard', 'service', 'verified-request']) {
    const code = await readFile(join(ROOT, `examples/receivers/${name}.ts`), 'utf8');
    const importing = (extension) => code.replaceAll(/( from '\.\/.*)\.js'/g, `$1.${extension}'`);
    await writeFile(join(folder, `${name}.ts`), importing('ts'));
    const { outputText } = ts.transpileModule(importing('mjs'), { compilerOptions });
    await writeFile(join(folder, `${name}.mjs`), outputText);
  }
}
