import { AsyncLocalStorage } from 'node:async_hooks';
import axios from 'axios';
import { attachViewerContext, type ViewerContext } from 'axios-viewer-context';
import { attachedClient, withLaterInterceptor } from '../support/clients.js';
import { coded } from '../support/coded.js';
import { normalForm } from '../support/format.js';
import { describeNegativeControl } from '../support/negative-control.js';
import { establishViewer, SECRET } from '../support/receiver.js';
import { refusal } from '../support/rejection.js';
import { useServers } from '../support/server.js';
import { decoded } from '../support/tokens.js';

describeNegativeControl();

const lost = new Error('The session 471147 is lost.');

/** Defaults that cannot be obtained; the reason is what they threw, if they threw. */
const FAILING: [string, () => unknown, unknown][] = [
  [
    'throws',
    () => {
      throw lost;
    },
    lost,
  ],
  [
    'throws undefined',
    () => {
      throw undefined;
    },
    undefined,
  ],
  ['rejects', () => Promise.reject(lost), lost],
  // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- applications do
  ['rejects with undefined', () => Promise.reject(undefined), undefined],
];

const INVALID: [string, unknown][] = [
  ['an invalid id', { userId: -471147 }],
  ['an unknown key', { user_id: 471147 }],
  ['text', '471147'],
  ['false', false],
];

