import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import http, { type IncomingMessage } from 'node:http';
import * as nodeModule from 'node:module';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { getRequestListener } from '@hono/node-server';
import axios, { type AxiosInstance, type AxiosResponse } from 'axios';
import express4 from 'express-4';
import { Hono } from 'hono';
import getRawBody from 'raw-body';
import ts from 'typescript';
import {
  attachViewerContext,
  createSeerClient,
  type ViewerContext,
  type ViewerContextFormat,
} from 'axios-viewer-context';
import { startExpressJson } from '../../examples/receivers/express-json.js';
import { startExpress } from '../../examples/receivers/express.js';
import { startFastify } from '../../examples/receivers/fastify.js';
import { startKoa } from '../../examples/receivers/koa.js';
import { createHandler as createLambda } from '../../examples/receivers/lambda.js';
import { startNestjs } from '../../examples/receivers/nestjs.js';
import { startNodeHttp } from '../../examples/receivers/node-http.js';
import type { ReceiverOptions } from '../../examples/receivers/service.js';
import * as verifiedRequest from '../../examples/receivers/verified-request.js';
import { createHandler } from '../../examples/receivers/web-standard.js';
import { listen, type ExampleServer } from '../../examples/listen.js';
import { establishViewer, isBodySigned, SECRET } from '../support/receiver.js';
import { startServer, type Received, type TestServer } from '../support/server.js';
import { claimsNow, headerOf, keyIdOf, tokenOf } from '../support/tokens.js';

// Programs that users paste: each against both kinds of clients, over a real server, and against requests signed by hand.

interface Receiver {
  readonly name: string;
  readonly start: (options: ReceiverOptions) => Promise<ExampleServer>;
  /** `express.json()` reads nothing but JSON, and nothing that is compressed. */
  readonly takes?: 'JSON only';
  /** Who reads the upload: if not the receiver, it learns only at the end that it was aborted or is too large. */
  readonly uploads?: 'read to the end' | 'read by the gateway';
  /** Whether it closes the connection rather than read an upload that is too large. */
  readonly closes?: boolean;
}

const asExpress5 = express4 as unknown as Parameters<typeof startExpress>[1];
const express4Json = { createApp: asExpress5!, json: express4.json as never };

const RECEIVERS: Receiver[] = [
  { name: 'node-http', start: startNodeHttp },
  { name: 'express (5)', start: startExpress },
  { name: 'express (4)', start: (options) => startExpress(options, asExpress5) },
  { name: 'express-json (5)', start: startExpressJson, takes: 'JSON only', uploads: 'read to the end' },
  {
    name: 'express-json (4)',
    start: (options) => startExpressJson(options, express4Json),
    takes: 'JSON only',
    uploads: 'read to the end',
  },
  { name: 'fastify', start: startFastify, closes: true },
  { name: 'koa', start: startKoa },
  { name: 'nestjs', start: startNestjs },
  { name: 'web-standard (Hono)', start: startHono, uploads: 'read to the end' },
  { name: 'lambda (REST API)', start: startRestApi, uploads: 'read by the gateway' },
  { name: 'lambda (HTTP API)', start: startHttpApi, uploads: 'read by the gateway' },
];

/** `npm run test:runtimes` serves it with Bun, Deno, Node and workerd. */
function startHono(options: ReceiverOptions): Promise<ExampleServer> {
  const handler = createHandler(options);
  const app = new Hono();
  app.all('*', (context) => handler(context.req.raw));
  return listen(getRequestListener(app.fetch, { overrideGlobalObjects: false }));
}

type Event = Parameters<ReturnType<typeof createLambda>>[0];

/** A gateway, which waits for the whole body before it calls the function. */
function startGateway(options: ReceiverOptions, toEvent: (request: IncomingMessage, body: Buffer) => Event) {
  const handler = createLambda(options);
  return listen((request, response) => {
    getRawBody(request)
      .then((body) => handler(toEvent(request, body)))
      .then(
        (result) => response.writeHead(result.statusCode, result.headers as http.OutgoingHttpHeaders).end(result.body),
        () => response.destroy(),
      );
  });
}

/** A REST API whose binary media types are all types. It passes header names on as they were sent. */
function startRestApi(options: ReceiverOptions): Promise<ExampleServer> {
  return startGateway(options, ({ rawHeaders }, body) => {
    const headers: Record<string, string> = {};
    for (let index = 0; index < rawHeaders.length; index += 2) headers[rawHeaders[index]!] = rawHeaders[index + 1]!;
    return body.length === 0
      ? { headers, body: null, isBase64Encoded: false }
      : { headers, body: body.toString('base64'), isBase64Encoded: true };
  });
}

