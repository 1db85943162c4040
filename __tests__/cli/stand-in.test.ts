import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import axios from 'axios';
import { createSeerClient } from 'axios-viewer-context';
import type { ViewerContextFormat } from 'axios-viewer-context/protocol';
import { createStandIn } from '../../src/cli/stand-in.js';
import { claimsNow, headerOf, tokenOf } from '../support/tokens.js';
import answers from '../vectors/known-answers.json';

const SECRET = 'secret-one';
const { payload, signature } = answers.viewer;
const pair = { 'X-Viewer-Context': payload, 'X-Viewer-Context-Signature': signature };
const token = { 'X-Viewer-Context': tokenOf({ ...claimsNow() }, headerOf(SECRET), SECRET) };
const known = answers.signatures[1]!; // a body
const signed = { Authorization: `Rpcsignature rpc0:${known.signature}` };
const empty = { Authorization: `Rpcsignature rpc0:${answers.signatures[2]!.signature}` };

async function standIn(formats: ViewerContextFormat[] = ['pair', 'jwt'], isViewerOnly = false) {
  const log: string[] = [];
  const listener = createStandIn({ secret: SECRET, formats, isViewerOnly, log: (line) => log.push(line) });
  const server = http.createServer(listener);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    log,
    port,
    url: `http://127.0.0.1:${String(port)}`,
    async [Symbol.asyncDispose]() {
      server.close().closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function send(url: string, body: string, headers: Record<string, string>): Promise<[number, unknown]> {
  const config = { headers: { 'content-type': 'application/json', ...headers }, validateStatus: null };
  const { status, data } = await axios.post<unknown>(url, body, { ...config, transformRequest: [], proxy: false });
  return [status, data];
}

it.each<[string, string, Record<string, string>, number, unknown]>([
  ['an unsigned body', known.message, {}, 401, { refused: 'body', code: 'ERR_MISSING_HEADER' }],
  ['another body', '{}', signed, 401, { refused: 'body', code: 'ERR_SIGNATURE_MISMATCH' }],
  ['no body, signed as another', '', signed, 401, { refused: 'body', code: 'ERR_SIGNATURE_MISMATCH' }],
  [
    'a bearer token',
    known.message,
    { Authorization: 'Bearer x' },
    401,
    { refused: 'body', code: 'ERR_MALFORMED_HEADER' },
  ],
  [
    'an unsigned viewer',
    known.message,
    { ...signed, 'X-Viewer-Context': payload },
    401,
    { refused: 'viewer', code: 'ERR_MALFORMED_HEADER' },
  ],
  [
    'another viewer',
    known.message,
    { ...signed, ...pair, 'X-Viewer-Context': '{"user_id":3}' },
    401,
    { refused: 'viewer', code: 'ERR_SIGNATURE_MISMATCH' },
  ],
  ['no viewer', known.message, signed, 200, { viewer: null }],
  ['a pair', known.message, { ...signed, ...pair }, 200, { viewer: { organizationId: 1, userId: 2 } }],
  ['a token', '', { ...empty, ...token }, 200, { viewer: { organizationId: 1, userId: 2, actorType: 'user' } }],
  ['a body over 10 MB', 'x'.repeat(10_000_001), signed, 413, { refused: 'body', code: 'OVER_10_MB' }],
])('answers %s', async (_name, body, headers, status, answer) => {
  await using seer = await standIn();
  expect(await send(seer.url, body, headers)).toEqual([status, answer]);
});

it('accepts a body of exactly 10 MB, and answers as JSON', async () => {
  await using seer = await standIn();
  const body = Buffer.alloc(10_000_000);
  const digits = createHmac('sha256', SECRET).update(body).digest('hex');
  const headers = { Authorization: `Rpcsignature rpc0:${digits}` };
  const response = await axios.post<unknown>(seer.url, body, { headers, proxy: false });
  expect(response.data).toEqual({ viewer: null });
  expect(response.headers['content-type']).toBe('application/json');
});

it('accepts the formats that it is told to', async () => {
  await using pairs = await standIn(['pair']);
  await using tokens = await standIn(['jwt']);
  const refused = [401, { refused: 'viewer', code: 'ERR_MALFORMED_HEADER' }];
  expect(await send(pairs.url, '', { ...empty, ...token })).toEqual(refused);
  expect(await send(tokens.url, '', { ...empty, ...pair })).toEqual(refused);
  expect((await send(pairs.url, '', { ...empty, ...pair }))[0]).toBe(200);
  expect((await send(tokens.url, '', { ...empty, ...token }))[0]).toBe(200);
});

it('is the other end of the Seer client, with its defaults', async () => {
  await using seer = await standIn();
  for (const format of ['pair', 'jwt'] as const) {
    const client = createSeerClient({ baseURL: seer.url, secret: SECRET, format });
    const viewerContext = { organizationId: 42 };
    const { data } = await client.post<unknown>('/v1/automation/autofix/state', { group_id: 1 }, { viewerContext });
    expect(data).toMatchObject({ viewer: { organizationId: 42 } });
    expect((await client.get<unknown>('/v1/models')).data).toEqual({ viewer: null });
  }
});

it('logs one line for each request, without the query, credentials, ids, signatures and key ids', async () => {
  await using seer = await standIn();
  await send(`${seer.url}/a/b?api_key=4505123456`, known.message, { ...signed, ...pair });
  await send(`${seer.url}/`, known.message, pair);
  expect(seer.log).toEqual(['POST /a/b 200 verified', expect.stringMatching(/^POST \/ 401 body ERR_MISSING_HEADER;/)]);
  for (const target of [
    'http://bob:hunter2@seer/c',
    '/d#token',
    '//bob:hunter2@seer/e',
    'http:///bob:hunter2@seer/f',
    'http://bob:hun/ter2@seer/i',
    '/g//h',
  ]) {
    const socket = connect(seer.port, '127.0.0.1').resume();
    socket.end(`GET ${target} HTTP/1.1\r\nHost: seer\r\nConnection: close\r\n\r\n`);
    await once(socket, 'close');
  }
  const refused = expect.stringMatching(/^GET \S+ 401 body ERR_MISSING_HEADER; likely cause: [\w ,]+$/) as string;
  expect(seer.log.slice(2)).toEqual(Array.from({ length: 6 }, () => refused));
  expect(seer.log.slice(2).map((line) => line.split(' ')[1])).toEqual(['/c', '/d', '/e', '/f', '/i', '/g//h']);
});

it('survives an aborted upload', async () => {
  await using seer = await standIn();
  const socket = connect(seer.port, '127.0.0.1');
  socket.write('POST /a HTTP/1.1\r\nHost: seer\r\nContent-Length: 100\r\n\r\nabc');
  await new Promise((resolve) => setTimeout(resolve, 50));
  socket.destroy();
  while (seer.log.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(seer.log).toEqual(['POST /a aborted by the client']);
  expect(await send(seer.url, '', empty)).toEqual([200, { viewer: null }]);
});

it.each<[string, string, Record<string, string>, ViewerContextFormat[], string]>([
  [
    'an attached client',
    known.message,
    pair,
    ['pair'],
    'body ERR_MISSING_HEADER; likely cause: the sender uses attachViewerContext',
  ],
  [
    'a format that is not accepted',
    '',
    { ...empty, ...token },
    ['pair'],
    'viewer ERR_MALFORMED_HEADER; likely cause: the sender signs tokens, which --formats does not accept',
  ],
  [
    'a different key id',
    '',
    { ...empty, 'X-Viewer-Context': tokenOf({ ...claimsNow() }, headerOf('secret-two'), 'secret-two') },
    ['jwt'],
    'viewer ERR_SIGNATURE_MISMATCH; likely cause: the sender has a different secret, as the key id in the token shows',
  ],
  [
    'a body that was changed',
    '{}',
    { ...signed, ...pair },
    ['pair'],
    'body ERR_SIGNATURE_MISMATCH; likely cause: what arrived is not what was signed',
  ],
])('logs the likely cause of a 401: %s', async (_name, body, headers, formats, line) => {
  await using seer = await standIn(formats);
  expect((await send(seer.url, body, headers))[0]).toBe(401);
  expect(seer.log).toEqual([expect.stringContaining(`POST / 401 ${line}`)]);
});

describe('that verifies the viewer only', () => {
  it('takes bodies that are not signed, or signed by another scheme, and still refuses a forged viewer', async () => {
    await using seer = await standIn(['pair', 'jwt'], true);
    const viewer = { organizationId: 1, userId: 2 };
    for (const headers of [pair, { ...pair, Authorization: 'Bearer x' }]) {
      expect(await send(seer.url, known.message, headers)).toEqual([200, { viewer }]);
    }
    expect(await send(seer.url, known.message, {})).toEqual([200, { viewer: null }]);
    const mismatch = 'ERR_SIGNATURE_MISMATCH';
    expect(await send(seer.url, '{}', { ...pair, ...signed })).toEqual([401, { refused: 'body', code: mismatch }]);
    expect(await send(seer.url, '', { ...pair, 'X-Viewer-Context': '{"user_id":3}' })).toEqual([
      401,
      { refused: 'viewer', code: 'ERR_SIGNATURE_MISMATCH' },
    ]);
  });
});

it('answers GET /health/live without a signature, and nothing else', async () => {
  await using seer = await standIn();
  const statusOf = async (method: string, path: string): Promise<number> => {
    const response = await axios.request({ method, url: seer.url + path, validateStatus: null, proxy: false });
    return response.status;
  };
  expect(await statusOf('GET', '/health/live')).toBe(200);
  for (const [method, path] of [
    ['POST', '/health/live'],
    ['GET', '/health/live/'],
    ['GET', '/health/live?x'],
    ['GET', '/health'],
    ['GET', '/'],
  ] as const) {
    expect([method, path, await statusOf(method, path)]).toEqual([method, path, 401]);
  }
});