describe('the default viewer', () => {
  const { server } = useServers();
  const defaults = () => ({ baseURL: server.origin });
  const viewerContext = { organizationId: 1, userId: 2 };
  const established = { organization_id: 1, user_id: 2 };
  const receivedViewers = () => server.received.map((request) => establishViewer(request));

  it.each<[string, ViewerContext | (() => ViewerContext | Promise<ViewerContext>)]>([
    ['a value', { userId: '9' }],
    ['a function', () => ({ userId: 9n })],
    ['an async function', () => Promise.resolve({ userId: 9 })],
  ])('%s is the viewer of requests that set none, and is on the config, normalized', async (_name, option) => {
    const seen: unknown[] = [];
    const client = withLaterInterceptor(attachedClient(defaults(), { defaultViewerContext: option }), (config) => {
      seen.push(config.viewerContext);
      return config;
    });
    for (const request of [{}, { viewerContext: undefined }]) {
      const { config } = await client.get('/', request);
      expect(establishViewer(server.last())).toEqual({ user_id: 9 });
      expect(config.viewerContext).toStrictEqual(normalForm({ userId: 9 }));
      expect(Object.isFrozen(config.viewerContext)).toBe(true);
    }
    expect(seen).toStrictEqual(Array.from({ length: 2 }, () => normalForm({ userId: 9 })));
  });

  it('null from a function is written to the config for later interceptors', async () => {
    const seen: unknown[] = [];
    const client = withLaterInterceptor(attachedClient(defaults(), { defaultViewerContext: () => null }), (config) => {
      seen.push(config.viewerContext);
      return config;
    });
    await client.get('/');
    expect(seen).toEqual([null]);
    expect(receivedViewers()).toEqual(['no viewer']);
  });

  it('a function is called once for each request that sets no viewer, and not otherwise', async () => {
    let userId = 10;
    const lookUp = jest.fn(() => ({ userId: (userId += 1) }));
    const client = attachedClient(defaults(), { defaultViewerContext: lookUp });
    expect(lookUp).not.toHaveBeenCalled();
    for (const given of [viewerContext, null, {}, { organizationId: 1 }]) {
      await client.get('/', { viewerContext: given });
    }
    await refusal(client.get('/', { viewerContext: { userId: 0 } }), 'ERR_INVALID_VIEWER_CONTEXT');
    expect(lookUp).not.toHaveBeenCalled();
    await client.get('/');
    expect(lookUp).toHaveBeenCalledTimes(1);
    const { config } = await client.get('/', { viewerContext: undefined });
    expect(lookUp).toHaveBeenCalledTimes(2);
    await client.request(config); // it names the viewer now
    expect(lookUp).toHaveBeenCalledTimes(2);
    expect(receivedViewers()).toEqual([
      established,
      'no viewer',
      'no viewer',
      { organization_id: 1 },
      { user_id: 11 },
      { user_id: 12 },
      { user_id: 12 },
    ]);
  });

  it('a function is not called again for a viewer that a later interceptor takes away', async () => {
    const lookUp = jest.fn(() => ({ userId: 9 }));
    const client = withLaterInterceptor(attachedClient(defaults(), { defaultViewerContext: lookUp }), (config) => {
      delete config.viewerContext;
      return config;
    });
    await client.get('/');
    expect(receivedViewers()).toEqual(['no viewer']);
    expect(lookUp).toHaveBeenCalledTimes(1);
  });

  it('H1: it is never merged with the viewer that a request sets', async () => {
    for (const defaultViewerContext of [{ organizationId: 8, userId: 9 }, () => ({ organizationId: 8, userId: 9 })]) {
      const client = attachedClient(defaults(), { defaultViewerContext });
      await client.get('/', { viewerContext: { organizationId: 1 } });
      expect(establishViewer(server.last())).toEqual({ organization_id: 1 });
      await client.get('/', { viewerContext: { userId: 2 } });
      expect(establishViewer(server.last())).toEqual({ user_id: 2 });
    }
  });

  it('H1: nothing from a default with a project and an actor is added to a viewer that a request sets', async () => {
    const own = { organizationId: 8, userId: 9, projectId: 3, actorType: 'agent' } as const;
    for (const defaultViewerContext of [own, () => own]) {
      const client = attachedClient(defaults(), { format: 'jwt', defaultViewerContext });
      const claimsOf = async (config: object): Promise<unknown> => {
        await client.get('/', config);
        const { iat, exp, ...claims } = decoded(server.last().headers['x-viewer-context'] as string).claims;
        expect(Number(exp) - Number(iat)).toBe(900);
        return claims;
      };
      const ofDefault = { organization_id: 8, user_id: 9, project_id: 3, actor_type: 'agent', iss: 'sentry' };
      expect(await claimsOf({})).toEqual(ofDefault);
      expect(await claimsOf({ viewerContext })).toEqual({ ...established, actor_type: 'unknown', iss: 'sentry' });
      expect(establishViewer(server.last(), SECRET, 'jwt')).toEqual(established);
      expect(await claimsOf({})).toEqual(ofDefault);
    }
  });

  it('a value is copied when attaching: later changes to it have no effect', async () => {
    const option = { organizationId: 1, userId: 2 };
    const client = attachedClient(defaults(), { defaultViewerContext: option });
    Object.assign(option, { organizationId: 5, userId: -1 });
    await client.get('/');
    await client.get('/');
    expect(receivedViewers()).toEqual([established, established]);
  });

  it.each(INVALID.filter(([, value]) => typeof value === 'object'))(
    '%s as a value throws when attaching, and leaves the client free',
    (_name, value) => {
      const client = axios.create(defaults());
      const attach = () => attachViewerContext(client, { secret: SECRET, defaultViewerContext: value as object });
      expect(attach).toThrow(coded('ERR_INVALID_VIEWER_CONTEXT', 'defaultViewerContext'));
      expect(attach).not.toThrow('471147');
      expect(() => attachViewerContext(client, { secret: SECRET })).not.toThrow();
    },
  );

  it.each([['471147'], [471147], [true]])('%p as a value is a TypeError when attaching', (value) => {
    const attach = () =>
      attachViewerContext(axios.create(), { secret: SECRET, defaultViewerContext: value as unknown as object });
    expect(attach).toThrow(TypeError);
    expect(attach).toThrow('options.defaultViewerContext ');
    expect(attach).not.toThrow('471147');
  });

  describe('when it cannot be obtained', () => {
    it.each(FAILING)('a function that %s: the request is refused with the reason', async (_name, lookUp, reason) => {
      for (const secret of [SECRET, () => SECRET, '']) {
        const client = attachedClient(defaults(), { secret, defaultViewerContext: lookUp as () => null });
        const error = await refusal(client.get('/'), 'ERR_INVALID_VIEWER_CONTEXT');
        expect(error.message).toContain('defaultViewerContext()');
        expect(error.message).not.toContain('471147');
        expect(Object.hasOwn(error, 'cause')).toBe(true);
        expect(error.cause).toBe(reason);
      }
      expect(server.received).toHaveLength(0);
    });

    it.each(INVALID)('a function that returns %s: the request is refused', async (_name, value) => {
      for (const lookUp of [() => value, () => Promise.resolve(value)]) {
        const client = attachedClient(defaults(), { defaultViewerContext: lookUp as () => null });
        const error = await refusal(client.get('/'), 'ERR_INVALID_VIEWER_CONTEXT');
        expect(error.message).toContain('defaultViewerContext()');
        expect(error.message).not.toContain('471147');
      }
      expect(server.received).toHaveLength(0);
    });

    const all = [...FAILING, ...INVALID.map(([name, value]) => [`returns ${name}`, () => value, undefined] as const)];

    it.each(all)('a function that %s does not affect a request that sets a viewer, or null', async (_name, lookUp) => {
      const client = attachedClient(defaults(), { defaultViewerContext: lookUp as () => null });
      await client.get('/', { viewerContext });
      await client.get('/', { viewerContext: null });
      expect(receivedViewers()).toEqual([established, 'no viewer']);
    });

    it.each(all)(
      'a function that %s: a viewer, or null, that a later interceptor sets is respected',
      async (_name, lookUp) => {
        const client = attachedClient(defaults(), { defaultViewerContext: lookUp as () => null });
        let later: ViewerContext | null = viewerContext;
        withLaterInterceptor(client, (config) => ({ ...config, viewerContext: later }));
        await client.get('/');
        later = null;
        await client.get('/');
        expect(receivedViewers()).toEqual([established, 'no viewer']);
        later = {};
        await refusal(client.get('/'), 'ERR_INVALID_VIEWER_CONTEXT');
        expect(server.received).toHaveLength(2);
      },
    );

    it.each(all)(
      "a function that %s, a later viewer and a secret function: refused with the default's error as the cause",
      async (_name, lookUp, reason) => {
        const secret = jest.fn(() => SECRET);
        const client = attachedClient(defaults(), { secret, defaultViewerContext: lookUp as () => null });
        withLaterInterceptor(client, (config) => ({ ...config, viewerContext }));
        const { cause } = await refusal(client.get('/'), 'ERR_MISSING_SECRET');
        expect(cause).toEqual(coded('ERR_INVALID_VIEWER_CONTEXT', 'defaultViewerContext()'));
        expect((cause as Error).cause).toBe(reason);
        expect(secret).not.toHaveBeenCalled();
        expect(server.received).toHaveLength(0);
      },
    );

    it('the next request asks again', async () => {
      const lookUp = jest.fn((): ViewerContext => viewerContext);
      const client = attachedClient(defaults(), { defaultViewerContext: lookUp });
      lookUp.mockImplementationOnce(() => {
        throw lost;
      });
      await refusal(client.get('/'), 'ERR_INVALID_VIEWER_CONTEXT');
      await client.get('/');
      expect(receivedViewers()).toEqual([established]);
    });
  });

  it.each([
    ['with a signal', () => ({ signal: new AbortController().signal })],
    ['without one', () => ({})],
  ])('a thenable is asked once, %s', async (_name, config) => {
    const then = jest.fn((resolve: (context: ViewerContext) => void) => {
      resolve({ userId: then.mock.calls.length });
    });
    const client = attachedClient(defaults(), { defaultViewerContext: () => ({ then }) as never });
    await client.get('/', config());
    expect(then).toHaveBeenCalledTimes(1);
    expect(receivedViewers()).toEqual([{ user_id: 1 }]);
  });

  it('AsyncLocalStorage: each of many requests at once has the viewer of its own context', async () => {
    const storage = new AsyncLocalStorage<ViewerContext>();
    const lookUps = [
      () => storage.getStore(),
      async () => {
        await new Promise(setImmediate);
        return storage.getStore();
      },
    ];
    for (const defaultViewerContext of lookUps) {
      server.received.length = 0;
      const client = attachedClient(defaults(), { secret: () => Promise.resolve(SECRET), defaultViewerContext });
      const users = Array.from({ length: 50 }, (_, n) => n + 1);
      await Promise.all([
        ...users.map((userId) => storage.run({ userId }, () => client.get(`/${String(userId)}`))),
        client.get('/0'),
      ]);
      expect(server.received).toHaveLength(51);
      for (const request of server.received) {
        const user = Number(request.url.slice(1));
        expect(establishViewer(request)).toEqual(user === 0 ? 'no viewer' : { user_id: user });
      }
    }
  });
});
