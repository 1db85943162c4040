import { Blob, File } from 'node:buffer';
import { appendFileSync, createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import axios, { type AxiosError, type AxiosInstance, type AxiosRequestConfig } from 'axios';
import { FEATURES } from '../support/axios-features.js';
import { ADAPTERS, attachedClient, seerClient } from '../support/clients.js';
import { deferred } from '../support/deferred.js';
import { describeNegativeControl } from '../support/negative-control.js';
import { polluted } from '../support/pollution.js';
import { withRawHeaders } from '../support/raw-headers.js';
import { establishViewer, isBodySigned } from '../support/receiver.js';
import { createRecorder } from '../support/recorder.js';
import { startServer, timesReceived, useServers, type TestServer } from '../support/server.js';

// Bytes of a body that is cut short, or not framed at all, are read as the start of the next request on the connection,
// with another viewer's headers.

describeNegativeControl();

/** A form of the package form-data, which axios brings along. */
interface FormOfPackage {
  getBoundary(): string;
  getLength(callback: (error: Error | null, length: number) => void): void;
}

const SMUGGLED = 'GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n';
const FRAMING: [spelling: string, value: unknown][] = [
  ...['0', '3', '999', 'close', 'keep-alive', '', ['3', '4'], false].map((value): [string, unknown] => [
    'Content-Length',
    value,
  ]),
  ...['chunked', 'identity', 'close', '0'].map((value): [string, unknown] => ['Transfer-Encoding', value]),
  ...['content-LENGTH', ' Content-Length', 'content_length\t', 'Content_Length'].map((name): [string, unknown] => [
    name,
    '3',
  ]),
  ...['transfer-ENCODING', ' Transfer-Encoding', 'transfer_encoding\t'].map((name): [string, unknown] => [
    name,
    'chunked',
  ]),
];
const COMMON_FRAMING = FRAMING.filter(([, value]) => value === '3' || value === 'chunked');
const first = { organizationId: 1 };
const second = { userId: 2 };
/** As applications stream a file into a form: it claims the size that the file had once. */
function fileLike(text: string, size = text.length): object {
  const stream = (): unknown => new Blob([text]).stream();
  return { [Symbol.toStringTag]: 'File', name: 'a.json', type: 'application/json', size, stream };
}

/** Bodies that axios does not have as text or bytes. A web stream is sent by the fetch adapter only. */
const bodies = {
  'a stream': () => Readable.from(['{"a":1}']),
  'a web stream': () => new Blob(['{"a":1}']).stream(),
  'a form of the package form-data': () => axios.toFormData({ a: 1 }),
  'a form of an older form-data, which has no tag': () =>
    Object.defineProperty(axios.toFormData({ a: 1 }), Symbol.toStringTag, { value: 'Object' }),
  'a FormData': () => {
    const form = new FormData();
    form.append('a', new Blob(['{"a":1}']), 'a.json');
    return form;
  },
  'a Blob': () => new Blob(['{"a":1}']),
  'a File': () => new File(['{"a":1}'], 'a.json'),
  'an object that looks like a File': () => fileLike('{"a":1}'),
  'a FormData with such an object': () => {
    const form = new FormData();
    form.append('a', fileLike('{"a":1}'));
    return form;
  },
};

/** A server that tells which connection each request came on, and when a smuggled request has come. */
async function startCounting(): Promise<TestServer & { ports: unknown[]; smuggled: Promise<void> }> {
  const ports: unknown[] = [];
  let report = (): void => undefined;
  const smuggled = new Promise<void>((resolve) => (report = resolve));
  const server = await startServer(({ url }, response) => {
    ports.push(response.socket?.remotePort);
    if (url === '/smuggled') report();
    response.end('{}');
  });
  return Object.assign(server, { ports, smuggled });
}

/** Every request of a test over one connection, as long as it is kept. */
function useKeepAlive(): () => http.Agent {
  let agent: http.Agent;
  beforeEach(() => (agent = new http.Agent({ keepAlive: true, maxSockets: 1 })));
  afterEach(() => {
    agent.destroy();
  });
  return () => agent;
}

describe.each(ADAPTERS)('framing, over the %s adapter', (adapter) => {
  const { server } = useServers();
  const httpAgent = useKeepAlive();
  const clients = {
    'a plain client': (baseURL: string) =>
      attachedClient({ adapter, baseURL, httpAgent: httpAgent(), timeout: 10_000 }),
    'the Seer client': (baseURL: string) => seerClient(adapter, baseURL, { httpAgent: httpAgent(), timeout: 10_000 }),
  };

  describe.each(Object.entries(clients))('%s, a body of known length', (name, client) => {
    const bodies: [string, unknown, string][] = [
      ['nothing', undefined, ''],
      ['a string', '"text"', '"text"'],
      ['a Buffer', Buffer.from('bytes'), 'bytes'],
      ['a view', new Uint8Array(Buffer.from('bytes')), 'bytes'],
      ['an ArrayBuffer', new Uint8Array(Buffer.from('bytes')).buffer, 'bytes'],
      ['an object', { a: 1 }, '{"a":1}'],
    ];

    it.each(bodies)(
      "H22: %s: the caller's framing is dropped, with and without a viewer",
      async (_name, data, sent) => {
        const framing = data === '"text"' ? FRAMING : COMMON_FRAMING; // which headers are dropped does not depend on the body
        for (const [index, [spelling, value]] of framing.entries()) {
          const transformRequest = [
            ...[axios.defaults.transformRequest ?? []].flat(),
            withRawHeaders({ [spelling]: value }),
          ];
          const viewerContext = index % 2 === 0 ? first : null;
          const config = { viewerContext, transformRequest: transformRequest as never };
          await client(server.origin).request({ url: '/', method: 'post', data, ...config });
          const request = server.last();
          expect(request.body.toString()).toBe(sent);
          expect(timesReceived(request, 'Transfer-Encoding')).toBe(0);
          expect(timesReceived(request, 'Content-Length')).toBeLessThanOrEqual(1);
          expect(Number(request.headers['content-length'] ?? 0)).toBe(sent.length);
          expect(establishViewer(request)).toEqual(viewerContext === null ? 'no viewer' : { organization_id: 1 });
          expect(isBodySigned(request)).toBe(name === 'the Seer client');
        }
      },
    );

    it.each(['get', 'delete', 'head'])(
      "H22: the caller's framing of a %s without a body is dropped",
      async (method) => {
        for (const headers of [{ 'Content-Length': '5' }, { 'Transfer-Encoding': 'chunked' }]) {
          await client(server.origin).request({ url: '/', method, headers, viewerContext: first });
          const { 'content-length': length = '0', 'transfer-encoding': encoding } = server.last().headers;
          expect([length, encoding]).toEqual(['0', undefined]);
        }
      },
    );

    it('a Trailer is dropped', async () => {
      for (const spelling of ['Trailer', 'trailer', ' TRAILER']) {
        const transformRequest = [
          ...[axios.defaults.transformRequest ?? []].flat(),
          withRawHeaders({ [spelling]: 'X-Viewer-Context' }),
        ];
        await client(server.origin).post('/', '"text"', { viewerContext: first, transformRequest });
        expect(timesReceived(server.last(), 'Trailer')).toBe(0);
      }
    });

    it.each<[string, object]>([
      ['Content-Length: 0', { 'Content-Length': '0' }],
      ['Content-Length: close', { 'content-length': 'close' }],
      ['both', { 'Content-Length': '0', 'Transfer-Encoding': 'identity' }],
    ])('%s smuggles no request onto the connection', async (_name, headers) => {
      await using counting = await startCounting();
      const type = { 'Content-Type': 'text/plain' };
      for (const viewerContext of [first, null]) {
        const request = { headers: { ...headers, ...type }, viewerContext };
        await client(counting.origin).post('/a', SMUGGLED, request);
        await client(counting.origin).get('/b', { viewerContext: second });
      }
      expect(counting.received.map(({ url }) => url)).toEqual(['/a', '/b', '/a', '/b']);
      expect(counting.received.map(({ body }) => body.toString())).toEqual([SMUGGLED, '', SMUGGLED, '']);
      expect(counting.received.map((request) => establishViewer(request))).toEqual([
        { organization_id: 1 },
        { user_id: 2 },
        'no viewer',
        { user_id: 2 },
      ]);
      if (adapter === 'http') expect(new Set(counting.ports).size).toBe(1); // the connection was kept
    });
  });

  describe('a body of unknown length', () => {
    /** One viewer's request with a body, then two requests of another viewer. Returns whether the first was sent. */
    async function sendAll(origin: string, config: AxiosRequestConfig): Promise<boolean> {
      const client = clients['a plain client'](origin);
      const wasSent = await client.request({ url: '/a', ...config, viewerContext: first }).then(
        () => true,
        () => false,
      );
      await client.get('/b', { viewerContext: second });
      await client.get('/c', { viewerContext: second });
      return wasSent;
    }

    /** Whether the adapter surely sends such a body with such a method, framed. Some axios versions refuse others. */
    function isSentFramed(name: keyof typeof bodies, method: string): boolean {
      if (adapter === 'fetch') return method !== 'get';
      if (name === 'a stream') return chunked.includes(method);
      if (name === 'a form of the package form-data') return FEATURES.formLength || chunked.includes(method);
      return FEATURES.webBodies && (name === 'a FormData' || name === 'a Blob');
    }

    const methods = ['post', 'put', 'patch', 'delete', 'get', 'options', 'purge'];
    const chunked = ['post', 'put', 'patch'];
    const others = methods.filter((method) => !chunked.includes(method));
    const closing: [name: keyof typeof bodies, methods: string[]][] = [
      ['a stream', others],
      ['a web stream', others],
      ['a form of the package form-data', methods], // it claims a length, and a file in it may grow
      ['a form of an older form-data, which has no tag', methods],
      ['a FormData', []],
      ['a Blob', []],
      ['a File', []],
      ['an object that looks like a File', methods],
      ['a FormData with such an object', methods],
    ];

    it.each(closing)('H22: %s: the connection is closed only for %j', async (name, closingMethods) => {
      for (const method of methods) {
        await using counting = await startCounting();
        const headers = { 'Transfer-Encoding': 'identity', ' TRANSFER_encoding': 'close', Connection: 'keep-alive' };
        const transformRequest = [...[axios.defaults.transformRequest ?? []].flat(), withRawHeaders(headers)] as never;
        const wasSent = await sendAll(counting.origin, { method, data: bodies[name](), transformRequest });
        const next = counting.received.filter(({ url }) => url !== '/a');
        expect(next.map((request) => establishViewer(request))).toEqual([{ user_id: 2 }, { user_id: 2 }]);
        if (adapter === 'http') expect(new Set(counting.ports.slice(-2)).size).toBe(1); // control: it is kept
        if (isSentFramed(name, method)) expect([method, wasSent]).toEqual([method, true]);
        const [request] = counting.received;
        if (request?.url !== '/a' || (adapter === 'http' && name === 'a web stream')) continue;
        const isClosed = closingMethods.includes(method);
        expect([method, request.headers.connection]).toEqual([method, isClosed ? 'close' : 'keep-alive']);
        expect([undefined, 'chunked']).toContain(request.headers['transfer-encoding']);
        const isShared = counting.ports[0] === counting.ports[1];
        if (isClosed) expect(isShared).toBe(false);
        else if (adapter === 'http') expect([method, isShared]).toEqual([method, true]);
      }
    });

    it.each<[keyof typeof bodies, number | undefined]>([
      ['a FormData', undefined], // its length depends on the boundary that axios makes up
      ['a Blob', 7],
      ['a File', 7],
    ])("H22: %s has an exact length, whatever the caller's Content-Length says", async (name, length) => {
      for (const [index, value] of ['0', '3', '9999', false].entries()) {
        await using counting = await startCounting();
        const headers = { 'Content-Length': value as string };
        const method = ['post', 'delete'][index % 2]!;
        const wasSent = await sendAll(counting.origin, { method, data: bodies[name](), headers });
        if (isSentFramed(name, method)) expect(wasSent).toBe(true);
        const next = counting.received.slice(-2);
        expect(next.map((request) => establishViewer(request))).toEqual([{ user_id: 2 }, { user_id: 2 }]);
        if (!wasSent) continue;
        const [request] = counting.received;
        expect(request?.body.toString()).toContain('{"a":1}');
        expect(Number(request?.headers['content-length'])).toBe(length ?? request?.body.length);
      }
    });

    it('without a viewer too, and from the Seer client without a secret', async () => {
      const keyless = seerClient(adapter, server.origin, { secret: '', logger: { warn: () => undefined } });
      const headers = { 'content-type': 'application/octet-stream', Connection: 'keep-alive' };
      for (const client of [attachedClient({ adapter, baseURL: server.origin }), keyless]) {
        await client.post('/', axios.toFormData({ a: 1 }), { viewerContext: null, headers });
        expect(server.last().headers.connection).toBe('close');
        await client.post('/', Readable.from(['abc']), { viewerContext: null, headers });
        expect([server.last().body.toString(), server.last().headers.connection]).toEqual(['abc', 'keep-alive']);
      }
    });

    it("H22: the caller's Content-Length stays", async () => {
      await using counting = await startCounting();
      const headers = { 'Content-Length': '7', 'Transfer-Encoding': 'chunked' };
      await sendAll(counting.origin, { method: 'post', data: Readable.from(['{"a":1}']), headers });
      const [request] = counting.received;
      expect(request?.body.toString()).toBe('{"a":1}');
      expect(request?.headers).toMatchObject({ connection: 'close', 'content-length': '7' });
      expect(request?.headers).not.toHaveProperty('transfer-encoding');
    });

    it.each<[string, string, object]>([
      ['a stream on GET', 'get', {}],
      ['a stream on DELETE', 'delete', {}],
      ['a stream on GET with Content-Length: 0', 'get', { 'Content-Length': '0' }],
      ['a stream on POST with Content-Length: 0', 'post', { 'Content-Length': '0' }],
      ['a stream on POST with Transfer-Encoding: identity', 'post', { 'Transfer-Encoding': 'identity' }],
      ['a stream on DELETE with keep-alive', 'delete', { Connection: 'keep-alive' }],
      ['a stream on a method of its own with keep-alive', 'purge', { Connection: 'keep-alive' }],
      ['a stream on OPTIONS', 'options', {}],
      [
        'a stream on POST with Content-Length: 0 and keep-alive',
        'post',
        { content_length: '0', Connection: 'keep-alive' },
      ],
    ])('%s smuggles no request onto the connection', async (_name, method, headers) => {
      await using counting = await startCounting();
      const client = clients['a plain client'](counting.origin);
      const data = Readable.from([SMUGGLED]);
      // The server may answer, or refuse what comes after the end. Neither must reach the next request.
      await client.request({ url: '/a', method, data, headers, viewerContext: first }).catch(() => undefined);
      await client.get('/b', { viewerContext: second });
      await client.get('/c', { viewerContext: second });
      const others = counting.received.filter(({ url }) => url !== '/a');
      expect(others.map(({ url }) => url)).toEqual(['/b', '/c']);
      expect(others.map((request) => establishViewer(request))).toEqual([{ user_id: 2 }, { user_id: 2 }]);
    });
  });
});

describe('a redirect that arrives while the body is still being sent', () => {
  const httpAgent = useKeepAlive();
  const REST = 'DELETE /smuggled HTTP/1.1\r\nHost: x\r\nX-Swallow: ';

  /** Redirects at once, before it has the body. */
  async function startRedirecting(status: number, location: string): Promise<AsyncDisposable & { origin: string }> {
    const server = http.createServer((request, response) => {
      response.writeHead(status, { location }).end();
      request.resume();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return {
      origin: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
      async [Symbol.asyncDispose]() {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      },
    };
  }

  /** A body whose rest is written after the redirect, and the config that tells it so. */
  function slowUpload(): AxiosRequestConfig {
    const redirected = deferred();
    async function* write(): AsyncGenerator<string> {
      yield 'x';
      await redirected.promise;
      yield REST;
    }
    const data = Readable.from(write(), { objectMode: false });
    return { method: 'post', data, beforeRedirect: () => redirected.resolve() };
  }

  /** Text that axios makes a stream, since its rate is limited: less than all of it is sent in the first 500 ms. */
  const limitedRate = (): AxiosRequestConfig => ({
    method: 'post',
    data: '\r\n'.repeat(30_000) + REST,
    headers: { 'content-type': 'text/plain' },
    maxRate: 100_000, // bytes per second
  });

  const uploads: [string, number, () => AxiosRequestConfig][] = [
    ['a stream', 301, slowUpload],
    ['a stream', 302, slowUpload],
    ['a stream', 303, slowUpload],
    ['text at a limited rate', 303, limitedRate],
  ];

  /** An upload that is redirected, and then a request of another viewer. */
  async function send(client: AxiosInstance, url: string, upload: AxiosRequestConfig): Promise<void> {
    await client.request({ url, ...upload }).catch(() => undefined);
    await client.get('/next', { viewerContext: second });
  }

  it.each(uploads)(
    'control: without the plugin, the rest begins another request: %s, %d',
    async (_name, status, upload) => {
      await using receiver = await startServer();
      await using redirecting = await startRedirecting(status, `${receiver.origin}/redirected`);
      const client = axios.create({
        adapter: 'http',
        baseURL: receiver.origin,
        httpAgent: httpAgent(),
        timeout: 5_000,
      });
      await send(client, redirecting.origin, upload()).catch(() => undefined);
      expect(receiver.received.map(({ url }) => url)).toContain('/smuggled');
    },
  );

  it.each(uploads)('the rest begins no other request: %s, %d', async (_name, status, upload) => {
    for (const viewerContext of [first, null]) {
      await using receiver = await startServer();
      await using redirecting = await startRedirecting(status, `${receiver.origin}/redirected`);
      const allowedOrigins = [receiver.origin, redirecting.origin];
      const defaults = { adapter: 'http', baseURL: receiver.origin, httpAgent: httpAgent(), timeout: 5_000 } as const;
      const client = attachedClient(defaults, { allowedOrigins });
      await send(client, redirecting.origin, { ...upload(), viewerContext });
      expect(receiver.received.map(({ url }) => url)).toEqual(['/redirected', '/next']);
      const viewers = receiver.received.map((request) => establishViewer(request));
      expect(viewers).toEqual(['no viewer', { user_id: 2 }]);
    }
  });

  it('nor does it from the Seer client without a secret, nor on a retry', async () => {
    await using receiver = await startServer();
    await using redirecting = await startRedirecting(303, `${receiver.origin}/redirected`);
    const options = { secret: '', logger: { warn: () => undefined }, httpAgent: httpAgent(), timeout: 5_000 };
    const seer = seerClient('http', receiver.origin, options);
    const headers = { 'content-type': 'application/octet-stream' };
    const request = { url: redirecting.origin, headers, viewerContext: null };
    // The receiver answers, or refuses what comes after the end.
    const outcome = seer.request<unknown>({ ...request, ...slowUpload() });
    const { config } = await outcome.catch((error: unknown) => error as AxiosError);
    await seer.request({ ...config, ...slowUpload() } as AxiosRequestConfig).catch(() => undefined);
    await seer.get('/next', { viewerContext: null });
    expect(receiver.received.map(({ url }) => url)).toEqual(['/redirected', '/redirected', '/next']);
    expect(receiver.received.slice(0, 2).map((sent) => sent.headers.connection)).toEqual(['close', 'close']);
  });
});

describe('a form of the package form-data, with a file that grows while it is sent', () => {
  const httpAgent = useKeepAlive();
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'axios-viewer-context-'))));
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  /** Posts the form, whose file grows by a request as soon as axios has asked for its length; then gets /b. */
  async function send(client: AxiosInstance): Promise<void> {
    const path = join(folder, 'file');
    writeFileSync(path, 'the file');
    const form = axios.toFormData({ file: createReadStream(path) }) as unknown as FormOfPackage;
    const getLength = form.getLength.bind(form);
    form.getLength = (callback) => {
      getLength((error, length) => {
        const end = `\r\n--${form.getBoundary()}--\r\n`;
        appendFileSync(path, 'x'.repeat(end.length) + SMUGGLED); // what is cut off begins with SMUGGLED
        callback(error, length);
      });
    };
    await client.post('/a', form, { viewerContext: first }).catch(() => undefined);
    await client.get('/b', { viewerContext: second }).catch(() => undefined);
  }

  if (FEATURES.formLength) {
    it('control: without the plugin, what it grew by is the next request', async () => {
      await using counting = await startCounting();
      const client = axios.create({ adapter: 'http', baseURL: counting.origin, httpAgent: httpAgent() });
      await Promise.all([counting.smuggled, send(client)]);
      expect(counting.received.map(({ url }) => url)).toContain('/smuggled');
    });
  }

  it.each(['a body', 'a part of a FormData'])('nor does an object that looks like a File, as %s', async (place) => {
    await using counting = await startCounting();
    const client = attachedClient({ adapter: 'http', baseURL: counting.origin, httpAgent: httpAgent() });
    const grown = fileLike(`text${'\r\n'.repeat(100)}${SMUGGLED}`, 'text'.length);
    const form = new FormData();
    if (place !== 'a body') form.append('a', grown);
    await client.post('/a', place === 'a body' ? grown : form, { viewerContext: first }).catch(() => undefined);
    await client.get('/b', { viewerContext: second });
    expect(counting.received.map(({ url }) => url)).not.toContain('/smuggled');
    expect(establishViewer(counting.last())).toEqual({ user_id: 2 });
  });

  it('begins no other request', async () => {
    await using counting = await startCounting();
    await send(attachedClient({ adapter: 'http', baseURL: counting.origin, httpAgent: httpAgent() }));
    expect(counting.received.map(({ url }) => url)).toEqual(['/a', '/b']);
    expect(counting.received.map((request) => establishViewer(request))).toEqual([
      { organization_id: 1 },
      { user_id: 2 },
    ]);
  });
});