/** An HTTP API. It passes text on as text. */
function startHttpApi(options: ReceiverOptions): Promise<ExampleServer> {
  return startGateway(options, (request, body) => {
    const headers = request.headers as Record<string, string>;
    const isText = /json|text/.test(headers['content-type'] ?? '') && headers['content-encoding'] === undefined;
    if (body.length === 0) return { headers, isBase64Encoded: false };
    return { headers, body: body.toString(isText ? 'utf8' : 'base64'), isBase64Encoded: !isText };
  });
}

/** What the next service establishes, or why it does not. */
function judge(request: Received, secret?: string): unknown {
  try {
    return establishViewer(request, secret, 'jwt');
  } catch (error) {
    return String(error);
  }
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly rawHeaders: readonly string[];
}

/** Sends with Node alone. */
function send(
  url: string,
  headers: Record<string, string>,
  body: string | Buffer = '',
  agent: http.Agent | false = false,
  method = 'POST',
  path = '/v1/test',
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const isChunked = headers['Transfer-Encoding'] === 'chunked';
    const length = isChunked ? {} : { 'Content-Length': String(Buffer.byteLength(body)) };
    const options = { method, path, headers: { ...length, ...headers }, agent };
    const request = http.request(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode!, text, rawHeaders: response.rawHeaders });
      });
      response.on('error', reject);
    });
    request.on('error', reject).end(body);
  });
}

// Signed by hand, with Node alone.
const hmac = (content: string | Buffer, secret = SECRET): string =>
  createHmac('sha256', secret).update(content).digest('hex');
const authorization = (body: string | Buffer, secret = SECRET): Record<string, string> => ({
  Authorization: `Rpcsignature rpc0:${hmac(body, secret)}`,
});
const PAYLOAD = '{"organization_id":42,"user_id":7}';
const pair = (secret = SECRET, payload = PAYLOAD): Record<string, string> => ({
  'X-Viewer-Context': payload,
  'X-Viewer-Context-Signature': hmac(payload, secret),
});
const token = (secret = SECRET, claims: object = {}): Record<string, string> => ({
  'X-Viewer-Context': tokenOf({ ...claimsNow(), organization_id: 42, user_id: 7, ...claims }, headerOf(secret), secret),
});
const JSON_TYPE = { 'Content-Type': 'application/json' };
const GZIPPED_JSON = { ...JSON_TYPE, 'Content-Encoding': 'gzip' };
const BODY = '{"group_id":1}';
const SIGNED = { ...JSON_TYPE, ...authorization(BODY), ...pair() };
const LIMIT = 10_000_000;

const VIEWER = { organizationId: 42, userId: 7 };
/** What a receiver answers: its viewer, and what the next service has established from what it was sent. */
const answerFor = (viewer: object | null, received: number | null, next: unknown = viewer && JSON.parse(PAYLOAD)) => ({
  viewer,
  received,
  next: { viewer: next ?? 'no viewer', isBodySigned: true },
});

/** What the programs log about refused requests. */
let warned: jest.SpyInstance;
beforeEach(() => {
  warned = jest.spyOn(console, 'warn').mockReturnValue();
});

