import { Readable } from 'node:stream';
import axios, { AxiosHeaders, type AxiosInstance, type InternalAxiosRequestConfig } from 'axios';
import { attachViewerContext } from 'axios-viewer-context';
import { verifyViewerContext } from 'axios-viewer-context/protocol';
import { ADAPTERS, attachedClient, seerClient, withLaterInterceptor } from '../support/clients.js';
import { coded } from '../support/coded.js';
import { FORMAT } from '../support/format.js';
import { describeNegativeControl } from '../support/negative-control.js';
import { establishViewer, isBodySigned, SECRET } from '../support/receiver.js';
import { rejected } from '../support/rejection.js';
import { useServers } from '../support/server.js';

describeNegativeControl();

type Config = InternalAxiosRequestConfig;
type Transforms = NonNullable<Config['transformRequest']>;
const viewerContext = { organizationId: 1, userId: 2 };
const received = { organization_id: 1, user_id: 2 };
const FORGED = { 'X-Viewer-Context': '{"user_id":5}', 'X-Viewer-Context-Signature': 'forged' };

/** A function, as a plugin writes it, that changes the transforms of each request. */
function changing(change: (transforms: Transforms) => unknown): (config: Config) => Config {
  return (config) => Object.assign(config, { transformRequest: change(config.transformRequest!) as Transforms });
}

/** An attached client with an interceptor that runs before the plugin's. */
function withEarlierInterceptor(client: AxiosInstance, earlier: (config: Config) => Config): AxiosInstance {
  client.interceptors.request.use(earlier);
  return client;
}

