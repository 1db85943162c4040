import { ADAPTERS, attachedClient, seerClient } from '../support/clients.js';
import { STOLEN } from '../support/format.js';
import { describeNegativeControl } from '../support/negative-control.js';
import { polluted } from '../support/pollution.js';
import { establishViewer, isBodySigned } from '../support/receiver.js';
import { useServers } from '../support/server.js';

// From axios 1.10 to 1.19 these keys of fetchOptions replace the request's own. What they do on other versions: nothing.

describeNegativeControl();

const OVERRIDES = { headers: { ...STOLEN, 'x-trace': '1' }, body: '{"a":2}', method: 'PUT' };

describe.each(ADAPTERS)('fetchOptions, over the %s adapter', (adapter) => {
  const { server } = useServers();
  const keyless = { secret: undefined, logger: { warn: () => undefined } };
  const clients = {
    'a plain client': () => attachedClient({ adapter, baseURL: server.origin }),
    'a plain client without a secret': () => attachedClient({ adapter, baseURL: server.origin }, keyless),
    'the Seer client': () => seerClient(adapter, server.origin),
    'the Seer client without a secret': () => seerClient(adapter, server.origin, keyless),
  };
  const names = Object.keys(clients) as (keyof typeof clients)[];
  const rows = names.flatMap((name) => [
    [name, 'a viewer', { organizationId: 3 }] as const,
    [name, 'no viewer', null] as const,
  ]);

  it.each(rows)(
    '%s, %s: headers, body and method are removed, and other keys stay',
    async (name, _who, viewerContext) => {
      const fetchOptions = { ...OVERRIDES, cache: 'no-store', keepalive: false };
      const { config } = await clients[name]().post<unknown>('/', { a: 1 }, { viewerContext, fetchOptions });
      const isSigned = !name.includes('without') && (viewerContext !== null || name === 'the Seer client');
      expect(config.fetchOptions).toEqual({
        cache: 'no-store',
        keepalive: false,
        ...(isSigned ? { redirect: 'manual' } : {}),
      });
      const { method, body, headers } = server.last();
      expect([method, body.toString(), headers['x-trace']]).toEqual(['POST', '{"a":1}', undefined]);
      const isViewerSigned = isSigned && viewerContext !== null;
      expect(establishViewer(server.last())).toEqual(isViewerSigned ? { organization_id: 3 } : 'no viewer');
      expect(isBodySigned(server.last())).toBe(name === 'the Seer client');
    },
  );

  it.each(['headers', 'body', 'method'] as const)('%s alone is removed', async (key) => {
    const client = attachedClient({ adapter, baseURL: server.origin });
    for (const viewerContext of [{ organizationId: 3 }, null]) {
      const { config } = await client.post('/', { a: 1 }, { viewerContext, fetchOptions: { [key]: OVERRIDES[key] } });
      expect(config.fetchOptions).toEqual(viewerContext === null ? {} : { redirect: 'manual' });
      expect([server.last().method, server.last().body.toString()]).toEqual(['POST', '{"a":1}']);
      expect(establishViewer(server.last())).toEqual(viewerContext === null ? 'no viewer' : { organization_id: 3 });
    }
  });

  it('those of the defaults are removed too', async () => {
    const client = attachedClient({ adapter, baseURL: server.origin, fetchOptions: OVERRIDES });
    await client.post('/', { a: 1 }, { viewerContext: null });
    expect([server.last().method, server.last().body.toString()]).toEqual(['POST', '{"a":1}']);
    expect(establishViewer(server.last())).toBe('no viewer');
  });

  it("the caller's object is left as it is", async () => {
    const fetchOptions = { ...OVERRIDES };
    await attachedClient({ adapter, baseURL: server.origin }).get('/', { viewerContext: { userId: 2 }, fetchOptions });
    expect(fetchOptions).toEqual(OVERRIDES);
    expect(establishViewer(server.last())).toEqual({ user_id: 2 });
  });

  it.each([null, undefined])('%p means no options', async (fetchOptions) => {
    const client = attachedClient({ adapter, baseURL: server.origin });
    await client.get('/', { viewerContext: { userId: 2 }, fetchOptions: fetchOptions as never });
    expect(establishViewer(server.last())).toEqual({ user_id: 2 });
    await client.get('/', { viewerContext: null, fetchOptions: fetchOptions as never });
    expect(establishViewer(server.last())).toBe('no viewer');
  });

  it('H14: those on Object.prototype are not merged in', async () => {
    const client = attachedClient({ adapter, baseURL: server.origin });
    const forged = { 'x-viewer-context': '{"organization_id":666}', 'x-viewer-context-signature': '0'.repeat(64) };
    await polluted('fetchOptions', { headers: forged }, async () => {
      // Some versions trip over the key. What they send must be the plugin's.
      await client.get('/', { viewerContext: { organizationId: 3 } }).catch(() => undefined);
    });
    const established = server.received.map((request) => establishViewer(request));
    expect(established).toEqual(established.map(() => ({ organization_id: 3 })));
  });
});
