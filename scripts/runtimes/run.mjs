/** Runs commands, and installs packages from the registry. */
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';

export const INSTALL_TIMEOUT = 300_000; // ms

/**
 * Runs a command to its end, or kills it after `timeout` ms. It never rejects: `status` is the exit status, or a string
 * that says why there is none.
 */
export function run([file, ...args], { input = '', timeout = 60_000, ...options } = {}) {
  return new Promise((resolve) => {
    const child = execFile(file, args, { timeout, killSignal: 'SIGKILL', ...options }, (error, stdout, stderr) => {
      let status = error === null ? 0 : (error.code ?? `ended by ${error.signal}`);
      if (error?.killed) status = `killed after ${timeout / 1000} s`;
      resolve({ status, stdout, stderr });
    });
    child.stdin.on('error', () => undefined); // the program has ended without reading
    child.stdin.end(input);
  });
}

/** Runs a command that must succeed, and returns what it printed. */
export async function runOrThrow(command, options) {
  const { status, stdout, stderr } = await run(command, options);
  if (status === 0) return stdout;
  throw new Error(`${command.join(' ')}: ${status}\n${stdout}${stderr}`);
}

/** Creates a folder with dependencies that are yet to be installed. */
export async function createProject(folder, dependencies) {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }));
}

/** Installs what the project in a folder depends on, with the npm of this machine. */
export async function installDependencies(folder) {
  const command = ['npm', 'install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  await runOrThrow(command, { cwd: folder, timeout: INSTALL_TIMEOUT });
}

/**
 * Installs a program that is pinned in `versions.mjs`, and returns its path. If it is not available, or does not start
 * on this machine, returns the reason.
 */
export async function installProgram(folder, { package: name, version, binary }) {
  await createProject(folder, { [name]: version });
  try {
    await installDependencies(folder);
    const path = join(folder, 'node_modules', name, binary);
    await runOrThrow([...launch(path), '--version'], { cwd: folder });
    return { path };
  } catch (error) {
    const lines = error.message.split('\n').slice(1); // the first is the command
    const reason = lines.find((line) => !line.startsWith('npm error code')) ?? error.message;
    return { reason: `${name}@${version}: ${reason}` };
  }
}

/** The command that starts a program: a binary, or JavaScript for this Node. */
export function launch(path) {
  return path.endsWith('.js') ? [process.execPath, path] : [path];
}
