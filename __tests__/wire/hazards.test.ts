import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { inspect } from 'node:util';
import { runInNewContext } from 'node:vm';
import axios, { AxiosHeaders, type AxiosInstance, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';
import { setupCache } from 'axios-cache-interceptor';
import { attachViewerContext, isViewerContextError, ViewerContextError } from 'axios-viewer-context';
import { verifyViewerContext } from 'axios-viewer-context/protocol';
import { FEATURES } from '../support/axios-features.js';
import { ADAPTERS, attachedClient, rejected, seerClient, withLaterInterceptor } from '../support/clients.js';
import { describeNegativeControl } from '../support/negative-control.js';
import { establishViewer, isBodySigned, SECRET } from '../support/receiver.js';
import { refusal } from '../support/rejection.js';
import { redirectTo, startServer, timesReceived, type TestServer } from '../support/server.js';
import { useServers } from '../support/servers.js';

// What axios does that breaks or subverts a signing plugin: H1 to H28, each with the rule that answers it.

describeNegativeControl();

/** Runs with a property on Object.prototype, as after a prototype pollution. */
async function polluted(property: string, value: unknown, run: () => Promise<unknown>): Promise<void> {
  Object.defineProperty(Object.prototype, property, { value, configurable: true, writable: true, enumerable: true });
  try {
    await run();
  } finally {
    Reflect.deleteProperty(Object.prototype, property);
  }
}

describe.each(ADAPTERS)('axios hazards, over the %s adapter', (adapter) => {
  const { server, foreign } = useServers();
  const defaults = () => ({ adapter, baseURL: server.origin });
  const viewerContext = { organizationId: 1, userId: 2 };
  const received = { organization_id: 1, user_id: 2 };

  it('H1: a viewer in the defaults, which axios would merge with the request, is refused', async () => {
    const client = attachedClient(defaults());
    Object.assign(client.defaults, { viewerContext: { organizationId: 1, userId: 5 } });
    const error = await refusal(
      client.get('/', { viewerContext: { organizationId: 2 } }),
      'ERR_VIEWER_CONTEXT_IN_DEFAULTS',
    );
    expect(error.message).toContain('defaultViewerContext');
    await refusal(client.get('/'), 'ERR_VIEWER_CONTEXT_IN_DEFAULTS');
    await refusal(client.get('/', { viewerContext: null }), 'ERR_VIEWER_CONTEXT_IN_DEFAULTS');
    expect(server.received).toHaveLength(0);
  });

  it('H2: an interceptor that recovers every rejection cannot get a refused request out', async () => {
    const client = axios.create(defaults());
    let seen: InternalAxiosRequestConfig | undefined;
    client.interceptors.request.use(null, () => seen); // runs after ours
    attachViewerContext(client, { secret: () => Promise.reject(new Error('sealed')) });
    client.interceptors.request.use((config) => (seen = config)); // runs before ours
    const spoofed = { 'X-Viewer-Context': 'forged', 'X-Viewer-Context-Signature': 'forged' };
    await refusal(client.get('/', { viewerContext, headers: spoofed }), 'ERR_INVALID_SECRET');
    await refusal(client.get('/', { viewerContext: { userId: 0 }, headers: spoofed }), 'ERR_INVALID_VIEWER_CONTEXT');
    expect(server.received).toHaveLength(0);
  });

  it.each<[string, object, string]>([
    [
      'a default that fails',
      {
        defaultViewerContext: () => {
          throw new Error('lost');
        },
      },
      'ERR_INVALID_VIEWER_CONTEXT',
    ],
    ['a viewer in the defaults', {}, 'ERR_VIEWER_CONTEXT_IN_DEFAULTS'],
  ])('H2: nor one refused for %s', async (_name, options, code) => {
    const client = axios.create(defaults());
    let seen: InternalAxiosRequestConfig | undefined;
    client.interceptors.request.use(null, () => seen);
    attachViewerContext(client, { secret: SECRET, ...options });
    client.interceptors.request.use((config) => (seen = config));
    if (code === 'ERR_VIEWER_CONTEXT_IN_DEFAULTS') Object.assign(client.defaults, { viewerContext: { userId: 5 } });
    await refusal(client.get('/'), code as 'ERR_INVALID_VIEWER_CONTEXT');
    expect(server.received).toHaveLength(0);
  });

  it("H2: another plugin's throwing synchronous interceptor cannot make axios skip ours", async () => {
    const plugin = (client: AxiosInstance): AxiosInstance => {
      const throwing = (): never => {
        throw new Error('broken plugin');
      };
      client.interceptors.request.use(throwing, () => undefined, { synchronous: true });
      return client;
    };
    const config = { viewerContext, headers: { 'X-Viewer-Context': 'forged' } };
    await plugin(axios.create(defaults())).get('/', config);
    expect(server.received).toHaveLength(1); // control: where all are synchronous, axios sends after such a throw
    await rejected(plugin(attachedClient(defaults())).get('/', config));
    expect(server.received).toHaveLength(1);
  });

  it('H3: the header values are printable ASCII, so that no version rewrites them', async () => {
    await attachedClient(defaults()).get('/', { viewerContext: { organizationId: 9007199254740991, userId: '1' } });
    const { headers } = server.last();
    expect(headers['x-viewer-context']).toMatch(/^[!-~]+$/);
    expect(establishViewer(server.last())).toEqual({ organization_id: 9007199254740991, user_id: 1 });
  });

  it("H4: a caller's false does not keep our headers out", async () => {
    const headers = { 'X-Viewer-Context': false, 'X-Viewer-Context-Signature': false, Authorization: false };
    await seerClient(adapter, server.origin).get('/', { viewerContext, headers });
    expect(establishViewer(server.last())).toEqual(received);
    expect(isBodySigned(server.last())).toBe(true);
  });

  it.each([
    ['a viewer', { organizationId: 1, userId: 2 }, received],
    ['nobody', null, 'nobody'],
  ])("H5: a caller's headers go in every spelling, for %s", async (_name, viewerContext, expected) => {
    const spellings = [
      'x-viewer-context',
      'X-VIEWER-CONTEXT',
      ' X-Viewer-Context',
      'X-Viewer-Context\t',
      'x_viewer_context',
      'X-VIEWER_CONTEXT',
    ];
    const headers = Object.fromEntries(
      spellings.flatMap((name) => [
        [name, 'forged'],
        [`${name.trim()}-signature`, 'forged'],
      ]),
    );
    await attachedClient(defaults()).get('/', { viewerContext, headers });
    expect(establishViewer(server.last())).toEqual(expected);
    const times = expected === 'nobody' ? 0 : 1;
    expect(timesReceived(server.last(), 'X-Viewer-Context')).toBe(times);
    expect(timesReceived(server.last(), 'X-Viewer-Context-Signature')).toBe(times);
  });

  it("H6: credentials that would replace the body's signature are refused", async () => {
    const seer = seerClient(adapter, server.origin);
    const auth = { username: 'u', password: 'p' };
    await refusal(seer.get('/', { auth }), 'ERR_CONFLICTING_CREDENTIALS');
    for (const userinfo of ['u:p@', 'u@', ':p@']) {
      const withUser = server.origin.replace('//', `//${userinfo}`);
      await refusal(seer.get(`${withUser}/`), 'ERR_CONFLICTING_CREDENTIALS');
      await refusal(seer.get('/', { baseURL: withUser }), 'ERR_CONFLICTING_CREDENTIALS');
      const either = { url: `${server.origin}/`, baseURL: withUser, allowAbsoluteUrls: false };
      await refusal(seer.request(either), 'ERR_CONFLICTING_CREDENTIALS');
    }
    expect(server.received).toHaveLength(0);
    await attachedClient(defaults()).get('/', { auth, viewerContext });
    expect(server.last().headers.authorization).toMatch(/^Basic /);
    expect(establishViewer(server.last())).toEqual(received);
  });

  describe('H7: redirects', () => {
    it.each([301, 302, 303, 307, 308])('%d to another origin never carries the viewer there', async (status) => {
      await using redirecting = await startServer(redirectTo(() => `${foreign.origin}/there`, status));
      const client = attachedClient({ adapter, baseURL: redirecting.origin });
      await client.post('/', { a: 1 }, { viewerContext, maxRedirects: 5 }).catch(() => undefined);
      expect(establishViewer(redirecting.last())).toEqual(received);
      expect(foreign.received.map((request) => establishViewer(request))).toEqual(adapter === 'http' ? ['nobody'] : []);
    });

    it('not even back: once removed, the headers stay away', async () => {
      await using redirecting = await startServer((request, response) => {
        response.writeHead(request.url === '/back' ? 200 : 302, { location: `${middle.origin}/` }).end('{}');
      });
      await using middle: TestServer = await startServer(redirectTo(() => `${redirecting.origin}/back`));
      await attachedClient({ adapter, baseURL: redirecting.origin })
        .get('/', { viewerContext })
        .catch(() => undefined);
      expect(establishViewer(redirecting.received[0]!)).toEqual(received);
      expect([middle.received.length, redirecting.received.length]).toEqual(adapter === 'http' ? [1, 2] : [0, 1]);
      for (const request of [...middle.received, ...redirecting.received.slice(1)]) {
        expect(establishViewer(request)).toBe('nobody');
      }
    });

    it("the user's own beforeRedirect runs, and cannot bring the headers back; a retry does not nest it", async () => {
      await using redirecting = await startServer(redirectTo(() => `${foreign.origin}/there`));
      const beforeRedirect = jest.fn((options: { headers?: object }) => {
        Object.assign(options.headers ?? {}, {
          'x-viewer-context': '{"user_id":5}',
          'X-Viewer-Context-Signature': 'x',
          'x-mine': 'kept',
        });
      });
      const client = attachedClient({ adapter, baseURL: redirecting.origin });
      const config = { url: '/', viewerContext, beforeRedirect };
      const first = await client.request(config).catch(() => undefined);
      if (first !== undefined) {
        await client.request(first.config);
        await client.request(first.config);
      }
      expect(foreign.received).toHaveLength(adapter === 'http' ? 3 : 0);
      expect(beforeRedirect).toHaveBeenCalledTimes(foreign.received.length);
      if (first !== undefined) {
        const users = Symbol.for('axios-viewer-context.users-before-redirect');
        expect(first.config.beforeRedirect).toHaveProperty([users], beforeRedirect);
        const again = await client.request(first.config);
        expect(again.config.beforeRedirect).toHaveProperty([users], beforeRedirect);
        const details = expect.objectContaining({ statusCode: 302 }) as unknown;
        expect(beforeRedirect.mock.calls[0]?.slice(1, 2)).toEqual(FEATURES.redirectDetails ? [details] : []);
      }
      for (const request of foreign.received) {
        expect(establishViewer(request)).toBe('nobody');
        expect(request.headers['x-mine']).toBe('kept');
      }
    });

    it("a fetch that the caller lets follow redirects does not, nor when the adapter's name is hidden in a list", async () => {
      await using redirecting = await startServer(redirectTo(() => `${foreign.origin}/there`));
      for (const hidden of [['xhr', adapter], adapter]) {
        const client = attachedClient({ adapter: hidden as typeof adapter, baseURL: redirecting.origin });
        const fetchOptions = { redirect: 'follow', cache: 'no-store' } as const;
        const { config } = await client
          .get('/', { viewerContext, fetchOptions })
          .catch((error: unknown) => error as { config: InternalAxiosRequestConfig });
        expect(config.fetchOptions).toEqual({ redirect: 'manual', cache: 'no-store' });
      }
      for (const request of foreign.received) expect(establishViewer(request)).toBe('nobody');
    });

    it.each([302, 307])(
      'the Seer client follows none, not within the origin, whatever the request asks for: %d',
      async (status) => {
        await using redirecting = await startServer(redirectTo(() => '/there', status));
        const seer = seerClient(adapter, redirecting.origin);
        const request = seer.post('/', { a: 1 }, { maxRedirects: 5, fetchOptions: { redirect: 'follow' } });
        expect((await rejected(request)).response?.status).toBe(status);
        expect(redirecting.received).toHaveLength(1);
        expect(isBodySigned(redirecting.last())).toBe(true);
      },
    );

    it('where versions differ on the URL that is sent, the viewer follows no redirect', async () => {
      // `url` is joined to baseURL, or not: from 1.8.3 the request goes to baseURL, and is redirected to the origin of url
      await using redirecting = await startServer(redirectTo(() => `${server.origin}/there`));
      const client = attachedClient({ adapter }, { allowedOrigins: [redirecting.origin, server.origin] });
      const config = { baseURL: redirecting.origin, allowAbsoluteUrls: false, viewerContext };
      await client.get(`${server.origin}/x`, config).catch(() => undefined);
      if (redirecting.received.length > 0) {
        expect(establishViewer(redirecting.last())).toEqual(received);
        for (const request of server.received) expect(establishViewer(request)).toBe('nobody');
      }
    });

    it('the Seer client tells fetch not to, for nobody too', async () => {
      const { config } = await seerClient(adapter, server.origin).get<unknown>('/');
      expect(config.fetchOptions).toEqual({ redirect: 'manual' });
      expect(config.maxRedirects).toBe(0);
      expect(config.redact).toEqual(['Authorization', 'viewerContext']);
    });

    it('a transport of its own, to which axios gives no redirect hook, is refused', async () => {
      const transport = {
        request: () => {
          throw new Error('sent');
        },
      };
      await refusal(attachedClient(defaults()).get('/', { viewerContext, transport }), 'ERR_DESTINATION_NOT_ALLOWED');
      await refusal(
        attachedClient({ adapter }).get(server.origin, { viewerContext, transport }),
        'ERR_DESTINATION_NOT_ALLOWED',
      );
      await refusal(seerClient(adapter, server.origin).get('/', { transport }), 'ERR_DESTINATION_NOT_ALLOWED');
    });
  });

  it('H8: the signature covers what axios makes of the data, not the data', async () => {
    const seer = seerClient(adapter, server.origin);
    for (const data of [' {"a":1}\n', '', null, { a: undefined, b: [undefined] }]) {
      await seer.post('/', data);
      expect(isBodySigned(server.last())).toBe(true);
    }
    expect(server.received.map(({ body }) => body.toString())).toEqual(['{"a":1}', '""', 'null', '{"b":[null]}']);
  });

  it('H9: sent again on a prepared config, the transform is there once, and runs once', async () => {
    const client = attachedClient(defaults());
    let { config } = await client.post('/', { a: 1 }, { viewerContext });
    const { length } = config.transformRequest as unknown[];
    for (let attempt = 0; attempt < 3; attempt += 1) ({ config } = await client.request(config));
    expect(config.transformRequest).toHaveLength(length);
    expect(config.redact).toEqual(['X-Viewer-Context', 'X-Viewer-Context-Signature', 'viewerContext']);
    expect(config.sensitiveHeaders).toEqual(['X-Viewer-Context', 'X-Viewer-Context-Signature']);
    for (const request of server.received) {
      expect(establishViewer(request)).toEqual(received);
      expect(timesReceived(request, 'X-Viewer-Context')).toBe(1);
    }
  });

  describe('H10: the viewer goes to allowed origins only', () => {
    const port = (origin: string): string => new URL(origin).port;

    it.each<[string, (foreignOrigin: string) => object]>([
      ['an absolute URL', (origin) => ({ url: origin })],
      [
        'an absolute URL that looks like ours',
        (origin) => ({ url: `http://seer.internal@127.0.0.1:${port(origin)}/` }),
      ],
      ['an absolute URL in another case', (origin) => ({ url: origin.replace('http', 'HTTP') })],
      ['an absolute URL that is not a string', (origin) => ({ url: [origin] })],
      [
        'an absolute URL that allowAbsoluteUrls shall not honour',
        (origin) => ({ url: origin, allowAbsoluteUrls: false }),
      ],
      ['a protocol-relative URL', (origin) => ({ url: origin.replace('http:', '') })],
      [
        'a protocol-relative URL with backslashes and no baseURL',
        (origin) => ({ url: origin.replace('http://', '\\\\'), baseURL: '' }),
      ],
      ["the request's own baseURL", (origin) => ({ url: '/', baseURL: origin })],
      [
        "the request's own baseURL, hidden behind an allowed URL",
        (origin) => ({ url: `${server.origin}/x`, baseURL: origin, allowAbsoluteUrls: false }),
      ],
      ['a falsy allowAbsoluteUrls', (origin) => ({ url: `${server.origin}/x`, baseURL: origin, allowAbsoluteUrls: 0 })],
      ['no baseURL and blanks before the URL', (origin) => ({ url: ` ${origin}`, baseURL: '' })],
      ['no baseURL and a URL without slashes', (origin) => ({ url: origin.replace('//', ''), baseURL: '' })],
      ['an opaque origin', () => ({ url: 'foo://127.0.0.1/' })],
      ['an opaque origin with a digit', () => ({ url: 'h2://127.0.0.1/' })],
      ['a URL that wraps an allowed origin', () => ({ url: '/', baseURL: `blob:${server.origin}` })],
      ['another port', () => ({ url: 'http://127.0.0.1:1/' })],
      ['another scheme', (origin) => ({ url: origin.replace('http:', 'https:') })],
    ])('%s is refused', async (_name, config) => {
      const client = attachedClient({ adapter, baseURL: server.origin });
      await refusal(client.request({ viewerContext, ...config(foreign.origin) }), 'ERR_DESTINATION_NOT_ALLOWED');
      const seer = seerClient(adapter, server.origin);
      for (const viewerContext of [{ userId: 2 }, null]) {
        await refusal(seer.request({ viewerContext, ...config(foreign.origin) }), 'ERR_DESTINATION_NOT_ALLOWED');
      }
      expect(server.received).toHaveLength(0);
      expect(foreign.received).toHaveLength(0);
    });

    it('what stays at the origin is sent', async () => {
      const client = attachedClient({ adapter, baseURL: `${server.origin}/base/` });
      for (const url of ['x', '/x', '', '?q=http://other', `${server.origin}/x`, '/http://other', 'a//b', '../x']) {
        await client.get(url, { viewerContext });
        expect(establishViewer(server.last())).toEqual(received);
      }
      await client.get('/x', { viewerContext, params: { next: 'http://other' } });
      expect(establishViewer(server.last())).toEqual(received);
      await client.get(`${server.origin}/x`, { viewerContext, baseURL: foreign.origin });
      expect(establishViewer(server.last())).toEqual(received);
      await attachedClient({ adapter }, { allowedOrigins: [server.origin] }).get(`${server.origin}/x`, {
        viewerContext,
        allowAbsoluteUrls: false,
      });
      expect(establishViewer(server.last())).toEqual(received);
      client.interceptors.request.use((config) => Object.assign(config, { allowAbsoluteUrls: undefined })); // as before axios 1.8
      await client.get(`${server.origin}/x`, { viewerContext, baseURL: foreign.origin });
      expect(establishViewer(server.last())).toEqual(received);
      expect(foreign.received).toHaveLength(0);
    });
  });

  it('H11: a signed config is no signing oracle elsewhere', async () => {
    const { config }: AxiosResponse = await seerClient(adapter, server.origin).post('/', { a: 1 }, { viewerContext });
    const other = axios.create({ adapter });
    await refusal(other.request({ ...config, data: '{"b":2}', viewerContext: { userId: 5 } }), 'ERR_SPENT_SIGNATURE');
    await refusal(other.request(config), 'ERR_SPENT_SIGNATURE');
    expect(server.received).toHaveLength(1);
  });

  it('H12: neither a stringified error nor the config shows the viewer or its signature, and nothing shows the secret', async () => {
    await using failing = await startServer((_request, response) => response.writeHead(500).end());
    const config = {
      viewerContext: { organizationId: 471147, userId: 471248 }, // longer than a port, which is in the URL that is shown
      redact: ['x-mine'],
      sensitiveHeaders: ['x-mine'],
      headers: { 'x-mine': 'hidden' },
    };
    for (const client of [attachedClient({ adapter, baseURL: failing.origin }), seerClient(adapter, failing.origin)]) {
      const error = await rejected(client.post('/', {}, config));
      const shown = JSON.stringify(error);
      // Without `redact` (before axios 1.16) the viewer is in there, as the README says.
      if (FEATURES.redact) expect(shown).not.toMatch(/471147|471248|[0-9a-f]{64}|hidden/);
      else expect(shown).toMatch(/471147/);
      expect(inspect(error, { depth: 8, showHidden: true, getters: true })).not.toContain(SECRET);
      expect(error.config).toMatchObject({
        redact: expect.arrayContaining([
          'x-mine',
          'viewerContext',
          'X-Viewer-Context',
          'X-Viewer-Context-Signature',
        ]) as unknown,
        sensitiveHeaders: expect.arrayContaining([
          'x-mine',
          'X-Viewer-Context',
          'X-Viewer-Context-Signature',
        ]) as unknown,
      });
    }
  });

  it('H13: a bigint id does not make an error unprintable, put there early or late', async () => {
    await using failing = await startServer((_request, response) => response.writeHead(500).end());
    const late = withLaterInterceptor(attachedClient({ adapter, baseURL: failing.origin }), (config) => ({
      ...config,
      viewerContext: { userId: 7n },
    }));
    for (const client of [attachedClient({ adapter, baseURL: failing.origin }), late]) {
      const error = await rejected(client.get('/', { viewerContext: { userId: 7n } }));
      expect(() => JSON.stringify(error)).not.toThrow();
      expect(error.config).toMatchObject({ viewerContext: { userId: 7 } });
    }
  });

  it('H14: a viewerContext on Object.prototype is nobody', async () => {
    await polluted('viewerContext', { userId: 5 }, async () => {
      const client = attachedClient(defaults());
      // asynchronous, since older versions throw at once
      const send = async (config?: object): Promise<unknown> => client.get('/', config);
      if (FEATURES.survivesPollutedKey) {
        await send();
        await send({ viewerContext: { organizationId: 1 } });
        expect(server.received.map((request) => establishViewer(request))).toEqual(['nobody', { organization_id: 1 }]);
      } else {
        await send().catch(() => undefined);
        await expect(send({ viewerContext: { organizationId: 1 } })).rejects.toThrow('is not a function');
        for (const request of server.received) expect(establishViewer(request)).toBe('nobody');
      }
    });
  });

  it('H14: nor on a config that another plugin has given a prototype', async () => {
    const client = attachedClient(defaults());
    client.interceptors.request.use((config) => ({ ...config })); // runs before ours
    await polluted('viewerContext', { userId: 5 }, async () => {
      await client.get('/').catch(() => undefined); // older versions do not send it at all
    });
    for (const request of server.received) expect(establishViewer(request)).toBe('nobody');
  });

  it('H14: a baseURL or an onMissingSecret on Object.prototype is none', async () => {
    const { interceptors } = axios.create();
    await polluted('baseURL', 'https://seer.internal', () => {
      const options = { secret: SECRET, defaultViewerContext: { userId: 2 } };
      expect(() => attachViewerContext({ interceptors, defaults: {} }, options)).toThrow(
        'needs to know where it may go',
      );
      return Promise.resolve();
    });
    await polluted('onMissingSecret', 'throw', async () => {
      await attachedClient(defaults(), { secret: '', logger: { warn: () => undefined } }).get('/', { viewerContext });
    });
    expect(establishViewer(server.last())).toBe('nobody');
  });

  describe('H14: what is on Object.prototype is nobody', () => {
    it.each<[string, unknown]>([
      ['defaultViewerContext', { userId: 5 }],
      ['userId', 5],
      ['organizationId', 5],
      ['user_id', 5],
      ['secret', 'secret-two'],
      ['allowedOrigins', ['http://127.0.0.1:1']],
      ['onMissingSecret', 'throw'],
      ['logger', {}],
    ])('%s', async (property, value) => {
      await polluted(property, value, async () => {
        const client = attachedClient(defaults());
        await client.get('/');
        expect(establishViewer(server.last())).toBe('nobody');
        await client.get('/', { viewerContext: { organizationId: 1 } });
        expect(establishViewer(server.last())).toEqual({ organization_id: 1 });
        const { config } = await client.get('/', { viewerContext: { userId: 2 } });
        expect(establishViewer(server.last())).toEqual({ user_id: 2 });
        await client.request(config);
        expect(establishViewer(server.last())).toEqual({ user_id: 2 });
        expect(() => attachViewerContext(axios.create(), {} as never)).toThrow('options.secret is missing');
      });
    });
  });

  it('H15: an instance made from the client inherits no interceptors; each needs its own', async () => {
    const child = (attachedClient(defaults()) as AxiosInstance & { create(config: object): AxiosInstance }).create({});
    await child.get('/', { viewerContext });
    expect(establishViewer(server.last())).toBe('nobody');
    attachViewerContext(child, { secret: SECRET });
    await child.get('/', { viewerContext });
    expect(establishViewer(server.last())).toEqual(received);
  });

  it('H16: a second attach to the same client is refused, through a wrapper of it too, until it is detached', async () => {
    const client = axios.create(defaults());
    const detach = attachViewerContext(client, { secret: 'secret-two' });
    const { interceptors, defaults: clientDefaults } = client;
    for (const same of [client, { interceptors, defaults: clientDefaults }]) {
      expect(() => attachViewerContext(same, { secret: SECRET })).toThrow('attached to this client already');
    }
    detach();
    attachViewerContext(client, { secret: SECRET });
    await client.get('/', { viewerContext });
    expect(establishViewer(server.last())).toEqual(received);
    expect(timesReceived(server.last(), 'X-Viewer-Context')).toBe(1);
  });

  it('H17: detaching ejects no stranger, and is complete whatever became of the list of interceptors', async () => {
    const client = axios.create(defaults());
    const detach = attachViewerContext(client, { secret: SECRET });
    client.interceptors.request.clear();
    const stranger = jest.fn((config: InternalAxiosRequestConfig) => config);
    client.interceptors.request.use(stranger);
    detach();
    detach();
    await client.get('/', { viewerContext });
    expect(stranger).toHaveBeenCalledTimes(1);
    expect(establishViewer(server.last())).toBe('nobody');

    const { request } = client.interceptors;
    const detachAgain = attachViewerContext(client, { secret: SECRET });
    const { handlers } = request as unknown as { handlers: (object | null)[] };
    Object.assign(request, { handlers: undefined });
    detachAgain(); // cannot see itself in the list, and switches itself off
    Object.assign(request, { handlers });
    await client.get('/', { viewerContext });
    expect(establishViewer(server.last())).toBe('nobody');

    const detachLast = attachViewerContext(client, { secret: SECRET });
    detachLast();
    expect((request as unknown as { handlers: unknown[] }).handlers.filter((handler) => handler !== null)).toHaveLength(
      2,
    );
  });

  it('H18: a later interceptor that replaces transformRequest drops the signing, and a verifying test finds it', async () => {
    const client = withLaterInterceptor(attachedClient(defaults()), (config) => ({ ...config, transformRequest: [] }));
    await client.get('/', { viewerContext });
    expect(() => verifyViewerContext(server.last().headers, { secrets: [SECRET] })).toThrow(
      'The header X-Viewer-Context is missing.',
    );
  });

  it('H19: bytes that the caller changes after signing are sent as signed', async () => {
    const data = Buffer.from('{"a":1}');
    await seerClient(adapter, server.origin).post('/', data, {
      transformRequest: (bytes: Buffer) => {
        queueMicrotask(() => data.fill('x'));
        return bytes;
      },
    });
    expect(data.toString()).toBe('xxxxxxx');
    expect(server.last().body.toString()).toBe('{"a":1}');
    expect(isBodySigned(server.last())).toBe(true);
  });

  it('H20: bytes of another realm are bytes', async () => {
    const seer = seerClient(adapter, server.origin);
    for (const code of ['new Uint8Array([123, 125])', 'new Uint8Array([123, 125]).buffer']) {
      await seer.post('/', runInNewContext(code));
      expect(server.last().body.toString()).toBe('{}');
      expect(isBodySigned(server.last())).toBe(true);
    }
  });

  it.each<[string, () => unknown]>([
    ['a number', () => 5],
    ['a boolean', () => true],
    ['a symbol', () => Symbol('x')],
    ['a function', () => () => undefined],
    ['a function with toJSON', () => Object.assign(() => undefined, { toJSON: () => 1 })],
    ['a FormData', () => new FormData()],
    ['a URLSearchParams', () => new URLSearchParams({ a: '1' })],
    ['a Blob', () => new Blob(['{}'])],
    ['a stream', () => Readable.from(['{}'])],
    ['a web stream', () => new Blob(['{}']).stream()],
    ['a Map', () => new Map([['a', 1]])],
    ['a Set', () => new Set([1])],
    ['a promise', () => Promise.resolve({})],
    ['an error', () => new Error('x')],
    ['a regular expression', () => /x/],
    ['shared memory', () => new SharedArrayBuffer(2)],
  ])('H21: %s as data, which axios would serialize with loss or too late, is refused', async (_name, data) => {
    const seer = seerClient(adapter, server.origin);
    await refusal(seer.post('/', data()), 'ERR_UNSIGNABLE_BODY');
    expect(server.received).toHaveLength(0);
  });

  it.each<[string, unknown]>([
    ['a stream', Readable.from(['{}'])],
    ['a form', new FormData()],
    ['an object', { a: 1 }],
    ['a number', 0],
    ['false', false],
  ])('H21: %s made by a transform is refused', async (_name, made) => {
    const seer = seerClient(adapter, server.origin);
    await refusal(seer.post('/', { a: 1 }, { transformRequest: () => made as string }), 'ERR_UNSIGNABLE_BODY');
    expect(server.received).toHaveLength(0);
  });

  it('H21: a stream is refused, though a transform makes text of it', async () => {
    const seer = seerClient(adapter, server.origin);
    const transformRequest = (): string => '{}';
    await refusal(seer.post('/', Readable.from(['{}']), { transformRequest }), 'ERR_UNSIGNABLE_BODY');
    expect(server.received).toHaveLength(0);
  });

  it('H21: data that a later interceptor puts there is judged too', async () => {
    const seer = seerClient(adapter, server.origin);
    withLaterInterceptor(seer, (config) => ({ ...config, data: new URLSearchParams({ a: '1' }) }));
    await refusal(seer.post('/', {}), 'ERR_UNSIGNABLE_BODY');
    expect(server.received).toHaveLength(0);
  });

  it('a viewer that a later interceptor takes off a default leaves nobody, and the body signed', async () => {
    const seer = seerClient(adapter, server.origin, { defaultViewerContext: { userId: 2 } });
    withLaterInterceptor(seer, (config) => ({ ...config, viewerContext: null }));
    await seer.post('/', { a: 1 });
    expect(establishViewer(server.last())).toBe('nobody');
    expect(isBodySigned(server.last())).toBe(true);
  });

  it('an @ in the path is no credential', async () => {
    await seerClient(adapter, server.origin).get(`${server.origin}/users/@me`);
    expect(server.last().url).toBe('/users/@me');
    expect(isBodySigned(server.last())).toBe(true);
  });

  it("H22: a caller's Content-Length or Transfer-Encoding does not cut a signed body", async () => {
    const headers = { 'content-length': '3', 'Content-Length': '3', 'Transfer-Encoding': 'chunked' };
    await seerClient(adapter, server.origin).post('/', { a: 1 }, { headers });
    expect(server.last().body.toString()).toBe('{"a":1}');
    expect(isBodySigned(server.last())).toBe(true);
  });

  it("H23: a cache whose key ignores the viewer serves one viewer's response to another; a key with the viewer does not", async () => {
    await using seer = await startServer((request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(establishViewer(request)));
    });
    const ask = async (client: AxiosInstance): Promise<unknown[]> => {
      const first = await client.get<unknown>('/', { viewerContext: { userId: 1 } });
      const second = await client.get<unknown>('/', { viewerContext: { userId: 2 } });
      return [first.data, second.data];
    };
    const leaking = setupCache(axios.create({ adapter, baseURL: seer.origin }));
    attachViewerContext(leaking, { secret: SECRET });
    expect(await ask(leaking as AxiosInstance)).toEqual([{ user_id: 1 }, { user_id: 1 }]);

    const keyed = setupCache(axios.create({ adapter, baseURL: seer.origin }), {
      generateKey: ({ method, url, params, data, viewerContext }) =>
        JSON.stringify([method, url, params, data, viewerContext]),
    });
    attachViewerContext(keyed, { secret: SECRET });
    expect(await ask(keyed as AxiosInstance)).toEqual([{ user_id: 1 }, { user_id: 2 }]);
    expect(await ask(keyed as AxiosInstance)).toEqual([{ user_id: 1 }, { user_id: 2 }]);
    expect(seer.received).toHaveLength(3);
  });

  it('H24: a config that a later interceptor copies is signed all the same', async () => {
    const client = withLaterInterceptor(attachedClient(defaults()), (config) => structuredCopy(config));
    await client.post('/', { a: 1 }, { viewerContext });
    expect(establishViewer(server.last())).toEqual(received);
    const { config } = await client.get('/', { viewerContext });
    await client.request(structuredCopy(config));
    expect(establishViewer(server.last())).toEqual(received);
  });

  it.each<[string, unknown, string]>([
    ['a list', [(data: { a: number }) => JSON.stringify(data)], '{"a":1}'],
    ['one function', (data: { a: number }) => `${String(data.a)}!`, '1!'],
    ['undefined', undefined, '{"a":1}'],
  ])('H25: transformRequest may be %s', async (_name, transformRequest, body) => {
    const client = attachedClient(defaults());
    await client.post('/', { a: 1 }, { viewerContext, transformRequest: transformRequest as never });
    expect(server.last().body.toString()).toBe(body);
    expect(establishViewer(server.last())).toEqual(received);
  });

  it("H25: the caller's transforms run in their order, once an attempt, as axios runs them", async () => {
    const runs: unknown[] = [];
    const transformRequest = ['a', 'b', 'c'].map(
      (name) =>
        function (this: InternalAxiosRequestConfig, data: string, headers: { get(name: string): unknown }) {
          runs.push([name, this.url, headers.get('X-Mine')]);
          return `${data}${name}`;
        },
    );
    const client = attachedClient(defaults());
    const { config } = await client.post('/', '-', { viewerContext, transformRequest, headers: { 'x-mine': 'mine' } });
    const order = ['a', 'b', 'c'].map((name) => [name, '/', 'mine']);
    expect(runs).toEqual(order);
    expect(server.last().body.toString()).toBe('-abc');
    await client.request({ ...config, data: '+' });
    expect(runs).toEqual([...order, ...order]);
    expect(server.last().body.toString()).toBe('+abc');
    expect(establishViewer(server.last())).toEqual(received);
  });

  it('H25: what is no function in the list is refused as axios refuses it', async () => {
    for (const transformRequest of [[undefined], [(data: string): string => data, 'no function']]) {
      const config = { viewerContext, transformRequest: transformRequest as never };
      await expect(attachedClient(defaults()).post('/', 'a', config)).rejects.toBeInstanceOf(TypeError);
    }
    expect(server.received).toHaveLength(0);
  });

  it.each([[null], [undefined], [[]]])(
    'H25: an interceptor may set transformRequest to %p',
    async (transformRequest) => {
      const client = attachedClient(defaults());
      client.interceptors.request.use((config) => Object.assign(config, { transformRequest })); // runs before ours
      await client.post('/', 'as it is', { viewerContext });
      expect(server.last().body.toString()).toBe('as it is');
      expect(establishViewer(server.last())).toEqual(received);
    },
  );

  it("H26: a socket other than the client's own, and a Connection header that drops ours, are refused", async () => {
    const client = attachedClient(defaults());
    await refusal(client.get('/', { viewerContext, socketPath: '/nowhere.sock' }), 'ERR_DESTINATION_NOT_ALLOWED');
    const local = attachedClient({ ...defaults(), socketPath: '/nowhere.sock' });
    await refusal(local.get('/', { viewerContext, socketPath: '/elsewhere.sock' }), 'ERR_DESTINATION_NOT_ALLOWED');
    const lists = ['X-Viewer-Context-Signature', 'close, x-viewer-context', 'x_viewer_context ,close'];
    for (const Connection of lists) {
      await refusal(client.get('/', { viewerContext, headers: { Connection } }), 'ERR_CONFLICTING_CREDENTIALS');
    }
    await refusal(
      client.get('/', { viewerContext, headers: { connection: ['close', 'X-Viewer-Context'] } }),
      'ERR_CONFLICTING_CREDENTIALS',
    );
    const { message } = await refusal(
      client.get('/', { viewerContext, headers: { Connection: 'close , X-Viewer-Context ' } }),
      'ERR_CONFLICTING_CREDENTIALS',
    );
    expect(message).toContain('names X-Viewer-Context, so');
    const seer = seerClient(adapter, server.origin);
    await refusal(seer.get('/', { headers: { Connection: 'authorization' } }), 'ERR_CONFLICTING_CREDENTIALS');
    expect(server.received).toHaveLength(0);
    await client.get('/', { viewerContext, headers: { 'x-list': 'X-Viewer-Context' } });
    expect(establishViewer(server.last())).toEqual(received);
    if (adapter === 'http') {
      await seer.get('/', { headers: { Connection: 'X-Viewer-Context' } }); // which is not sent
      expect(isBodySigned(server.last())).toBe(true);
      for (const Connection of ['close', 'close, Authorization']) {
        await client.get('/', { viewerContext, headers: { Connection } }); // the plain client does not sign that
      }
      expect(establishViewer(server.last())).toEqual(received);
    }
  });

  if (adapter === 'http') {
    it("H26: the client's own socket is its own business, and any is without an allow-list", async () => {
      const folder = await mkdtemp(join(tmpdir(), 'viewer-'));
      const socketPath = join(folder, 'seer.sock');
      try {
        await using local = await startServer(undefined, socketPath);
        await attachedClient({ adapter, baseURL: local.origin, socketPath }).get('/', { viewerContext });
        expect(establishViewer(local.last())).toEqual(received);
        await attachedClient({ adapter }).get(`${local.origin}/`, { viewerContext, socketPath });
        expect(local.received).toHaveLength(2);
        expect(establishViewer(local.last())).toEqual(received);
      } finally {
        await rm(folder, { recursive: true });
      }
    });
  }

  it('H26: no socketPath, said as null, is none', async () => {
    await attachedClient(defaults()).get('/', { viewerContext, socketPath: null });
    expect(establishViewer(server.last())).toEqual(received);
  });

  it('H27: two copies of this package on one client, or one config, behave as one', async () => {
    const copy = isolatedCopy();
    expect(copy.attachViewerContext).not.toBe(attachViewerContext);
    const client = attachedClient(defaults());
    expect(() => copy.attachViewerContext(client, { secret: SECRET })).toThrow('attached to this client already');
    const { config } = await client.get('/', { viewerContext });
    const other = axios.create(defaults());
    copy.attachViewerContext(other, { secret: SECRET });
    const { config: resent } = await other.request(config);
    expect(establishViewer(server.last())).toEqual(received);
    expect(resent.transformRequest).toHaveLength((config.transformRequest as unknown[]).length);
    const failure = await other.get('/', { viewerContext: { userId: 0 } }).catch((error: unknown) => error);
    expect(failure).not.toBeInstanceOf(ViewerContextError);
    expect(isViewerContextError(failure)).toBe(true);
  });

  it('H28: a toJSON on Object.prototype does not replace the payload', async () => {
    await polluted(
      'toJSON',
      () => ({ user_id: 5 }),
      async () => {
        await attachedClient(defaults()).get('/', { viewerContext });
      },
    );
    expect(establishViewer(server.last())).toEqual(received);
  });
});

/** A config as a plugin rebuilds it: nothing in it but functions keeps its identity. */
function structuredCopy(config: InternalAxiosRequestConfig): InternalAxiosRequestConfig {
  const { viewerContext, transformRequest, headers } = config;
  return {
    ...config,
    viewerContext: viewerContext && { ...viewerContext },
    transformRequest: [transformRequest ?? []].flat(),
    headers: new AxiosHeaders(headers),
  };
}

/** This package, loaded a second time. */
function isolatedCopy(): typeof import('axios-viewer-context') {
  let copy: unknown;
  jest.isolateModules(() => {
    copy = jest.requireActual('axios-viewer-context');
  });
  return copy as typeof import('axios-viewer-context');
}