describe('control: without the plugin', () => {
  const httpAgent = useKeepAlive();

  it.each<[string, AxiosRequestConfig]>([
    ['a short Content-Length', { method: 'post', data: SMUGGLED, headers: { 'Content-Length': '0' } }],
    ['a stream on GET', { method: 'get', data: Readable.from([SMUGGLED]) }],
    ['a stream on DELETE', { method: 'delete', data: Readable.from([SMUGGLED]) }],
  ])('%s smuggles', async (_name, config) => {
    await using counting = await startCounting();
    const client = axios.create({ adapter: 'http', baseURL: counting.origin, httpAgent: httpAgent() });
    await Promise.all([counting.smuggled, client.request({ url: '/a', ...config }).catch(() => undefined)]);
    expect(counting.received.map(({ url }) => url)).toEqual(['/a', '/smuggled']);
  });
});

it.each([null, undefined])('H22: %p, left as it is, is a body of known length', async (data) => {
  const recorder = createRecorder();
  const client = attachedClient({ adapter: recorder.adapter, baseURL: 'http://seer.internal' });
  const headers = { Connection: 'keep-alive', 'Content-Length': '5' };
  await client.post('/', data, { viewerContext: first, headers, transformRequest: [] });
  expect(recorder.headers()['connection']).toBe('keep-alive');
  expect(recorder.headers()).not.toHaveProperty('content-length');
});