describe.each(RECEIVERS)('$name', ({ start, takes, uploads, closes = false }) => {
  let next: TestServer;
  let nextStatus: number;
  let secrets: () => readonly string[];
  let receiver: ExampleServer;
  let logged: jest.SpyInstance;

  beforeAll(async () => {
    next = await startServer((request, response) => {
      const secret = secrets()[0];
      const viewer = judge(request, secret);
      response.writeHead(nextStatus, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ viewer, isBodySigned: isBodySigned(request, secret) }));
    });
    receiver = await start({ secrets: () => secrets(), nextUrl: next.origin });
  });
  afterAll(async () => {
    await receiver.close();
    await next[Symbol.asyncDispose]();
  });
  beforeEach(() => {
    nextStatus = 200;
    secrets = () => [SECRET];
    logged = jest.spyOn(console, 'error').mockReturnValue();
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  const seer = (format: ViewerContextFormat = 'pair', secret = SECRET) =>
    createSeerClient({
      baseURL: receiver.url,
      secret,
      format,
      validateStatus: () => true,
      httpAgent: new http.Agent({ keepAlive: false }),
    });
  const seen = ({ status, data }: AxiosResponse<unknown>): unknown[] => [status, data];

  describe('negative control', () => {
    it('accepts what was signed by hand, as a pair and as a token', async () => {
      const answers = [
        await send(receiver.url, SIGNED, BODY),
        await send(receiver.url, { ...JSON_TYPE, ...authorization(BODY), ...token() }, BODY),
      ];
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
      expect(JSON.parse(answers[0]!.text)).toEqual(answerFor(VIEWER, BODY.length));
      expect(JSON.parse(answers[1]!.text)).toEqual(answerFor({ ...VIEWER, actorType: 'user' }, BODY.length));
    });

    it('refuses a GET with a body, where none was signed, whether or not the framework reads it', async () => {
      const { status } = await send(receiver.url, { ...SIGNED, ...authorization('') }, BODY, false, 'GET');
      expect([400, 401]).toContain(status);
    });

    const old = { iat: 1_700_000_000, exp: 1_700_000_900 };
    const { Authorization } = authorization(BODY) as { Authorization: string };
    const signed = (viewer: object): Record<string, string> => ({ ...JSON_TYPE, Authorization, ...viewer });

    it.each<[string, Record<string, string>, string, string]>([
      ['nothing signed', JSON_TYPE, BODY, 'ERR_MISSING_HEADER'],
      ['nothing signed and no body', {}, '', 'ERR_MISSING_HEADER'],
      ['an unsigned body with a right viewer', { ...JSON_TYPE, ...pair() }, BODY, 'ERR_MISSING_HEADER'],
      ['a tampered body', SIGNED, BODY.replace('1', '2'), 'ERR_SIGNATURE_MISMATCH'],
      ['a body with other spaces', SIGNED, BODY.replace(':', ': '), 'ERR_SIGNATURE_MISMATCH'],
      ['a body that is cut off', SIGNED, BODY.slice(0, -1), 'ERR_SIGNATURE_MISMATCH'],
      ['no body, where one was signed', SIGNED, '', 'ERR_SIGNATURE_MISMATCH'],
      ['a body, where none was signed', { ...SIGNED, ...authorization('') }, BODY, 'ERR_SIGNATURE_MISMATCH'],
      ['a body of no type', { ...authorization(''), ...pair() }, BODY, 'ERR_SIGNATURE_MISMATCH'],
      ['text', { ...SIGNED, ...authorization(''), 'Content-Type': 'text/plain' }, BODY, 'ERR_SIGNATURE_MISMATCH'],
      ['a body of another key', { ...SIGNED, ...authorization(BODY, 'other') }, BODY, 'ERR_SIGNATURE_MISMATCH'],
      ['a bearer token', { ...SIGNED, Authorization: 'Bearer abc' }, BODY, 'ERR_MALFORMED_HEADER'],
      ['malformed JSON that is not signed', SIGNED, '{', 'ERR_SIGNATURE_MISMATCH'],
      ['a pair of another key', signed(pair('other')), BODY, 'ERR_SIGNATURE_MISMATCH'],
      [
        'a tampered pair',
        signed({ ...pair(), 'X-Viewer-Context': PAYLOAD.replace('7', '8') }),
        BODY,
        'ERR_SIGNATURE_MISMATCH',
      ],
      ['half a pair', signed({ 'X-Viewer-Context-Signature': hmac(PAYLOAD) }), BODY, 'ERR_MALFORMED_HEADER'],
      ['a context alone', signed({ 'X-Viewer-Context': PAYLOAD }), BODY, 'ERR_MALFORMED_HEADER'],
      ['a token of another key', signed(token('other')), BODY, 'ERR_SIGNATURE_MISMATCH'],
      ['an old token', signed(token(SECRET, old)), BODY, 'ERR_EXPIRED'],
      ['a signed payload with a foreign key', signed(pair(SECRET, '{"a":1}')), BODY, 'ERR_INVALID_PAYLOAD'],
    ])('refuses %s, and answers only with the code', async (_name, headers, body, code) => {
      const { status, text, rawHeaders } = await send(receiver.url, headers, body);
      expect([status, text]).toEqual([401, JSON.stringify({ code })]);
      expect(rawHeaders.join('\n')).not.toContain(keyIdOf(SECRET));
    });

    it('logs why, with the key ids of the accepted secrets', async () => {
      await send(receiver.url, { ...SIGNED, ...authorization(BODY, 'other') }, BODY);
      const line = expect.stringMatching(
        /^Refused, ERR_SIGNATURE_MISMATCH: The signature of the body does not match .* Accepted key ids: /,
      ) as string;
      expect(warned.mock.calls).toEqual([[line]]);
      expect(warned.mock.calls[0]).toEqual([expect.stringContaining(`${keyIdOf(SECRET)}.`)]);
    });

    it.each(['/', '/%zz', '/?%zz', '//', '/a%00b', '/constructor'])(
      'answers only with a code if a stranger asks for %s',
      async (path) => {
        const { status, text } = await send(receiver.url, {}, '', false, 'POST', path);
        expect([400, 401]).toContain(status);
        expect(Object.keys(JSON.parse(text) as object)).toEqual(['code']);
        expect((await send(receiver.url, SIGNED, BODY, false, 'POST', '/')).status).toBe(200); // the control
      },
    );

    it('lets nothing that it refuses reach the next service', async () => {
      const before = next.received.length;
      await send(receiver.url, { ...SIGNED, ...pair('other') }, BODY);
      await send(receiver.url, SIGNED, `${BODY} `);
      expect(next.received.length).toBe(before);
      expect((await send(receiver.url, SIGNED, BODY)).status).toBe(200);
      expect(next.received.length).toBe(before + 1);
    });
  });

  describe.each<ViewerContextFormat>(['pair', 'jwt'])('the Seer client with format %s', (format) => {
    const viewer = format === 'pair' ? VIEWER : { ...VIEWER, actorType: 'unknown' };
    const config = { viewerContext: VIEWER };

    it.each(['get', 'delete'] as const)('%s without a body', async (method) => {
      const response = await seer(format)[method]('/v1/test', config);
      expect(seen(response)).toEqual([200, answerFor(viewer, null)]);
    });

    it('post without a body, and delete with one', async () => {
      const client = seer(format);
      // express.json() makes {} of an empty body.
      const received = takes === 'JSON only' ? 2 : null;
      expect(seen(await client.post('/v1/test', undefined, config))).toEqual([200, answerFor(viewer, received)]);
      const response = await client.delete('/v1/test', { ...config, data: { group_id: 1 } });
      expect(seen(response)).toEqual([200, answerFor(viewer, BODY.length)]);
    });

    it.each(['application/json;charset=utf-8', 'application/vnd.api+json'])('%s', async (type) => {
      const data = { text: 'Grüße, 東京 🎉', numbers: [1, 2.5, null] };
      const response = await seer(format).post('/v1/test', data, { ...config, headers: { 'content-type': type } });
      expect(seen(response)).toEqual([200, answerFor(viewer, JSON.stringify(data).length)]);
    });

    it('5 MB of JSON', async () => {
      const data = { text: 'x'.repeat(5_000_000) };
      const response = await seer(format).post('/v1/test', data, config);
      expect(seen(response)).toEqual([200, answerFor(viewer, 5_000_011)]);
    });

    it('gzip, signed compressed', async () => {
      const text = JSON.stringify({ list: Array.from({ length: 10_000 }, (_, index) => index) });
      const headers = { 'content-encoding': 'gzip' };
      const response = await seer(format).post('/v1/test', gzipSync(text), { ...config, headers });
      if (takes === 'JSON only') expect(seen(response)).toEqual([415, { code: 'Unsupported Media Type' }]);
      else expect(seen(response)).toEqual([200, answerFor(viewer, text.length)]);
    });

    it('no viewer', async () => {
      const response = await seer(format).post('/v1/test', { group_id: 1 }, { viewerContext: null });
      expect(seen(response)).toEqual([200, answerFor(null, BODY.length)]);
    });

    it('a viewer signed with another secret', async () => {
      const response = await seer(format, 'another secret').get('/v1/test', config);
      expect(seen(response)).toEqual([401, { code: 'ERR_SIGNATURE_MISMATCH' }]);
    });

    it('many viewers at once, none of which is taken for another', async () => {
      const client = seer(format);
      const ask = async (userId: number): Promise<void> => {
        const data = { text: 'x'.repeat((userId * 7919) % 50_000) };
        const viewerContext: ViewerContext | null = userId % 5 === 0 ? null : { organizationId: 1000 + userId, userId };
        const response = await client.post<{ viewer: ViewerContext | null; next: { viewer: unknown } }>(
          '/v1/test',
          data,
          { viewerContext },
        );
        const { viewer, next } = response.data;
        if (viewerContext === null) expect([viewer, next.viewer]).toEqual([null, 'no viewer']);
        else {
          expect(viewer).toMatchObject(viewerContext);
          expect(next.viewer).toEqual({ organization_id: 1000 + userId, user_id: userId });
        }
      };
      await Promise.all(Array.from({ length: 40 }, (_, index) => ask(index + 1)));
    });
  });

  describe('bodies', () => {
    const post = (body: string | Buffer, headers: object): Promise<Answer> =>
      send(receiver.url, { ...authorization(body), ...pair(), ...headers }, body);

    it('reads bytes that are not text', async () => {
      const bytes = Buffer.from([0, 255, 254, 128, 13, 10, 0xc3, 0x28]);
      const { status, text } = await post(bytes, { 'Content-Type': 'application/octet-stream' });
      if (takes === 'JSON only') expect([status, text]).toEqual([400, '{"code":"Bad Request"}']);
      else expect([status, JSON.parse(text)]).toEqual([200, answerFor(VIEWER, null)]);
    });

    it('reads 10 MB', async () => {
      const { status, text } = await post(JSON.stringify('x'.repeat(LIMIT - 4)).replace(/^.*$/, '[$&]'), JSON_TYPE);
      expect([status, JSON.parse(text)]).toEqual([200, answerFor(VIEWER, LIMIT)]);
    });

    it('refuses one byte more, however it is framed', async () => {
      const body = `[${JSON.stringify('x'.repeat(LIMIT - 3))}]`;
      // A receiver that refuses a length at once may close the connection while the rest is still being sent.
      const sent = uploads === undefined ? body.slice(0, 1) : body;
      const withLength = await exchange(receiver.url, `Content-Length: ${String(body.length)}`, sent);
      const chunked = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
      expect([withLength, await exchange(receiver.url, 'Transfer-Encoding: chunked', chunked)]).toEqual([413, 413]);
    });

    if (uploads === undefined) {
      it('refuses an upload that is too large before it has ended', async () => {
        expect(await exchange(receiver.url, `Content-Length: ${String(LIMIT * 2)}`, 'x'.repeat(100_000))).toBe(413);
        const half = `${LIMIT.toString(16)}\r\n${'x'.repeat(LIMIT)}\r\n5\r\nxxxxx\r\n`;
        expect(await exchange(receiver.url, 'Transfer-Encoding: chunked', half)).toBe(413);
      });
    } else if (uploads === 'read to the end') {
      it('refuses an upload that is too large once it has ended', async () => {
        const length = LIMIT + 100_000;
        const socket = await begin(receiver.url, `Content-Length: ${String(length)}`, 'x'.repeat(100_000));
        const answer = once(socket, 'data') as Promise<Buffer[]>;
        const early = await Promise.race([answer, wait(50, 'no answer')]);
        socket.write('x'.repeat(LIMIT));
        const [head] = await answer;
        socket.destroy();
        expect([early, head!.toString('latin1').slice(0, 12)]).toEqual(['no answer', 'HTTP/1.1 413']);
      });
    }

    it('refuses malformed JSON that is signed, with 400', async () => {
      for (const body of ['{', 'undefined', '{"a":1}}']) {
        const { status, text } = await post(body, JSON_TYPE);
        expect([status, text]).toEqual([400, '{"code":"Bad Request"}']);
      }
    });

    it('refuses a body that is not gzip, inflates to too much, or has a different coding', async () => {
      const bomb = gzipSync(Buffer.alloc(LIMIT + 1));
      const statuses = [
        await post('not gzip', GZIPPED_JSON),
        await post(bomb, GZIPPED_JSON),
        await post(BODY, { ...JSON_TYPE, 'Content-Encoding': 'zstd' }),
        await send(receiver.url, { ...GZIPPED_JSON, ...pair(), ...authorization(BODY) }, gzipSync(BODY)),
      ].map(({ status }) => status);
      // A receiver that refuses compressed bodies at once need not verify them.
      expect(statuses).toEqual(takes === 'JSON only' ? [415, 415, 415, 415] : [400, 413, 415, 401]);
    });
  });

  describe('an aborted upload', () => {
    it.each<[string, string, string, (socket: Socket) => void]>([
      ['closed', 'Content-Length: 100', 'abc', (socket) => socket.destroy()],
      ['reset', 'Content-Length: 100', 'abc', (socket) => socket.resetAndDestroy()],
      ['half-closed', 'Content-Length: 100', 'abc', (socket) => socket.end()],
      ['closed within a chunk', 'Transfer-Encoding: chunked', '64\r\nabc', (socket) => socket.destroy()],
      ['closed before the body', 'Content-Length: 100', '', (socket) => socket.destroy()],
    ])('that is %s ends its handler, and nothing else', async (_name, framing, body, abort) => {
      const responseTo = jest.spyOn(verifiedRequest, 'responseTo');
      const before = next.received.length;
      const socket = await begin(receiver.url, framing, body);
      await wait(20); // the receiver is reading now
      abort(socket);
      // A gateway calls no function.
      const endedHandlers = uploads === 'read by the gateway' ? 0 : 1;
      for (let tries = 0; tries < 100 && responseTo.mock.calls.length < endedHandlers; tries += 1) await wait(10);
      await wait(10);
      expect(responseTo).toHaveBeenCalledTimes(endedHandlers);
      expect(logged).not.toHaveBeenCalled(); // it is not the receiver's fault
      expect(next.received.length).toBe(before);
      expect((await send(receiver.url, SIGNED, BODY)).status).toBe(200);
      socket.destroy();
    });
  });

  describe('where unsigned bodies are accepted', () => {
    let lenient: ExampleServer;
    beforeAll(async () => {
      lenient = await start({ secrets: () => secrets(), nextUrl: next.origin, unsignedBodies: 'accept' });
    });
    afterAll(() => lenient.close());

    const attached = (format: ViewerContextFormat = 'pair', secret = SECRET): AxiosInstance => {
      const client = axios.create({
        baseURL: lenient.url,
        proxy: false,
        validateStatus: () => true,
        httpAgent: new http.Agent({ keepAlive: false }),
      });
      attachViewerContext(client, { secret, format });
      return client;
    };
    const unsigned = { ...JSON_TYPE, ...pair() };

    it.each<[string, Record<string, string>, string, string]>([
      ['nothing signed', JSON_TYPE, BODY, 'ERR_MISSING_HEADER'],
      ['nothing signed and no body', {}, '', 'ERR_MISSING_HEADER'],
      ['a bearer token alone', { Authorization: 'Bearer abc' }, '', 'ERR_MISSING_HEADER'],
      ['a viewer in headers with underscores', { X_Viewer_Context: PAYLOAD }, '', 'ERR_MISSING_HEADER'],
      [
        'a tampered body with a signature',
        { ...unsigned, ...authorization(BODY) },
        `${BODY} `,
        'ERR_SIGNATURE_MISMATCH',
      ],
      ['a signature of another key', { ...unsigned, ...authorization(BODY, 'a') }, BODY, 'ERR_SIGNATURE_MISMATCH'],
      ['a forged signature', { ...unsigned, Authorization: 'rpcsignature rpc0:0' }, BODY, 'ERR_MALFORMED_HEADER'],
      ['a pair of another key', { ...unsigned, ...pair('other') }, BODY, 'ERR_SIGNATURE_MISMATCH'],
      ['a context alone', { 'X-Viewer-Context': PAYLOAD }, BODY, 'ERR_MALFORMED_HEADER'],
    ])('refuses %s', async (_name, headers, body, code) => {
      const before = next.received.length;
      const { status, text } = await send(lenient.url, headers, body);
      expect([status, text]).toEqual([401, JSON.stringify({ code })]);
      expect(next.received.length).toBe(before);
    });

    it('refuses a body that is too large', async () => {
      const body = `[${JSON.stringify('x'.repeat(LIMIT - 3))}]`;
      const sent = uploads === undefined ? body.slice(0, 1) : body;
      expect(await exchange(lenient.url, `Content-Length: ${String(body.length)}`, sent)).toBe(413);
    });

    it.each<ViewerContextFormat>(['pair', 'jwt'])('accepts an attached client with format %s', async (format) => {
      const viewer = format === 'pair' ? VIEWER : { ...VIEWER, actorType: 'unknown' };
      const config = { viewerContext: VIEWER };
      const client = attached(format);
      expect(seen(await client.get('/v1/test', config))).toEqual([200, answerFor(viewer, null)]);
      expect(seen(await client.post('/v1/test', { group_id: 1 }, config))).toEqual([
        200,
        answerFor(viewer, BODY.length),
      ]);
      // Its other credentials are left to the service.
      const headers = { Authorization: 'Bearer abc' };
      expect((await client.get('/v1/test', { ...config, headers })).status).toBe(200);
      // A request without a viewer has no signature at all.
      const refused = [401, { code: 'ERR_MISSING_HEADER' }];
      expect(seen(await client.get('/v1/test', { viewerContext: null }))).toEqual(refused);
    });

    it('refuses the same attached client elsewhere', async () => {
      const client = attached();
      client.defaults.baseURL = receiver.url;
      const response = await client.post('/v1/test', { group_id: 1 }, { viewerContext: VIEWER });
      expect(seen(response)).toEqual([401, { code: 'ERR_MISSING_HEADER' }]);
    });

    it('accepts a Seer client too, with and without a viewer', async () => {
      const client = seer();
      client.defaults.baseURL = lenient.url;
      const response = await client.post('/v1/test', { group_id: 1 }, { viewerContext: VIEWER });
      expect(seen(response)).toEqual([200, answerFor(VIEWER, BODY.length)]);
      const anonymous = await client.post('/v1/test', { group_id: 1 }, { viewerContext: null });
      expect(seen(anonymous)).toEqual([200, answerFor(null, BODY.length)]);
    });
  });

  it('serves the same sender after it has refused a request', async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const statuses: number[] = [];
    for (const body of [BODY, 'x'.repeat(LIMIT / 10), BODY, '', BODY, 'x'.repeat(LIMIT + LIMIT / 10), BODY]) {
      for (const framing of [{}, { 'Transfer-Encoding': 'chunked' }]) {
        const sending = send(receiver.url, { ...SIGNED, ...framing }, body, agent);
        // A receiver that closes the connection after too large an upload leaves some senders without an answer.
        const answered = body.length > LIMIT && closes ? sending.catch(() => ({ status: 413 })) : sending;
        statuses.push((await answered).status);
      }
    }
    agent.destroy();
    expect(statuses).toEqual([200, 401, 200, 401, 200, 413, 200].flatMap((status) => [status, status]));
  });

  it('accepts a replayed request until the old secret is gone', async () => {
    const replay = (): Promise<Answer> => send(receiver.url, SIGNED, BODY);
    secrets = () => ['secret-two', SECRET];
    const { status, text } = await replay();
    expect([status, JSON.parse(text)]).toEqual([200, answerFor(VIEWER, BODY.length)]); // passed on with secret-two
    secrets = () => ['secret-two'];
    expect(await replay()).toMatchObject({ status: 401, text: '{"code":"ERR_SIGNATURE_MISMATCH"}' });
    const fresh = await seer('jwt', 'secret-two').get('/v1/test', { viewerContext: VIEWER });
    expect(fresh.status).toBe(200);
  });

  it('says no word to a stranger whose HTTP is malformed', async () => {
    const long = 'x'.repeat(20_000);
    for (const rest of ['', ' / HTTP/1.1\r\nHost: a\r\nContent-Length: x', ` / HTTP/1.1\r\nA: ${long}`]) {
      const socket = connect(Number(new URL(receiver.url).port), '127.0.0.1');
      const chunks: Buffer[] = [];
      socket.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', () => undefined);
      socket.write(`POST${rest}\r\n\r\n`);
      await once(socket, 'close');
      const [, body] = Buffer.concat(chunks).toString().split('\r\n\r\n');
      expect([rest.length, body]).toEqual([rest.length, '']);
    }
  });

  describe('a fault of its own is a 500, without any details', () => {
    const expectFault = async (): Promise<void> => {
      const { status, text } = await send(receiver.url, SIGNED, BODY);
      expect([status, text]).toEqual([500, '{"code":"Internal Server Error"}']);
      expect(logged).toHaveBeenCalledTimes(1);
      const log = logged.mock.calls.flat().join('\n');
      for (const confidential of [SECRET, keyIdOf(SECRET), hmac(''), hmac(BODY), hmac(PAYLOAD)]) {
        expect(log).not.toContain(confidential);
      }
    };

    it('if it has no secrets', async () => {
      secrets = () => [];
      await expectFault();
    });

    it('if it loses the secret before it signs', async () => {
      let calls = 0;
      secrets = () => (calls++ === 0 ? [SECRET] : ['']);
      await expectFault();
    });

    it('if the next service refuses it', async () => {
      nextStatus = 401;
      await expectFault();
    });
  });
});

