import axios, { type AxiosInstance } from 'axios';
import { attachViewerContext, createSeerClient, type AxiosClient } from 'axios-viewer-context';

const secret = 'secret-one';
const attaching = (client: unknown, options: unknown) => () =>
  attachViewerContext(client as AxiosClient, options as { secret: string });
const fresh = (): AxiosInstance => axios.create({ baseURL: 'https://seer.internal' });

describe('misuse of attachViewerContext is a TypeError, at once', () => {
  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['a URL', 'https://seer.internal'],
    ['an empty object', {}],
    ['a client without interceptors', { defaults: {} }],
    ['a client without request interceptors', { defaults: {}, interceptors: {} }],
    ['a client that has nothing to use', { defaults: {}, interceptors: { request: { eject: () => 0 } } }],
    ['a client that cannot eject', { defaults: {}, interceptors: { request: { use: () => 0 } } }],
    ['a client without defaults', { interceptors: fresh().interceptors }],
    ['a client whose defaults are null', { interceptors: fresh().interceptors, defaults: null }],
    ['the constructor', axios.Axios],
  ])('for a client: %s', (_name, client) => {
    expect(attaching(client, { secret })).toThrow(
      new TypeError('The first argument is not an axios client: pass what axios.create() returns.'),
    );
  });

  it.each<[unknown, string]>([
    [undefined, 'The options are not an object: pass { secret }.'],
    [null, 'The options are not an object: pass { secret }.'],
    ['secret-one', 'The options are not an object: pass { secret }.'],
    [{}, 'options.secret is missing: pass the shared secret, or undefined if none is configured.'],
    [Object.create({ secret }), 'options.secret is missing'],
    [{ secret, allowedOrigin: [] }, 'options.allowedOrigin is not an option: there are secret, defaultViewerContext,'],
    [{ secret: null }, 'options.secret is not a string, bytes, a KeyObject or a function.'],
    [{ secret: 42 }, 'options.secret is not a string, bytes, a KeyObject or a function.'],
    [{ secret, onMissingSecret: 'ignore' }, "options.onMissingSecret is neither 'warn' nor 'throw'."],
    [{ secret, logger: {} }, 'options.logger has no function warn(message).'],
    [{ secret, logger: null }, 'options.logger has no function warn(message).'],
    [{ secret, allowedOrigins: 'https://seer.internal' }, 'options.allowedOrigins is not a list'],
  ])('for options: %p', (options, message) => {
    expect(attaching(fresh(), options)).toThrow(TypeError);
    expect(attaching(fresh(), options)).toThrow(message);
  });

  it.each([
    'seer.internal',
    'https://seer.internal/',
    'https://seer.internal/path',
    'https://seer.internal?a=1',
    'https://seer.internal#a',
    'https://user@seer.internal',
    'https://*.seer.internal',
    'https://seer.internal ',
    'https:/seer.internal',
    'https:\\\\seer.internal',
    'https://',
    'https://seer.internal:99999',
    'ftp://seer.internal',
    'foo://seer.internal',
    'null',
    '*',
    '',
    42,
    null,
    new URL('https://seer.internal'),
    ['https://seer.internal'],
  ])('for an allowed origin: %p', (entry) => {
    const options = { secret, allowedOrigins: ['https://seer.internal', entry] };
    expect(attaching(fresh(), options)).toThrow(TypeError);
    expect(attaching(fresh(), options)).toThrow('options.allowedOrigins[1] is not an origin');
  });

  it('for a viewer in the defaults, also through axios.defaults', () => {
    const client = fresh();
    Object.assign(client.defaults, { viewerContext: { userId: 2 } });
    expect(attaching(client, { secret })).toThrow('use the option defaultViewerContext');
    Object.assign(axios.defaults, { viewerContext: null });
    try {
      expect(attaching(axios.create(), { secret })).toThrow(TypeError);
      expect(() => createSeerClient({ secret })).toThrow(TypeError);
    } finally {
      Reflect.deleteProperty(axios.defaults, 'viewerContext');
    }
  });

  it.each([undefined, '/api', '//seer.internal', 'foo://seer.internal'])(
    'for a default viewer that would go everywhere: baseURL %p',
    (baseURL) => {
      const options = { secret, defaultViewerContext: { userId: 2 } };
      expect(attaching(axios.create({ baseURL } as { baseURL: string }), options)).toThrow(
        'options.defaultViewerContext needs to know where it may go',
      );
      expect(
        attaching(axios.create({ baseURL } as { baseURL: string }), {
          ...options,
          allowedOrigins: ['https://seer.internal'],
        }),
      ).not.toThrow();
    },
  );

  it('not for a default of null, which is nobody', () => {
    expect(attaching(axios.create(), { secret, defaultViewerContext: null })).not.toThrow();
  });

  it('a second detach does not detach what was attached since', () => {
    const client = fresh();
    const detach = attachViewerContext(client, { secret });
    detach();
    attachViewerContext(client, { secret });
    detach();
    expect(attaching(client, { secret })).toThrow('attached to this client already');
  });

  it("not for onMissingSecret: 'warn', which is the default", () => {
    expect(attaching(fresh(), { secret, onMissingSecret: 'warn' })).not.toThrow();
  });

  it('nor after the interceptors were cleared, with others there by now', () => {
    const client = fresh();
    attachViewerContext(client, { secret });
    client.interceptors.request.clear();
    client.interceptors.request.use((config) => config);
    expect(attaching(client, { secret })).not.toThrow();
  });

  it('a list with holes of ejected interceptors is no obstacle', () => {
    const client = fresh();
    const id = client.interceptors.request.use((config) => config);
    const detach = attachViewerContext(client, { secret });
    client.interceptors.request.eject(id);
    expect(attaching(client, { secret })).toThrow('attached to this client already');
    detach();
    expect(attaching(client, { secret })).not.toThrow();
  });

  it('a refused attach leaves the client free', () => {
    const client = fresh();
    expect(attaching(client, { secret, logger: {} })).toThrow();
    expect(attaching(client, { secret })).not.toThrow();
    expect(attaching(client, { secret })).toThrow('attached to this client already');
  });
});

describe('a client is taken by its shape', () => {
  it('the axios export itself, an instance, and an object with the same parts', () => {
    for (const client of [axios, fresh(), { interceptors: fresh().interceptors, defaults: {} }]) {
      attachViewerContext(client, { secret })();
    }
  });

  it('one that shows no list of handlers is detached by switching off', async () => {
    const used: ((config: object) => Promise<object>)[] = [];
    const eject = jest.fn();
    const request = { use: (handler: (config: object) => Promise<object>) => used.push(handler), eject };
    const detach = attachViewerContext({ defaults: {}, interceptors: { request } }, { secret });
    detach();
    expect(eject).not.toHaveBeenCalled();
    expect(await used[0]?.({ viewerContext: { userId: 2 } })).toEqual({ viewerContext: { userId: 2 } });
  });
});
