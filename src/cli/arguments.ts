import { parseArgs, type ParseArgsConfig } from 'node:util';
import { UsageError } from './usage-error.js';

/** The value of each flag that was passed. (At run time, it is `true` for a flag without a value, and a list for `header`.) */
export type Values = Readonly<Record<string, string | undefined>>;

/** What each command takes, besides its own flags. */
const COMMON_FLAGS = ['secret-file', 'help', 'version'];

const WITHOUT_VALUE = ['curl', 'help', 'version', 'viewer-only'];

/** Reads the flags of a command. Throws a `UsageError`. */
export function readArguments(flags: readonly string[], args: readonly string[]): Values {
  const all = [...flags, ...COMMON_FLAGS];
  const options = Object.fromEntries(all.map((flag) => [flag, describeFlag(flag)]));
  let values: Values;
  try {
    values = parseArgs({ args: [...args], options }).values as Values;
  } catch (error) {
    throw new UsageError(`${problemOf(error as NodeJS.ErrnoException)}\nOptions: --${all.join(', --')}`);
  }
  const fromStandardInput = all.filter((flag) => values[flag] === '-');
  if (fromStandardInput.length > 1) {
    throw new UsageError(`Only one of --${fromStandardInput.join(' and --')} can be -.`);
  }
  return values;
}

function describeFlag(flag: string): NonNullable<ParseArgsConfig['options']>[string] {
  if (flag === 'header') return { type: 'string', short: 'H', multiple: true };
  return { type: WITHOUT_VALUE.includes(flag) ? 'boolean' : 'string' };
}

/** Node's messages, except those that quote what was passed. */
function problemOf({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') return 'Unknown option.';
  if (code === 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL') return 'Unexpected argument.';
  return message;
}
