import { attachedClient } from '../support/clients.js';
import { describeNegativeControl } from '../support/negative-control.js';
import { createRecorder } from '../support/recorder.js';
import { refusal } from '../support/rejection.js';

// A relative address names no host, so no server can take part: the adapter records, as a mock does.

describeNegativeControl();

const NOT_ALLOWED = 'ERR_DESTINATION_NOT_ALLOWED';
const viewerContext = { organizationId: 1, userId: 2 };
const received = { organization_id: 1, user_id: 2 };

const RELATIVE = [
  '/x',
  'x',
  '',
  './x',
  '../../x',
  '?q=http://evil.test',
  '#http://evil.test',
  '/http://evil.test',
  'x/http://evil.test',
  'a//evil.test',
  '/x@evil.test',
  '/a:b',
  '\u00a0//evil.test', // not a space to a URL parser
];

/**
 * What axios treats as relative, and Node resolves to a host: every way to write the slashes, after characters it
 * skips.
 */
const HIDDEN_HOSTS = ['', ' ', '\t', '\n', '\r', '\0', '\x1f', ' \t '].flatMap((skipped) =>
  ['', 'http:', 'https:', 'HTTP:', 'hTTpS:', 'ht\ttp:', 'http\n:'].flatMap((scheme) =>
    ['//', '\\\\', '/\\', '\\/', '/\t/', '\\\n\\', '///', ...(scheme === '' ? [] : ['', '/', '\\'])].map(
      (slashes) => `${skipped}${scheme}${slashes}evil.test/x`,
    ),
  ),
);
const OTHER_SCHEMES = [
  'ws:evil.test',
  'wss://evil.test',
  'ftp:evil.test',
  'file:x',
  'file:///x',
  'foo:x',
  'a:b',
  'data:,x',
  'javascript:x',
  'blob:http://evil.test',
];

describe('relative addresses', () => {
  it.each(RELATIVE)('%j is signed on a bare client', async (url) => {
    const recorder = createRecorder();
    await attachedClient({ adapter: recorder.adapter }).get(url, { viewerContext });
    expect(recorder.viewer()).toEqual(received);
    await attachedClient({ adapter: recorder.adapter }, { defaultViewerContext: { userId: 2 } }).get(url);
    expect(recorder.viewer()).toEqual({ user_id: 2 });
  });

  it('if an adapter follows a redirect from one, the viewer stays behind', async () => {
    const hops: Record<string, unknown>[] = [];
    const client = attachedClient({
      adapter: (config) => {
        const sent = { ...config.headers.toJSON(), accept: 'application/json' };
        const hop = { href: 'http://evil.test/', headers: { ...sent } };
        (config.beforeRedirect as (hop: unknown) => void)(hop);
        hops.push(sent, hop.headers);
        return Promise.resolve({ data: '', status: 200, statusText: '', headers: {}, config });
      },
    });
    await client.get('/x', { viewerContext });
    expect(hops[0]).toHaveProperty('X-Viewer-Context'); // the control
    expect(Object.keys(hops[1]!).filter((name) => /viewer/i.test(name))).toEqual([]);
    expect(hops[1]).toHaveProperty('accept');
  });

  it('so is a request without any address', async () => {
    const recorder = createRecorder();
    const client = attachedClient({ adapter: recorder.adapter });
    for (const config of [{}, { url: undefined }, { baseURL: '' }, { url: null }, { baseURL: null }]) {
      await client.request({ ...config, viewerContext } as object);
      expect(recorder.viewer()).toEqual(received);
    }
  });

  it.each(RELATIVE)('%j is refused where an origin is allowed, and on a request with a baseURL', async (url) => {
    const recorder = createRecorder();
    const { adapter } = recorder;
    const bare = attachedClient({ adapter });
    const listed = attachedClient({ adapter }, { allowedOrigins: ['http://seer.internal'] });
    const emptyList = attachedClient({ adapter }, { allowedOrigins: [] });
    const based = attachedClient({ adapter, baseURL: 'http://seer.internal' });
    await refusal(listed.get(url, { viewerContext }), NOT_ALLOWED);
    await refusal(emptyList.get(url, { viewerContext }), NOT_ALLOWED);
    await refusal(based.get(url, { viewerContext, baseURL: '' }), NOT_ALLOWED);
    for (const baseURL of ['/api', 'api', ' ', 'http:evil.test', '//evil.test', 'http://evil.test']) {
      await refusal(bare.get(url, { viewerContext, baseURL }), NOT_ALLOWED);
      await refusal(attachedClient({ adapter, baseURL }).get(`/${url}`, { viewerContext, baseURL }), NOT_ALLOWED).catch(
        (error: unknown) => {
          // Of these, only http://evil.test is an origin, and the client's own.
          if (baseURL !== 'http://evil.test') throw error;
        },
      );
    }
    expect(recorder.configs.every(({ baseURL }) => baseURL === 'http://evil.test')).toBe(true);
  });

  it('a relative address drops a default where an origin is allowed', async () => {
    const recorder = createRecorder();
    const options = { allowedOrigins: ['http://seer.internal'], defaultViewerContext: viewerContext };
    const { config } = await attachedClient({ adapter: recorder.adapter }, options).get('/x');
    expect([recorder.viewer(), config.viewerContext]).toEqual(['no viewer', null]);
  });

  it('H10: refuses every address that a URL parser resolves to a host', async () => {
    const recorder = createRecorder();
    const { adapter } = recorder;
    const bare = attachedClient({ adapter });
    const withDefault = attachedClient({ adapter }, { defaultViewerContext: viewerContext });
    const keyless = attachedClient({ adapter }, { secret: '', logger: { warn: () => undefined } });
    for (const url of [...HIDDEN_HOSTS, ...OTHER_SCHEMES]) {
      const { message } = await refusal(bare.get(url, { viewerContext }), NOT_ALLOWED);
      expect(message).toContain('allowedOrigins');
    }
    for (const url of ['//evil.test/x', ...OTHER_SCHEMES]) {
      await refusal(withDefault.get(url), NOT_ALLOWED);
      await refusal(keyless.get(url, { viewerContext }), NOT_ALLOWED);
    }
    expect(recorder.configs).toHaveLength(0);
    expect(HIDDEN_HOSTS.length).toBeGreaterThan(500);
  });

  it('control: those addresses do lead to a host', () => {
    for (const url of HIDDEN_HOSTS) {
      const hosts = ['http://a.invalid', 'https://b.invalid'].map((base) => new URL(url, base).host);
      expect(hosts).toContain('evil.test');
    }
  });

  it.each([
    'http://relative.invalid/x',
    'https://other.invalid/x',
    '//relative.invalid/x',
    '\\\\relative.invalid/x',
    '/\\other.invalid',
    'http:x',
    'https:x',
  ])('guessing the base that relative addresses are checked against leads nowhere: %s', async (url) => {
    const recorder = createRecorder();
    await refusal(attachedClient({ adapter: recorder.adapter }).get(url, { viewerContext }), NOT_ALLOWED);
    expect(recorder.configs).toHaveLength(0);
  });
});
