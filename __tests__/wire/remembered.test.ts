import { createSecretKey } from 'node:crypto';
import axios, { type InternalAxiosRequestConfig } from 'axios';
import type { ViewerContext } from 'axios-viewer-context';
import { ADAPTERS, attachedClient } from '../support/clients.js';
import { describeNegativeControl } from '../support/negative-control.js';
import { establishViewer } from '../support/receiver.js';
import { refusal } from '../support/rejection.js';
import { useServers } from '../support/servers.js';

// The key of a secret, the signatures of viewers and the origins of URLs are remembered from request to request. These
// tests try to make what is remembered serve the wrong viewer, the wrong secret or the wrong destination.

describeNegativeControl();

describe.each(ADAPTERS)('what is remembered, over the %s adapter', (adapter) => {
  const { server, foreign } = useServers();
  const defaults = () => ({ adapter, baseURL: server.origin });
  const viewerContext = { organizationId: 1, userId: 2 };
  const signedBy = (secret: string) => establishViewer(server.last(), secret);
  const established = { organization_id: 1, user_id: 2 };

  it.each<[string, ViewerContext[]]>([
    ['organizations a table length apart', [1, 1025, 2049].map((organizationId) => ({ organizationId, userId: 2 }))],
    ['the same, without a user', [{ organizationId: 3 }, { organizationId: 3 + 1024 }]],
    ['users a table length apart', [{ userId: 5 }, { userId: 5 + 1024 }, { userId: 5 + 2048 }]],
    [
      'another organization and user of the same sum',
      [{ ...viewerContext }, { organizationId: 2, userId: 2 ** 10 - 29 }],
    ],
    [
      'an organization, and a user in its place',
      [{ organizationId: 3 }, { userId: 93 }, { organizationId: 2, userId: 31 }],
    ],
    [
      'ids at the limit',
      [{ userId: 2 ** 53 - 1 }, { userId: 2 ** 53 - 2 }, { organizationId: 2 ** 53 - 1, userId: 1 }],
    ],
    ['the same ids, exchanged', [{ organizationId: 7, userId: 8 }, { organizationId: 8, userId: 7 }, { userId: 8 }]],
  ])('viewers that share a place: %s', async (_name, viewers) => {
    const client = attachedClient(defaults());
    for (let round = 0; round < 3; round += 1) {
      for (const viewer of [...viewers, ...viewers.toReversed()]) {
        await client.get('/', { viewerContext: viewer });
        const { organizationId, userId } = viewer;
        expect(establishViewer(server.last())).toEqual({
          ...(organizationId === undefined ? {} : { organization_id: organizationId }),
          ...(userId === undefined ? {} : { user_id: userId }),
        });
      }
    }
  });

  it.each<[string, (secret: string) => string | Buffer | ReturnType<typeof createSecretKey>]>([
    ['as a string', (secret) => secret],
    ['as bytes', (secret) => Buffer.from(secret)],
    ['as a KeyObject', (secret) => createSecretKey(Buffer.from(secret))],
  ])('a secret that rotates, and back: %s', async (_name, form) => {
    let secret = 'secret-one';
    const client = attachedClient(defaults(), { secret: () => form(secret) });
    for (secret of ['secret-one', 'secret-one', 'secret-two', 'secret-one', 'secret-two', 'secret-two']) {
      await client.get('/', { viewerContext });
      expect(signedBy(secret)).toEqual(established);
    }
  });

  it('bytes of a secret that are replaced in place', async () => {
    const bytes = Buffer.from('secret-one');
    const client = attachedClient(defaults(), { secret: () => bytes });
    for (const secret of ['secret-one', 'secret-two', 'secret-one']) {
      bytes.write(secret);
      await client.get('/', { viewerContext });
      expect(signedBy(secret)).toEqual(established);
    }
  });

  it('a secret that lapses, fails or is spoilt: the one before is not used again', async () => {
    let secret: () => string | undefined;
    const client = attachedClient(defaults(), { secret: () => secret(), logger: { warn: () => undefined } });
    const get = () => client.get('/', { viewerContext });
    secret = () => 'secret-one';
    await get();
    secret = () => undefined;
    await get();
    expect(establishViewer(server.last())).toBe('nobody');
    secret = () => 'secret-two ';
    await refusal(get(), 'ERR_INVALID_SECRET');
    await refusal(get(), 'ERR_INVALID_SECRET');
    secret = () => {
      throw new Error('sealed');
    };
    await refusal(get(), 'ERR_INVALID_SECRET');
    expect(server.received).toHaveLength(2);
    secret = () => 'secret-two';
    await get();
    expect(signedBy('secret-two')).toEqual(established);
  });

  it('secrets that arrive in another order than they were asked for', async () => {
    const asked: ((secret: string) => void)[] = [];
    const client = attachedClient(defaults(), { secret: () => new Promise((resolve) => asked.push(resolve)) });
    const requests = [0, 1, 2, 3].map((n) => client.get(`/${String(n)}`, { viewerContext }));
    while (asked.length < requests.length) await new Promise(setImmediate);
    for (const n of [2, 0, 3, 1]) asked[n]!(n % 2 === 0 ? 'secret-one' : 'secret-two');
    await Promise.all(requests);
    for (const request of server.received) {
      const secret = Number(request.url.slice(1)) % 2 === 0 ? 'secret-one' : 'secret-two';
      expect(establishViewer(request, secret)).toEqual(established);
    }
    expect(server.received).toHaveLength(4);
  });

  it('secrets of a promise that is not of the global Promise, and one that fails for nobody', async () => {
    const { Promise: original } = globalThis;
    class Other<Value> extends original<Value> {}
    globalThis.Promise = Other;
    try {
      // eslint-disable-next-line @typescript-eslint/require-await -- an async function's promise is the native one
      await attachedClient(defaults(), { secret: async () => 'secret-two' }).get('/', { viewerContext });
      expect(signedBy('secret-two')).toEqual(established);
      // eslint-disable-next-line @typescript-eslint/require-await
      const failing = async (): Promise<string> => {
        throw new Error('sealed');
      };
      await attachedClient(defaults(), { secret: failing }).get('/', { viewerContext: null });
      expect(establishViewer(server.last())).toBe('nobody');
      const refused = attachedClient(defaults(), { secret: failing }).get('/', { viewerContext });
      await refusal(refused, 'ERR_INVALID_SECRET');
    } finally {
      globalThis.Promise = original;
    }
  });

  it('a config that another client sends while the secret is awaited does not spend the signature', async () => {
    let arrive: (secret: string) => void = () => undefined;
    const client = attachedClient(defaults(), { secret: () => new Promise((resolve) => (arrive = resolve)) });
    let kept: InternalAxiosRequestConfig | undefined;
    client.interceptors.request.use((config) => (kept = config));
    const request = client.get('/', { viewerContext });
    while (kept?.viewerContext === undefined || arrive.length === 0) await new Promise(setImmediate);
    await axios.create(defaults()).request(kept);
    expect(establishViewer(server.last())).toBe('nobody');
    arrive('secret-two');
    await request;
    expect(signedBy('secret-two')).toEqual(established);
  });

  it('the same viewer of two clients: each under its own secret', async () => {
    const clients = ['secret-one', 'secret-two'].map(
      (secret) => [secret, attachedClient(defaults(), { secret })] as const,
    );
    for (const [secret, client] of [...clients, ...clients]) {
      await client.get('/', { viewerContext });
      expect(signedBy(secret)).toEqual(established);
    }
  });

  it('many viewers at once: each request its own', async () => {
    const client = attachedClient(defaults());
    const users = Array.from({ length: 60 }, (_, n) => (n % 4) * 1024 + 1 + (n % 3));
    await Promise.all(users.map((userId) => client.get(`/${String(userId)}`, { viewerContext: { userId } })));
    for (const request of server.received) {
      expect(establishViewer(request)).toEqual({ user_id: Number(request.url.slice(1)) });
    }
    expect(server.received).toHaveLength(users.length);
  });

  it("the client's own origin, when its baseURL changes", async () => {
    const client = attachedClient(defaults());
    await client.get('/', { viewerContext });
    await refusal(client.get('/', { baseURL: foreign.origin, viewerContext }), 'ERR_DESTINATION_NOT_ALLOWED');
    await client.get('/', { viewerContext });
    client.defaults.baseURL = foreign.origin;
    await refusal(client.get(server.origin, { viewerContext }), 'ERR_DESTINATION_NOT_ALLOWED');
    expect(foreign.received).toHaveLength(0);
    await client.get('/', { viewerContext });
    expect(establishViewer(foreign.last())).toEqual(established);
    expect(server.received).toHaveLength(2);
  });

  it('the origin of the last URL', async () => {
    const client = attachedClient({ adapter }, { allowedOrigins: [server.origin] });
    for (let round = 0; round < 2; round += 1) {
      await client.get(`${server.origin}/a`, { viewerContext });
      await refusal(client.get(`${foreign.origin}/a`, { viewerContext }), 'ERR_DESTINATION_NOT_ALLOWED');
    }
    expect(server.received).toHaveLength(2);
    expect(foreign.received).toHaveLength(0);
  });
});
