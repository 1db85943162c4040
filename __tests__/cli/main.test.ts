import { createHash, createHmac } from 'node:crypto';
import fs, { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axios from 'axios';
import { createSeerClient } from 'axios-viewer-context';
import { main } from '../../src/cli/main.js';
import { VIEWER_FLAGS } from '../../src/cli/sign.js';
import { version } from '../../package.json';
import { startServer } from '../support/server.js';
import answers from '../vectors/known-answers.json';

const SECRET = 'secret-one';
const { payload, signature } = answers.viewer;
const pair = [`X-Viewer-Context: ${payload}`, `X-Viewer-Context-Signature: ${signature}`];
const known = answers.signatures[1]!;
const authorization = `Authorization: Rpcsignature rpc0:${known.signature}`;

let folder: string;
let stdout: string[];
let stderr: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cli-'));
  [stdout, stderr] = [[], []];
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => stdout.push(String(text)) > 0);
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => stderr.push(String(text)) > 0);
  process.env['SEER_API_SHARED_SECRET'] = SECRET;
});
afterEach(() => {
  jest.restoreAllMocks();
  delete process.env['SEER_API_SHARED_SECRET'];
  rmSync(folder, { recursive: true });
});

/** What a command prints, and its exit status. */
async function run(...args: string[]): Promise<{ status: number; out: string; err: string }> {
  const status = await main(args);
  return { status, out: stdout.join(''), err: stderr.join('') };
}

/** The path of a new file. */
function file(name: string, content: string): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

/** What standard input holds. */
function standardInput(text: string): jest.SpyInstance {
  const { readSync } = fs;
  let rest = Buffer.from(text);
  const read = (descriptor: number, buffer: NodeJS.ArrayBufferView): number => {
    if (descriptor !== 0) return readSync(descriptor, buffer);
    const count = rest.copy(buffer as Uint8Array);
    rest = rest.subarray(count);
    return count;
  };
  return jest.spyOn(fs, 'readSync').mockImplementation(read);
}

describe('sign', () => {
  it('prints the known answers, one header per line', async () => {
    expect(await run('sign', '--organization', '1', '--user', '2', '--body', file('body', known.message))).toEqual({
      status: 0,
      out: `${[...pair, authorization].join('\n')}\n`,
      err: '',
    });
  });

  it('prints one token, with its further claims', async () => {
    const args = ['--user', '2', '--format', 'jwt', '--project', '3', '--actor-type', 'agent'];
    const { status, out } = await run('sign', ...args);
    expect(status).toBe(0);
    const [, token = ''] = /^X-Viewer-Context: (\S+)\n$/.exec(out) ?? [];
    expect(JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString())).toMatchObject({
      actor_type: 'agent',
      project_id: 3,
      user_id: 2,
    });
  });

  it('signs a body alone, which can come from standard input', async () => {
    standardInput(known.message);
    expect(await run('sign', '--body', '-')).toMatchObject({ status: 0, out: `${authorization}\n` });
  });

  it('prints arguments for curl', async () => {
    expect(await run('sign', '--organization', '1', '--user', '2', '--curl')).toMatchObject({
      status: 0,
      out: `${pair.map((line) => `-H '${line}'`).join(' ')}\n`,
    });
  });

  it.each<[string, string[], string]>([
    ['nothing to sign', [], 'There is nothing to sign. Pass --organization, --user or --body.'],
    ['an actor alone', ['--format', 'jwt', '--actor-type', 'user'], 'There is nothing to sign'],
    ['an invalid id', ['--user', '-0'], 'ambiguous'],
    ['an id that is text', ['--user', 'x4505123456'], '--user must be an integer from 1 to 2^53 - 1.'],
    ['a project in a pair', ['--user', '2', '--project', '3'], '--project requires --format jwt.'],
    ['an unknown format', ['--user', '2', '--format', 'pair,jwt'], '--format must be pair or jwt.'],
    ['a file that is not there', ['--body', '/none/such'], '--body: the file cannot be read (ENOENT).'],
  ])('refuses %s', async (_name, args, problem) => {
    const { status, out, err } = await run('sign', ...args);
    expect([status, out, err]).toEqual([2, '', expect.stringContaining(problem)]);
    expect(err).not.toMatch(/4505123456|\n {4}at /);
  });
});

