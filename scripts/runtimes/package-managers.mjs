/** Installs the package with one package manager, and uses it from CommonJS, ES modules and the command line. */
import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { checkCommandLine } from './command-line.mjs';
import { outcomeOf } from './results.mjs';
import { createProject, INSTALL_TIMEOUT, installProgram, launch, runOrThrow } from './run.mjs';

/** Returns the result of each check, or the reason why the package manager is not available. */
export async function testPackageManager(manager, { folder, dependencies, sources }) {
  const { path, reason } = await installProgram(join(folder, 'manager'), manager);
  if (path === undefined) return { reason };
  const project = join(folder, 'project');
  await createProject(project, dependencies);
  for (const file of ['import.mjs', 'require.cjs']) await cp(join(sources, file), join(project, file));

  const registry = (await runOrThrow(['npm', 'config', 'get', 'registry'], { cwd: project })).trim();
  const command = launch(path);
  const options = { cwd: project, env: process.env };
  // Each has its own command that installs, and its own ways to start Node and the program of a package.
  let install = [...command, 'install', '--ignore-scripts'];
  let node = [process.execPath];
  let execute = [...command, 'exec', '--'];
  if (manager.name === 'pnpm') {
    install.push('--registry', registry, '--store-dir', join(folder, 'store'));
    execute = [...command, 'exec'];
  }
  if (manager.name === 'Yarn') {
    install = [...command, 'install'];
    node = [...command, 'node'];
    execute = [...command, 'run'];
    options.env = { ...process.env, ...yarnSettings(manager.linker, registry, folder) };
    await writeFile(join(project, 'yarn.lock'), ''); // without it, Yarn looks for a project in the folders above
  }

  const installed = await outcomeOf(() => runOrThrow(install, { ...options, timeout: INSTALL_TIMEOUT }));
  if (installed.outcome !== 'ok') return { results: { install: installed } };
  return {
    results: {
      install: installed,
      import: await outcomeOf(() => runOrThrow([...node, 'import.mjs'], options)),
      require: await outcomeOf(() => runOrThrow([...node, 'require.cjs'], options)),
      'command line': await outcomeOf(() => checkCommandLine([...execute, 'axios-viewer-context'], options)),
    },
  };
}

/** Yarn does not read the settings of npm. */
function yarnSettings(linker, registry, folder) {
  const { protocol, hostname } = new URL(registry);
  return {
    YARN_NODE_LINKER: linker,
    YARN_PNP_ENABLE_ESM_LOADER: 'true', // Yarn enables it by itself only for `"type": "module"`
    YARN_NPM_REGISTRY_SERVER: registry.replace(/\/$/, ''),
    ...(protocol === 'http:' && { YARN_UNSAFE_HTTP_WHITELIST: hostname }),
    YARN_ENABLE_SCRIPTS: 'false',
    YARN_ENABLE_IMMUTABLE_INSTALLS: 'false', // in CI, Yarn would refuse to write the lock file
    YARN_ENABLE_TELEMETRY: 'false',
    YARN_GLOBAL_FOLDER: join(folder, 'yarn'),
  };
}
