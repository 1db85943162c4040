#!/usr/bin/env node
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { AUTHORIZATION_HEADER, signBody } from '../protocol/body.js';
import { isFormatName, type ViewerContextFormat } from '../protocol/formats.js';
import { keyId } from '../protocol/key-id.js';
import { signViewerContext } from '../protocol/sign-viewer-context.js';
import { FIELD_NAMES, FIELDS, type ViewerContext, type ViewerField } from '../protocol/viewer-context.js';
import { explain } from './explain.js';
import { createStandIn } from './stand-in.js';

const HELP = `Signs and verifies viewer contexts. Usage: axios-viewer-context COMMAND [OPTIONS]

sign    prints signed headers for a request
        --organization ID, --user ID, --format pair|jwt, --body FILE|-; with jwt also --project ID, --actor-type TYPE
        --curl prints them as -H arguments for curl
verify  verifies a request as a receiver does, check by check, and exits with 0 only if every check passes
        --headers FILE|- (one "Name: value" per line), -H or --header "Name: value", --body FILE|-, --format pair,jwt
key-id  prints the key id of the secret
serve   starts a stand-in for Seer; the defaults are --port 9091 --host 127.0.0.1 --formats pair,jwt

All take --help, --version and --secret-file FILE (otherwise SEER_API_SHARED_SECRET). The secret is never an argument.`;

const { version } = createRequire(__filename)('axios-viewer-context/package.json') as { version: string };

/** Of a viewer's field: `--organization` of `organizationId`, `--actor-type` of `actorType`. */
function flagOf(field: ViewerField): string {
  return FIELDS[field].wireName.replace(/_id$/, '').replaceAll('_', '-');
}

type Values = Readonly<Record<string, string | undefined>>;

const COMMANDS = new Map<string, [run: (values: Values, secret: string) => number | Promise<number>, options: string]>([
  ['sign', [sign, [...FIELD_NAMES.map(flagOf), 'format body curl'].join(' ')]],
  ['verify', [verify, 'headers header body format']],
  ['key-id', [(_values, secret) => print(keyId(secret)), '']],
  ['serve', [serve, 'port host formats']],
]);

/** Runs a command. Returns the exit status: 0; 1 if `verify` finds something wrong; 2 for incorrect usage. */
export async function main([name = '--help', ...others]: readonly string[]): Promise<number> {
  const [run, own = ''] = COMMANDS.get(name) ?? [];
  const names = [...(own.match(/\S+/g) ?? []), 'secret-file', 'help', 'version'];
  const options = Object.fromEntries(names.map(toOption));
  try {
    const { values } = parseArgs({ args: run ? others : [name, ...others], options }) as { values: Values };
    if (values['help']) return print(HELP);
    if (values['version']) return print(version);
    if (run === undefined) throw new TypeError('No command was given.');
    return await run(values, readSecret(values['secret-file']));
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    let hint = run ? `Options: --${names.join(', --')}` : `Commands: ${[...COMMANDS.keys()].join(', ')}`;
    if (run && !code.startsWith('ERR_PARSE_ARGS')) hint = '--help lists the options.';
    // An unexpected argument is not shown: it may be a secret.
    const problem = message.replace(/Unexpected argument .*/s, run ? 'Unexpected argument' : 'Unknown command');
    process.stderr.write(`${problem}\n${hint}\n`);
    return 2;
  }
}

function toOption(name: string): [string, NonNullable<ParseArgsConfig['options']>[string]] {
  if (name === 'header') return [name, { type: 'string', short: 'H', multiple: true }];
  return [name, { type: ['curl', 'help', 'version'].includes(name) ? 'boolean' : 'string' }];
}

function print(text: string): 0 {
  process.stdout.write(`${text}\n`);
  return 0;
}

const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }); // other bytes would become a different key

function readSecret(file: string | undefined): string {
  let secret = process.env['SEER_API_SHARED_SECRET'];
  // The newline that editors add at the end of a file is not part of the secret.
  if (file !== undefined) secret = UTF_8.decode(readFileSync(file)).replace(/\r?\n$/, '');
  if (secret) return secret;
  throw new TypeError('There is no secret. Set SEER_API_SHARED_SECRET, or pass --secret-file FILE.');
}

const read = (file: string): Buffer => readFileSync(file === '-' ? 0 : file);

function toFormats(list = 'pair,jwt'): ViewerContextFormat[] {
  const formats = list.split(',');
  if (formats.every(isFormatName)) return formats;
  throw new TypeError('The format is not pair or jwt.');
}

function sign({ body, curl, ...values }: Values, secret: string): number {
  const context: ViewerContext = Object.fromEntries(FIELD_NAMES.map((field) => [field, values[flagOf(field)]]));
  const headers = signViewerContext(context, secret, { format: values['format'] as ViewerContextFormat | undefined });
  if (body !== undefined) headers[AUTHORIZATION_HEADER] = signBody(read(body), secret);
  const lines = Object.entries(headers).map(([header, value]) => `${header}: ${value}`);
  if (lines.length === 0) throw new TypeError('There is nothing to sign: no viewer and no body.');
  return print(curl ? lines.map((line) => `-H '${line}'`).join(' ') : lines.join('\n'));
}

/** A header as HTTP/1.1 or `curl -v` writes it, perhaps after a byte order mark; and one of ours, well-formed or not. */
const HEADER = /^(?:\xef\xbb\xbf)?(?:> )?([\w-]+):([\t -\xff]*)\r?$/;
const OUR_HEADER = /^\W*(x-viewer-c|authoriz)/i;

function verify({ headers, header = [], body, format }: Values & { header?: string[] }, secret: string): number {
  if (headers === '-' && body === '-') throw new TypeError('Only one of --headers and --body can be -.');
  const bytes = [headers === undefined ? Buffer.alloc(0) : read(headers), ...header.map((line) => Buffer.from(line))];
  const lines = bytes.flatMap((line) => line.toString('latin1').split('\n')); // as receivers read them
  if (lines.some((line) => OUR_HEADER.test(line) && !HEADER.test(line))) throw new TypeError('A header is malformed.');
  const pairs = lines.map((line) => HEADER.exec(line)?.slice(1) ?? []).filter((pair) => pair.length > 0);
  const report = explain(new Headers(pairs), body === undefined ? undefined : read(body), secret, toFormats(format));
  print(report.lines.join('\n'));
  return report.isRight ? 0 : 1;
}

async function serve({ port = '9091', host = '127.0.0.1', formats }: Values, secret: string): Promise<number> {
  // Without these, node:http would choose a port, or listen on every address.
  if (!/^\d{1,5}$/.test(port) || host === '') throw new TypeError('--port is not a port number, or --host is empty.');
  const id = keyId(secret);
  const server = createServer(createStandIn(secret, toFormats(formats), print));
  await once(server.listen({ port: Number(port), host }), 'listening'); // rejects if the port is taken
  const { port: chosen } = server.address() as AddressInfo;
  print(`Listening at http://${host.replace(/.*:.*/, '[$&]')}:${String(chosen)}, with key id ${id}. Ctrl-C stops it.`);
  // Not `once`: a second signal must not kill the process before it has stopped.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => server.close().closeAllConnections());
  await once(server, 'close');
  return 0;
}

/* istanbul ignore next -- the tests run the program too, in a process of its own */
if (require.main === module) {
  process.stdout.on('error', () => process.exit(1)); // the reader is gone, as with `| head`
  void main(process.argv.slice(2)).then((status) => process.stdout.write('', () => process.exit(status)));
}
