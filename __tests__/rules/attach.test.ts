import axios, { type AxiosInstance, type InternalAxiosRequestConfig } from 'axios';
import { attachViewerContext, type AxiosClient, type Interceptor, type RequestConfig } from 'axios-viewer-context';
import answers from '../vectors/known-answers.json';
import { attachedClient } from '../support/clients.js';
import { isolatedCopy } from '../support/copies.js';
import { deferred } from '../support/deferred.js';
import { FORMAT } from '../support/format.js';
import { describeNegativeControl } from '../support/negative-control.js';
import { establishViewer, SECRET } from '../support/receiver.js';
import { refusal } from '../support/rejection.js';
import { timesReceived, useServers } from '../support/server.js';

describeNegativeControl();

const attaching = (client: unknown) => () => attachViewerContext(client as AxiosClient, { secret: SECRET });
const ALREADY = new TypeError(
  'axios-viewer-context is already attached to this client (createSeerClient attaches it). Attach it once, or ' +
    'detach it first.',
);
const viewerContext = { organizationId: 1, userId: 2 };
const received = { organization_id: 1, user_id: 2 };

type Handler = { fulfilled: unknown; rejected?: unknown; synchronous?: unknown; runWhen?: unknown } | null;

function handlersOf(client: AxiosInstance): Handler[] {
  return (client.interceptors.request as unknown as { handlers: Handler[] }).handlers;
}

describe('misuse is a TypeError', () => {
  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['a URL', 'https://seer.internal'],
    ['an empty object', {}],
    ['a client without interceptors', { defaults: {} }],
    ['a client without request interceptors', { defaults: {}, interceptors: {} }],
    ['request interceptors without use()', { defaults: {}, interceptors: { request: { eject: () => 0 } } }],
    ['a use that is not a function', { defaults: {}, interceptors: { request: { use: 'use' } } }],
    ['the class of clients', axios.Axios],
  ])('%s is not a client', (_name, client) => {
    expect(attaching(client)).toThrow(
      new TypeError('The first argument must be an axios client. Pass what axios.create() returns.'),
    );
  });

  it.each([{ userId: 2 }, null])('H1: a viewer in client.defaults is refused: %p', (inDefaults) => {
    const client = axios.create();
    Object.assign(client.defaults, { viewerContext: inDefaults });
    expect(attaching(client)).toThrow(TypeError);
    expect(attaching(client)).toThrow('use the defaultViewerContext option');
    expect(handlersOf(client)).toHaveLength(0);
  });

  it('H1: a viewer in axios.defaults is refused', () => {
    Object.assign(axios.defaults, { viewerContext: { userId: 2 } });
    try {
      expect(attaching(axios.create())).toThrow(TypeError);
      expect(attaching(axios)).toThrow('use the defaultViewerContext option');
    } finally {
      Reflect.deleteProperty(axios.defaults, 'viewerContext');
    }
  });

  it('H16: a second attach to the same client is refused, through a wrapper of it too', () => {
    const client = axios.create();
    attachViewerContext(client, { secret: 'secret-two' });
    expect(attaching(client)).toThrow(ALREADY);
    expect(attaching({ interceptors: client.interceptors, defaults: client.defaults })).toThrow(ALREADY);
    expect(attaching({ interceptors: { request: client.interceptors.request } })).toThrow(ALREADY);
    expect(handlersOf(client)).toHaveLength(1);
  });

  it("H16: other plugins' interceptors, and the gaps that ejected ones leave, hide nothing", () => {
    const client = axios.create();
    const id = client.interceptors.request.use((config) => config);
    attaching(client)();
    client.interceptors.request.use((config) => config);
    client.interceptors.request.use(null, () => undefined);
    client.interceptors.request.eject(id);
    expect(attaching(client)).toThrow(ALREADY);
  });

  it('H27: another copy of the package knows that this one is attached', () => {
    const copy = isolatedCopy();
    expect(copy.attachViewerContext).not.toBe(attachViewerContext);
    const client = axios.create();
    const detach = attaching(client)();
    expect(() => copy.attachViewerContext(client, { secret: SECRET })).toThrow(ALREADY.message);
    detach();
    const detachCopy = copy.attachViewerContext(client, { secret: SECRET });
    expect(attaching(client)).toThrow(ALREADY);
    detachCopy();
    expect(attaching(client)).not.toThrow();
  });

  it('a refused attach leaves the client free', () => {
    const client = axios.create();
    expect(() => attachViewerContext(client, { secret: SECRET, logger: {} as never })).toThrow('options.logger');
    expect(handlersOf(client)).toHaveLength(0);
    expect(attaching(client)).not.toThrow();
  });
});

describe('a client is recognized by its shape', () => {
  it('the axios export itself is a client', () => {
    const { length } = handlersOf(axios).filter((handler) => handler !== null);
    const detach = attaching(axios)();
    expect(attaching(axios)).toThrow(ALREADY);
    detach();
    expect(handlersOf(axios).filter((handler) => handler !== null)).toHaveLength(length);
  });

  it('a hand-made client that has only interceptors.request.use is accepted, and signs', async () => {
    const used: Interceptor[] = [];
    const detach = attachViewerContext(
      { interceptors: { request: { use: (interceptor) => used.push(interceptor) } } },
      { secret: SECRET },
    );
    const headers: Record<string, unknown> = {};
    const given: RequestConfig = { viewerContext, headers };
    const config = await used[0]!(given);
    const transforms = config.transformRequest as ((this: object, body: string) => string)[];
    expect(transforms.map((transform) => transform.call(config, 'body'))).toEqual(['body']);
    expect(headers).toEqual({
      'X-Viewer-Context': answers.viewer.payload,
      'X-Viewer-Context-Signature': answers.viewer.signature,
    });
    detach();
    expect(detach).not.toThrow();
  });

  it("H17: where the list of interceptors cannot be seen, the plugin's is ejected by its id", () => {
    const eject = jest.fn();
    for (const unseen of [{}, { handlers: undefined }, { handlers: null }]) {
      attachViewerContext({ interceptors: { request: { use: () => 471, eject, ...unseen } } }, { secret: '' })();
    }
    expect(eject.mock.calls).toEqual([[471], [471], [471]]);
  });
});

