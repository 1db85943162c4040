import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const REQUIRED = process.env['REQUIRED_COMMANDS']?.split(',') ?? [];

/**
 * Whether a command is installed, or what the arguments ask for. If REQUIRED_COMMANDS lists it, as in CI, it must be.
 */
export function isInstalled(name: string, command = name, args = [versionArgument(name)]): boolean {
  const { error, status } = spawnSync(command, args);
  const isThere = error === undefined && status === 0;
  if (!isThere && REQUIRED.includes(name)) throw new Error(`${name} is required here, and is not installed.`);
  return isThere;
}

/** `it` where the commands are installed; elsewhere the test is skipped, visibly. */
export function itIfInstalled(names: readonly string[]): jest.It {
  return names.every((name) => isInstalled(name)) ? it : it.skip;
}

/** The path of Chromium or Chrome, if it is installed. Where REQUIRED_COMMANDS names `browser`, as in CI, it must be. */
export function installedBrowser(): string | undefined {
  const folders = process.env['PATH']?.split(delimiter) ?? [];
  const path = ['chromium', 'google-chrome', 'chromium-browser']
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find((each) => existsSync(each));
  if (path === undefined && REQUIRED.includes('browser')) throw new Error('A browser is required here.');
  return path;
}

function versionArgument(name: string): string {
  return ['go', 'openssl'].includes(name) ? 'version' : '--version';
}
