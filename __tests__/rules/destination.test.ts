import { URL as NodeURL } from 'node:url';
import type { AxiosRequestConfig, CreateAxiosDefaults } from 'axios';
import type { ViewerContextErrorCode } from 'axios-viewer-context';
import { ADAPTERS, attachedClient, seerClient, withLaterInterceptor } from '../support/clients.js';
import { describeNegativeControl } from '../support/negative-control.js';
import { polluted } from '../support/pollution.js';
import { establishViewer, isBodySigned } from '../support/receiver.js';
import { createRecorder } from '../support/recorder.js';
import { refusal } from '../support/rejection.js';
import { useServers } from '../support/server.js';

// A viewer goes to allowed origins only. Relative addresses, the Host header and redirects have files of their own.

describeNegativeControl();

const NOT_ALLOWED = 'ERR_DESTINATION_NOT_ALLOWED';
const viewerContext = { organizationId: 471147, userId: 471248 };
const received = { organization_id: 471147, user_id: 471248 };
const silent = { warn: () => undefined };
type Change = [name: string, change: (own: string) => unknown];
const SPACES = [' ', '\n', '\0', '\t', '\r', '\x1f', '\u00a0'];
const portOf = (origin: string): string => new URL(origin).port;

/** An address that is different each time it is read. */
function changing(...answers: string[]): string {
  return { toString: () => (answers.length > 1 ? answers.shift() : answers[0]) } as unknown as string;
}

/** Requests that lead elsewhere, or may on some axios version; `own` is the one allowed origin. */
const ELSEWHERE: [
  name: string,
  request: (foreign: string, own: string) => AxiosRequestConfig,
  seerCode?: ViewerContextErrorCode,
][] = [
  ['an absolute URL', (foreign) => ({ url: `${foreign}/x` })],
  ['a URL object', (foreign) => ({ url: new URL(foreign) as unknown as string })],
  ['a String object', (foreign) => ({ url: new String(foreign) as unknown as string })],
  [
    'user info like the allowed host',
    (foreign, own) => ({ url: `${own}@127.0.0.1:${portOf(foreign)}/` }),
    'ERR_CONFLICTING_CREDENTIALS', // which the Seer client looks for first
  ],
  ['the allowed origin as its path', (foreign, own) => ({ url: `${foreign}/${own}` })],
  ['a protocol-relative URL', (foreign) => ({ url: foreign.replace('http:', '') })],
  ['a protocol-relative URL of the allowed host', (_foreign, own) => ({ url: own.replace('http:', '') })],
  ['allowAbsoluteUrls: false', (foreign) => ({ url: foreign, allowAbsoluteUrls: false })],
  ["the request's own baseURL", (foreign) => ({ url: '/x', baseURL: foreign })],
  ['an absolute URL in capitals', (foreign) => ({ url: foreign.toUpperCase() })],
  ["the request's own baseURL after a space", (foreign) => ({ url: '/x', baseURL: ` ${foreign}` })],
  [
    'an allowed URL that is joined to baseURL, by a falsy allowAbsoluteUrls',
    (foreign, own) => ({ url: `${own}/x`, baseURL: foreign, allowAbsoluteUrls: 0 as unknown as boolean }),
  ],
  ['a further digit in the port', (_foreign, own) => ({ url: `${own}1/` })],
  ['a further label in the host', (_foreign, own) => ({ url: `http://127.0.0.1.evil.test:${portOf(own)}/` })],
  ['another scheme', (_foreign, own) => ({ url: own.replace('http:', 'https:') })],
  ['an opaque origin', () => ({ url: 'h2+a-b.c://127.0.0.1/' })],
  ['a URL that wraps the allowed origin', (_foreign, own) => ({ url: '/', baseURL: `blob:${own}` })],
];

