import { createHmac } from 'node:crypto';
import http from 'node:http';
import { Socket } from 'node:net';
import { runInNewContext } from 'node:vm';
import { AxiosHeaders } from 'axios';
import { verifyBody, verifyViewerContext, type ReceivedHeaders, type Viewer } from 'axios-viewer-context/protocol';
import { HonoRequest } from 'hono/request';
import { coded } from '../support/coded.js';
import { polluted } from '../support/pollution.js';
import { startServer, type Received } from '../support/server.js';
import answers from '../vectors/known-answers.json';

const { payload, signature } = answers.viewer;
const VIEWER = { organizationId: 1, userId: 2 };
const pair = { 'X-Viewer-Context': payload, 'X-Viewer-Context-Signature': signature };
const lowerCase = { 'x-viewer-context': payload, 'x-viewer-context-signature': signature };

function verify(headers: unknown): Viewer | null {
  return verifyViewerContext(headers as ReceivedHeaders, { secrets: ['secret-one'] });
}

/** What arrives when Node sends the headers. */
async function arrived(headers: http.OutgoingHttpHeaders): Promise<Received> {
  await using server = await startServer();
  await new Promise((resolve, reject) => {
    const request = http.request(server.origin, { headers, agent: false }, (response) => {
      response.resume().on('end', resolve);
    });
    request.on('error', reject).end();
  });
  return server.last();
}

describe('headers are read', () => {
  it.each<[string, unknown]>([
    ["in Node's lower case", lowerCase],
    ['in the canonical case', pair],
    ['in upper case', { 'X-VIEWER-CONTEXT': payload, 'X-VIEWER-CONTEXT-SIGNATURE': signature }],
    [
      'as lists of one value, as in headersDistinct',
      { 'x-viewer-context': [payload], 'x-viewer-context-signature': [signature] },
    ],
    ['from a web Headers', new Headers(pair)],
    ['from an axios headers object', new AxiosHeaders(pair)],
    ['from a Map', new Map(Object.entries(pair))],
    ['from a list of pairs', Object.entries(pair)],
    ['from a record without a prototype', Object.assign(Object.create(null) as object, lowerCase)],
    ['from a record of another realm', runInNewContext('({ ...pair })', { pair })],
    ['among others, one called headers and one called then', { ...pair, headers: 'x', then: 'y', host: 'seer' }],
    ['with a list of values called headers', { ...pair, headers: ['x', 'y'] }],
    ['with absent ones in another case', { ...pair, 'x-viewer-context': undefined, 'X-VIEWER-CONTEXT': false }],
  ])('%s', (_name, headers) => {
    expect(verify(headers)).toEqual(VIEWER);
  });

  it('as they come over the wire', async () => {
    expect(verify((await arrived(pair)).headers)).toEqual(VIEWER);
  });

  it('by their whole name: longer and shorter names are different headers', () => {
    const similar = { 'x-viewer-context-signature-2': 'x', 'x-viewer': 'x', x_viewer_context: '{"user_id":5}' };
    expect(verify({ ...similar, ...pair })).toEqual(VIEWER);
    expect(() => verify(similar)).toThrow(coded('ERR_MISSING_HEADER'));
  });
});

