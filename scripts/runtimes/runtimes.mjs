/** Runs the checks in one runtime. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { checkCommandLine } from './command-line.mjs';
import { startReceiver } from './receiver.mjs';
import { failed, outcomeOf, PROGRAM_CHECKS } from './results.mjs';
import { installProgram, run, runOrThrow } from './run.mjs';
import { ESBUILD, WORKERD_COMPATIBILITY_DATE } from './versions.mjs';

const NO_MODULES = 'workerd loads no node_modules: the other checks use a bundle of the ES modules';
const NO_HTTP_ADAPTER = 'for workerd, wrangler bundles the browser build of axios, which has no http adapter';

/** What a runtime cannot do, and why. Everything else must succeed. */
const NOT_APPLICABLE = {
  workerd: {
    import: NO_MODULES,
    require: NO_MODULES,
    'command line': 'workerd runs servers, not programs',
    'attach/http': NO_HTTP_ADAPTER,
    'Seer/http': NO_HTTP_ADAPTER,
    'redirect/http': NO_HTTP_ADAPTER,
    'abort/http': NO_HTTP_ADAPTER,
  },
};

/** What comes before the file to run. The options keep Bun and Deno from installing anything themselves. */
const OPTIONS = {
  Node: [],
  Bun: ['--no-install'],
  Deno: ['run', '--allow-all', '--node-modules-dir=manual'],
};

/**
 * Installs a runtime in `folder`, and runs all checks in the project `app`. Returns the result of each check, or the
 * reason why the runtime is not available.
 */
export async function testRuntime(runtime, { folder, app }) {
  const { path, reason } = await installProgram(join(folder, 'runtime'), runtime);
  if (path === undefined) return { reason };
  const notApplicable = NOT_APPLICABLE[runtime.name] ?? {};
  // No proxy or option of the caller's environment may reach a runtime.
  const options = { cwd: app, env: { PATH: process.env.PATH, HOME: folder, DENO_NO_UPDATE_CHECK: '1' } };

  if (runtime.name === 'workerd') {
    const bundler = await installProgram(join(folder, 'bundler'), ESBUILD);
    if (bundler.path === undefined) return bundler;
    const bundled = await outcomeOf(() => bundleForWorkerd(bundler.path, app));
    if (bundled.outcome === 'failed')
      return { results: Object.fromEntries(PROGRAM_CHECKS.map((check) => [check, bundled])) };
    return { results: await runProgram([path, 'test', 'workerd.capnp'], notApplicable, options) };
  }

  const command = [path, ...OPTIONS[runtime.name]];
  const program = 'node_modules/axios-viewer-context/dist/cjs/cli/main.js';
  return {
    results: {
      import: await outcomeOf(() => runOrThrow([...command, 'import.mjs'], options)),
      require: await outcomeOf(() => runOrThrow([...command, 'require.cjs'], options)),
      'command line': await outcomeOf(() => checkCommandLine([...command, program], options)),
      ...(await runProgram([...command, 'program.mjs'], notApplicable, {
        ...options,
        env: { ...options.env, EXAMPLE: exampleFor(runtime) },
      })),
    },
  };
}

/** The example of a receiver. Only Node 20 does not run TypeScript by itself. */
function exampleFor({ name, version }) {
  const isOld = name === 'Node' && version.startsWith('20.');
  return isOld ? './example/web-standard.mjs' : './example/web-standard.ts';
}

/** Runs the program, which reports one check per line, with a receiver of its own. */
async function runProgram(command, notApplicable, options) {
  const receiver = await startReceiver('secret-one');
  const task = JSON.stringify({ receiver: receiver.url, notApplicable });
  const { status, stdout, stderr } = await run(command, { ...options, env: { ...options.env, TASK: task } });
  receiver.close();

  const ending = `The program ended with ${status}.\n${stderr}`;
  const results = Object.fromEntries(PROGRAM_CHECKS.map((check) => [check, failed(`No result. ${ending}`)]));
  for (const [check, detail] of Object.entries(notApplicable)) results[check] = { outcome: 'n/a', detail };
  for (const line of stdout.split('\n').filter((line) => line.startsWith('{"check":'))) {
    const { check, ...result } = JSON.parse(line);
    results[check] = result;
  }
  results.ends = status === 0 ? { outcome: 'ok' } : failed(ending);
  return results;
}

/** Bundles the program and all that it imports, as wrangler does, and writes the configuration to run it. */
async function bundleForWorkerd(esbuild, app) {
  const options = ['--bundle', '--format=esm', '--target=es2022', '--platform=browser', '--log-level=warning'];
  const resolution = ['--conditions=workerd,worker,browser', '--external:node:*'];
  await runOrThrow([esbuild, 'worker.mjs', '--outfile=bundle.mjs', ...options, ...resolution], { cwd: app });
  await writeFile(
    join(app, 'workerd.capnp'),
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [(name = "worker", esModule = embed "bundle.mjs")],
      bindings = [(name = "TASK", fromEnvironment = "TASK"), (name = "SELF", service = "main")],
      compatibilityDate = "${WORKERD_COMPATIBILITY_DATE}",
      compatibilityFlags = ["nodejs_compat"],
    )),
    (name = "internet", network = (allow = ["local"])),
  ],
);
`,
  );
}