describe('verify', () => {
  it('accepts the known answers, as arguments or in a file, also as curl -v shows them', async () => {
    const args = pair.flatMap((line) => ['-H', line]);
    expect((await run('verify', ...args)).status).toBe(0);
    const lines = ['POST /oauth/authorize HTTP/1.1', ...pair, authorization, '', ''];
    for (const text of [lines.join('\r\n'), lines.map((line) => `> ${line}`).join('\n')]) {
      const headers = file('headers', text);
      const body = file('body', known.message);
      expect((await run('verify', '--headers', headers, '--body', body)).status).toBe(0);
    }
    expect(stdout.join('').match(/ {2}valid/g)).toHaveLength(5);
  });

  it.each([
    'X-Viewer-Context: {"user_id":7}\x01',
    'X-Viewer-Context',
    '"X-Viewer-Context": "{}"',
    'Authorization : Bearer 4505123456',
    '< X-Viewer-Context: {"user_id":7}',
  ])('refuses the malformed header %j, instead of ignoring it', async (line) => {
    const args = ['-H', line, '-H', authorization, '--body', file('body', known.message)];
    const { status, out, err } = await run('verify', ...args);
    expect([status, out, err]).toEqual([
      2,
      '',
      expect.stringMatching(/^--header: this viewer or Authorization header is malformed\. Write/),
    ]);
    expect(err).not.toContain('4505123456');
  });

  it('reads headers as receivers do: after a byte order mark, as Latin-1, and with only spaces and tabs trimmed', async () => {
    const signed = (text: string): string => createHmac('sha256', SECRET).update(text).digest('hex');
    const marked = file('marked', `\ufeffX-Viewer-Context: a.b.c\n${authorization}`);
    expect((await run('verify', '--headers', marked, '--body', file('body', known.message))).status).toBe(1);
    const text = '{"organization_id":42,"token":"é"}';
    for (const [line, digits] of [
      [`X-Viewer-Context: ${text}`, signed(text)],
      [`X-Viewer-Context: ${payload}\u00a0`, signature],
    ] as const) {
      expect((await run('verify', '-H', line, '-H', `X-Viewer-Context-Signature: ${digits}`)).status).toBe(1);
    }
    expect((await run('verify', '-H', `X-Viewer-Context:\t${payload} \t`, '-H', pair[1]!)).status).toBe(0); // the control
  });

  it.each([
    ['a file in UTF-16', Buffer.from(`\ufeff${pair.join('\r\n')}`, 'utf16le').toString('latin1')],
    ['a file of JSON', JSON.stringify(pair)],
    ['an empty file', ''],
  ])('refuses %s, in which there is no header', async (_name, text) => {
    writeFileSync(join(folder, 'headers'), text, 'latin1');
    const { status, out, err } = await run('verify', '--headers', join(folder, 'headers'));
    expect([status, out, err]).toEqual([
      2,
      '',
      expect.stringMatching(/^(No header was found|--headers: this .* is malformed)\. Write/),
    ]);
  });

  it('refuses a large file of headers', async () => {
    const { status, err } = await run('verify', '--headers', '/dev/zero');
    expect([status, err]).toEqual([2, expect.stringContaining('--headers: the file is larger than 1000000 bytes.')]);
  });

  it('says what is wrong with a secret that cannot be used', async () => {
    const secretFile = file('secret', '\0\0');
    const { status, err } = await run(
      'verify',
      '-H',
      authorization,
      '--body',
      '/dev/null',
      '--secret-file',
      secretFile,
    );
    expect([status, err]).toEqual([2, expect.stringContaining('must not be all zero bytes')]);
  });

  it('refuses to read both from standard input', async () => {
    const read = standardInput(authorization);
    const { status, out, err } = await run('verify', '--headers', '-', '--body', '-');
    expect([status, out, err]).toEqual([
      2,
      '',
      expect.stringMatching(/^Only one of --headers and --body can be -\.\n/),
    ]);
    expect(read).not.toHaveBeenCalled();
  });

  it.each(['--headers', '--body'] as const)('reads %s alone from standard input', async (option) => {
    const texts = { '--headers': authorization, '--body': known.message };
    standardInput(texts[option]);
    const args = Object.entries(texts).flatMap(([name, text]) => [name, file(name, text)]);
    args[args.indexOf(option) + 1] = '-';
    expect(await run('verify', ...args)).toMatchObject({ status: 0 });
  });

  it('rejects two Authorization headers, which receivers read differently', async () => {
    const args = ['-H', authorization, '-H', authorization.replace(': ', ':\t'), '--body', file('body', known.message)];
    expect(await run('verify', ...args)).toMatchObject({
      status: 1,
      out: expect.stringMatching(
        /ERR_MALFORMED_HEADER.*\n {2}likely cause: a header was sent twice, and joined\n$/,
      ) as string,
    });
  });

  it('rejects a tampered viewer, and names the code', async () => {
    const args = ['-H', 'X-Viewer-Context: {"user_id":3}', '-H', pair[1]!];
    const { status, out } = await run('verify', ...args);
    expect([status, out]).toEqual([1, expect.stringContaining('INVALID, ERR_SIGNATURE_MISMATCH')]);
    expect(out).not.toContain(signature);
  });

  it('accepts the formats that it is told to', async () => {
    const args = pair.flatMap((line) => ['-H', line]);
    expect((await run('verify', ...args, '--format', 'pair')).status).toBe(0);
    expect((await run('verify', ...args, '--format', 'jwt')).status).toBe(1);
    expect((await run('verify', ...args, '--formats', 'jwt,pair')).status).toBe(0);
    expect((await run('verify', ...args, '--formats', 'jwt')).status).toBe(1);
    expect(await run('verify', ...args, '--format', 'pair,saml')).toMatchObject({
      status: 2,
      err: expect.stringMatching(/^--formats must be pair, jwt or pair,jwt\.\n/) as string,
    });
  });
});

