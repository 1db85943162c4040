import { spawnSync } from 'node:child_process';

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

function versionArgument(name: string): string {
  return ['go', 'openssl'].includes(name) ? 'version' : '--version';
}
