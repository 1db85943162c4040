import axios, { type AxiosInstance, type InternalAxiosRequestConfig } from 'axios';
import { attachViewerContext, type ViewerContextErrorCode, type ViewerContextOptions } from 'axios-viewer-context';
import { ADAPTERS, attachedClient } from '../support/clients.js';
import { FORMAT } from '../support/format.js';
import { describeNegativeControl } from '../support/negative-control.js';
import { establishViewer, SECRET } from '../support/receiver.js';
import { refusal, rejected } from '../support/rejection.js';
import { useServers } from '../support/server.js';

describeNegativeControl();

const viewerContext = { organizationId: 1, userId: 2 };
const FORGED = { 'X-Viewer-Context': '{"user_id":5}', 'X-Viewer-Context-Signature': 'forged' };

function throwing(error: unknown): () => never {
  return () => {
    throw error;
  };
}

describe.each(ADAPTERS)('recovery by other plugins, over the %s adapter', (adapter) => {
  const { server, foreign } = useServers();
  const defaults = () => ({ adapter, baseURL: server.origin });

  /** A client with a plugin that answers every rejection of an interceptor with the config as it was. */
  function recoveringClient(options: Partial<ViewerContextOptions>): { client: AxiosInstance; recover: jest.Mock } {
    const client = axios.create(defaults());
    let seen: InternalAxiosRequestConfig | undefined;
    const recover = jest.fn(() => ({ ...seen }) as InternalAxiosRequestConfig);
    client.interceptors.request.use(null, recover); // runs after the plugin's
    attachViewerContext(client, { secret: SECRET, format: FORMAT, ...options });
    client.interceptors.request.use((config) => (seen = config)); // runs before the plugin's
    return { client, recover };
  }

  it('control: such a plugin gets a request out that an interceptor has rejected', async () => {
    const { client, recover } = recoveringClient({});
    client.interceptors.request.use((config) => config);
    const { handlers } = client.interceptors.request as unknown as { handlers: { fulfilled: unknown }[] };
    handlers[1]!.fulfilled = throwing(new Error('rejected')); // in place of the plugin's
    await client.get('/', { viewerContext, headers: FORGED });
    expect(recover).toHaveBeenCalledTimes(1);
    expect(server.last().headers['x-viewer-context-signature']).toBe('forged');
  });

  it.each<[string, Partial<ViewerContextOptions>, object, ViewerContextErrorCode]>([
    ['an invalid viewer', {}, { viewerContext: { userId: 0 } }, 'ERR_INVALID_VIEWER_CONTEXT'],
    ['a default that throws', { defaultViewerContext: throwing(new Error('lost')) }, {}, 'ERR_INVALID_VIEWER_CONTEXT'],
    [
      'a default that throws undefined',
      { defaultViewerContext: throwing(undefined) },
      {},
      'ERR_INVALID_VIEWER_CONTEXT',
    ],
    [
      'a default that rejects',
      { defaultViewerContext: () => Promise.reject(new Error('lost')) },
      {},
      'ERR_INVALID_VIEWER_CONTEXT',
    ],
    ['an invalid default', { defaultViewerContext: () => ({ userId: 0 }) }, {}, 'ERR_INVALID_VIEWER_CONTEXT'],
    ['a secret that throws', { secret: throwing(new Error('sealed')) }, { viewerContext }, 'ERR_INVALID_SECRET'],
    ['a secret that throws undefined', { secret: throwing(undefined) }, { viewerContext }, 'ERR_INVALID_SECRET'],
    [
      'a secret that rejects',
      { secret: () => Promise.reject(new Error('sealed')) },
      { viewerContext },
      'ERR_INVALID_SECRET',
    ],
    ['an invalid secret', { secret: () => ' ' }, { viewerContext }, 'ERR_INVALID_SECRET'],
    ['a missing secret', { secret: '', onMissingSecret: 'throw' }, { viewerContext }, 'ERR_MISSING_SECRET'],
    ['a missing viewer', { onMissingViewerContext: 'throw' }, {}, 'ERR_MISSING_VIEWER_CONTEXT'],
    ['a foreign destination', {}, { viewerContext, url: 'http://127.0.0.1:1/' }, 'ERR_DESTINATION_NOT_ALLOWED'],
  ])('H2: it cannot get a request out that is refused for %s', async (_name, options, config, code) => {
    const { client, recover } = recoveringClient(options);
    await refusal(client.request({ url: '/', headers: FORGED, ...config }), code);
    expect(recover).not.toHaveBeenCalled();
    expect(server.received).toHaveLength(0);
  });

  it('H2: nor can it get out a request that is refused for a viewer in the defaults', async () => {
    const { client, recover } = recoveringClient({});
    Object.assign(client.defaults, { viewerContext: { userId: 5 } });
    await refusal(client.get('/', { headers: FORGED }), 'ERR_VIEWER_CONTEXT_IN_DEFAULTS');
    expect(recover).not.toHaveBeenCalled();
    expect(server.received).toHaveLength(0);
  });

  it.each([
    ['before', true],
    ['after', true],
    ['before', false],
    ['after', false],
  ])(
    "H2: another plugin's throwing interceptor cannot make axios skip the plugin's: it runs %s the plugin's, synchronous: %p",
    async (when, synchronous) => {
      const plugin = (client: AxiosInstance): AxiosInstance => {
        client.interceptors.request.use(throwing(new Error('broken plugin')), () => undefined as never, {
          synchronous,
        });
        return client;
      };
      const client = when === 'after' ? plugin(axios.create(defaults())) : axios.create(defaults());
      attachViewerContext(client, { secret: SECRET, format: FORMAT });
      if (when === 'before') plugin(client);
      const error = await rejected(client.get('/', { viewerContext, headers: FORGED }));
      expect(error.message).not.toBe('');
      expect(server.received).toHaveLength(0);
    },
  );

  it('H2, control: without the plugin, a request goes out after a synchronous throw', async () => {
    const client = axios.create(defaults());
    client.interceptors.request.use(throwing(new Error('broken plugin')), () => undefined as never, {
      synchronous: true,
    });
    await client.get('/', { headers: FORGED });
    expect(server.last().headers['x-viewer-context-signature']).toBe('forged');
  });

  it("H2: synchronous interceptors of other plugins leave the plugin's asynchronous, and the request signed", async () => {
    const client = axios.create(defaults());
    client.interceptors.request.use((config) => config, null, { synchronous: true });
    attachViewerContext(client, { secret: () => Promise.resolve(SECRET), format: FORMAT });
    client.interceptors.request.use((config) => config, null, { synchronous: true });
    await client.get('/', { viewerContext });
    expect(establishViewer(server.last())).toEqual({ organization_id: 1, user_id: 2 });
  });

  it('a refusal carries no config, so that retrying plugins leave it alone', async () => {
    const error = await refusal(
      attachedClient(defaults()).get(foreign.origin, { viewerContext }),
      'ERR_DESTINATION_NOT_ALLOWED',
    );
    expect(error).not.toHaveProperty('config');
    expect(error).not.toHaveProperty('request');
    expect(foreign.received).toHaveLength(0);
  });
});
