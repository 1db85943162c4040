import type { AxiosInstance, InternalAxiosRequestConfig } from 'axios';
import { FEATURES } from '../support/axios-features.js';
import { ADAPTERS, attachedClient } from '../support/clients.js';
import { describeNegativeControl } from '../support/negative-control.js';
import { polluted } from '../support/pollution.js';
import { establishViewer, SECRET } from '../support/receiver.js';
import { useServers } from '../support/server.js';

describeNegativeControl();

describe.each(ADAPTERS)('with a polluted Object.prototype, over the %s adapter', (adapter) => {
  const { server } = useServers();
  const defaults = () => ({ adapter, baseURL: server.origin });
  const viewerContext = { organizationId: 1, userId: 2 };

  it.each<[string, unknown]>([
    ['organizationId', 5],
    ['userId', 5],
    ['organization_id', 5],
    ['user_id', 5],
    ['viewer', { organizationId: 5, userId: 5 }],
    ['projectId', 5],
    ['actorType', 'user'],
    ['project_id', 5],
    ['actor_type', 'user'],
    ['kind', 'explicit'],
    ['error', new Error('polluted')],
  ])('H14: %s is not read', async (property, value) => {
    const earlier = attachedClient(defaults());
    await polluted(property, value, async () => {
      for (const client of [
        earlier,
        attachedClient(defaults()),
        attachedClient(defaults(), { secret: () => SECRET }),
      ]) {
        for (const given of [undefined, null, {}, { organizationId: 1 }]) {
          await client.get('/', { viewerContext: given });
        }
        const { config } = await client.get('/', { viewerContext: { userId: 2 } });
        await client.request(config);
      }
    });
    // The receiver reads without the pollution, so that it cannot supply what was not sent.
    const ofEach = ['no viewer', 'no viewer', 'no viewer', { organization_id: 1 }, { user_id: 2 }, { user_id: 2 }];
    const established = server.received.map((request) => establishViewer(request));
    expect(established).toEqual([...ofEach, ...ofEach, ...ofEach]);
  });

  /** Sends, and returns what axios itself throws: older versions take the polluted key for a function of their own. */
  const outcome = async (client: AxiosInstance, config: object): Promise<unknown> => {
    try {
      return (await client.request({ url: '/', ...config })).status;
    } catch (error) {
      return error;
    }
  };

  it('H14: viewerContext is not read; older axios versions refuse a request that sets it', async () => {
    const client = attachedClient(defaults());
    await polluted('viewerContext', { userId: 5 }, async () => {
      for (const [viewerContext, expected] of [
        [{ organizationId: 1 }, { organization_id: 1 }],
        [null, 'no viewer'],
      ] as const) {
        server.received.length = 0;
        const result = await outcome(client, { viewerContext });
        if (FEATURES.survivesPollutedKey) expect(result).toBe(200);
        else expect(result).toBeInstanceOf(TypeError);
        expect(server.received.map((request) => establishViewer(request))).toEqual(
          FEATURES.survivesPollutedKey ? [expected] : [],
        );
      }
    });
  });

  it.each<[string, (config: InternalAxiosRequestConfig) => InternalAxiosRequestConfig]>([
    ['as axios made it', (config) => config],
    ['as another plugin has copied it', (config) => ({ ...config })], // newer versions make it without a prototype
  ])('H14: viewerContext is not read from a config that does not name it, %s', async (_name, prepare) => {
    const client = attachedClient(defaults());
    client.interceptors.request.use(prepare);
    await polluted('viewerContext', { userId: 5 }, async () => {
      const result = await outcome(client, {});
      if (result instanceof TypeError) {
        // Up to 1.8, the fetch adapter merges the final config, which names the key.
        expect([adapter, FEATURES.survivesPollutedKey, result.message]).toEqual([
          'fetch',
          false,
          'merge is not a function',
        ]);
        expect(server.received).toHaveLength(0);
      } else {
        expect(result).toBe(200);
        expect(server.received.map((request) => establishViewer(request))).toEqual(['no viewer']);
      }
    });
  });

  it('H28: toJSON does not replace the payload', async () => {
    const stolen = { organization_id: 5, user_id: 5 };
    await polluted(
      'toJSON',
      () => stolen,
      () => attachedClient(defaults()).get('/', { viewerContext }),
    );
    expect(establishViewer(server.last())).toEqual({ organization_id: 1, user_id: 2 });
  });
});