describe.each(ADAPTERS)('request transforms, over the %s adapter', (adapter) => {
  const { server } = useServers();
  const defaults = () => ({ adapter, baseURL: server.origin });
  const clients = () => [attachedClient(defaults()), seerClient(adapter, server.origin)];

  const view = new TextEncoder().encode('<<view>>').subarray(2, -2);
  it.each<[string, () => unknown, object?]>([
    ['an object', () => ({ a: 1, b: undefined })],
    ['a list', () => [1, 'é']],
    ['a text', () => ' {"a":1}\n'],
    ['a JSON text', () => ' {"a":1}\n', { 'content-type': 'application/json' }],
    ['an empty text', () => ''],
    ['null', () => null],
    ['nothing', () => undefined],
    ['a number as JSON', () => 5, { 'content-type': 'application/json' }],
    ['a Buffer', () => Buffer.from('bytes')],
    ['an ArrayBuffer', () => Uint8Array.of(1, 2, 255).buffer],
    ['a view of a larger buffer', () => view],
    ['URLSearchParams', () => new URLSearchParams({ a: '1', b: ' ' })],
    ['a form', () => ({ a: 1 }), { 'content-type': 'application/x-www-form-urlencoded' }],
    ['a stream', () => Readable.from(['two ', 'parts'])],
  ])('H8: the attached client sends %s as axios does, and signs the viewer', async (_name, data, headers = {}) => {
    await axios.create(defaults()).post('/', data(), { headers });
    await attachedClient(defaults()).post('/', data(), { headers, viewerContext });
    const [without, attached] = server.received;
    expect(attached?.body.toString('latin1')).toBe(without?.body.toString('latin1'));
    expect(attached?.headers['content-type']).toBe(without?.headers['content-type']);
    expect(establishViewer(without!)).toBe('no viewer');
    expect(establishViewer(attached!)).toEqual(received);
  });

  const SHAPES: [string, unknown, string][] = [
    ['a list', [(data: string) => `${data}b`, (data: string) => `${data}c`], 'abc'],
    ['one function', (data: string) => `${data}b`, 'ab'],
    ['an empty list', [], 'a'],
  ];
  it.each([...SHAPES, ['undefined, for the default', undefined, 'a'] as const])(
    'H25: a request may have %s',
    async (_name, transformRequest, body) => {
      const headers = { 'content-type': 'text/plain' };
      for (const client of clients()) {
        await client.post('/', 'a', { viewerContext, headers, transformRequest: transformRequest as Transforms });
        expect(server.last().body.toString()).toBe(body);
        expect(establishViewer(server.last())).toEqual(received);
      }
      expect(isBodySigned(server.last())).toBe(true);
    },
  );

  it.each([...SHAPES, ['null', null, 'a'] as const, ['undefined', undefined, 'a'] as const])(
    "H25: another interceptor may set %s, before the plugin's",
    async (_name, transformRequest, body) => {
      for (const client of clients()) {
        await withEarlierInterceptor(
          client,
          changing(() => transformRequest),
        ).post('/', 'a', { viewerContext });
        expect(server.last().body.toString()).toBe(body);
        expect(establishViewer(server.last())).toEqual(received);
      }
      expect(isBodySigned(server.last())).toBe(true);
    },
  );

  const identity = (data: string): string => data;
  it.each<[string, unknown[]]>([
    ['undefined', [undefined]],
    ['text', [identity, 'not a function']],
    // eslint-disable-next-line no-sparse-arrays -- this is about the hole
    ['a hole', [identity, , identity]],
  ])('H25: %s in the list is refused as axios refuses it', async (_name, transformRequest) => {
    for (const client of [axios.create(defaults()), ...clients()]) {
      const config = { viewerContext, transformRequest: transformRequest as Transforms };
      expect(await rejected(client.post('/', 'a', config))).toBeInstanceOf(TypeError);
    }
    expect(server.received).toHaveLength(0);
  });

  it("H25: the caller's transforms run in their order, and are given the config and its headers", async () => {
    const runs: unknown[] = [];
    const transformRequest = ['a', 'b', 'c'].map(
      (name) =>
        function (this: Config, data: string, headers: Config['headers']): string {
          runs.push([name, this.url, this.viewerContext, headers.get('X-Mine'), headers.has('X-Viewer-Context')]);
          return `${data}${name}`;
        },
    );
    const config = { viewerContext, transformRequest, headers: { 'x-mine': 'mine' } };
    await attachedClient(defaults()).post('/x', '-', config);
    expect(runs).toEqual(['a', 'b', 'c'].map((name) => [name, '/x', viewerContext, 'mine', false]));
    expect(server.last().body.toString()).toBe('-abc');
    expect(transformRequest).toHaveLength(3);
  });

  it('no list of transforms is changed, neither that of the client nor one that an interceptor shares', async () => {
    const client = attachedClient(defaults());
    const own = [client.defaults.transformRequest].flat();
    const shared = [(data: unknown) => data];
    await withEarlierInterceptor(
      attachedClient(defaults()),
      changing(() => shared),
    ).post('/', '{}', { viewerContext });
    expect(shared).toHaveLength(1);
    await client.post('/', {}, { viewerContext });
    await client.post('/', {}, { viewerContext });
    expect([client.defaults.transformRequest].flat()).toEqual(own);
    expect([axios.defaults.transformRequest].flat()).toEqual(own);
  });

  it.each<[string, (transforms: Transforms) => unknown]>([
    ['puts one first', (list) => [(data: unknown) => data, list].flat()],
    ['replaces the first', (list) => [(data: unknown) => data, [list].flat().slice(1)].flat()],
    ['takes the first out', (list) => [list].flat().slice(1)],
    ["puts one before the plugin's", (list) => [list].flat().toSpliced(-1, 0, (data: unknown) => data)],
    ["puts one after the plugin's", (list) => [list, (data: unknown) => data].flat()],
  ])("a later interceptor that %s does not keep the plugin's from signing", async (_name, change) => {
    for (const client of clients()) {
      await withLaterInterceptor(client, changing(change)).post('/', '{}', { viewerContext, headers: FORGED });
      expect(establishViewer(server.last())).toEqual(received);
    }
    expect(isBodySigned(server.last())).toBe(true);
  });

  it("a transform after the plugin's still runs; if it changes a signed body, the receiver refuses it", async () => {
    const later = changing((list) => [list, (data: string) => `${data} `].flat());
    await withLaterInterceptor(attachedClient(defaults()), later).post('/', { a: 1 }, { viewerContext });
    expect(server.last().body.toString()).toBe('{"a":1} ');
    expect(establishViewer(server.last())).toEqual(received);
    await withLaterInterceptor(seerClient(adapter, server.origin), later).post('/', { a: 1 });
    expect(server.last().body.toString()).toBe('{"a":1} ');
    expect(isBodySigned(server.last())).toBe(false);
  });

  it('H18: a later interceptor that replaces the list drops the signing, and a test that verifies sees it', async () => {
    const client = withLaterInterceptor(
      attachedClient(defaults()),
      changing(() => [(data: unknown) => data]),
    );
    await client.get('/', { viewerContext });
    expect(() => verifyViewerContext(server.last().headers, { secrets: [SECRET], formats: [FORMAT] })).toThrow(
      coded('ERR_MISSING_HEADER', 'X-Viewer-Context'),
    );
  });

  it("a transform that replaces this.headers does not keep the plugin's out, and brings in no other viewer", async () => {
    const transformRequest = function (this: Config): string {
      this.headers = new AxiosHeaders(this.headers).set(FORGED).set('x-mine', 'mine');
      return '{}';
    };
    for (const client of clients()) {
      await client.post('/', null, { viewerContext, transformRequest });
      expect(establishViewer(server.last())).toEqual(received);
      expect(server.last().headers['x-mine']).toBe('mine');
      await client.post('/', null, { transformRequest });
      expect(establishViewer(server.last())).toBe('no viewer');
    }
    expect(isBodySigned(server.last())).toBe(true);
  });

  it('what a transform changes in the config is what is signed and checked', async () => {
    const client = axios.create(defaults());
    attachViewerContext(client, { secret: SECRET, format: FORMAT });
    await client.get('/', {
      viewerContext,
      transformRequest(this: Config) {
        this.viewerContext = { userId: 7n };
      },
    });
    expect(establishViewer(server.last())).toEqual({ user_id: 7 });
    const leading = {
      viewerContext,
      transformRequest(this: Config): void {
        this.url = 'http://127.0.0.1:1/';
      },
    };
    const error = await rejected(client.get('/', leading));
    expect(error.code).toBe('ERR_DESTINATION_NOT_ALLOWED');
    expect(server.received).toHaveLength(1);
  });
});
