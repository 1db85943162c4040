#!/usr/bin/env node
import { createRequire } from 'node:module';
import { isViewerContextError } from '../errors.js';
import { readArguments } from './arguments.js';
import { COMMANDS, HELP } from './commands.js';
import { print } from './print.js';
import { readSecret } from './secret.js';
import { UsageError } from './usage-error.js';

const { version } = createRequire(__filename)('axios-viewer-context/package.json') as { version: string };

/** Runs a command. Returns the exit status: 0; 1 if `verify` finds something wrong; 2 if the command cannot be run. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    return await run(args);
  } catch (error) {
    process.stderr.write(`${describe(error)}\n`);
    return 2;
  }
}

async function run([name = '--help', ...others]: readonly string[]): Promise<number> {
  const command = COMMANDS.get(name);
  if (command === undefined && !name.startsWith('-')) throw noCommand('Unknown command.');
  const values = readArguments(command?.flags ?? [], command === undefined ? [name, ...others] : others);
  if (values.help !== undefined) return print(HELP);
  if (values.version !== undefined) return print(version);
  if (command === undefined) throw noCommand('No command was given.');
  return command.run(values, readSecret(values['secret-file']));
}

function noCommand(problem: string): UsageError {
  return new UsageError(`${problem}\nCommands: ${[...COMMANDS.keys()].join(', ')}`);
}

/** What to print for an error. A message from Node or a library could quote what was passed, so it is not printed. */
function describe(error: unknown): string {
  if (error instanceof UsageError || isViewerContextError(error)) {
    return `${error.message}\n--help explains the options.`;
  }
  const { name, code } = error as NodeJS.ErrnoException;
  return `Unexpected error: ${name} ${String(code)}`;
}

/* istanbul ignore next -- the tests run the program too, in a process of its own */
if (require.main === module) {
  process.stdout.on('error', () => process.exit(2)); // the reader is gone, as with `| head`, or the disk is full
  void main(process.argv.slice(2)).then((status) => {
    process.stdout.write('', (error) => process.exit(error ? 2 : status));
  });
}
