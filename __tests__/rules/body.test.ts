import { Readable } from 'node:stream';
import { runInNewContext } from 'node:vm';
import type { AxiosRequestTransformer } from 'axios';
import answers from '../vectors/known-answers.json';
import { ADAPTERS, seerClient, withLaterInterceptor } from '../support/clients.js';
import { describeNegativeControl } from '../support/negative-control.js';
import { establishViewer, isBodySigned } from '../support/receiver.js';
import { refusal } from '../support/rejection.js';
import { timesReceived, useServers } from '../support/server.js';

describeNegativeControl();

const bytes = new TextEncoder().encode('<<{"bytes":1}>>');

/** Passes a body on, as a transform. */
const identity = (data: unknown): unknown => data;

describe.each(ADAPTERS)('the body of the Seer client, over the %s adapter', (adapter) => {
  const { server } = useServers();
  const seer = () => seerClient(adapter, server.origin);

  it.each<[string, unknown, string]>([
    ['an object', { thing: 'thing', n: 12 }, '{"thing":"thing","n":12}'],
    ['a list', [1, 2], '[1,2]'],
    ['what JSON leaves out', { a: undefined, b: [undefined] }, '{"b":[null]}'],
    [
      'a class instance',
      new (class Call {
        name = 'autofix';
      })(),
      '{"name":"autofix"}',
    ],
    ['an object with toJSON', { toJSON: () => ({ a: 1 }) }, '{"a":1}'],
    ['a date', new Date(0), '"1970-01-01T00:00:00.000Z"'],
    ['an object without a prototype', Object.assign(Object.create(null), { a: 1 }), '{"a":1}'],
    ['an object whose keys sound like a stream', { pipe: 'x', toJSON: 1 }, '{"pipe":"x","toJSON":1}'],
    ['a JSON text, trimmed', ' {"b": 12, "thing": "thing"}\n', '{"b": 12, "thing": "thing"}'],
    ['a text that is not JSON', 'text', '"text"'],
    ['an empty text', '', '""'],
    ['characters beyond ASCII', { text: 'é日😀' }, '{"text":"é日😀"}'],
    ['a lone surrogate', '"\ud800"', '"\ufffd"'],
    ['null', null, 'null'],
    ['nothing', undefined, ''],
    ['a Buffer', Buffer.from('{"a":1}'), '{"a":1}'],
    ['an ArrayBuffer', bytes.buffer.slice(2, -2), '{"bytes":1}'],
    ['a Uint8Array', bytes.slice(2, -2), '{"bytes":1}'],
    ['a view of a larger buffer', bytes.subarray(2, -2), '{"bytes":1}'],
    ['a view that begins a larger buffer', bytes.subarray(0, 2), '<<'],
    ['a DataView of a larger buffer', new DataView(bytes.buffer, 2, 11), '{"bytes":1}'],
    ['an empty view of a larger buffer', bytes.subarray(4, 4), ''],
    ['a part of a Buffer', Buffer.from('<<{"a":1}>>').subarray(2, -2), '{"a":1}'],
    ['a view of 16-bit numbers', Uint16Array.of(0x2020, 0x3030), '  00'],
    ['no bytes', new Uint8Array(), ''],
  ])('H8: is signed as it is sent: %s', async (_name, data, expected) => {
    await seer().post('/', data, { viewerContext: { organizationId: 1 } });
    expect(server.last().body.toString()).toBe(expected);
    expect(isBodySigned(server.last())).toBe(true);
    expect(timesReceived(server.last(), 'Authorization')).toBe(1);
    expect(server.last().headers['content-type']).toBe('application/json;charset=utf-8');
    expect(establishViewer(server.last())).toEqual({ organization_id: 1 });
  });

  it('has the signature of the known answers', async () => {
    const [, text, empty] = answers.signatures;
    await seer().post('/', text!.message);
    expect(server.last().headers.authorization).toBe(`Rpcsignature rpc0:${text!.signature}`);
    await seer().get('/');
    expect(server.last().headers.authorization).toBe(`Rpcsignature rpc0:${empty!.signature}`);
  });

  it('is signed by every method, with a viewer and without, and a request without a body signs the empty one', async () => {
    for (const method of ['get', 'head', 'options', 'delete', 'post', 'put', 'patch']) {
      for (const viewerContext of [{ userId: 2 }, null]) {
        await seer().request({ url: '/', method, viewerContext });
        expect([server.last().method, server.last().body.length]).toEqual([method.toUpperCase(), 0]);
        expect(isBodySigned(server.last())).toBe(true);
        expect(establishViewer(server.last())).toEqual(viewerContext === null ? 'no viewer' : { user_id: 2 });
      }
    }
    await seer().delete('/', { data: { a: 1 } });
    expect(server.last().body.toString()).toBe('{"a":1}');
    expect(isBodySigned(server.last())).toBe(true);
  });

  it.each<[string, unknown, AxiosRequestTransformer | AxiosRequestTransformer[], string]>([
    ['a text made of a text', 'a', (data: string) => data.toUpperCase(), 'A'],
    ['bytes made of a text', 'b', [identity, (data: string) => Buffer.from(`${data}${data}`)], 'bb'],
    ['a text as it is', 'as it is ', [], 'as it is '],
    ['bytes as they are', Uint8Array.of(123, 125), [], '{}'],
    ['a view as it is', bytes.subarray(2, -2), [], '{"bytes":1}'],
    ['nothing made of bytes', Buffer.alloc(3), () => null, ''],
    ['an ArrayBuffer made of a list', [1, 2], (data: number[]) => Uint8Array.from(data).buffer, '\u0001\u0002'],
    ['a text made of nothing', undefined, () => 'made', 'made'],
    ['bytes made of a view', bytes.subarray(2, -2), () => Buffer.from('made'), 'made'],
    ['bytes made of nothing', undefined, () => Buffer.from('made'), 'made'],
  ])("H8: the caller's transforms come before: %s", async (_name, data, transformRequest, expected) => {
    await seer().post('/', data, { transformRequest });
    expect(server.last().body.toString()).toBe(expected);
    expect(isBodySigned(server.last())).toBe(true);
  });

  it.each<[string, (bytes: Uint8Array) => unknown]>([
    ['a Uint8Array', (given) => given],
    ['a Buffer over them', (given) => Buffer.from(given.buffer)],
    ['their ArrayBuffer', (given) => given.buffer],
  ])('H19: bytes that the caller changes after signing are sent as they were signed: %s', async (_name, toData) => {
    const original = new TextEncoder().encode('{"a":1}');
    await seer().post('/', toData(original), {
      transformRequest: (data: unknown) => {
        queueMicrotask(() => original.fill(120));
        return data;
      },
    });
    expect(Buffer.from(original).toString()).toBe('xxxxxxx');
    expect(server.last().body.toString()).toBe('{"a":1}');
    expect(isBodySigned(server.last())).toBe(true);
  });

  it.each([
    'new Uint8Array([123, 125])',
    'new Uint8Array([123, 125]).buffer',
    'new Uint8Array([91, 123, 125, 93]).subarray(1, 3)',
    'new DataView(new Uint8Array([123, 125]).buffer)',
    '({})',
  ])('H20: data from another realm is treated like data from this one: %s', async (code) => {
    await seer().post('/', runInNewContext(code));
    expect(server.last().body.toString()).toBe('{}');
    expect(isBodySigned(server.last())).toBe(true);
  });

  it("H22: the caller's Content-Length or Transfer-Encoding does not cut it short", async () => {
    const headers = { 'content-length': '3', 'Content-Length': '3', 'Transfer-Encoding': 'chunked' };
    await seer().post('/', { a: 1 }, { headers });
    expect(server.last().body.toString()).toBe('{"a":1}');
    expect(isBodySigned(server.last())).toBe(true);
  });

  const REFUSED: [string, () => unknown][] = [
    ['a number', () => 5],
    ['zero', () => 0],
    ['a boolean', () => false],
    ['a symbol', () => Symbol('x')],
    ['a function', () => () => undefined],
    ['a function with toJSON', () => Object.assign(() => undefined, { toJSON: () => 1 })],
    ['a FormData', () => new FormData()],
    ['a form-data form', () => Object.assign(new Readable({ read: () => undefined }), { getHeaders: () => ({}) })],
    ['URLSearchParams', () => new URLSearchParams({ a: '1' })],
    ['a FormData with toJSON, as on Bun', () => Object.assign(new FormData(), { toJSON: () => ({}) })],
    [
      'URLSearchParams with toJSON, as on Bun',
      () => Object.assign(new URLSearchParams({ a: '1' }), { toJSON: () => 1 }),
    ],
    ['a Blob', () => new Blob(['{}'])],
    ['a stream', () => Readable.from(['{}'])],
    ['a stream with toJSON', () => Object.assign(Readable.from(['{}']), { toJSON: () => ({}) })],
    ['a web stream', () => new Blob(['{}']).stream()],
    ['a Map', () => new Map([['a', 1]])],
    ['a Map whose toJSON is not a function', () => Object.assign(new Map(), { toJSON: 1 })],
    ['a Set', () => new Set([1])],
    ['a promise', () => Promise.resolve({})],
    ['an error', () => new Error('x')],
    ['a regular expression', () => /x/],
    ['shared memory', () => new SharedArrayBuffer(2)],
  ];
  it.each(REFUSED)('H21: %s is refused as data, since its bytes are lost or made too late', async (_name, data) => {
    for (const viewerContext of [{ userId: 2 }, null]) {
      const { message } = await refusal(seer().post('/', data(), { viewerContext }), 'ERR_UNSIGNABLE_BODY');
      expect(message).toContain('Pass an object');
      // Though a transform makes text of it: by then, the default one may have emptied it.
      const transformRequest = [() => '{}'];
      await refusal(seer().post('/', data(), { viewerContext, transformRequest }), 'ERR_UNSIGNABLE_BODY');
    }
    expect(server.received).toHaveLength(0);
  });

  it.each([...REFUSED, ['an object', () => ({ a: 1 })] as const, ['a list', () => [1]] as const])(
    'H21: %s is refused as the result of a transform',
    async (_name, made) => {
      const transformRequest = [made as AxiosRequestTransformer];
      await refusal(seer().post('/', { a: 1 }, { transformRequest }), 'ERR_UNSIGNABLE_BODY');
      expect(server.received).toHaveLength(0);
    },
  );

  it('H21: data that a later interceptor puts there is checked too, and signed if it can be', async () => {
    const withData = (data: unknown) => withLaterInterceptor(seer(), (config) => ({ ...config, data }));
    await refusal(withData(new URLSearchParams({ a: '1' })).post('/', {}), 'ERR_UNSIGNABLE_BODY');
    expect(server.received).toHaveLength(0);
    await withData({ b: 2 }).post('/', new URLSearchParams({ a: '1' }));
    expect(server.last().body.toString()).toBe('{"b":2}');
    expect(isBodySigned(server.last())).toBe(true);
  });
});
