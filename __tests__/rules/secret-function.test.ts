import { createSecretKey } from 'node:crypto';
import type { SharedSecret, ViewerContextOptions } from 'axios-viewer-context';
import { attachedClient, seerClient, withLaterInterceptor } from '../support/clients.js';
import { vault } from '../support/deferred.js';
import { describeNegativeControl } from '../support/negative-control.js';
import { establishViewer, isBodySigned, SECRET } from '../support/receiver.js';
import { refusal } from '../support/rejection.js';
import { useServers } from '../support/server.js';

describeNegativeControl();

const sealed = new Error('The vault is sealed.');

/** Functions that fail; the reason is what they threw. */
const FAILING: [string, () => unknown, unknown][] = [
  [
    'throws',
    () => {
      throw sealed;
    },
    sealed,
  ],
  [
    'throws undefined',
    () => {
      throw undefined;
    },
    undefined,
  ],
  ['rejects', () => Promise.reject(sealed), sealed],
  // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- applications do
  ['rejects with undefined', () => Promise.reject(undefined), undefined],
];

/** Functions that return what cannot be a secret. */
const INVALID: [string, () => unknown][] = [
  ['returns null', () => null],
  ['resolves to null', () => Promise.resolve(null)],
  ['returns a number', () => 471147],
  ['returns a line end after the secret', () => 'secret-471147\n'],
  ['resolves to a byte order mark before the secret', () => Promise.resolve('\ufeffsecret-471147')],
  ['returns a space', () => ' '],
  ['returns wiped bytes', () => Buffer.alloc(32)],
  ['returns another function', () => () => SECRET],
];