describe('a header is malformed', () => {
  it.each<[string, string]>([
    ['x-viewer-context', payload],
    ['x-viewer-context-signature', signature],
  ])('if %s was sent twice, even with the same value', (name, value) => {
    const twice = (given: unknown): unknown => ({ ...lowerCase, [name]: given });
    const several: unknown[] = [
      twice([value, value]),
      { ...lowerCase, [name.toUpperCase()]: value },
      [...Object.entries(pair), [name, value]],
      { ...lowerCase, [name.toUpperCase()]: '' },
    ];
    for (const headers of several) {
      expect(() => verify(headers)).toThrow(
        coded('ERR_MALFORMED_HEADER', 'sent more than once, or is not a string. Make sure'),
      );
    }
  });

  it('if it was sent twice over the wire, where Node and a web Headers join the values', async () => {
    const context = await arrived({ ...pair, 'X-Viewer-Context': [payload, payload] });
    expect(() => verify(context.headers)).toThrow(coded('ERR_SIGNATURE_MISMATCH'));
    const signatures = await arrived({ ...pair, 'X-Viewer-Context-Signature': [signature, signature] });
    expect(() => verify(signatures.headers)).toThrow(coded('ERR_MALFORMED_HEADER'));
    const headers = new Headers(pair);
    headers.append('X-Viewer-Context-Signature', signature);
    expect(() => verify(headers)).toThrow(coded('ERR_MALFORMED_HEADER'));
  });

  it.each<[string, unknown]>([
    ['a number', 42],
    ['true', true],
    ['0', 0],
    ['an object', { toString: () => payload }],
    ['a boxed string', new String(payload)],
    ['bytes', Buffer.from(payload)],
    ['a list in a list', [[payload]]],
  ])('if it is %s', (_name, value) => {
    for (const name of Object.keys(lowerCase)) {
      expect(() => verify({ ...lowerCase, [name]: value })).toThrow(coded('ERR_MALFORMED_HEADER'));
    }
  });
});

describe('a TypeError says to pass request.headers', () => {
  const noHeaders = 'must have only values that headers can have';
  const incoming = Object.assign(new http.IncomingMessage(new Socket()), { headers: lowerCase });
  const promise = Promise.resolve(lowerCase);

  it.each<[string, unknown, string]>([
    ['undefined', undefined, 'must be an object'],
    ['null', null, 'must be an object'],
    ['a string', payload, 'must be an object'],
    ['a number', 1, 'must be an object'],
    ['a function', () => pair, 'must be an object'],
    ['a promise', promise, 'must be awaited, because they are a promise'],
    [
      "a promise that also has a Headers' methods, as in Next.js",
      Object.assign(promise.then(), { get: () => payload }),
      'must be awaited, because they are a promise',
    ],
    [
      'any thenable, even with viewer headers',
      { ...pair, then: () => undefined },
      'must be awaited, because they are a promise',
    ],
    ["Node's IncomingMessage", incoming, 'must not be a whole request'],
    ['a web Request', new Request('http://seer.test', { headers: pair }), 'must not be a whole request'],
    ['an event of Lambda', { headers: pair, body: '' }, 'must not be a whole request'],
    ['a request whose headers are a Map', { headers: new Map(Object.entries(pair)) }, 'must not be a whole request'],
    ["Node's rawHeaders", Object.entries(pair).flat(), 'must be pairs of a name and a value'],
    ['pairs and strings in one list', [...Object.entries(pair), payload], 'must be pairs of a name and a value'],
    ['a list of strings', [payload], 'must be pairs of a name and a value'],
    ['a Set', new Set(['x-viewer-context']), 'must be pairs of a name and a value'],
    ['bytes', Buffer.from(payload), 'must be pairs of a name and a value'],
    ["Hono's request", new HonoRequest(new Request('http://seer.test', { headers: pair })), noHeaders],
    ['a context of a framework', { get: () => payload, path: '/' }, noHeaders],
    ['a record of other objects', { 'x-viewer': { context: payload } }, noHeaders],
  ])('for %s', (_name, headers, problem) => {
    const verifying = (): unknown => verify(headers);
    expect(verifying).toThrow(TypeError);
    expect(verifying).toThrow(`The headers to verify ${problem}. Pass request.headers.`);
  });

  it('H14: headers on Object.prototype do not make a request of them', async () => {
    for (const value of [{}, pair]) {
      await polluted('headers', value, () => {
        expect(verify(pair)).toEqual(VIEWER);
        expect(verify(new Headers(pair))).toEqual(VIEWER);
        const authorization = 'Rpcsignature rpc0:' + createHmac('sha256', 'secret-one').update('{}').digest('hex');
        verifyBody('{}', authorization, { secrets: ['secret-one'] });
        expect(() => verify({ headers: { ...pair } })).toThrow('must not be a whole request');
        expect(() => verify(incoming)).toThrow('must not be a whole request');
      });
    }
  });

  it('for rawHeaders as they come over the wire', async () => {
    const { rawHeaders } = await arrived(pair);
    expect(() => verify(rawHeaders)).toThrow(TypeError);
  });
});
