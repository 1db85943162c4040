import crypto, { createSecretKey, randomUUID } from 'node:crypto';
import axios from 'axios';
import type { SharedSecret, ViewerContext } from 'axios-viewer-context';
import { signViewerContext } from 'axios-viewer-context/protocol';
import { attachedClient, seerClient } from '../support/clients.js';
import { deferred, type Deferred } from '../support/deferred.js';
import { FORMAT } from '../support/format.js';
import { describeNegativeControl } from '../support/negative-control.js';
import { establishViewer, isBodySigned, SECRET } from '../support/receiver.js';
import { refusal } from '../support/rejection.js';
import { useServers } from '../support/server.js';

// Keys, signed pairs and the last origin are cached from request to request. These tests try to make the cached values
// serve the wrong viewer, secret, client or origin.

describeNegativeControl();
afterEach(() => jest.restoreAllMocks());

describe('what is cached', () => {
  const { server, foreign } = useServers();
  const defaults = () => ({ baseURL: server.origin });
  const viewerContext = { organizationId: 1, userId: 2 };
  const established = { organization_id: 1, user_id: 2 };

  it.each<[string, { organizationId?: number; userId?: number }[]]>([
    ['an organization, and a user with the same number', [{ organizationId: 3 }, { userId: 3 }]],
    ['the same ids, exchanged', [{ organizationId: 7, userId: 8 }, { organizationId: 8, userId: 7 }, { userId: 8 }]],
    [
      'the same digits, split elsewhere',
      [
        { organizationId: 1, userId: 23 },
        { organizationId: 12, userId: 3 },
      ],
    ],
    [
      'the same user of two organizations, and of none',
      [{ organizationId: 1, userId: 2 }, { organizationId: 2, userId: 2 }, { userId: 2 }],
    ],
    ['the largest ids', [{ userId: 2 ** 53 - 1 }, { userId: 2 ** 53 - 2 }, { organizationId: 2 ** 53 - 1, userId: 1 }]],
    ['ids 1,024 apart', [1, 1025, 2049].map((organizationId) => ({ organizationId, userId: 2 }))],
  ])('never serves another viewer: %s', async (_name, viewers) => {
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

  it('serves each of many requests at once its own viewer', async () => {
    const client = attachedClient(defaults(), { secret: () => Promise.resolve(SECRET) });
    const users = Array.from({ length: 120 }, (_, n) => (n % 7) + 1);
    await Promise.all(users.map((userId) => client.get(`/${String(userId)}`, { viewerContext: { userId } })));
    expect(server.received).toHaveLength(users.length);
    for (const request of server.received) {
      expect(establishViewer(request)).toEqual({ user_id: Number(request.url.slice(1)) });
    }
  });

  it.each<[string, (secret: string) => SharedSecret | Promise<SharedSecret>]>([
    ['a string', (secret) => secret],
    ['bytes', (secret) => Buffer.from(secret)],
    ['an ArrayBuffer', (secret) => new TextEncoder().encode(secret).buffer],
    ['a KeyObject', (secret) => createSecretKey(Buffer.from(secret))],
    ['a promise of a string', (secret) => Promise.resolve(secret)],
  ])('never serves another secret: %s that rotates, and back', async (_name, form) => {
    let secret = SECRET;
    const client = attachedClient(defaults(), { secret: () => form(secret) });
    const seer = seerClient('http', server.origin, { secret: () => form(secret) });
    const secrets = ['secret-one', 'secret-one', 'secret-two', 'secret-one', 'secret-two', 'secret-two'];
    for (secret of secrets) {
      await client.get('/', { viewerContext });
      expect(establishViewer(server.last(), secret)).toEqual(established);
      await seer.post('/', { a: 1 }, { viewerContext });
      expect(establishViewer(server.last(), secret)).toEqual(established);
      expect(isBodySigned(server.last(), secret)).toBe(true);
    }
    expect(server.received).toHaveLength(2 * secrets.length);
  });

  it.each<[string, (bytes: Uint8Array<ArrayBuffer>) => SharedSecret]>([
    ['bytes', (bytes) => bytes],
    ['an ArrayBuffer', (bytes) => bytes.buffer],
    ['a view', (bytes) => bytes.subarray(0)],
  ])('never serves another secret: %s changed in place', async (_name, form) => {
    const bytes = new TextEncoder().encode('secret-one');
    const same = form(bytes);
    const client = attachedClient(defaults(), { secret: () => same });
    for (const secret of ['secret-one', 'secret-two', 'secret-two', 'secret-one']) {
      bytes.set(new TextEncoder().encode(secret));
      await client.get('/', { viewerContext });
      expect(establishViewer(server.last(), secret)).toEqual(established);
    }
    bytes.fill(0);
    await refusal(client.get('/', { viewerContext }), 'ERR_INVALID_SECRET');
    expect(server.received).toHaveLength(4);
  });

  it('never serves the secret before one that is lost, fails or is invalid', async () => {
    let secret = (): string | undefined => 'secret-one';
    const client = attachedClient(defaults(), { secret: () => secret(), logger: { warn: () => undefined } });
    const get = () => client.get('/', { viewerContext });
    await get();
    secret = () => undefined;
    await get();
    expect(establishViewer(server.last())).toBe('no viewer');
    secret = () => '';
    await get();
    expect(establishViewer(server.last())).toBe('no viewer');
    secret = () => 'secret-two ';
    await refusal(get(), 'ERR_INVALID_SECRET');
    await refusal(get(), 'ERR_INVALID_SECRET');
    secret = () => {
      throw new Error('sealed');
    };
    await refusal(get(), 'ERR_INVALID_SECRET');
    expect(server.received).toHaveLength(3);
    for (const next of ['secret-two', 'secret-one']) {
      secret = () => next;
      await get();
      expect(establishViewer(server.last(), next)).toEqual(established);
    }
  });

  it('never serves another secret: they arrive in a different order from that of the calls', async () => {
    const answers: Deferred<string>[] = [];
    const allAsked = deferred();
    const secret = () => {
      const answer = deferred<string>();
      if (answers.push(answer) === 4) allAsked.resolve();
      return answer.promise;
    };
    const client = attachedClient(defaults(), { secret });
    const requests = [0, 1, 2, 3].map((n) => client.get(`/${String(n)}`, { viewerContext }));
    await allAsked.promise;
    const secretOf = (n: number): string => (n % 2 === 0 ? 'secret-one' : 'secret-two');
    for (const n of [2, 1, 0, 3]) answers[n]!.resolve(secretOf(n));
    await Promise.all(requests);
    expect(server.received).toHaveLength(4);
    for (const request of server.received) {
      expect(establishViewer(request, secretOf(Number(request.url.slice(1))))).toEqual(established);
    }
  });

  it('never serves another client: the same viewer under two secrets, and under one KeyObject', async () => {
    const key = createSecretKey(Buffer.from('secret-two'));
    const clients = [
      ['secret-one', 'secret-one'],
      ['secret-two', key],
      ['secret-two', () => key],
    ] as const;
    const attached = clients.map(([name, secret]) => [name, attachedClient(defaults(), { secret })] as const);
    for (const [secret, client] of [...attached, ...attached]) {
      await client.get('/', { viewerContext });
      expect(establishViewer(server.last(), secret)).toEqual(established);
    }
    expect(server.received).toHaveLength(6);
  });

  it("never serves another origin: the client's own, when its baseURL changes", async () => {
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

  it('never serves another origin: that of the previous URL', async () => {
    const client = attachedClient({}, { allowedOrigins: [server.origin] });
    const others = [`${foreign.origin}/a`, 'foo://a', server.origin.slice(0, -1), `${server.origin}1`, '/a', '//a/a'];
    for (const other of [...others, ...others]) {
      await client.get(`${server.origin}/a`, { viewerContext });
      await refusal(client.get(other, { viewerContext }), 'ERR_DESTINATION_NOT_ALLOWED');
      await refusal(client.get(other, { viewerContext }), 'ERR_DESTINATION_NOT_ALLOWED');
    }
    expect(server.received).toHaveLength(2 * others.length);
    expect(foreign.received).toHaveLength(0);
  });

  it('never serves another origin: that of a URL after the first', async () => {
    let fresh: unknown;
    jest.isolateModules(() => {
      fresh = jest.requireActual('axios-viewer-context');
    });
    const { attachViewerContext } = fresh as typeof import('axios-viewer-context');
    const client = axios.create({ baseURL: server.origin });
    attachViewerContext(client, { secret: SECRET, format: FORMAT });
    for (let round = 0; round < 2; round += 1) {
      await client.get(server.origin, { viewerContext });
      await refusal(client.get(foreign.origin, { viewerContext }), 'ERR_DESTINATION_NOT_ALLOWED');
    }
    expect(server.received.map((request) => establishViewer(request))).toEqual([established, established]);
    expect(foreign.received).toHaveLength(0);
  });

  it.each<[string, (text: string) => SharedSecret | (() => SharedSecret)]>([
    ['a static string', (text) => text],
    ['a function of a string', (text) => () => text],
    [
      'a function of one KeyObject',
      (text) => {
        const key = createSecretKey(Buffer.from(text));
        return () => key;
      },
    ],
  ])(
    'a secret is turned into a key once; a viewer is signed once as a pair, and each time as a token: %s',
    async (_name, form) => {
      for (const [format, signatures] of [
        ['pair', 1],
        ['jwt', 4],
      ] as const) {
        server.received.length = 0;
        const text = randomUUID(); // the keys of other tests' secrets are cached
        const secret = form(text) as SharedSecret;
        const createHmac = jest.spyOn(crypto, 'createHmac');
        const createKey = jest.spyOn(crypto, 'createSecretKey');
        const client = attachedClient(defaults(), { secret, format });
        for (let n = 0; n < 4; n += 1) await client.get('/', { viewerContext });
        expect(createHmac).toHaveBeenCalledTimes(signatures);
        expect(createKey.mock.calls.length).toBeLessThanOrEqual(1);
        jest.restoreAllMocks();
        const viewers = server.received.map((request) => establishViewer(request, text, format));
        expect(viewers).toEqual(Array.from({ length: 4 }, () => established));
      }
    },
  );
});

describe('the cache of signed viewers', () => {
  const users = (count: number): ViewerContext[] => Array.from({ length: count }, (_, n) => ({ userId: n + 1 }));

  /** How many signatures it takes to sign them all. */
  function signaturesFor(viewers: ViewerContext[], secret: SharedSecret): number {
    const createHmac = jest.spyOn(crypto, 'createHmac');
    for (const viewer of viewers) signViewerContext(viewer, secret);
    const { length } = createHmac.mock.calls;
    createHmac.mockRestore();
    return length;
  }

  it('holds 1,024 viewers of a key', () => {
    const key = createSecretKey(Buffer.from(SECRET));
    expect(signaturesFor(users(1_024), key)).toBe(1_024);
    expect(signaturesFor(users(1_024), key)).toBe(0);
  });

  it('serves more than 1,024 viewers, and the first ones again', () => {
    const key = createSecretKey(Buffer.from(SECRET));
    for (const { userId } of [...users(1_100), ...users(1_100)]) {
      const signed = signViewerContext({ userId }, key);
      const headers = Object.fromEntries(Object.entries(signed).map(([name, value]) => [name.toLowerCase(), value]));
      expect(establishViewer({ headers }, SECRET, 'pair')).toEqual({ user_id: userId });
    }
  });

  it('is bounded: of 5,000 viewers it holds 1,024 at most', () => {
    const key = createSecretKey(Buffer.from(SECRET));
    expect(signaturesFor(users(5_000), key)).toBe(5_000);
    expect(signaturesFor(users(5_000).reverse(), key)).toBeGreaterThanOrEqual(5_000 - 1_024);
  });

  it('is separate for each key: another KeyObject of the same bytes signs again', () => {
    expect(signaturesFor(users(10), createSecretKey(Buffer.from(SECRET)))).toBe(10);
    expect(signaturesFor(users(10), createSecretKey(Buffer.from(SECRET)))).toBe(10);
  });

  it('cannot be changed by a caller that gets a pair', () => {
    const key = createSecretKey(Buffer.from(SECRET));
    const pair = signViewerContext({ organizationId: 1, userId: 2 }, key);
    pair['X-Viewer-Context'] = '{"user_id":5}';
    expect(signViewerContext({ organizationId: 1, userId: 2 }, key)).toEqual({
      'X-Viewer-Context': '{"organization_id":1,"user_id":2}',
      'X-Viewer-Context-Signature': '0fcce1276b18b09692e8abe64f8111705d9d4ee5cc9aadeab6bbd6fb4dcc529e',
    });
  });
});
