import { execFile } from 'node:child_process';
import { createHash, createHmac } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { explain } from '../examples/explain.js';
import answers from './vectors/known-answers.json';

const ROOT = join(__dirname, '..');
const SECRET = 'secret-one';
const PAYLOAD = answers.viewer.payload;
const BODY = '{"b": 12, "thing": "thing"}';
const hmac = (message: string, key: string | Buffer = SECRET): string =>
  createHmac('sha256', key).update(message).digest('hex');
const explained = (headers: Record<string, string>, body?: string, secret = SECRET): [boolean, string] => {
  const request = { headers: Object.entries(headers), body: body === undefined ? undefined : Buffer.from(body) };
  const { isRight, lines } = explain(request, secret);
  return [isRight, lines.join('\n')];
};
const viewer = (signature: string, payload = PAYLOAD): Record<string, string> => ({
  'x-viewer-context': payload,
  'X-Viewer-Context-Signature': signature,
});
const authorization = (value: string): Record<string, string> => ({ Authorization: value });

describe('explain', () => {
  it('finds the known answers right, and names lengths, key id and SHA-256', () => {
    const headers = {
      ...viewer(answers.viewer.signature),
      ...authorization(`Rpcsignature rpc0:${answers.signatures[1]!.signature}`),
    };
    const [isRight, text] = explained(headers, BODY);
    expect(isRight).toBe(true);
    expect(text).toContain('secret: key id ea77193c, 10 bytes');
    expect(text).toContain(
      `viewer context: 33 bytes received, SHA-256 ${createHash('sha256').update(PAYLOAD).digest('hex')}\n  right`,
    );
    expect(text).toContain(
      `body: 27 bytes received, SHA-256 ${createHash('sha256').update(BODY).digest('hex')}\n  right`,
    );
  });

  it('reports a request without viewer headers, and says if the body was not captured', () => {
    expect(explained({})).toEqual([
      true,
      'secret: key id ea77193c, 10 bytes\nviewer context: none, so the request has no viewer\nbody: not captured, so not checked',
    ]);
  });

  it.each<[string, Record<string, string>, string | undefined, string]>([
    ['another secret', viewer(hmac(PAYLOAD, 'secret-two')), undefined, 'ERR_SIGNATURE_MISMATCH'],
    ['half a pair', { 'X-Viewer-Context': PAYLOAD }, undefined, 'ERR_MALFORMED_HEADER'],
    ['an invalid id', viewer(hmac('{"user_id":0}'), '{"user_id":0}'), undefined, 'ERR_INVALID_PAYLOAD'],
    ['upper case', viewer(hmac(PAYLOAD).toUpperCase()), undefined, 'in upper case'],
    ['base64', viewer(createHmac('sha256', SECRET).update(PAYLOAD).digest('base64')), undefined, 'written as base64'],
    ['a line end in the secret', viewer(hmac(PAYLOAD, `${SECRET}\n`)), undefined, 'white space after it'],
    ['a decoded secret', viewer(hmac(PAYLOAD, Buffer.from(SECRET, 'base64'))), undefined, 'decoded the secret'],
    ['a context with spaces', viewer(hmac(PAYLOAD), '{"organization_id": 1, "user_id": 2}'), undefined, 'other spaces'],
    ['an unsigned body', {}, BODY, 'ERR_MISSING_HEADER'],
    [
      'a body that was serialized again',
      authorization(`Rpcsignature rpc0:${hmac(BODY)}`),
      '{"b":12,"thing":"thing"}',
      'serialized again',
    ],
    [
      'a body that was signed too early',
      authorization(`Rpcsignature rpc0:${hmac('')}`),
      BODY,
      'signed no bytes at all',
    ],
    ['a scheme in lower case', authorization(`rpcsignature rpc0:${hmac(BODY)}`), BODY, 'in exactly this case'],
    ['a bearer token', authorization('Bearer a-token-of-somebody'), BODY, 'Something else has set Authorization'],
    [
      'other bytes that are not JSON',
      authorization(`Rpcsignature rpc0:${hmac(BODY)}`),
      'not JSON',
      'ERR_SIGNATURE_MISMATCH',
    ],
  ])('explains %s', (_name, headers, body, reason) => {
    const [isRight, text] = explained(headers, body);
    expect(isRight).toBe(false);
    expect(text).toContain('WRONG');
    expect(text).toContain(reason);
    for (const value of Object.values(headers)) expect(text).not.toContain(value);
    expect(text).not.toContain(SECRET);
    // what is shown of 64 digits is a SHA-256, never a signature
    for (const digits of text.match(/[0-9a-f]{64}/gi) ?? []) {
      expect(Object.values(headers).join()).not.toContain(digits);
    }
  });

  it('explains a header that came twice', () => {
    const pair = Object.entries(viewer(hmac(PAYLOAD)));
    const { isRight, lines } = explain({ headers: [...pair, ...pair] }, SECRET);
    expect([isRight, lines.join()]).toEqual([false, expect.stringContaining('came more than once')]);
  });

  it.each<[string, string]>([
    ['', 'there is no secret'],
    [' \n', 'there is no secret'],
    [`${SECRET}\n`, 'white space here'],
  ])('explains the secret %j', (secret, reason) => {
    const [isRight, text] = explained(viewer(hmac(PAYLOAD)), undefined, secret);
    expect([isRight, text]).toEqual([false, expect.stringContaining(reason)]);
  });

  it('is a program that reads files and arguments', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'explain-'));
    const program = (...args: string[]): Promise<{ stdout: string }> =>
      promisify(execFile)(process.execPath, ['--import', 'tsx', 'examples/explain.ts', ...args], {
        cwd: ROOT,
        env: { ...process.env, SEER_API_SHARED_SECRET: SECRET },
      });
    try {
      const [headers, body] = [join(folder, 'headers.txt'), join(folder, 'body.bin')];
      const lines = Object.entries({ ...viewer(hmac(PAYLOAD)), ...authorization(`Rpcsignature rpc0:${hmac(BODY)}`) });
      await writeFile(
        headers,
        `GET / HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`,
      );
      await writeFile(body, BODY);
      expect((await program('--headers', headers, '--body', body)).stdout.match(/ {2}right/g)).toHaveLength(2);
      const given = lines.flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
      await expect(program(...given, '-d', '{}')).rejects.toMatchObject({
        code: 1,
        stdout: expect.stringContaining('ERR_SIGNATURE_MISMATCH') as string,
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  }, 60_000);
});