describe('a secret function', () => {
  const { server, foreign } = useServers();
  const defaults = () => ({ baseURL: server.origin });
  const viewerContext = { organizationId: 1, userId: 2 };
  const established = { organization_id: 1, user_id: 2 };
  const receivedViewers = () => server.received.map((request) => establishViewer(request));
  const clientWith = (secret: () => unknown, options: Partial<ViewerContextOptions> = {}) =>
    attachedClient(defaults(), { ...options, secret: secret as () => string });

  it.each<[string, () => SharedSecret | Promise<SharedSecret>]>([
    ['a string', () => SECRET],
    ['bytes', () => Buffer.from(SECRET)],
    ['an ArrayBuffer', () => new TextEncoder().encode(SECRET).buffer],
    ['a KeyObject', () => createSecretKey(Buffer.from(SECRET))],
    ['a promise of a string', () => Promise.resolve(SECRET)],
    ['a promise of bytes', () => Promise.resolve(Buffer.from(SECRET))],
    ['a promise of a KeyObject', () => Promise.resolve(createSecretKey(Buffer.from(SECRET)))],
  ])('that returns %s signs', async (_name, secret) => {
    await clientWith(secret).get('/', { viewerContext });
    expect(establishViewer(server.last())).toEqual(established);
    await seerClient('http', server.origin, { secret }).post('/', { a: 1 }, { viewerContext });
    expect(establishViewer(server.last())).toEqual(established);
    expect(isBodySigned(server.last())).toBe(true);
  });

  it('is called once for each request that has something to sign, and not when attaching', async () => {
    const secret = jest.fn(() => SECRET);
    const client = clientWith(secret, { defaultViewerContext: () => ({ userId: 9 }) });
    expect(secret).not.toHaveBeenCalled();
    const { config } = await client.get('/', { viewerContext });
    expect(secret).toHaveBeenCalledTimes(1);
    await client.get('/');
    expect(secret).toHaveBeenCalledTimes(2);
    await client.request(config);
    expect(secret).toHaveBeenCalledTimes(3);
    expect(receivedViewers()).toEqual([established, { user_id: 9 }, established]);
  });

  it('is neither called nor waited for where there is no viewer', async () => {
    const secret = jest.fn(() => new Promise<string>(() => undefined));
    const client = clientWith(secret);
    for (const none of [null, undefined, {}, { userId: null }]) await client.get('/', { viewerContext: none });
    for (const none of [null, undefined, {}]) {
      await clientWith(secret, { defaultViewerContext: () => none }).get('/');
      await clientWith(secret, { defaultViewerContext: none }).get('/');
    }
    expect(receivedViewers()).toEqual(Array.from({ length: 10 }, () => 'no viewer'));
    expect(secret).not.toHaveBeenCalled();
  });

  it('can use the client itself for a request without a viewer', async () => {
    const secret = jest.fn(async () => {
      if (secret.mock.calls.length > 1) throw new Error('It was asked again.'); // rather than recurse for ever
      await client.get('/secret');
      return SECRET;
    });
    const client = clientWith(secret);
    await client.get('/', { viewerContext });
    expect(server.received.map(({ url }) => url)).toEqual(['/secret', '/']);
    expect(receivedViewers()).toEqual(['no viewer', established]);
  });

  it('is called by the Seer client without a viewer too, since the body is signed', async () => {
    const secret = jest.fn(() => Promise.resolve(SECRET));
    const seer = seerClient('http', server.origin, { secret });
    await seer.post('/', { a: 1 });
    await seer.get('/', { viewerContext: null });
    expect(secret).toHaveBeenCalledTimes(2);
    expect(server.received.map((request) => isBodySigned(request))).toEqual([true, true]);
    expect(receivedViewers()).toEqual(['no viewer', 'no viewer']);
  });

  it('is waited for: nothing is sent before it returns', async () => {
    const { ask, called, answer } = vault<string>();
    const request = clientWith(ask).get('/', { viewerContext });
    await called;
    await clientWith(() => SECRET).get('/other', { viewerContext });
    expect(server.received.map(({ url }) => url)).toEqual(['/other']);
    answer.resolve(SECRET);
    await request;
    expect(server.received.map(({ url }) => url)).toEqual(['/other', '/']);
    expect(establishViewer(server.last())).toEqual(established);
  });

  it.each([
    ['with a signal', () => ({ signal: new AbortController().signal })],
    ['without one', () => ({})],
  ])('a thenable is asked once, %s', async (_name, config) => {
    const then = jest.fn((resolve: (secret: string) => void) => {
      resolve(then.mock.calls.length === 1 ? SECRET : 'secret-two');
    });
    await clientWith(() => ({ then })).get('/', { viewerContext, ...config() });
    expect(then).toHaveBeenCalledTimes(1);
    expect(receivedViewers()).toEqual([established]);
  });

  describe.each(FAILING)('that %s', (_name, secret, reason) => {
    it('is ERR_INVALID_SECRET with the reason as its cause, and nothing is sent', async () => {
      const client = clientWith(secret);
      for (let n = 0; n < 2; n += 1) {
        const error = await refusal(client.get('/', { viewerContext }), 'ERR_INVALID_SECRET');
        expect(error.message).toContain('secret()');
        expect(Object.hasOwn(error, 'cause')).toBe(true);
        expect(error.cause).toBe(reason);
      }
      const seer = seerClient('http', server.origin, { secret: secret as () => string });
      expect((await refusal(seer.post('/', { a: 1 }), 'ERR_INVALID_SECRET')).cause).toBe(reason);
      expect(server.received).toHaveLength(0);
    });
  });

  describe.each(INVALID)('that %s', (_name, secret) => {
    it('is ERR_INVALID_SECRET, which shows nothing of it, and nothing is sent', async () => {
      for (const option of ['warn', 'throw'] as const) {
        const client = clientWith(secret, { onMissingSecret: option });
        for (let n = 0; n < 2; n += 1) {
          const error = await refusal(client.get('/', { viewerContext }), 'ERR_INVALID_SECRET');
          expect(error.message).not.toContain('471147');
        }
      }
      const seer = seerClient('http', server.origin, { secret: secret as () => string });
      await refusal(seer.post('/', { a: 1 }), 'ERR_INVALID_SECRET');
      expect(server.received).toHaveLength(0);
    });
  });

  describe.each([...FAILING.map(([name, secret]) => [name, secret] as const), ...INVALID])(
    'that %s, where it does not matter',
    (_name, secret) => {
      it('a request without a viewer is sent', async () => {
        await clientWith(secret).get('/');
        await clientWith(secret).get('/', { viewerContext: null });
        expect(receivedViewers()).toEqual(['no viewer', 'no viewer']);
      });

      it('a request whose viewer a later interceptor takes away is sent', async () => {
        const client = withLaterInterceptor(clientWith(secret), (config) => ({ ...config, viewerContext: null }));
        await client.get('/', { viewerContext });
        expect(receivedViewers()).toEqual(['no viewer']);
      });

      it('if the destination is not allowed, that is the error, or a default is dropped', async () => {
        const client = clientWith(secret, { defaultViewerContext: { userId: 9 } });
        await refusal(client.get(foreign.origin, { viewerContext }), 'ERR_DESTINATION_NOT_ALLOWED');
        const seer = seerClient('http', server.origin, { secret: secret as () => string });
        await refusal(seer.get(foreign.origin), 'ERR_DESTINATION_NOT_ALLOWED');
        expect(foreign.received).toHaveLength(0);
        await client.get(foreign.origin);
        expect(establishViewer(foreign.last())).toBe('no viewer');
      });

      it('an invalid context is the error', async () => {
        const request = clientWith(secret).get('/', { viewerContext: { userId: 0 } });
        await refusal(request, 'ERR_INVALID_VIEWER_CONTEXT');
        expect(server.received).toHaveLength(0);
      });
    },
  );

  describe('a viewer that only a later interceptor sets', () => {
    it('is signed with a static secret', async () => {
      const client = withLaterInterceptor(attachedClient(defaults()), (config) => ({ ...config, viewerContext }));
      for (const none of [undefined, null, {}]) await client.get('/', { viewerContext: none });
      expect(receivedViewers()).toEqual([established, established, established]);
    });

    it('is refused with a function, which has not been called, and the message says why', async () => {
      const secret = jest.fn(() => SECRET);
      const client = withLaterInterceptor(clientWith(secret), (config) => ({ ...config, viewerContext }));
      for (const none of [undefined, null, {}]) {
        const error = await refusal(client.get('/', { viewerContext: none }), 'ERR_MISSING_SECRET');
        expect(error.message).toContain('later interceptor');
        expect(error.message).toContain('secret()');
        expect(error.cause).toBeUndefined();
      }
      expect(secret).not.toHaveBeenCalled();
      expect(server.received).toHaveLength(0);
    });

    it("is refused whatever onMissingSecret says: it is not 'not configured'", async () => {
      const warn = jest.fn();
      const client = clientWith(() => SECRET, { onMissingSecret: 'warn', logger: { warn } });
      withLaterInterceptor(client, (config) => ({ ...config, viewerContext }));
      await refusal(client.get('/'), 'ERR_MISSING_SECRET');
      expect(warn).not.toHaveBeenCalled();
      expect(server.received).toHaveLength(0);
    });

    it('is refused for the destination first', async () => {
      const client = withLaterInterceptor(
        clientWith(() => SECRET),
        (config) => ({ ...config, viewerContext }),
      );
      await refusal(client.get(foreign.origin), 'ERR_DESTINATION_NOT_ALLOWED');
      expect(foreign.received).toHaveLength(0);
    });

    it('is signed with a function by the Seer client, which asked for it', async () => {
      const seer = seerClient('http', server.origin, { secret: () => SECRET });
      await withLaterInterceptor(seer, (config) => ({ ...config, viewerContext })).post('/', { a: 1 });
      expect(receivedViewers()).toEqual([established]);
      expect(isBodySigned(server.last())).toBe(true);
    });
  });
});