describe('what could be a secret or a signature is never printed', () => {
  const SENSITIVE = 'hunter2-hunter2-hunter2';

  it.each([
    ['a file that is not there', ['verify', '--headers', SENSITIVE]],
    ['a header instead of a file', ['verify', '--headers', `X-Viewer-Context: ${SENSITIVE}`]],
    ['the secret instead of its file', ['key-id', '--secret-file', SENSITIVE]],
    ['a body instead of its file', ['sign', '--body', SENSITIVE]],
    ['an unknown option', ['sign', `--${SENSITIVE}`]],
    ['an unknown option with a value', ['sign', `--secret=${SENSITIVE}`]],
    ['an unknown short option', ['sign', `-${SENSITIVE}`]],
    ['an argument', ['sign', SENSITIVE]],
    ['a command', [SENSITIVE]],
    ['an option instead of a command', [`--${SENSITIVE}`]],
    ['a value that a flag does not take', ['sign', `--curl=${SENSITIVE}`]],
    ['an id', ['sign', '--user', SENSITIVE]],
    ['an actor', ['sign', '--user', '1', '--format', 'jwt', '--actor-type', SENSITIVE]],
    ['a format', ['sign', '--format', SENSITIVE]],
    ['formats', ['verify', '--formats', SENSITIVE]],
    ['a port', ['serve', '--port', SENSITIVE]],
    ['a host', ['serve', '--port', '0', '--host', `${SENSITIVE}.invalid`]],
    ['a malformed header', ['verify', '-H', `Authorization ${SENSITIVE}`]],
  ])('%s', async (_name, args) => {
    const { status, out, err } = await run(...args);
    expect([status, out]).toEqual([2, '']);
    expect(err).toMatch(/^.{10}/);
    expect(err).not.toMatch(/hunter2|\n {4}at /);
  });
});

