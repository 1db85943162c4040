import axios, { type InternalAxiosRequestConfig } from 'axios';
import { attachViewerContext } from 'axios-viewer-context';
import { ADAPTERS, attachedClient, rejected, seerClient, withLaterInterceptor } from '../support/clients.js';
import { describeNegativeControl } from '../support/negative-control.js';
import { establishViewer, SECRET } from '../support/receiver.js';
import { refusal } from '../support/rejection.js';
import { redirectTo, startServer } from '../support/server.js';
import { useServers } from '../support/servers.js';

describeNegativeControl();

describe.each(ADAPTERS)('each situation, over the %s adapter', (adapter) => {
  const { server, foreign } = useServers();
  const defaults = () => ({ adapter, baseURL: server.origin });
  const viewerContext = { organizationId: 1, userId: 2 };

  describe('whose request it is', () => {
    it('explicit context: it alone, nothing of the default mixed in', async () => {
      const client = attachedClient(defaults(), { defaultViewerContext: { organizationId: 9, userId: 9 } });
      await client.get('/', { viewerContext: { organizationId: 1 } });
      expect(establishViewer(server.last())).toEqual({ organization_id: 1 });
    });

    it('a default function is called for each request that names no viewer', async () => {
      let userId = 10;
      const client = attachedClient(defaults(), { defaultViewerContext: () => ({ userId: (userId += 1) }) });
      await client.get('/');
      await client.get('/', { viewerContext });
      await client.get('/');
      expect(server.received.map((request) => establishViewer(request))).toEqual([
        { user_id: 11 },
        { organization_id: 1, user_id: 2 },
        { user_id: 12 },
      ]);
    });

    it('written back to the config in normal form, for interceptors that run later', async () => {
      const seen: unknown[] = [];
      const client = axios.create(defaults());
      client.interceptors.request.use((config) => {
        seen.push(config.viewerContext);
        return config;
      });
      attachViewerContext(client, { secret: SECRET, defaultViewerContext: { userId: '9' } });
      await client.get('/', { viewerContext: { organizationId: '1', userId: 2n } });
      await client.get('/');
      await client.get('/', { viewerContext: {} });
      expect(seen).toEqual([{ organizationId: 1, userId: 2 }, { userId: 9 }, null]);
    });

    it.each([
      ['static', { userId: 9 }],
      ['looked up', () => ({ userId: 9 })],
    ])('none and a default, %s: the default; undefined is the same as absent', async (_name, defaultViewerContext) => {
      const client = attachedClient(defaults(), { defaultViewerContext });
      await client.get('/');
      expect(establishViewer(server.last())).toEqual({ user_id: 9 });
      const { config } = await client.get('/', { viewerContext: undefined });
      expect(establishViewer(server.last())).toEqual({ user_id: 9 });
      expect(config.viewerContext).toEqual({ userId: 9 });
    });

    it.each([
      ['null', null, undefined],
      ['a context without ids, whatever the default', {}, { userId: 9 }],
      ['null, whatever the default', null, { userId: 9 }],
      ['no context and no default', undefined, undefined],
      ['a default that finds nobody', undefined, () => undefined],
    ])('nobody: %s', async (_name, viewerContext, defaultViewerContext) => {
      const client = attachedClient(defaults(), { defaultViewerContext });
      const headers = {
        'x-viewer-context': 'forged',
        'X-VIEWER-CONTEXT-SIGNATURE': 'forged',
        ' X-Viewer-Context ': 'forged',
        X_Viewer_Context: 'forged',
        'x-mine': 'kept',
      };
      const { config } = await client.get('/', { viewerContext, headers });
      expect(server.last().rawHeaders.join()).not.toMatch(/viewer|forged/i);
      expect(server.last().headers['x-mine']).toBe('kept');
      expect(config.viewerContext).toBeNull();
      expect(config.redact).toBeUndefined();
      expect(config.beforeRedirect).toBeUndefined();
      expect(config.fetchOptions).toBeUndefined();
    });

    it('the context vanished from the config on the way: nobody, and the default is looked up once', async () => {
      const lookUp = jest.fn(() => ({ userId: 9 }));
      const client = axios.create(defaults());
      client.interceptors.request.use((config) => {
        delete config.viewerContext;
        return config;
      });
      attachViewerContext(client, { secret: SECRET, defaultViewerContext: lookUp });
      await client.get('/');
      expect(establishViewer(server.last())).toBe('nobody');
      expect(lookUp).toHaveBeenCalledTimes(1);
    });

    it('the config stays the same object for interceptors that run later', async () => {
      const seen: unknown[] = [];
      const watch = (config: InternalAxiosRequestConfig): InternalAxiosRequestConfig => {
        seen.push(config);
        return config;
      };
      const client = axios.create(defaults());
      client.interceptors.request.use(watch);
      attachViewerContext(client, { secret: SECRET });
      client.interceptors.request.use(watch);
      await client.get('/', { viewerContext });
      expect(seen[1]).toBe(seen[0]);
    });

    it('what a later interceptor puts on the config is what is signed, in normal form', async () => {
      const client = axios.create(defaults());
      client.interceptors.request.use((config) => ({ ...config, viewerContext: { organizationId: 2n } }));
      attachViewerContext(client, { secret: SECRET });
      const { config } = await client.get('/', { viewerContext: { organizationId: 1, userId: 5 } });
      expect(establishViewer(server.last())).toEqual({ organization_id: 2 });
      expect(config.viewerContext).toEqual({ organizationId: 2 });
    });
  });

  describe('no secret', () => {
    it.each([undefined, '', () => undefined, () => Promise.resolve('')])(
      'not configured (%p): one warning, the request goes out without viewer headers',
      async (secret) => {
        const warn = jest.fn();
        const client = attachedClient(defaults(), { secret, logger: { warn } });
        await client.get('/', { viewerContext: null });
        expect(warn).not.toHaveBeenCalled();
        const headers = { 'X-Viewer-Context': 'forged', Authorization: 'Bearer mine' };
        await client.get('/', { viewerContext, headers });
        await client.get('/', { viewerContext });
        await client.get(foreign.origin, { viewerContext });
        expect(warn).toHaveBeenCalledTimes(1);
        expect(warn).toHaveBeenCalledWith(expect.stringContaining('No shared secret is configured'));
        expect([...server.received, ...foreign.received].map((request) => establishViewer(request))).toEqual(
          Array.from({ length: 4 }, () => 'nobody'),
        );
        expect(server.received[1]?.headers.authorization).toBe('Bearer mine');
      },
    );

    it('the context is validated all the same', async () => {
      const client = attachedClient(defaults(), { secret: undefined });
      await refusal(client.get('/', { viewerContext: { userId: 0 } }), 'ERR_INVALID_VIEWER_CONTEXT');
      expect(server.received).toHaveLength(0);
    });

    it('the warning goes to the console by default, once per client', async () => {
      const warn = jest.spyOn(console, 'warn').mockReturnValue();
      try {
        for (const client of [attachedClient(defaults(), { secret: '' }), attachedClient(defaults(), { secret: '' })]) {
          await client.get('/', { viewerContext });
          await client.get('/', { viewerContext });
        }
        expect(warn).toHaveBeenCalledTimes(2);
      } finally {
        warn.mockRestore();
      }
    });

    it('a logger that throws does not take the request down', async () => {
      const warn = (): void => {
        throw new Error('the log is full');
      };
      await attachedClient(defaults(), { secret: '', logger: { warn } }).get('/', { viewerContext });
      expect(establishViewer(server.last())).toBe('nobody');
    });

    it('refused by option, where there is something to sign', async () => {
      const client = attachedClient(defaults(), { secret: '', onMissingSecret: 'throw' });
      await refusal(client.get('/', { viewerContext }), 'ERR_MISSING_SECRET');
      expect(server.received).toHaveLength(0);
      await client.get('/');
      expect(establishViewer(server.last())).toBe('nobody');
    });

    it('the Seer client signs nothing, protects nothing, and warns also for nobody', async () => {
      const warn = jest.fn();
      const seer = seerClient(adapter, server.origin, { secret: '', logger: { warn } });
      await seer.post('/', new URLSearchParams({ a: 'b' }), {
        headers: { Authorization: 'Bearer mine', 'X-Viewer-Context': 'forged' },
      });
      expect(server.last().headers.authorization).toBe('Bearer mine');
      expect(server.last().headers['x-viewer-context']).toBeUndefined();
      await seer.get(foreign.origin, { auth: { username: 'u', password: 'p' }, viewerContext });
      expect(foreign.last().headers.authorization).toMatch(/^Basic /);
      expect(warn).toHaveBeenCalledTimes(1);
      const strict = seerClient(adapter, server.origin, { secret: '', onMissingSecret: 'throw' });
      await refusal(strict.get('/'), 'ERR_MISSING_SECRET');
    });
  });

  it('a default function that returns nobody: sent for nobody', async () => {
    for (const nobody of [null, undefined, {}]) {
      await attachedClient(defaults(), { defaultViewerContext: () => nobody }).get('/');
      expect(establishViewer(server.last())).toBe('nobody');
    }
  });

  describe('refused, and nothing is sent', () => {
    afterEach(() => {
      expect(server.received).toHaveLength(0);
    });

    it.each<[string, () => unknown]>([
      [
        'throws',
        () => {
          throw new Error('lost');
        },
      ],
      ['returns a promise', () => Promise.resolve({ userId: 2 })],
      ['returns a promise that rejects', () => Promise.reject(new Error('lost'))],
      ['returns an invalid context', () => ({ userId: -2 })],
    ])('a default function that %s', async (_name, lookUp) => {
      const client = attachedClient(defaults(), { defaultViewerContext: lookUp as () => null });
      const error = await refusal(client.get('/'), 'ERR_INVALID_VIEWER_CONTEXT');
      expect(error.message).toContain('defaultViewerContext');
      if (_name === 'throws') expect(error.cause).toEqual(new Error('lost'));
      expect(error.message.includes('returned a promise')).toBe(_name.startsWith('returns a promise'));
    });

    it('an invalid static default', async () => {
      const client = attachedClient(defaults(), { defaultViewerContext: { userId: NaN } });
      const error = await refusal(client.get('/'), 'ERR_INVALID_VIEWER_CONTEXT');
      expect(error.message).toContain('defaultViewerContext.userId');
    });

    it('a default that failed, even if a later interceptor names a viewer', async () => {
      const client = axios.create(defaults());
      client.interceptors.request.use((config) => ({ ...config, viewerContext: { userId: 3 } }));
      const lookUp = (): null => {
        throw new Error('lost');
      };
      attachViewerContext(client, { secret: SECRET, defaultViewerContext: lookUp });
      await refusal(client.get('/'), 'ERR_INVALID_VIEWER_CONTEXT');
    });

    it.each<[string, () => unknown]>([
      [
        'throws',
        () => {
          throw new Error('sealed');
        },
      ],
      ['rejects', () => Promise.reject(new Error('sealed'))],
    ])('a secret function that %s', async (_name, secret) => {
      const client = attachedClient(defaults(), { secret: secret as () => string });
      const error = await refusal(client.get('/', { viewerContext }), 'ERR_INVALID_SECRET');
      expect(error.cause).toEqual(new Error('sealed'));
    });

    it.each([' ', 'secret-one\n', () => 'secret-one\n', () => null as never])(
      'an unusable secret (%p)',
      async (secret) => {
        const client = attachedClient(defaults(), { secret });
        for (let attempt = 0; attempt < 2; attempt += 1) {
          const error = await refusal(client.get('/', { viewerContext }), 'ERR_INVALID_SECRET');
          expect(error.message).not.toContain('secret-one');
        }
      },
    );

    it('an explicit context that is invalid', async () => {
      await refusal(
        attachedClient(defaults()).get('/', { viewerContext: { userId: '02' } }),
        'ERR_INVALID_VIEWER_CONTEXT',
      );
    });
  });

  it('a secret given as bytes is copied when it is attached, so that the caller may wipe it', async () => {
    const secret = Buffer.from(SECRET);
    const client = attachedClient(defaults(), { secret });
    secret.fill(0);
    await client.get('/', { viewerContext });
    await client.get('/', { viewerContext });
    expect(server.received.map((request) => establishViewer(request))).toEqual([
      { organization_id: 1, user_id: 2 },
      { organization_id: 1, user_id: 2 },
    ]);
  });

  it('a failing secret does not disturb a request with nothing to sign', async () => {
    await attachedClient(defaults(), { secret: () => Promise.reject(new Error('sealed')) }).get('/');
    expect(establishViewer(server.last())).toBe('nobody');
  });

  describe('where it goes', () => {
    it('explicit context, destination not allowed: refused, naming the origin and the option', async () => {
      const error = await refusal(
        attachedClient(defaults()).get(foreign.origin, { viewerContext }),
        'ERR_DESTINATION_NOT_ALLOWED',
      );
      expect(error.message).toContain(foreign.origin);
      expect(error.message).toContain('allowedOrigins');
      expect(foreign.received).toHaveLength(0);
    });

    it('default context, destination not allowed: sent without the viewer, and a retry carries nobody too', async () => {
      const client = attachedClient(defaults(), { defaultViewerContext: { userId: 9 } });
      const { config } = await client.get(`${foreign.origin}/`);
      expect(establishViewer(foreign.last())).toBe('nobody');
      expect(config.viewerContext).toBeNull();
      await client.request({ ...config, url: '/', baseURL: server.origin });
      expect(establishViewer(server.last())).toBe('nobody');
    });

    it('a default that was signed counts as explicit from then on', async () => {
      const client = attachedClient(defaults(), { defaultViewerContext: { userId: 9 } });
      const { config } = await client.get('/');
      await refusal(client.request({ ...config, url: foreign.origin }), 'ERR_DESTINATION_NOT_ALLOWED');
      expect(foreign.received).toHaveLength(0);
    });

    it('an explicit context is not taken for the default because it was looked up before', async () => {
      const client = axios.create(defaults());
      client.interceptors.request.use((config) => ({ ...config, viewerContext: { userId: 8 } }));
      attachViewerContext(client, { secret: SECRET, defaultViewerContext: { userId: 9 } });
      await refusal(client.get(foreign.origin), 'ERR_DESTINATION_NOT_ALLOWED');
    });

    it('the Seer client refuses a default where it is not allowed, and everything once it has no allow-list', async () => {
      const seer = seerClient(adapter, server.origin, { defaultViewerContext: { userId: 9 } });
      await refusal(seer.get(`${foreign.origin}/`), 'ERR_DESTINATION_NOT_ALLOWED');
      delete seer.defaults.baseURL;
      await refusal(seer.get(`${server.origin}/`), 'ERR_DESTINATION_NOT_ALLOWED');
      await refusal(seer.get(`${server.origin}/`, { viewerContext: null }), 'ERR_DESTINATION_NOT_ALLOWED');
      expect([...server.received, ...foreign.received]).toHaveLength(0);
    });

    it.each(['https://seer.internal:99999', 'foo://seer.internal', '//seer.internal', 'http:seer.internal'])(
      'a baseURL that is absolute and no http(s) URL allows no origin: %s',
      async (baseURL) => {
        const client = attachedClient({ adapter, baseURL });
        await refusal(client.get(`${server.origin}/`, { viewerContext }), 'ERR_DESTINATION_NOT_ALLOWED');
        expect(server.received).toHaveLength(0);
      },
    );

    it('several allowed origins', async () => {
      const client = attachedClient(defaults(), { allowedOrigins: [server.origin, foreign.origin.toUpperCase()] });
      await client.get('/', { viewerContext });
      await client.get(`${foreign.origin}/`, { viewerContext });
      expect(establishViewer(server.last())).toEqual(establishViewer(foreign.last()));
      const strict = attachedClient(defaults(), { allowedOrigins: [] });
      await refusal(strict.get('/', { viewerContext }), 'ERR_DESTINATION_NOT_ALLOWED');
    });

    it("the client's baseURL is read at each request", async () => {
      const client = attachedClient({ adapter, baseURL: foreign.origin });
      client.defaults.baseURL = server.origin;
      await client.get('/', { viewerContext });
      expect(establishViewer(server.last())).toEqual({ organization_id: 1, user_id: 2 });
    });

    it('no allow-list in force: an explicit context goes where the caller addresses it', async () => {
      await attachedClient({ adapter }).get(`${server.origin}/`, { viewerContext });
      expect(establishViewer(server.last())).toEqual({ organization_id: 1, user_id: 2 });
    });

    it('no allow-list in force by a relative baseURL, whatever is in its path', async () => {
      const sent: InternalAxiosRequestConfig[] = [];
      const client = attachedClient({
        baseURL: '/proxy/http://seer.internal//',
        adapter: (config) => {
          sent.push(config);
          return Promise.resolve({ data: '', status: 200, statusText: '', headers: {}, config });
        },
      });
      await client.get('/x', { viewerContext });
      expect(sent[0]?.headers.get('X-Viewer-Context')).toBe('{"organization_id":1,"user_id":2}');
    });

    it('no allow-list in force any more: a default goes nowhere', async () => {
      const client = attachedClient(defaults(), { defaultViewerContext: { userId: 9 } });
      delete client.defaults.baseURL;
      await client.get(`${server.origin}/`);
      expect(establishViewer(server.last())).toBe('nobody');
    });

    it('allow-list in force, relative URL and no baseURL: explicit refused, default sent without the viewer', async () => {
      const options = { allowedOrigins: [server.origin], defaultViewerContext: { userId: 9 } };
      const sent: InternalAxiosRequestConfig[] = [];
      const client = attachedClient(
        {
          adapter: (config) => {
            sent.push(config);
            return Promise.resolve({ data: '', status: 200, statusText: '', headers: {}, config });
          },
        },
        options,
      );
      const error = await refusal(client.get('/x', { viewerContext }), 'ERR_DESTINATION_NOT_ALLOWED');
      expect(error.message).toContain(
        'neither its URL nor baseURL tells an http(s) origin that could be in allowedOrigins',
      );
      expect(sent).toHaveLength(0);
      await client.get('/x');
      expect(sent[0]?.headers.has('X-Viewer-Context')).toBe(false);
    });
  });

  describe('redirects', () => {
    it('to another origin: http follows without the viewer headers, fetch rejects with the 3xx status', async () => {
      await using redirecting = await startServer(redirectTo(() => `${foreign.origin}/there`));
      const client = attachedClient({ adapter, baseURL: redirecting.origin });
      const request = client.get('/', { viewerContext });
      if (adapter === 'http') {
        await request;
        expect(establishViewer(foreign.last())).toBe('nobody');
      } else {
        expect((await rejected(request)).response?.status).toBe(302);
        expect(foreign.received).toHaveLength(0);
      }
      expect(establishViewer(redirecting.last())).toEqual({ organization_id: 1, user_id: 2 });
    });

    it('within the origin: http keeps the viewer', async () => {
      await using redirecting = await startServer((request, response) => {
        if (request.url === '/there') response.end('{}');
        else response.writeHead(307, { location: '/there' }).end();
      });
      const client = attachedClient({ adapter, baseURL: redirecting.origin });
      const request = client.post('/', { a: 1 }, { viewerContext });
      if (adapter === 'http') await request;
      else await rejected(request);
      expect(redirecting.received).toHaveLength(adapter === 'http' ? 2 : 1);
      expect(establishViewer(redirecting.last())).toEqual({ organization_id: 1, user_id: 2 });
    });

    it('of a request for nobody: followed as axios does', async () => {
      await using redirecting = await startServer(redirectTo(() => `${foreign.origin}/there`));
      await attachedClient({ adapter, baseURL: redirecting.origin }).get('/');
      expect(establishViewer(foreign.last())).toBe('nobody');
    });
  });

  describe('sent again', () => {
    it('on the same client: same viewer, signed anew, each header once', async () => {
      let key = SECRET;
      const client = attachedClient(defaults(), { secret: () => key, defaultViewerContext: () => ({ userId: 9 }) });
      const { config } = await client.post('/', { a: 1 });
      key = 'secret-two';
      await client.request(config);
      expect(establishViewer(server.last(), 'secret-two')).toEqual({ user_id: 9 });
      expect(server.last().body.toString()).toBe('{"a":1}');
    });

    it('through another client with the plugin: that secret, those origins', async () => {
      const first = attachedClient(defaults());
      const second = attachedClient({ adapter, baseURL: server.origin }, { secret: 'secret-two' });
      const { config } = await first.get('/', { viewerContext });
      await second.request(config);
      expect(establishViewer(server.last(), 'secret-two')).toEqual({ organization_id: 1, user_id: 2 });
      const elsewhere = attachedClient({ adapter, baseURL: foreign.origin });
      await refusal(elsewhere.request(config), 'ERR_DESTINATION_NOT_ALLOWED');
    });

    it('through a client without the plugin: refused if something had been signed', async () => {
      const { config } = await attachedClient(defaults()).get('/', { viewerContext });
      const error = await refusal(axios.create({ adapter }).request(config), 'ERR_SPENT_SIGNATURE');
      await refusal(axios.create({ adapter }).request({ ...config, viewerContext: null }), 'ERR_SPENT_SIGNATURE');
      expect(error.message).toContain('re-submit it through the client it was made by');
      expect(server.received).toHaveLength(1);
    });

    it('through a client without the plugin: passes if nothing had been, but signs nothing either', async () => {
      const { config } = await attachedClient(defaults()).get('/');
      await axios.create({ adapter }).request(config);
      expect(establishViewer(server.last())).toBe('nobody');
      await refusal(axios.create({ adapter }).request({ ...config, viewerContext }), 'ERR_SPENT_SIGNATURE');
      expect(server.received).toHaveLength(2);
    });

    it('after detaching: refused if something had been signed', async () => {
      const client = axios.create(defaults());
      const detach = attachViewerContext(client, { secret: SECRET });
      const { config } = await client.get('/', { viewerContext });
      detach();
      await refusal(client.request(config), 'ERR_SPENT_SIGNATURE');
      expect(server.received).toHaveLength(1);
    });
  });

  describe('another transform appended after ours', () => {
    const append = (config: InternalAxiosRequestConfig): InternalAxiosRequestConfig => {
      config.transformRequest = [config.transformRequest ?? []].flat().concat((data: unknown) => data);
      return config;
    };

    it('is left alone where only the viewer is signed', async () => {
      const client = axios.create(defaults());
      client.interceptors.request.use(append);
      attachViewerContext(client, { secret: SECRET });
      await client.get('/', { viewerContext });
      expect(establishViewer(server.last())).toEqual({ organization_id: 1, user_id: 2 });
    });

    it('is refused where the body is signed', async () => {
      const seer = withLaterInterceptor(seerClient(adapter, server.origin), append);
      await refusal(seer.post('/', { a: 1 }), 'ERR_NOT_LAST_TRANSFORM');
      expect(server.received).toHaveLength(0);
      const options = { secret: '', logger: { warn: () => undefined } };
      await withLaterInterceptor(seerClient(adapter, server.origin, options), append).post('/', { a: 1 });
      expect(server.received).toHaveLength(1); // nothing is signed, so nothing is refused
    });
  });
});
