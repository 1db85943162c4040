import type { InternalAxiosRequestConfig } from 'axios';
import { FEATURES } from '../support/axios-features.js';
import { ADAPTERS, attachedClient, seerClient } from '../support/clients.js';
import { VIEWER_HEADERS } from '../support/format.js';
import { describeNegativeControl } from '../support/negative-control.js';
import { establishViewer, isBodySigned } from '../support/receiver.js';
import { rejected } from '../support/rejection.js';
import { redirectTo, startServer, useServers, type TestServer } from '../support/server.js';

// http follows redirects, and the viewer stays within the origin. fetch cannot tell origins apart, and follows none.

describeNegativeControl();

const viewerContext = { organizationId: 1, userId: 2 };
const received = { organization_id: 1, user_id: 2 };
const STATUSES = [301, 302, 303, 307, 308];

/** Redirects everything that is not below /end to the address that `location` returns. */
function redirectUnlessAtEnd(location: () => string, status = 302): Promise<TestServer> {
  return startServer((request, response) => {
    if (request.url.startsWith('/end')) response.writeHead(200).end('{}');
    else redirectTo(location, status)(request, response);
  });
}

describe.each(ADAPTERS)('H7: redirects, over the %s adapter', (adapter) => {
  const { foreign } = useServers();
  const follows = adapter === 'http';

  /** The config of a redirected request: over http it is followed; over fetch the redirect itself is the response. */
  async function send(request: Promise<{ config: InternalAxiosRequestConfig }>): Promise<InternalAxiosRequestConfig> {
    if (follows) return (await request).config;
    const { response, config } = await rejected(request);
    // With fetch, a manual redirect is opaque on some versions of Node: 0, or the status itself.
    expect(response === undefined || response.status === 0 || STATUSES.includes(response.status)).toBe(true);
    return config!;
  }

  it.each(STATUSES)('%d to another origin: no viewer arrives there', async (status) => {
    await using redirecting = await startServer(redirectTo(() => `${foreign.origin}/there`, status));
    const client = attachedClient({ adapter, baseURL: redirecting.origin });
    await send(client.post('/', { a: 1 }, { viewerContext, maxRedirects: 5 }));
    expect(redirecting.received.map((request) => establishViewer(request))).toEqual([received]);
    expect(foreign.received.map((request) => establishViewer(request))).toEqual(follows ? ['no viewer'] : []);
    // Documented: the body of a 307 or 308 goes along, as axios does.
    const body = status > 303 ? '{"a":1}' : '';
    expect(foreign.received.map((request) => request.body.toString())).toEqual(follows ? [body] : []);
  });

  it.each(STATUSES)('%d within the origin: the viewer stays over http', async (status) => {
    await using redirecting = await redirectUnlessAtEnd(() => '/end', status);
    const client = attachedClient({ adapter, baseURL: redirecting.origin });
    await send(client.post('/', { a: 1 }, { viewerContext }));
    const viewers = redirecting.received.map((request) => establishViewer(request));
    expect(viewers).toEqual(follows ? [received, received] : [received]);
  });

  it('by way of its own origin: no viewer arrives at the other one', async () => {
    await using redirecting = await startServer((request, response) => {
      const location = request.url === '/' ? '/next' : `${foreign.origin}/there`;
      response.writeHead(302, { location }).end();
    });
    await send(attachedClient({ adapter, baseURL: redirecting.origin }).get('/', { viewerContext }));
    const viewers = [...redirecting.received, ...foreign.received].map((request) => establishViewer(request));
    expect(viewers).toEqual(follows ? [received, received, 'no viewer'] : [received]);
  });

  it("the caller keeps a header whose name merely begins with one of the plugin's", async () => {
    await using redirecting = await startServer(redirectTo(() => `${foreign.origin}/there`));
    const headers = { 'X-Viewer-Context-Note': 'kept', 'X-Viewer-Context-Signature-Note': 'kept' };
    await send(attachedClient({ adapter, baseURL: redirecting.origin }).get('/', { viewerContext, headers }));
    const notes = foreign.received.map((request) => [
      request.headers['x-viewer-context-note'],
      request.headers['x-viewer-context-signature-note'],
    ]);
    expect(notes).toEqual(follows ? [['kept', 'kept']] : []);
  });

  it('to another allowed origin: no viewer either', async () => {
    await using redirecting = await startServer(redirectTo(() => `${foreign.origin}/there`));
    const allowedOrigins = [redirecting.origin, foreign.origin];
    await send(
      attachedClient({ adapter, baseURL: redirecting.origin }, { allowedOrigins }).get('/', { viewerContext }),
    );
    expect(establishViewer(redirecting.last())).toEqual(received);
    expect(foreign.received.map((request) => establishViewer(request))).toEqual(follows ? ['no viewer'] : []);
  });

  it('and back: the viewer stays away', async () => {
    await using redirecting = await redirectUnlessAtEnd(() => `${foreignToBack.origin}/`);
    await using foreignToBack: TestServer = await startServer(redirectTo(() => `${redirecting.origin}/end`));
    await send(attachedClient({ adapter, baseURL: redirecting.origin }).get('/', { viewerContext }));
    expect(establishViewer(redirecting.received[0]!)).toEqual(received);
    const viewers = [...foreignToBack.received, ...redirecting.received.slice(1)].map((sent) => establishViewer(sent));
    expect(viewers).toEqual(follows ? ['no viewer', 'no viewer'] : []);
  });

  it('where the address that is sent depends on the axios version, the viewer follows no redirect', async () => {
    await using one = await redirectUnlessAtEnd(() => `${two.origin}/end`);
    await using two: TestServer = await redirectUnlessAtEnd(() => `${one.origin}/end`);
    const client = attachedClient({ adapter }, { allowedOrigins: [one.origin, two.origin] });
    await send(client.get(`${two.origin}/x`, { baseURL: one.origin, allowAbsoluteUrls: false, viewerContext }));
    const all = [...one.received, ...two.received];
    const [first, second] = [all.filter(({ url }) => url !== '/end'), all.filter(({ url }) => url === '/end')];
    expect(first.map((request) => establishViewer(request))).toEqual([received]);
    expect(second.map((request) => establishViewer(request))).toEqual(follows ? ['no viewer'] : []);
  });

  it('where an allowed Host names another origin, the viewer follows no redirect', async () => {
    await using redirecting: TestServer = await redirectUnlessAtEnd(() => `${redirecting.origin}/end`);
    const allowedOrigins = [redirecting.origin, 'http://seer.internal'];
    const client = attachedClient({ adapter, baseURL: redirecting.origin }, { allowedOrigins });
    await send(client.get('/', { viewerContext, headers: { Host: 'seer.internal' } }));
    expect(establishViewer(redirecting.received[0]!)).toEqual(received);
    const rest = redirecting.received.slice(1);
    expect(rest.map((request) => establishViewer(request))).toEqual(follows ? ['no viewer'] : []);
  });

  describe("the caller's own beforeRedirect", () => {
    const restore = (options: { headers?: object }): void => {
      const spellings = VIEWER_HEADERS.flatMap((name) => [name, name.toUpperCase(), name.replaceAll('-', '_')]);
      const restored = Object.fromEntries(spellings.map((name) => [name, '{"user_id":5}']));
      Object.assign(options.headers ?? {}, restored, { 'x-mine': 'kept' });
    };

    it('runs first, and cannot restore the headers', async () => {
      await using redirecting = await startServer(redirectTo(() => `${foreign.origin}/there`));
      const beforeRedirect = jest.fn(restore);
      const client = attachedClient({ adapter, baseURL: redirecting.origin });
      await send(client.get('/', { viewerContext, beforeRedirect }));
      expect(beforeRedirect).toHaveBeenCalledTimes(follows ? 1 : 0);
      expect(foreign.received.map((request) => establishViewer(request))).toEqual(follows ? ['no viewer'] : []);
      expect(foreign.received.map(({ headers }) => headers['x-mine'])).toEqual(follows ? ['kept'] : []);
      const left = foreign.received.flatMap(({ headers }) =>
        Object.keys(headers).filter((name) => /viewer/i.test(name)),
      );
      expect(left).toEqual([]);
    });

    it('gets the details that axios passes', async () => {
      await using redirecting = await startServer(redirectTo(() => `${foreign.origin}/there`));
      const beforeRedirect = jest.fn();
      const client = attachedClient({ adapter, baseURL: redirecting.origin });
      await send(client.get('/', { viewerContext, beforeRedirect }));
      await client.get('/', { viewerContext: null, beforeRedirect }); // axios alone, as the control
      const calls = beforeRedirect.mock.calls as unknown[][];
      const [ours = [], alone = []] = follows ? calls : [];
      const shape = ([, ...details]: unknown[]): unknown =>
        details.map((detail) => Object.keys(Object(detail) as object));
      expect(shape(ours)).toEqual(shape(alone));
      const details = expect.objectContaining({ statusCode: 302 }) as unknown;
      expect(ours.slice(1, 2)).toEqual(follows && FEATURES.redirectDetails ? [details] : []);
    });

    it('is not nested on a retry, and still runs once for each redirect', async () => {
      await using redirecting = await startServer(redirectTo(() => `${foreign.origin}/there`));
      const beforeRedirect = jest.fn(restore);
      const client = attachedClient({ adapter, baseURL: redirecting.origin });
      let config = await send(client.get('/', { viewerContext, beforeRedirect }));
      for (let retry = 0; retry < 3; retry += 1) {
        config = await send(client.request(config));
        // The mark that other builds of this package recognize.
        expect(config.beforeRedirect).toHaveProperty(
          [Symbol.for('axios-viewer-context.callers-before-redirect')],
          beforeRedirect,
        );
      }
      expect(redirecting.received.map((request) => establishViewer(request))).toEqual(Array(4).fill(received));
      expect(beforeRedirect).toHaveBeenCalledTimes(follows ? 4 : 0);
      expect(foreign.received.map((request) => establishViewer(request))).toEqual(
        Array(follows ? 4 : 0).fill('no viewer'),
      );
    });

    it('is unset without one, on a retry too', async () => {
      await using redirecting = await startServer(redirectTo(() => `${foreign.origin}/there`));
      const client = attachedClient({ adapter, baseURL: redirecting.origin });
      const config = await send(client.get('/', { viewerContext }));
      await send(client.request(config));
      expect(redirecting.received).toHaveLength(2);
      expect(foreign.received.map((request) => establishViewer(request))).toEqual(
        Array(follows ? 2 : 0).fill('no viewer'),
      );
    });
  });

  it('fetch is told to follow none, whatever the caller asks for, and its other options stay', async () => {
    await using redirecting = await startServer(redirectTo(() => `${foreign.origin}/there`));
    for (const hidden of [['xhr', adapter], adapter]) {
      const client = attachedClient({ adapter: hidden as typeof adapter, baseURL: redirecting.origin });
      const fetchOptions = { redirect: 'follow', cache: 'no-store' };
      const config = await send(client.get('/', { viewerContext, fetchOptions }));
      expect(config.fetchOptions).toEqual({ redirect: 'manual', cache: 'no-store' });
    }
    expect(redirecting.received.map((request) => establishViewer(request))).toEqual([received, received]);
    expect(foreign.received.map((request) => establishViewer(request))).toEqual(
      Array(follows ? 2 : 0).fill('no viewer'),
    );
  });

  it('compares what Node connects to, and not only the href', async () => {
    // As follow-redirects passes them. Up to 1.15.3, `Location: ////seer.internal/x` leads to localhost, with this href.
    const origin = {
      href: 'http://seer.internal/x',
      protocol: 'http:',
      hostname: 'seer.internal',
      port: '',
      path: '/x',
    };
    const hops: [options: object, keepsViewer: boolean][] = [
      [origin, true],
      [{ ...origin, port: 80 }, true],
      [{ ...origin, port: null }, true],
      [{ ...origin, hostname: 'SEER.internal' }, true],
      [{ ...origin, hostname: '' }, false],
      [{ ...origin, hostname: null }, false],
      [{ ...origin, hostname: 'evil.test' }, false],
      [{ ...origin, port: 8080 }, false],
      [{ ...origin, protocol: 'https:' }, false],
      [{ ...origin, href: 'http://evil.test/x' }, false],
      [{ ...origin, href: 'http://[::1]/x', hostname: '::1' }, false],
      // Through a proxy, which is told the whole URL.
      [{ ...origin, hostname: 'proxy.internal', port: 3128, path: origin.href }, true],
      [{ ...origin, hostname: 'proxy.internal', href: 'http://evil.test/x', path: 'http://evil.test/x' }, false],
    ];
    const kept: unknown[] = [];
    const client = attachedClient({
      baseURL: 'http://seer.internal',
      adapter: (config) => {
        for (const [options] of hops) {
          const hop = { ...options, headers: { ...config.headers.toJSON() } };
          (config.beforeRedirect as (options: unknown) => void)(hop);
          kept.push([options, Object.keys(hop.headers).some((name) => /viewer/i.test(name))]);
        }
        return Promise.resolve({ data: '', status: 200, statusText: '', headers: {}, config });
      },
    });
    await client.get('/x', { viewerContext });
    expect(kept).toEqual(hops);
  });

  if (adapter === 'http') {
    it('through a proxy, the viewer stays within the origin', async () => {
      await using proxy = await startServer((request, response) => {
        const next: Record<string, string> = { '/': '/next', '/next': 'http://evil.test/end' };
        const location = next[new URL(request.url).pathname];
        if (location === undefined) response.end('{}');
        else redirectTo(() => location)(request, response);
      });
      const [host, port] = new URL(proxy.origin).host.split(':') as [string, string];
      const client = attachedClient({
        adapter,
        baseURL: 'http://seer.internal',
        proxy: { host, port: Number(port), protocol: 'http' },
      });
      await client.get('/', { viewerContext });
      expect(proxy.received.map((request) => [request.url, establishViewer(request)])).toEqual([
        ['http://seer.internal/', received],
        ['http://seer.internal/next', received],
        ['http://evil.test/end', 'no viewer'],
      ]);
    });
  }

  it('without anything signed, redirects are followed as usual', async () => {
    await using redirecting = await startServer(redirectTo(() => `${foreign.origin}/there`));
    const keyless = { secret: undefined, logger: { warn: () => undefined } };
    const baseURL = redirecting.origin;
    const beforeRedirect = jest.fn();
    for (const [client, viewerContext] of [
      [attachedClient({ adapter, baseURL }), null],
      [attachedClient({ adapter, baseURL }, keyless), { userId: 2 }],
      [seerClient(adapter, baseURL, keyless), { userId: 2 }],
    ] as const) {
      const { config } = await client.get<unknown>('/', { viewerContext, beforeRedirect });
      expect(config.fetchOptions).toBeUndefined();
      expect(config.beforeRedirect).toBe(beforeRedirect);
    }
    expect(foreign.received.map((request) => establishViewer(request))).toEqual(Array(3).fill('no viewer'));
  });

  it.each(STATUSES)('the Seer client follows none, with or without a viewer: %d', async (status) => {
    for (const location of ['/end', `${foreign.origin}/there`]) {
      await using redirecting = await redirectUnlessAtEnd(() => location, status);
      for (const viewer of [viewerContext, null]) {
        const seer = seerClient(adapter, redirecting.origin, { maxRedirects: 5 });
        const asked = { viewerContext: viewer, maxRedirects: 5, fetchOptions: { redirect: 'follow' } };
        const { config } = await rejected(seer.post('/', { a: 1 }, asked));
        expect([config?.maxRedirects, config?.fetchOptions]).toEqual([0, { redirect: 'manual' }]);
        expect(isBodySigned(redirecting.last())).toBe(true);
      }
      expect(redirecting.received.map(({ url }) => url)).toEqual(['/', '/']);
      expect(foreign.received).toHaveLength(0);
    }
  });
});
