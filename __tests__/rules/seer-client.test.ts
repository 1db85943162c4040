import axios, { AxiosHeaders, type InternalAxiosRequestConfig } from 'axios';
import { createSeerClient, type SeerClientOptions } from 'axios-viewer-context';
import { coded } from '../support/coded.js';
import { ADAPTERS, attachedClient, seerClient } from '../support/clients.js';
import { FORMAT } from '../support/format.js';
import { describeNegativeControl } from '../support/negative-control.js';
import { polluted } from '../support/pollution.js';
import { establishViewer, isBodySigned, SECRET } from '../support/receiver.js';
import { refusal, rejected } from '../support/rejection.js';
import { redirectTo, startServer, timesReceived, useServers } from '../support/server.js';

describeNegativeControl();

const MOCKED =
  "axios.create() returned no client. If axios is mocked, by jest.mock('axios') for example, use axios-mock-adapter " +
  'instead, which responds to the requests of a real client.';
const JSON_TYPE = 'application/json;charset=utf-8';
const viewerContext = { organizationId: 1, userId: 2 };
const received = { organization_id: 1, user_id: 2 };

describe('what createSeerClient makes', () => {
  const creating = (options: unknown) => () => createSeerClient(options as SeerClientOptions);

  it('has the defaults that upstream uses, and shows no secret', () => {
    const { defaults } = createSeerClient();
    expect(defaults).toMatchObject({ baseURL: 'http://127.0.0.1:9091', timeout: 30_000, proxy: false });
    expect(defaults.headers['Content-Type']).toBe(JSON_TYPE);
    expect(JSON.stringify(createSeerClient({ secret: SECRET }).defaults)).not.toContain(SECRET);
  });

  it('says so if axios is mocked, and creates no client', () => {
    jest.isolateModules(() => {
      jest.doMock('axios', () => ({ __esModule: true, default: { create: () => undefined } }));
      const { createSeerClient: create } =
        jest.requireActual<typeof import('axios-viewer-context')>('axios-viewer-context');
      expect(() => create()).toThrow(new TypeError(MOCKED));
      jest.dontMock('axios');
    });
  });

  it("hands other options to axios; undefined leaves the plugin's defaults", () => {
    const { defaults } = createSeerClient({
      secret: SECRET,
      baseURL: undefined,
      timeout: 5,
      proxy: undefined,
      headers: { 'x-mine': 'kept' },
      maxContentLength: 10,
    });
    expect(defaults).toMatchObject({
      baseURL: 'http://127.0.0.1:9091',
      timeout: 5,
      proxy: false,
      maxContentLength: 10,
    });
    expect(defaults.headers).toMatchObject({ 'Content-Type': JSON_TYPE, 'x-mine': 'kept' });
  });

  it.each<[string, object]>([
    ['an unknown value of onMissingSecret', { onMissingSecret: 'ignore' }],
    ['an unknown value of onMissingViewerContext', { onMissingViewerContext: 'warn' }],
    ['a wrong allowed origin', { allowedOrigins: ['*'] }],
    ['a default that is not a context', { defaultViewerContext: 'org 1' }],
    ['a logger without warn', { logger: {} }],
    ['a secret of another type', { secret: 42 }],
    ['null for a secret', { secret: null }],
    ['a viewer in the defaults', { viewerContext }],
  ])('is refused with a TypeError: %s', (_name, options) => {
    expect(creating({ secret: SECRET, ...options })).toThrow(TypeError);
  });

  it('H1: is refused with a TypeError while axios.defaults holds a viewer', () => {
    Object.assign(axios.defaults, { viewerContext });
    try {
      expect(creating({ secret: SECRET })).toThrow(TypeError);
    } finally {
      Reflect.deleteProperty(axios.defaults, 'viewerContext');
    }
  });

  it.each([null, 'http://127.0.0.1:9091', 42, () => ({})])('is refused as options: %p', (options) => {
    expect(creating(options)).toThrow(TypeError);
  });

  it('is refused with ERR_INVALID_SECRET: an invalid static secret', () => {
    expect(creating({ secret: 'secret-one\n' })).toThrow(coded('ERR_INVALID_SECRET'));
  });
});