describe('bad files end with status 2', () => {
  it('a file larger than 100 MB, which is not read to its end', async () => {
    const { status, err } = await run('sign', '--body', '/dev/zero');
    expect([status, err]).toEqual([2, expect.stringMatching(/^--body: the file is larger than 100000000 bytes\.\n/)]);
  });

  it('an error that is not expected: without its message, which can quote anything', async () => {
    jest.spyOn(process.stdout, 'write').mockImplementation(() => {
      throw Object.assign(new RangeError('hunter2'), { code: 'EIO' });
    });
    expect(await run('key-id')).toEqual({ status: 2, out: '', err: 'Unexpected error: RangeError EIO\n' });
  });

  it('a folder', async () => {
    expect(await run('verify', '--headers', folder)).toMatchObject({
      status: 2,
      err: expect.stringContaining('--headers: the file cannot be read (EISDIR).') as string,
    });
  });

  it('a secret that is too long', async () => {
    const { status, err } = await run('key-id', '--secret-file', file('secret', 'x'.repeat(10_001)));
    expect([status, err]).toEqual([2, expect.stringMatching(/^The secret is longer than 10000 characters\.\n/)]);
  });
});

describe('key-id', () => {
  it('prints the key id, also for a secret in a file', async () => {
    await run('key-id');
    await run('key-id', '--secret-file', file('secret', 'secret-two\n'));
    await run('key-id', '--secret-file', file('secret', 'secret-two'));
    expect(stdout).toEqual(['ea77193c\n', 'cebdf378\n', 'cebdf378\n']);
  });

  it('takes only the last line ending of a file away', async () => {
    const digest = createHash('sha256').update('secret\r\ntwo').digest('hex');
    expect((await run('key-id', '--secret-file', file('secret', 'secret\r\ntwo\r\n'))).out).toBe(
      `${digest.slice(0, 8)}\n`,
    );
  });

  it('refuses a file with a byte order mark, as senders do', async () => {
    const { status, err } = await run('key-id', '--secret-file', file('secret', '\ufeffsecret-two'));
    expect([status, err]).toEqual([2, expect.stringContaining('byte order mark')]);
  });
});

describe('usage', () => {
  it('every command has --help and --version, without a secret', async () => {
    delete process.env['SEER_API_SHARED_SECRET'];
    const { out } = await run('--help');
    for (const command of ['sign', 'verify', 'key-id', 'serve']) {
      expect(out).toMatch(new RegExp(`^${command} `, 'm'));
      stdout = [];
      expect(await run(command, '--help')).toEqual({ status: 0, out, err: '' });
      stdout = [];
      expect(await run(command, '--version')).toEqual({ status: 0, out: `${version}\n`, err: '' });
    }
    stdout = [];
    expect(await run('--version')).toMatchObject({ status: 0, out: `${version}\n` });
    stdout = [];
    expect(await run()).toEqual({ status: 0, out, err: '' });
  });

  it('--help names every flag of a viewer', async () => {
    const { out } = await run('--help');
    expect(VIEWER_FLAGS.filter((flag) => !out.includes(`--${flag} `))).toEqual([]);
  });

  it.each<[string, string[], string]>([
    ['a wrong option', ['sign', '--organisation', '1'], '--organization'],
    ["another command's option", ['key-id', '--port', '1'], 'Options: --secret-file, --help, --version\n'],
    ['a secret as an option', ['sign', '--secret=hunter2hunter2', '--user', '2'], '--secret-file'],
    ['a secret as an argument', ['key-id', 'hunter2hunter2'], '--secret-file'],
    ['an unknown command', ['hunter2hunter2'], 'Unknown command.\nCommands: sign, verify, key-id, serve'],
    ['a key of Object.prototype', ['toString'], 'sign, verify, key-id, serve'],
    ['options without a command', ['--secret-file', 'x'], 'No command was given.\nCommands: sign, verify'],
    ['an option without its value', ['sign', '--user'], '--user'],
    ['a wrong format', ['serve', '--formats', 'jwts'], '--formats must be'],
    ['a wrong port', ['serve', '--port', 'http'], '--port must be a number up to 65535.'],
    ['a port with letters after it', ['serve', '--port', '80x'], '--port must be a number up to 65535.'],
    ['a port with letters before it', ['serve', '--port', 'x80'], '--port must be a number up to 65535.'],
    ['an empty port, which would be any', ['serve', '--port', ''], '--port must be a number up to 65535.'],
    ['a port that is too high', ['serve', '--port', '65536'], '--port must'],
    [
      'an empty host, which would be every address',
      ['serve', '--port', '0', '--host', ''],
      '--host must not be empty.\n--help',
    ],
  ])('refuses %s, and names the valid ones, without a stack trace', async (_name, args, hint) => {
    const { status, out, err } = await run(...args);
    expect([status, out, err]).toEqual([2, '', expect.stringContaining(hint)]);
    expect(err).not.toMatch(/hunter2|\n {4}at /);
  });

  it.each(['sign', 'verify', 'key-id', 'serve'])('%s refuses to run without a secret', async (command) => {
    for (const env of [undefined, '']) {
      delete process.env['SEER_API_SHARED_SECRET'];
      if (env !== undefined) process.env['SEER_API_SHARED_SECRET'] = env;
      const { status, err } = await run(command);
      expect([status, err]).toEqual([2, expect.stringContaining('There is no secret')]);
    }
  });

  it('refuses a secret file that is not text, which would become a different key', async () => {
    for (const bytes of [Uint8Array.of(0xff, 0xfe, 0x61, 0), Uint8Array.of(0x80)]) {
      writeFileSync(join(folder, 'secret'), bytes);
      const { status, out, err } = await run('key-id', '--secret-file', join(folder, 'secret'));
      expect([status, out, err]).toEqual([2, '', expect.stringContaining('UTF-8')]);
    }
  });

  it('refuses an invalid secret, without showing it', async () => {
    process.env['SEER_API_SHARED_SECRET'] = ` ${SECRET}`;
    for (const command of [['key-id'], ['serve', '--port', '0'], ['sign', '--user', '1']]) {
      const { status, err } = await run(...command);
      expect([status, err]).toEqual([2, expect.stringContaining('begins or ends with whitespace')]);
      expect(err).not.toContain(SECRET);
    }
  });
});