it('H2: it is registered without synchronous, without a rejection handler and without runWhen', () => {
  const client = axios.create();
  const use = jest.spyOn(client.interceptors.request, 'use');
  attaching(client)();
  expect(use.mock.calls).toEqual([[expect.any(Function)]]);
  const [handler] = handlersOf(client);
  expect([handler?.rejected, handler?.synchronous ?? false, handler?.runWhen ?? null]).toEqual([
    undefined,
    false,
    null,
  ]);
});

describe('attach and detach', () => {
  const { server, foreign } = useServers();
  const defaults = () => ({ baseURL: server.origin });

  it('H15: an instance made from the client inherits nothing; each needs its own', async () => {
    const parent = attachedClient(defaults()) as AxiosInstance & { create(config: object): AxiosInstance };
    const child = parent.create({});
    await child.get('/', { viewerContext });
    expect(establishViewer(server.last())).toBe('no viewer');
    attachViewerContext(child, { secret: SECRET, format: FORMAT });
    await child.get('/', { viewerContext });
    expect(establishViewer(server.last())).toEqual(received);
  });

  it("detaching ejects the plugin's interceptor and no other", async () => {
    const client = axios.create(defaults());
    const others = [jest.fn((config: InternalAxiosRequestConfig) => config), jest.fn((config: object) => config)];
    client.interceptors.request.use(others[0] as never);
    const detach = attachViewerContext(client, { secret: SECRET, format: FORMAT });
    client.interceptors.request.use(others[1] as never);
    detach();
    await client.get('/', { viewerContext });
    expect(establishViewer(server.last())).toBe('no viewer');
    for (const other of others) expect(other).toHaveBeenCalledTimes(1);
  });

  it('H16: it can be attached again after a detach, and a second detach does not touch the new one', async () => {
    const client = axios.create(defaults());
    const detach = attachViewerContext(client, { secret: 'secret-two', format: FORMAT });
    detach();
    attachViewerContext(client, { secret: SECRET, format: FORMAT });
    detach();
    expect(attaching(client)).toThrow(ALREADY);
    await client.get('/', { viewerContext });
    expect(establishViewer(server.last())).toEqual(received);
    expect(timesReceived(server.last(), 'X-Viewer-Context')).toBe(1);
  });

  it('H16: it can be attached again after clear(), and the detach of the cleared one does not touch the new one', async () => {
    const client = axios.create(defaults());
    const detachCleared = attachViewerContext(client, { secret: 'secret-two', format: FORMAT });
    client.interceptors.request.clear();
    attachViewerContext(client, { secret: SECRET, format: FORMAT });
    detachCleared();
    await client.get('/', { viewerContext });
    expect(establishViewer(server.last())).toEqual(received);
  });

  it("H17: after clear(), detaching does not eject another plugin's interceptor", async () => {
    const client = axios.create(defaults());
    const detach = attachViewerContext(client, { secret: SECRET, format: FORMAT });
    client.interceptors.request.clear();
    const stranger = jest.fn((config: InternalAxiosRequestConfig) => config);
    client.interceptors.request.use(stranger); // with our id, up to axios 1.19.0
    detach();
    detach();
    await client.get('/', { viewerContext });
    expect(stranger).toHaveBeenCalledTimes(1);
    expect(establishViewer(server.last())).toBe('no viewer');
  });

  describe('a request that has begun is not changed by a detach', () => {
    it('it is signed', async () => {
      const client = axios.create(defaults());
      const detach = attachViewerContext(client, { secret: SECRET, format: FORMAT });
      const request = client.get('/', { viewerContext });
      detach();
      await request;
      expect(establishViewer(server.last())).toEqual(received);
      await client.get('/', { viewerContext });
      expect(establishViewer(server.last())).toBe('no viewer');
    });

    it('it is signed, even if the secret arrives after the detach', async () => {
      const client = axios.create(defaults());
      const { promise, resolve } = deferred<string>();
      const secret = jest.fn(() => promise);
      const detach = attachViewerContext(client, { secret, format: FORMAT });
      const request = client.get('/', { viewerContext });
      while (secret.mock.calls.length === 0) await Promise.resolve();
      detach();
      resolve(SECRET);
      await request;
      expect(establishViewer(server.last())).toEqual(received);
    });

    it('it is refused', async () => {
      const begin = (options: { secret: string }, url: string, context: object): Promise<unknown> => {
        const client = axios.create(defaults());
        const detach = attachViewerContext(client, { onMissingSecret: 'throw', format: FORMAT, ...options });
        const request = client.get(url, { viewerContext: context });
        detach();
        return request;
      };
      await refusal(begin({ secret: SECRET }, '/', { userId: 0 }), 'ERR_INVALID_VIEWER_CONTEXT');
      await refusal(begin({ secret: '' }, '/', viewerContext), 'ERR_MISSING_SECRET');
      await refusal(begin({ secret: SECRET }, foreign.origin, viewerContext), 'ERR_DESTINATION_NOT_ALLOWED');
      expect([...server.received, ...foreign.received]).toHaveLength(0);
    });
  });
});
