import { parseArgs, type ParseArgsConfig } from 'node:util';
import { UsageError } from './usage-error.js';

type FlagWithValue =
  | 'actor-type'
  | 'body'
  | 'format'
  | 'formats'
  | 'headers'
  | 'host'
  | 'organization'
  | 'port'
  | 'project'
  | 'secret-file'
  | 'user';
type FlagWithoutValue = 'curl' | 'help' | 'version' | 'viewer-only';

/** The flags that were passed, with their values. `header` can be passed several times. */
export type Values = Readonly<
  Partial<Record<FlagWithValue, string> & Record<FlagWithoutValue, true> & Record<'header', readonly string[]>>
>;

export type Flag = keyof Values;

/** The flags that every command accepts, in addition to its own. */
const COMMON_FLAGS: readonly Flag[] = ['secret-file', 'help', 'version'];

const FLAGS_WITHOUT_VALUE: readonly Flag[] = ['curl', 'help', 'version', 'viewer-only'];

/** Reads the flags of a command. Throws a `UsageError`. */
export function readArguments(flags: readonly Flag[], args: readonly string[]): Values {
  const all = [...flags, ...COMMON_FLAGS];
  const options = Object.fromEntries(all.map((flag) => [flag, describeFlag(flag)]));
  let values: Values;
  try {
    values = parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new UsageError(`${problemOf(error as NodeJS.ErrnoException)}\nOptions: --${all.join(', --')}`);
  }
  const fromStandardInput = all.filter((flag) => values[flag] === '-');
  if (fromStandardInput.length > 1) {
    throw new UsageError(`Only one of --${fromStandardInput.join(' and --')} can be -.`);
  }
  return values;
}

function describeFlag(flag: Flag): NonNullable<ParseArgsConfig['options']>[string] {
  if (flag === 'header') return { type: 'string', short: 'H', multiple: true };
  return { type: FLAGS_WITHOUT_VALUE.includes(flag) ? 'boolean' : 'string' };
}

/** Node's message, unless it quotes what was passed. */
function problemOf({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') return 'Unknown option.';
  if (code === 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL') return 'Unexpected argument.';
  return message;
}