describe('HTTP/2, which frames by itself and forbids Connection', () => {
  it.each([2, '2'])(
    "httpVersion %p: no Connection header, and the caller's framing is dropped",
    async (httpVersion) => {
      const recorder = createRecorder();
      const client = attachedClient({ adapter: recorder.adapter, baseURL: 'http://seer.internal' });
      const headers = { Connection: 'keep-alive', 'Transfer-Encoding': 'chunked' };
      const config = { viewerContext: first, headers, httpVersion };
      await client.post('/', Readable.from(['abc']), config as AxiosRequestConfig);
      expect(recorder.headers()).not.toHaveProperty('connection');
      expect(recorder.headers()).not.toHaveProperty('transfer-encoding');
      expect(recorder.viewer()).toEqual({ organization_id: 1 });
    },
  );

  it.each([1, undefined, 3])('httpVersion %p is not HTTP/2', async (httpVersion) => {
    const recorder = createRecorder();
    const client = attachedClient({ adapter: recorder.adapter, baseURL: 'http://seer.internal' });
    const config = { viewerContext: first, httpVersion, data: Readable.from(['abc']) };
    await client.delete('/', config as AxiosRequestConfig);
    expect(recorder.headers()['connection']).toBe('close');
  });

  it.each(['post', 'put', 'patch'] as const)(
    'an HTTP/2 adapter of a third party gets no Connection: %s',
    async (method) => {
      const recorder = createRecorder();
      const client = attachedClient({ adapter: recorder.adapter, baseURL: 'http://seer.internal' });
      await client[method]('/', Readable.from(['abc']), { viewerContext: first });
      expect(recorder.headers()).not.toHaveProperty('connection');
      expect(recorder.viewer()).toEqual({ organization_id: 1 });
    },
  );

  it('a polluted httpVersion is not HTTP/2', async () => {
    const recorder = createRecorder();
    const client = attachedClient({ adapter: recorder.adapter, baseURL: 'http://seer.internal' });
    const config = { viewerContext: first, data: Readable.from(['abc']) };
    await polluted('httpVersion', 2, () => client.delete('/', config));
    expect(recorder.headers()['connection']).toBe('close');
  });

  const data = (): Readable => Readable.from(['{"a":1}']);

  if (FEATURES.http2) {
    it('a stream arrives whole, with its viewer', async () => {
      const received: [http2.IncomingHttpHeaders, string][] = [];
      const sessions = new Set<http2.ServerHttp2Session>();
      const server = http2.createServer().on('session', (session) => sessions.add(session));
      server.on('stream', (stream, headers) => {
        const chunks: Buffer[] = [];
        stream
          .on('data', (chunk: Buffer) => chunks.push(chunk))
          .on('end', () => {
            received.push([headers, Buffer.concat(chunks).toString()]);
            stream.respond({ ':status': 200 });
            stream.end('{}');
          });
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const baseURL = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
      try {
        const client = attachedClient({ adapter: 'http', baseURL, httpVersion: 2 } as AxiosRequestConfig as object);
        await client.post('/', data(), { viewerContext: first });
        await client.get('/', { viewerContext: second });
      } finally {
        for (const session of sessions) session.destroy();
        await new Promise((resolve) => server.close(resolve));
      }
      expect(received.map(([, body]) => body)).toEqual(['{"a":1}', '']);
      const viewers = received.map(([headers]) => establishViewer({ headers }));
      expect(viewers).toEqual([{ organization_id: 1 }, { user_id: 2 }]);
    });
  }
});