describe.each(ADAPTERS)('the Seer client, over the %s adapter', (adapter) => {
  const { server, foreign } = useServers();
  const seer = (options: SeerClientOptions = {}) => seerClient(adapter, server.origin, options);

  describe('the secret in the environment', () => {
    beforeEach(() => {
      jest.replaceProperty(process, 'env', { SEER_API_SHARED_SECRET: 'secret-two' });
    });
    afterEach(() => jest.restoreAllMocks());

    it.each([{}, { secret: undefined }])(
      'is read when the client is created, if there is no other: %p',
      async (options) => {
        const client = createSeerClient({ adapter, baseURL: server.origin, format: FORMAT, ...options });
        delete process.env['SEER_API_SHARED_SECRET'];
        await client.post('/', { a: 1 }, { viewerContext });
        expect(establishViewer(server.last(), 'secret-two')).toEqual(received);
        expect(isBodySigned(server.last(), 'secret-two')).toBe(true);
      },
    );

    it("gives way to the option secret; '' means none", async () => {
      await createSeerClient({ adapter, baseURL: server.origin, secret: SECRET }).get('/');
      expect(isBodySigned(server.last())).toBe(true);
      const warn = jest.fn();
      await createSeerClient({ adapter, baseURL: server.origin, secret: '', logger: { warn } }).get('/');
      expect(server.last().headers.authorization).toBeUndefined();
      expect(warn).toHaveBeenCalledTimes(1);
    });

    it.each([undefined, ''])('can be missing there too, with a warning: %p', async (secret) => {
      jest.replaceProperty(process, 'env', secret === undefined ? {} : { SEER_API_SHARED_SECRET: secret });
      const warn = jest.fn();
      await createSeerClient({ adapter, baseURL: server.origin, logger: { warn } }).get('/');
      expect(server.last().headers.authorization).toBeUndefined();
      expect(warn).toHaveBeenCalledTimes(1);
    });
  });

  it('H14: a SEER_API_SHARED_SECRET on Object.prototype is not in the environment', async () => {
    // Node's process.env inherits from Object.prototype. Jest's copy of it does not.
    const replaced = jest.replaceProperty(process, 'env', {});
    const warn = jest.fn();
    try {
      await polluted('SEER_API_SHARED_SECRET', 'secret-two', async () => {
        await createSeerClient({ adapter, baseURL: server.origin, logger: { warn } }).get('/');
      });
    } finally {
      replaced.restore();
    }
    expect(server.last().headers.authorization).toBeUndefined();
    expect(warn).toHaveBeenCalledTimes(1);
  });

  it('H14: headers on Object.prototype do not become its own', async () => {
    let client = seer();
    await polluted('headers', { 'X-Injected': 'x', 'content-type': 'text/plain' }, () => {
      client = seer();
    });
    await client.post('/', { a: 1 });
    expect(server.last().headers['x-injected']).toBeUndefined();
    expect(server.last().headers['content-type']).toBe('application/json;charset=utf-8');
    expect(isBodySigned(server.last())).toBe(true);
  });

  it("is a client of its own: axios's export stays as it is", async () => {
    seer();
    await axios.get(server.origin, { adapter, viewerContext });
    expect(establishViewer(server.last())).toBe('no viewer');
    expect(server.last().headers.authorization).toBeUndefined();
  });

  it('goes where allowedOrigins says, even from a relative baseURL', async () => {
    const client = createSeerClient({ adapter, baseURL: '/seer', allowedOrigins: [server.origin], secret: SECRET });
    await client.get(`${server.origin}/x`);
    expect(isBodySigned(server.last())).toBe(true);
  });

  it.each<[string, object, string]>([
    ['none', {}, JSON_TYPE],
    ['others only', { 'x-content-type': 'text/plain', common: { accept: '*/*' } }, JSON_TYPE],
    ['directly', { 'Content-Type': 'application/vnd.mine+json' }, 'application/vnd.mine+json'],
    ['in another case', { 'content-TYPE': 'application/vnd.mine+json' }, 'application/vnd.mine+json'],
    ['for the method', { post: { 'Content-Type': 'application/vnd.mine+json' } }, 'application/vnd.mine+json'],
  ])("the caller's own content type wins, wherever the headers set it: %s", async (_name, headers, expected) => {
    await seer({ headers: headers as NonNullable<SeerClientOptions['headers']> }).post('/', '{"a":1}');
    expect(server.last().headers['content-type']).toBe(expected);
    expect(timesReceived(server.last(), 'content-type')).toBe(1);
    expect(isBodySigned(server.last())).toBe(true);
  });

  it("a request's own content type wins too", async () => {
    await seer().post('/', '{"a":1}', { headers: { 'content-type': 'application/vnd.mine+json' } });
    expect(server.last().headers['content-type']).toBe('application/vnd.mine+json');
    expect(isBodySigned(server.last())).toBe(true);
  });

  it("in common, the caller's own content type counts as it does for axios", async () => {
    const headers = { common: { 'content-type': 'application/vnd.mine+json' } };
    const client = seer({ headers: headers as never });
    await client.put('/', '{"a":1}');
    await axios.create({ adapter, baseURL: server.origin, headers: headers as never }).put('/', '{"a":1}');
    const [ours, axiosOwn] = server.received.map((request) => request.headers['content-type']);
    // In older versions, axios's own default for the method beats it.
    expect(['application/vnd.mine+json', 'application/x-www-form-urlencoded']).toContain(ours);
    expect(ours).toBe(axiosOwn);
  });

  it.each(['Authorization', 'authorization', 'AUTHORIZATION', ' Authorization', 'authorization\t'])(
    "H4, H5: the caller's Authorization is replaced, spelled %j",
    async (name) => {
      for (const value of ['Bearer mine', false, ['Bearer mine', 'Bearer other']]) {
        const own = { [name]: value } as Record<string, string>;
        await seer().post('/', { a: 1 }, { headers: { ...own, Authorization: 'Bearer other' } });
        await seer().post('/', { a: 1 }, { headers: own });
        const transformRequest = function (this: InternalAxiosRequestConfig): string {
          this.headers = Object.assign(new AxiosHeaders(), own);
          return '{}';
        };
        await seer().post('/', null, { transformRequest });
      }
      expect(server.received).toHaveLength(9);
      for (const request of server.received) {
        expect(timesReceived(request, 'Authorization')).toBe(1);
        expect(isBodySigned(request)).toBe(true);
      }
    },
  );

  describe('H6: credentials that would replace the signature', () => {
    const auth = { username: 'u', password: 'p' };

    it('in auth are refused, of the request and of the client', async () => {
      const { message } = await refusal(seer().get('/', { auth }), 'ERR_CONFLICTING_CREDENTIALS');
      expect(message).toContain('Remove auth');
      await refusal(seer({ auth }).get('/', { viewerContext }), 'ERR_CONFLICTING_CREDENTIALS');
      expect(server.received).toHaveLength(0);
    });

    it.each<(host: string) => string>([
      (host) => `http://u:p@${host}`,
      (host) => `http://u@${host}`,
      (host) => `http://:p@${host}`,
      (host) => `http://@${host}`,
      (host) => `http:///u:p@${host}`,
      (host) => `http://\\u:p@${host}`,
      (host) => `HTTP://u:p@${host}`,
      (host) => `http://u:%40@${host}`,
      (host) => `http://u:p@x@${host}`,
      (host) => ` http://u:p@${host}`,
      (host) => `\u0001http://u:p@${host}`,
      (host) => `ht\ntp:/\t/u:p@${host}`,
      (host) => `//u:p@${host}`,
    ])('in an address are refused, in url and in baseURL: %p', async (withCredentials) => {
      const address = withCredentials(new URL(server.origin).host);
      await refusal(seer().get(`${address}/x`), 'ERR_CONFLICTING_CREDENTIALS');
      await refusal(seer().get('/', { baseURL: address, viewerContext }), 'ERR_CONFLICTING_CREDENTIALS');
      await refusal(seer({ baseURL: address }).get('/'), 'ERR_CONFLICTING_CREDENTIALS');
      const either = { url: `${server.origin}/`, baseURL: address, allowAbsoluteUrls: false };
      await refusal(seer().request(either), 'ERR_CONFLICTING_CREDENTIALS');
      expect(server.received).toHaveLength(0);
    });

    it('in an address that axios joins from baseURL and url are refused', async () => {
      const { host } = new URL(server.origin);
      const config = { baseURL: 'http://', viewerContext: null };
      await refusal(seer().get(`u:p@${host}/x`, config), 'ERR_CONFLICTING_CREDENTIALS');
      await refusal(
        seer({ secret: '', logger: { warn: () => undefined } }).get(`u:p@${host}/x`, config),
        'ERR_CONFLICTING_CREDENTIALS',
      );
      expect(server.received).toHaveLength(0);
    });

    it('in a very long address, which a quadratic search would take minutes for', async () => {
      const long = `http://${'\t'.repeat(300_000)}`; // URL parsers skip tabs
      const { host } = new URL(server.origin);
      await refusal(seer().get(`${long}u:p@${host}`), 'ERR_CONFLICTING_CREDENTIALS');
      expect(server.received).toHaveLength(0);
      await seer().get(`${long}${host}/x`);
      expect(server.last().url).toBe('/x');
    });

    it.each(['/users/@me', '/a:b@c', '?q=u:p@host', '/http://u:p@host', '/x?next=http://u:p@host', '/a\\b@c'])(
      'an @ after the host marks no credentials: %s',
      async (path) => {
        await seer().get(`${server.origin}${path}`);
        await seer().get(path);
        expect(server.received).toHaveLength(2);
        for (const request of server.received) expect(isBodySigned(request)).toBe(true);
      },
    );

    it('an attached client can have them: it signs no body', async () => {
      await attachedClient({ adapter, baseURL: server.origin }).get('/', { auth, viewerContext });
      expect(server.last().headers.authorization).toMatch(/^Basic /);
      expect(establishViewer(server.last())).toEqual(received);
    });
  });

  it.each([
    [302, viewerContext],
    [307, viewerContext],
    [302, null],
    [307, null],
  ])('H7: it follows no redirect, whatever the request asks for: %d, viewer %p', async (status, context) => {
    await using redirecting = await startServer(redirectTo(() => '/there', status));
    const config = { viewerContext: context, maxRedirects: 5, fetchOptions: { redirect: 'follow' } } as const;
    const client = seerClient(adapter, redirecting.origin, { maxRedirects: 5 });
    const { response } = await rejected(client.post('/', { a: 1 }, config));
    expect(response?.status).toBe(status);
    expect(redirecting.received).toHaveLength(1);
    expect(isBodySigned(redirecting.last())).toBe(true);
  });

  describe('without a secret', () => {
    it("signs nothing, warns once, and removes the caller's Authorization", async () => {
      const warn = jest.fn();
      const client = seer({ secret: '', logger: { warn } });
      const headers = { Authorization: 'Bearer mine', 'X-Viewer-Context': '{"user_id":5}' };
      await client.post('/', { a: 1 }, { headers });
      await client.post('/', { a: 1 }, { headers, viewerContext });
      expect(server.received).toHaveLength(2);
      for (const request of server.received) {
        expect(timesReceived(request, 'Authorization')).toBe(0);
        expect(establishViewer(request)).toBe('no viewer');
      }
      expect(warn).toHaveBeenCalledTimes(1);
    });

    it('refuses no body and no redirect, and a request without a viewer goes anywhere', async () => {
      const client = seer({ secret: '', logger: { warn: () => undefined } });
      await client.post('/', new URLSearchParams({ a: 'b' }));
      expect(server.last().body.toString()).toMatch(/^(a=b|\{"a":"b"\})$/); // the latter up to the JSON content type
      await client.get(foreign.origin);
      expect(foreign.last().headers).not.toHaveProperty('authorization');
      await using redirecting = await startServer(redirectTo(() => `${server.origin}/there`));
      await client.get(redirecting.origin);
      expect(server.last().url).toBe('/there');
    });

    it('refuses credentials, as it does with a secret', async () => {
      const client = seer({ secret: '', logger: { warn: () => undefined } });
      const auth = { username: 'u', password: 'p' };
      const withCredentials = server.origin.replace('//', '//u:p@');
      for (const context of [viewerContext, null]) {
        await refusal(client.get('/', { auth, viewerContext: context }), 'ERR_CONFLICTING_CREDENTIALS');
        await refusal(client.get(withCredentials, { viewerContext: context }), 'ERR_CONFLICTING_CREDENTIALS');
      }
      expect(server.received).toHaveLength(0);
    });

    it('refuses an invalid viewer, and a viewer at a foreign host, explicit or default', async () => {
      const client = seer({ secret: '', logger: { warn: () => undefined } });
      await refusal(client.get('/', { viewerContext: { userId: 0 } }), 'ERR_INVALID_VIEWER_CONTEXT');
      await refusal(client.get(foreign.origin, { viewerContext }), 'ERR_DESTINATION_NOT_ALLOWED');
      const options = { secret: '', logger: { warn: () => undefined }, defaultViewerContext: viewerContext };
      await refusal(seer(options).get(foreign.origin), 'ERR_DESTINATION_NOT_ALLOWED');
      expect([...server.received, ...foreign.received]).toHaveLength(0);
    });

    it("onMissingSecret: 'throw' refuses each request, with a viewer and without", async () => {
      const client = seer({ secret: '', onMissingSecret: 'throw' });
      for (const context of [null, null, viewerContext, viewerContext]) {
        await refusal(client.post('/', { a: 1 }, { viewerContext: context }), 'ERR_MISSING_SECRET');
      }
      expect(server.received).toHaveLength(0);
    });
  });
});