it.each([{ type: 'StripeInvalidRequestError' }, { code: 'ERR_BAD_REQUEST' }, {}])(
  "a service's own error with the status code 400 is a fault: %j",
  (properties) => {
    const logged = jest.spyOn(console, 'error').mockReturnValue();
    const error = Object.assign(new Error('the details'), { statusCode: 400, ...properties });
    expect(verifiedRequest.responseTo(error)).toEqual({ status: 500, body: { code: 'Internal Server Error' } });
    expect(logged).toHaveBeenCalledTimes(1);
    jest.restoreAllMocks();
  },
);

it('a body that something else has read first is a fault, and not an absent body', async () => {
  const logged = jest.spyOn(console, 'error').mockReturnValue();
  const handler = createHandler({ secrets: () => [SECRET], nextUrl: 'http://127.0.0.1:1' });
  const request = new Request('http://127.0.0.1/', { method: 'POST', body: BODY, headers: SIGNED });
  await request.text();
  expect((await handler(request)).status).toBe(500);
  expect(logged).toHaveBeenCalledWith(expect.stringContaining('The body was read before it could be verified.'));
  jest.restoreAllMocks();
});

const ROOT = join(__dirname, '../..');
const FOLDER = join(ROOT, 'examples/receivers');
const PROGRAMS = readdirSync(FOLDER);

