import { spawnSync } from 'node:child_process';

const REQUIRED = process.env['REQUIRED_COMMANDS']?.split(',') ?? [];

/** Whether something is installed. Where REQUIRED_COMMANDS names it, as in CI, it must be. */
export function isInstalled(name: string, command = name, args = ['--version']): boolean {
  const { error, status } = spawnSync(command, args);
  const isThere = error === undefined && status === 0;
  if (!isThere && REQUIRED.includes(name)) throw new Error(`${name} is required here, and is not installed.`);
  return isThere;
}
