import { keyId } from '../protocol/key-id.js';
import type { Flag, Values } from './arguments.js';
import { print } from './print.js';
import { serve } from './serve.js';
import { sign, VIEWER_FLAGS } from './sign.js';
import { verify } from './verify.js';

interface Command {
  readonly flags: readonly Flag[];
  /** Returns the exit status. */
  readonly run: (values: Values, secret: string) => number | Promise<number>;
}

/** The commands, by the first argument. */
export const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['sign', { flags: [...VIEWER_FLAGS, 'format', 'body', 'curl'], run: sign }],
  // `--format` is what 1.0 called `--formats`.
  ['verify', { flags: ['headers', 'header', 'body', 'formats', 'format'], run: verify }],
  ['key-id', { flags: [], run: (_values, secret) => print(keyId(secret)) }],
  ['serve', { flags: ['port', 'host', 'formats', 'viewer-only'], run: serve }],
]);

export const HELP = `Signs and verifies viewer contexts. Usage: axios-viewer-context COMMAND [OPTIONS]

sign    prints signed headers for a request
        --organization ID, --user ID; with --format jwt also --project ID, --actor-type TYPE
        --format pair|jwt (default: pair), --body FILE|-
        --curl prints the headers as -H arguments for curl
verify  verifies a captured request as a receiver does, and exits with 0 only if every check passes
        --headers FILE|- (one "Name: value" per line), -H or --header "Name: value", --body FILE|-
        --formats pair,jwt, the formats to accept (default: both)
key-id  prints the key id of the secret
serve   starts a stand-in for Seer
        --port 9091, --host 127.0.0.1, --formats pair,jwt (these are the defaults)
        --viewer-only accepts unsigned bodies, for clients that sign only the viewer

All commands accept --help, --version and --secret-file FILE. Without --secret-file, the secret is read from
SEER_API_SHARED_SECRET. The secret is never an argument.`;