describe('serve', () => {
  // A test that fails must not leave it listening: jest would wait for it.
  afterEach(() => void process.emit('SIGTERM'));

  async function started(): Promise<string> {
    for (;;) {
      const [, url] = /(http:\S+), with key id ea77193c/.exec(stdout.join('')) ?? [];
      if (url !== undefined) return url;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  it.each(['SIGINT', 'SIGTERM'] as const)('responds to the Seer client, and stops cleanly on %s', async (signal) => {
    const stopped = main(['serve', '--port', '0']);
    const url = await started();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const { data } = await createSeerClient({ baseURL: url }).post<unknown>('/a', {}, { viewerContext: { userId: 7 } });
    expect(data).toEqual({ viewer: { userId: 7 } });
    process.emit(signal);
    process.emit(signal);
    expect(await stopped).toBe(0);
    expect(stdout.join('')).toMatch(/POST \/a 200 verified\n$/);
    await expect(axios.get(url, { proxy: false })).rejects.toMatchObject({
      code: expect.stringMatching(/^ECONNRE/) as string,
    });
  });

  it('verifies the viewer only, if it is told to', async () => {
    const stopped = main(['serve', '--port', '0', '--viewer-only']);
    const { status } = await axios.post(await started(), {}, { proxy: false });
    expect(status).toBe(200);
    process.emit('SIGTERM');
    expect(await stopped).toBe(0);
  });

  it('prints an IPv6 host in brackets, as a URL needs them', async () => {
    // IPv4 takes its place, since not every machine has IPv6.
    const listen = jest.spyOn(net.Server.prototype, 'listen');
    listen.mockImplementationOnce(function (this: net.Server) {
      return this.listen(0, '127.0.0.1');
    });
    const stopped = main(['serve', '--port', '0', '--host', '2001:db8::12']);
    expect(await started()).toMatch(/^http:\/\/\[2001:db8::12\]:\d+$/);
    expect(listen.mock.calls[0]).toEqual([{ port: 0, host: '2001:db8::12' }]);
    process.emit('SIGTERM');
    expect(await stopped).toBe(0);
  });

  it('reports that its port is taken', async () => {
    await using other = await startServer();
    const { status, err } = await run('serve', '--port', new URL(other.origin).port);
    expect([status, err]).toEqual([2, expect.stringContaining('EADDRINUSE')]);
  });
});