describe('docs/receivers.md', () => {
  const page = readFileSync(join(ROOT, 'docs/receivers.md'), 'utf8');

  it('links to every program', () => {
    for (const name of PROGRAMS) expect(page).toContain(`](../examples/receivers/${name})`);
  });

  /** The packages that a program imports, by itself or through the programs that it imports. */
  function packagesOf(path: string): string[] {
    const imported = [...readFileSync(path, 'utf8').matchAll(/^import (?!type)[^;]*?'([^']+)';$/gms)];
    return imported.flatMap(([, name]) => {
      if (name!.startsWith('.')) return packagesOf(join(path, '..', name!.replace(/\.js$/, '.ts')));
      if (name!.startsWith('node:')) return [];
      return name!.startsWith('axios-viewer-context') ? ['axios', 'axios-viewer-context'] : [name!];
    });
  }

  it.each(
    PROGRAMS.filter((name) => /export .*function (start|createHandler)/.test(readFileSync(join(FOLDER, name), 'utf8'))),
  )('says next to %s what must be installed for it', (name) => {
    const [, section] = page.split(`\n[${name}](../examples/receivers/${name})`);
    const [, command] = /`npm install ([^`]*)`/.exec(section!.split('\n## ')[0]!)!;
    const needed = new Set(packagesOf(join(FOLDER, name)));
    if (name === 'nestjs.ts') needed.add('@nestjs/platform-express'); // NestFactory loads it
    expect(command!.split(/\s+/).sort()).toEqual([...needed].sort());
  });
});

describe('without a build step', () => {
  // Node refuses decorators, which NestJS needs.
  const programs = PROGRAMS.filter((name) => name !== 'nestjs.ts').map((name) => join(FOLDER, name));
  const control = join(FOLDER, 'control.ts');

  it('every program but that for NestJS has only types that can be erased', () => {
    const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), (path) => ts.sys.readFile(path)) as {
      config: { compilerOptions: object };
    };
    const changes = {
      module: 'esnext',
      moduleResolution: 'bundler',
      erasableSyntaxOnly: true,
      verbatimModuleSyntax: true,
    };
    const { options } = ts.convertCompilerOptionsFromJson({ ...config.compilerOptions, ...changes }, ROOT);
    const host = ts.createCompilerHost(options);
    const read = host.readFile.bind(host);
    host.readFile = (path) =>
      path === control ? 'export class Control { constructor(readonly a: 1) {} }' : read(path);
    const program = ts.createProgram([...programs, control], options, host);
    const errors = programs.flatMap((path) => ts.getPreEmitDiagnostics(program, program.getSourceFile(path)));
    expect(errors.map(({ file, messageText }) => [file?.fileName, messageText])).toEqual([]);
    expect(ts.getPreEmitDiagnostics(program, program.getSourceFile(control))).toHaveLength(1);
  });

  // Since Node 22.13.
  const { stripTypeScriptTypes } = nodeModule as { stripTypeScriptTypes?: (code: string) => string };
  (stripTypeScriptTypes === undefined ? it.skip : it)('Node strips their types itself', () => {
    for (const path of programs) {
      expect(stripTypeScriptTypes!(readFileSync(path, 'utf8'))).not.toContain('interface');
    }
    expect(() => stripTypeScriptTypes!('class Control { constructor(readonly a: 1) {} }')).toThrow();
  });
});

const head = (framing: string): string =>
  [
    'POST /v1/test HTTP/1.1',
    'Host: 127.0.0.1',
    'Content-Type: application/json',
    framing,
    ...Object.entries({ ...authorization(BODY), ...pair() }).map((header) => header.join(': ')),
    '\r\n',
  ].join('\r\n');

/** Begins an upload. */
async function begin(url: string, framing: string, body: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => undefined); // the test is about the other end
  await new Promise((resolve) => socket.write(head(framing) + body, resolve));
  return socket;
}

/** Sends an upload that may never end, and returns the status of the answer. */
async function exchange(url: string, framing: string, body: string): Promise<number> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  try {
    return await new Promise((resolve, reject) => {
      let text = '';
      socket.on('data', (chunk: Buffer) => {
        text += chunk.toString('latin1');
        const [, status] = /^HTTP\/1\.1 (\d+) .*\r\n/.exec(text) ?? [];
        if (status !== undefined) resolve(Number(status));
      });
      socket.on('error', reject).on('close', () => {
        reject(new Error(`closed after ${JSON.stringify(text)}`));
      });
      socket.write(head(framing) + body);
    });
  } finally {
    socket.destroy();
  }
}

describe('an event of AWS Lambda', () => {
  const body = '{"a":1}';
  let next: TestServer;
  beforeAll(async () => {
    next = await startServer();
  });
  afterAll(() => next[Symbol.asyncDispose]());
  const answer = async (event: object): Promise<unknown> => {
    const handle = createLambda({ secrets: () => [SECRET], nextUrl: next.origin });
    const { statusCode, body: content } = await handle({ body, isBase64Encoded: false, ...event } as Event);
    return [statusCode, content];
  };
  const refused = (code: string): unknown => [401, JSON.stringify({ code })];

  it('without headers is refused', async () => {
    expect(await answer({ headers: null, multiValueHeaders: null })).toEqual(refused('ERR_MISSING_HEADER'));
    expect(await answer({})).toEqual(refused('ERR_MISSING_HEADER'));
  });

  it('with a header that came twice is refused', async () => {
    const once = { ...authorization(body), ...pair() };
    const twice = { ...once, 'x-viewer-context': PAYLOAD };
    const multiValueHeaders = { 'X-Viewer-Context': [PAYLOAD, PAYLOAD] };
    const both = Object.fromEntries(Object.entries(once).map(([name, value]) => [name, [value]]));
    expect(await answer({ headers: twice })).toEqual(refused('ERR_MALFORMED_HEADER'));
    expect(await answer({ headers: once, multiValueHeaders })).toEqual(refused('ERR_MALFORMED_HEADER'));
    // Also if one copy is empty.
    for (const [name, value] of Object.entries(once)) {
      const values = [
        ['', value],
        [value, ''],
      ];
      for (const copies of values) {
        const repeated = await answer({ headers: once, multiValueHeaders: { ...both, [name]: copies } });
        expect([name, repeated]).toEqual([name, refused('ERR_MALFORMED_HEADER')]);
      }
    }
    // Control: once, it is verified.
    const others = { ...both, Accept: ['a', 'b'], constructor: ['a'], ['__proto__']: ['a'] };
    for (const event of [
      { headers: once },
      ...[both, others].map((all) => ({ headers: once, multiValueHeaders: all })),
    ]) {
      expect(await answer(event)).toEqual([200, expect.any(String)]);
    }
  });
});