describe.each(ADAPTERS)('destinations, over the %s adapter', (adapter) => {
  const { server, foreign } = useServers();
  const defaults = () => ({ adapter, baseURL: server.origin });
  const expectNothingSent = (): void => {
    expect([server.received.length, foreign.received.length]).toEqual([0, 0]);
  };

  describe.each(ELSEWHERE)('H10: %s', (_name, request, seerCode = NOT_ALLOWED) => {
    const there = (): AxiosRequestConfig => request(foreign.origin, server.origin);

    it('is refused for an explicit viewer, with and without a secret', async () => {
      await refusal(attachedClient(defaults()).request({ ...there(), viewerContext }), NOT_ALLOWED);
      const options = { secret: undefined, logger: silent };
      await refusal(attachedClient(defaults(), options).request({ ...there(), viewerContext }), NOT_ALLOWED);
      expectNothingSent();
    });

    it('is refused by the Seer client with a viewer, and with a secret also without one', async () => {
      const seer = seerClient(adapter, server.origin, { defaultViewerContext: { userId: 2 } });
      await refusal(seer.request({ ...there(), viewerContext }), seerCode);
      await refusal(seer.request({ ...there(), viewerContext: null }), seerCode);
      await refusal(seer.request(there()), seerCode); // a default is not dropped here
      const keyless = seerClient(adapter, server.origin, { secret: '', logger: silent });
      await refusal(keyless.request({ ...there(), viewerContext }), seerCode);
      expectNothingSent();
    });

    it("drops a default viewer, and writes null to the config; refused under 'throw'", async () => {
      const recorder = createRecorder();
      const client = { adapter: recorder.adapter, baseURL: server.origin };
      const options = { defaultViewerContext: viewerContext };
      const { config } = await attachedClient(client, options).request({ ...there() });
      expect([recorder.viewer(), config.viewerContext]).toEqual(['no viewer', null]);
      const strict = attachedClient(client, { ...options, onMissingViewerContext: 'throw' });
      await refusal(strict.request(there()), NOT_ALLOWED);
      expect(recorder.configs).toHaveLength(1);
    });
  });

  it.each(['url', 'baseURL'] as const)('a %s that differs each time it is read is checked as sent', async (key) => {
    const request = (...answers: string[]): AxiosRequestConfig => ({ [key]: changing(...answers), viewerContext });
    const client = attachedClient(defaults());
    await client.request(request(server.origin, foreign.origin));
    expect(establishViewer(server.last())).toEqual(received);
    await refusal(client.request(request(foreign.origin, server.origin)), NOT_ALLOWED);
    const seer = seerClient(adapter, server.origin);
    await seer.request(request(server.origin, foreign.origin));
    expect(server.received).toHaveLength(2);
    expect(foreign.received).toHaveLength(0);
  });

  it('the string that is sent is the one that was checked', async () => {
    const url = new String(`${server.origin}/x`) as string;
    for (const client of [attachedClient(defaults()), seerClient(adapter, server.origin)]) {
      const { config } = await client.post<unknown>(url, {}, { viewerContext, baseURL: foreign.origin });
      expect(foreign.received).toHaveLength(0);
      expect(config.url).toBe(`${server.origin}/x`);
    }
    await attachedClient(defaults()).get('/x', { viewerContext, baseURL: new URL(server.origin) as unknown as string });
    expect(server.received.map((request) => establishViewer(request))).toEqual([received, received, received]);
    expect(foreign.received).toHaveLength(0);
  });

  it('signs requests that stay at the allowed origin', async () => {
    const client = attachedClient({ adapter, baseURL: `${server.origin}/base/` });
    const own = ['x', '/x', '', '?q=http://evil.test', '/http://evil.test', 'a//b', '../x', `${server.origin}/x`];
    const requests: AxiosRequestConfig[] = [
      ...own.map((url) => ({ url })),
      { url: new URL(server.origin) as unknown as string },
      { url: `${server.origin}/x`, allowAbsoluteUrls: false },
      { url: `${server.origin}/x`, baseURL: foreign.origin },
      { url: `${server.origin}/x`, baseURL: foreign.origin, allowAbsoluteUrls: true },
    ];
    for (const [index, request] of requests.entries()) {
      await client.request({ ...request, viewerContext });
      expect(server.received).toHaveLength(index + 1);
      expect(establishViewer(server.last())).toEqual(received);
    }
    expect(foreign.received).toHaveLength(0);
  });

  it('an allowed origin is not a prefix', async () => {
    for (const allowed of [server.origin.slice(0, -1), 'http://127.0.0.1', 'http://127.0.0.1:8080']) {
      const client = attachedClient({ adapter }, { allowedOrigins: [allowed] });
      for (const url of [server.origin, 'http://127.0.0.1:80801', `${allowed}.evil.test`, `${allowed}@evil.test`]) {
        await refusal(client.get(url, { viewerContext }), NOT_ALLOWED);
      }
    }
    const client = attachedClient({ adapter }, { allowedOrigins: ['http://seer.internal'] });
    for (const host of ['seer.internal.evil.test', 'seer.internal@evil.test', 'evil-seer.internal']) {
      await refusal(client.get(`http://${host}/x`, { viewerContext }), NOT_ALLOWED);
    }
    expectNothingSent();
  });

  it.each<Change>([
    ...SPACES.map((space): Change => [JSON.stringify(space), (own) => space + own]),
    ['a tab in the scheme', (own) => own.replace('http', 'ht\ttp')],
    ['one slash', (own) => own.replace('//', '/')],
    ['no slashes', (own) => own.replace('//', '')],
    ['backslashes', (own) => own.replace('//', '\\\\')],
    ['no scheme', (own) => own.replace('http:', '')],
    ['another scheme', (own) => own.replace('http', 'ftp')],
    ['a String object', (own) => new String(own)],
  ])('defaults.baseURL with %s allows nothing', async (_name, change) => {
    const baseURL = change(server.origin) as string;
    const client = attachedClient({ adapter, baseURL });
    const withDefault = attachedClient({ adapter, baseURL }, { defaultViewerContext: viewerContext });
    for (const url of [`${foreign.origin}/steal`, `${server.origin}/x`, '/x', '']) {
      await refusal(client.get(url, { viewerContext }), NOT_ALLOWED);
      await refusal(withDefault.get(url), NOT_ALLOWED);
    }
    expectNothingSent();
  });

  it("the client's baseURL is read on each request", async () => {
    const client = attachedClient(defaults());
    client.defaults.baseURL = foreign.origin;
    await client.get('/', { viewerContext });
    expect(establishViewer(foreign.last())).toEqual(received);
    await refusal(client.get(server.origin, { viewerContext }), NOT_ALLOWED);
    delete client.defaults.baseURL;
    await refusal(client.get(foreign.origin, { viewerContext }), NOT_ALLOWED);
    expect([server.received.length, foreign.received.length]).toEqual([0, 1]);
  });

  it("allowedOrigins replaces the client's own origin, and can contain several", async () => {
    const client = attachedClient(defaults(), { allowedOrigins: [foreign.origin] });
    await refusal(client.get('/', { viewerContext }), NOT_ALLOWED);
    await client.get(foreign.origin, { viewerContext });
    expect(establishViewer(foreign.last())).toEqual(received);
    const both = attachedClient(defaults(), { allowedOrigins: [server.origin, foreign.origin] });
    await both.get('/', { viewerContext });
    await both.get('/', { viewerContext, baseURL: foreign.origin });
    expect(server.received.length + foreign.received.length).toBe(3);
    for (const request of [...server.received, ...foreign.received]) expect(establishViewer(request)).toEqual(received);
  });

  describe('an authority of more than 300 characters, on which a URL parser can take seconds', () => {
    const host = '\u4e00'.repeat(2_000);

    it.each([
      `http://${host}/`,
      `https://${host}`,
      `http://user@${host}?q`,
      `http:///${host}`,
      `http:\\/${host}`,
      `http:${host}`,
      `//${host}`,
      `\\\\${host}`,
      `/\\${host}`,
      ` \0 /\t/${host}`,
      `ht\ntp:/\t${host}`,
    ])('is no origin, and is refused before it is parsed: form %#', async (address) => {
      const parse = jest.spyOn(NodeURL, 'canParse');
      await refusal(attachedClient({ adapter }).get(address, { viewerContext }), NOT_ALLOWED);
      await refusal(attachedClient(defaults()).get('/', { baseURL: address, viewerContext }), NOT_ALLOWED);
      expect(parse.mock.calls.filter(([parsed]) => parsed.length > 300)).toEqual([]);
      parse.mockRestore();
      expectNothingSent();
    });

    it('the limit is exact, and a long path or query does not count', async () => {
      const recorder = createRecorder();
      const client = attachedClient({ adapter: recorder.adapter }, { allowedOrigins: [`http://${'a'.repeat(300)}`] });
      await client.get(`http://${'a'.repeat(300)}/${'b'.repeat(5_000)}?${'c'.repeat(5_000)}`, { viewerContext });
      expect(recorder.viewer()).toEqual(received);
      await attachedClient({ adapter: recorder.adapter }).get('b'.repeat(5_000), { viewerContext });
      expect(recorder.viewer()).toEqual(received);
      expect(() => attachedClient({ adapter }, { allowedOrigins: [`http://${'a'.repeat(301)}`] })).toThrow(TypeError);
    });
  });

  describe('the message says which part of the request leads elsewhere, and what is allowed', () => {
    const elsewhere: [string, (foreign: string, own: string) => AxiosRequestConfig, (foreign: string) => string][] = [
      ['url', (foreign) => ({ url: `${foreign}/x` }), (foreign) => `its url points to ${foreign}. `],
      ['baseURL', (foreign) => ({ url: '/x', baseURL: foreign }), (foreign) => `its baseURL points to ${foreign}. `],
      [
        'baseURL, with an allowed url',
        (foreign, own) => ({ url: `${own}/x`, baseURL: foreign, allowAbsoluteUrls: false }),
        (foreign) => `its baseURL points to ${foreign}. `,
      ],
      [
        'Host',
        () => ({ url: '/x', headers: { Host: 'evil.test' } }),
        () => 'its Host header points to http://evil.test. ',
      ],
      ['a url of another scheme', () => ({ url: 'ftp://x/' }), () => 'its url points to no http(s) origin. '],
      ['a relative baseURL', () => ({ url: '/x', baseURL: '/api' }), () => 'its baseURL points to no http(s) origin. '],
    ];

    it.each(elsewhere)('%s', async (_name, request, problem) => {
      const asked = attachedClient(defaults()).request({ ...request(foreign.origin, server.origin), viewerContext });
      const { message } = await refusal(asked, NOT_ALLOWED);
      expect(message).toBe(
        `Refusing to send the request, because ${problem(foreign.origin)}Allowed: ${server.origin}. ` +
          'To allow another origin, add it to allowedOrigins.',
      );
    });

    it('that a url is relative, and what to pass', async () => {
      const { message } = await refusal(
        attachedClient(defaults()).get('/x', { baseURL: '', viewerContext }),
        NOT_ALLOWED,
      );
      expect(message).toBe(
        'Refusing to send the request, because its url is relative, and it has no baseURL. Set a baseURL on the client, ' +
          'or pass an absolute url.',
      );
    });

    it('that nothing is allowed, and what to set', async () => {
      const messageFor = async (options: object): Promise<string> =>
        (await refusal(attachedClient({ adapter }, options).get(server.origin, { viewerContext }), NOT_ALLOWED))
          .message;
      const problem = `Refusing to send the request, because its url points to ${server.origin}, and `;
      expect(await messageFor({})).toBe(
        `${problem}no origin is allowed. Set a baseURL on the client, or the allowedOrigins option.`,
      );
      expect(await messageFor({ allowedOrigins: [] })).toBe(
        `${problem}allowedOrigins is empty. Add the origin to allowedOrigins.`,
      );
    });

    it('and no id, credentials, path or query', async () => {
      const url = `${foreign.origin.replace('//', '//user-551155:pass-661166@')}/path-771177?q=881188`;
      for (const request of [{ url }, { url: '/', baseURL: url }]) {
        const { message } = await refusal(
          attachedClient(defaults()).request({ ...request, viewerContext }),
          NOT_ALLOWED,
        );
        expect(message).toContain(foreign.origin);
        expect(message).not.toMatch(/471147|471248|551155|661166|771177|881188/);
      }
    });
  });

  describe('a default viewer', () => {
    const defaultViewerContext = viewerContext;

    it.each<[string, object]>([
      ['a context', { defaultViewerContext }],
      ['a function', { defaultViewerContext: () => defaultViewerContext }],
      ['a context, without a secret', { defaultViewerContext, secret: '', onMissingSecret: 'throw' }],
    ])('is dropped elsewhere, on a retry too: %s', async (_name, options) => {
      const client = attachedClient(defaults(), options);
      const { config } = await client.get(foreign.origin);
      expect(config.viewerContext).toBeNull();
      await client.request(config);
      await client.request({ ...config, url: server.origin }); // it has been decided that there is no viewer
      for (const request of [...foreign.received, server.last()]) expect(establishViewer(request)).toBe('no viewer');
      expect([server.received.length, foreign.received.length]).toEqual([1, 2]);
    });

    it('is refused where nothing is allowed at all', async () => {
      for (const options of [{}, { allowedOrigins: [] }]) {
        const client = attachedClient({ adapter }, { defaultViewerContext, ...options });
        await refusal(client.get(server.origin), NOT_ALLOWED);
        await refusal(client.get('/x', { baseURL: server.origin }), NOT_ALLOWED);
      }
      expectNothingSent();
    });

    it('is explicit once it has been signed and its config is sent again', async () => {
      const client = attachedClient(defaults(), { defaultViewerContext });
      const { config } = await client.get('/');
      expect(establishViewer(server.last())).toEqual(received);
      await refusal(client.request({ ...config, url: foreign.origin }), NOT_ALLOWED);
      await refusal(client.request({ ...config, baseURL: foreign.origin }), NOT_ALLOWED);
      await client.request(config);
      expect(establishViewer(server.last())).toEqual(received);
      expect(foreign.received).toHaveLength(0);
    });

    it('is explicit when a later interceptor has copied or replaced it', async () => {
      for (const replaced of [{ ...viewerContext }, { userId: 5 }]) {
        const client = withLaterInterceptor(attachedClient(defaults(), { defaultViewerContext }), (config) =>
          Object.assign(config, { viewerContext: replaced }),
        );
        await refusal(client.get(foreign.origin), NOT_ALLOWED);
      }
      expectNothingSent();
    });
  });

  it('without anything to sign, an attached client goes anywhere', async () => {
    const keyless = { secret: undefined, logger: silent };
    const plain = [attachedClient(defaults()), attachedClient({ adapter }), attachedClient(defaults(), keyless)];
    for (const client of [...plain, seerClient(adapter, server.origin, keyless)]) {
      await client.get(foreign.origin, { viewerContext: null });
      await client.get(foreign.origin);
    }
    expect(foreign.received).toHaveLength(8);
    for (const request of foreign.received) {
      expect(establishViewer(request)).toBe('no viewer');
      expect(request.headers.authorization).toBeUndefined();
    }
  });

  it('the Seer client signs at its own origin and at allowedOrigins', async () => {
    await seerClient(adapter, server.origin).get('/');
    expect(isBodySigned(server.last())).toBe(true);
    const seer = seerClient(adapter, server.origin, { allowedOrigins: [foreign.origin] });
    await seer.get(foreign.origin, { viewerContext });
    expect([isBodySigned(foreign.last()), establishViewer(foreign.last())]).toEqual([true, received]);
  });

  it.each<[property: string, value: (foreign: string) => unknown]>([
    ['baseURL', (origin) => origin],
    ['url', (origin) => origin],
    ['allowAbsoluteUrls', () => false],
    ['allowAbsoluteUrls', () => 0],
  ])('H14: a polluted Object.prototype.%s leads no viewer elsewhere', async (property, value) => {
    const own = { url: `${server.origin}/x`, baseURL: foreign.origin };
    const requests: [CreateAxiosDefaults, AxiosRequestConfig][] = [
      [defaults(), { url: '/' }],
      [defaults(), {}],
      [defaults(), own],
      [defaults(), { url: foreign.origin }],
      [{ adapter }, { url: '/x' }],
      [{ adapter }, { url: `${foreign.origin}/x` }],
    ];
    const reasons: string[] = [];
    await polluted(property, value(foreign.origin), async () => {
      for (const [clientDefaults, request] of requests) {
        const before = server.received.length;
        const send = async (): Promise<unknown> =>
          attachedClient(clientDefaults).request({ ...request, viewerContext });
        const isSent = await send().then(Boolean, (error: unknown) => !reasons.push(String(error)));
        expect(foreign.received).toHaveLength(0);
        expect(server.received.slice(before).map((sent) => establishViewer(sent))).toEqual(isSent ? [received] : []);
      }
    });
    // axios 1.8 to 1.15.1 trips over the key. Elsewhere the first request is sent, which names its own.
    expect(server.received.length > 0).toBe(reasons[0] !== 'TypeError: validator is not a function');
  });
});
