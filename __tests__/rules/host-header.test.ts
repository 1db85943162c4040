import { ADAPTERS, attachedClient, seerClient } from '../support/clients.js';
import { describeNegativeControl } from '../support/negative-control.js';
import { withRawHeaders } from '../support/raw-headers.js';
import { establishViewer } from '../support/receiver.js';
import { createRecorder } from '../support/recorder.js';
import { refusal } from '../support/rejection.js';
import { useServers } from '../support/server.js';

// TLS checks the certificate against Host, and front ends route by it: a signed request's Host is a destination too.

describeNegativeControl();

const NOT_ALLOWED = 'ERR_DESTINATION_NOT_ALLOWED';
const viewerContext = { organizationId: 471147, userId: 471248 };
const received = { organization_id: 471147, user_id: 471248 };
const silent = { warn: () => undefined };

describe.each(ADAPTERS)('the Host header, over the %s adapter', (adapter) => {
  const { server, foreign } = useServers();
  const own = (): string => new URL(server.origin).host;
  const defaults = () => ({ adapter, baseURL: server.origin });
  /** Node's fetch accepts the header, but does not send it. */
  const sent = (host: string): string => (adapter === 'http' ? host : own());

  it.each(['Host', 'host', 'HOST', 'hOsT', ' Host', 'Host\t', '\nhost '])(
    'spelled %j: another one is refused, and named',
    async (spelling) => {
      const client = attachedClient({ ...defaults(), transformRequest: withRawHeaders({ [spelling]: 'evil.test' }) });
      const { message } = await refusal(client.get('/', { viewerContext }), NOT_ALLOWED);
      expect(message).toContain('its Host header points to http://evil.test.');
      expect(message).toContain('allowedOrigins');
      expect(message).not.toMatch(/471147|471248/);
      await refusal(
        attachedClient(defaults()).get('/', { viewerContext, headers: { host: 'evil.test' } }),
        NOT_ALLOWED,
      );
      expect(server.received).toHaveLength(0);
    },
  );

  it('every one counts where several are set', async () => {
    const hosts = { Host: own(), host: 'evil.test', ' HOST': own() };
    const client = attachedClient({ ...defaults(), transformRequest: withRawHeaders(hosts) });
    await refusal(client.get('/', { viewerContext }), NOT_ALLOWED);
    expect(server.received).toHaveLength(0);
  });

  it("the URL's own is sent", async () => {
    for (const url of ['/', server.origin]) {
      await attachedClient(defaults()).get(url, { viewerContext, headers: { Host: own() } });
      expect(server.last().headers.host).toBe(own());
      expect(establishViewer(server.last())).toEqual(received);
    }
    expect(server.received).toHaveLength(2);
  });

  it("another one that is allowed is sent; it counts under the URL's scheme", async () => {
    const headers = { Host: 'seer.internal' };
    const client = attachedClient(defaults(), { allowedOrigins: [server.origin, 'http://seer.internal'] });
    await client.get('/', { viewerContext, headers });
    expect(server.last().headers.host).toBe(sent('seer.internal'));
    expect(establishViewer(server.last())).toEqual(received);
    const tls = attachedClient(defaults(), { allowedOrigins: [server.origin, 'https://seer.internal'] });
    await refusal(tls.get('/', { viewerContext, headers }), NOT_ALLOWED);
    const hostOnly = attachedClient(defaults(), { allowedOrigins: ['http://seer.internal'] });
    await refusal(hostOnly.get('/', { viewerContext, headers }), NOT_ALLOWED);
    expect(server.received).toHaveLength(1);
  });

  it.each<[string, (host: string) => unknown]>([
    ['a further digit in the port', (host) => `${host}1`],
    ['another port', (host) => host.replace(/\d+$/, '1')],
    ['no port', (host) => host.replace(/:\d+$/, '')],
    ['a further label', (host) => host.replace(':', '.evil.test:')],
    ['a list', (host) => [host, 'evil.test']],
    ['a comma', (host) => `${host},evil.test`],
    ['user info', (host) => `evil.test@${host}`],
    ['user info before another', (host) => `${host}@evil.test`],
    ['a path', (host) => `${host}/x`],
    ['a backslash', (host) => `${host}\\x`],
    ['a query', (host) => `${host}?x`],
    ['a fragment', (host) => `${host}#x`],
    ['a space before it', (host) => ` ${host}`],
    ['a space in it', (host) => `${host} evil.test`],
    ['a tab in it', (host) => host.replace('.', '\t.')],
    ['a line break', (host) => `${host}\r\nX-Viewer-Context: x`],
    ['an encoded digit', (host) => host.replace('127', '%3127')],
    ['a full-width digit', (host) => host.replace('127', '１27')],
    ['a scheme', (host) => `http://${host}`],
    ['nothing in it', () => ''],
    ['a number', () => 5],
    ['true', () => true],
  ])('%s is refused', async (_name, host) => {
    const client = attachedClient({ ...defaults(), transformRequest: withRawHeaders({ Host: host(own()) }) });
    await refusal(client.get('/', { viewerContext }), NOT_ALLOWED);
    expect(server.received).toHaveLength(0);
  });

  it.each([false, null, undefined])('%p means no Host', async (Host) => {
    const client = attachedClient({ ...defaults(), transformRequest: withRawHeaders({ Host }) });
    await client.get('/', { viewerContext });
    expect(server.last().headers.host).toBe(own());
    expect(establishViewer(server.last())).toEqual(received);
  });

  it('is up to the application where nothing is signed', async () => {
    const headers = { Host: 'evil.test' };
    const keyless = { secret: undefined, logger: silent };
    for (const client of [
      attachedClient(defaults()),
      attachedClient(defaults(), keyless),
      seerClient(adapter, server.origin, keyless),
    ]) {
      await client.get('/', { viewerContext: null, headers });
      expect(server.last().headers.host).toBe(sent('evil.test'));
      expect(establishViewer(server.last())).toBe('no viewer');
    }
    expect(server.received).toHaveLength(3);
  });

  it('is checked without a secret too, and where only the body is signed', async () => {
    const headers = { Host: 'evil.test' };
    const keyless = { secret: undefined, logger: silent };
    await refusal(attachedClient(defaults(), keyless).get('/', { viewerContext, headers }), NOT_ALLOWED);
    await refusal(seerClient(adapter, server.origin, keyless).get('/', { viewerContext, headers }), NOT_ALLOWED);
    await refusal(seerClient(adapter, server.origin).get('/', { headers }), NOT_ALLOWED);
    expect(server.received).toHaveLength(0);
  });

  it('drops a default viewer where another one is set', async () => {
    const client = attachedClient(defaults(), { defaultViewerContext: viewerContext });
    const { config } = await client.get('/', { headers: { Host: 'evil.test' } });
    expect(server.last().headers.host).toBe(sent('evil.test'));
    expect(establishViewer(server.last())).toBe('no viewer');
    expect(config.viewerContext).toBeNull();
    expect(foreign.received).toHaveLength(0);
  });
});

describe('the Host header of names that no test server has', () => {
  it.each([
    ['http://seer.internal', 'seer.internal:80'],
    ['http://seer.internal', 'SEER.internal'],
    ['https://seer.internal', 'seer.internal:443'],
    ['https://seer.internal', 'seer.internal'],
    ['http://[::1]:8080', '[::1]:8080'],
    ['http://seer_1.internal', 'seer_1.internal'],
  ])('%s, Host %s: the same', async (baseURL, Host) => {
    const recorder = createRecorder();
    await attachedClient({ adapter: recorder.adapter, baseURL }).get('/', { viewerContext, headers: { Host } });
    expect(recorder.viewer()).toEqual(received);
    expect(recorder.headers()['host']).toBe(Host);
  });

  it.each([
    ['http://seer.internal', 'seer.internal:443'],
    ['https://seer.internal', 'seer.internal:80'],
    ['https://seer.internal', 'evil.test'],
    ['https://seer.internal', 'seer.internal.'],
    ['http://[::1]:8080', '[::2]:8080'],
  ])('%s, Host %s: refused', async (baseURL, Host) => {
    const recorder = createRecorder();
    const client = attachedClient({ adapter: recorder.adapter, baseURL });
    await refusal(client.get('/', { viewerContext, headers: { Host } }), NOT_ALLOWED);
    expect(recorder.configs).toHaveLength(0);
  });

  it('counts under both schemes where url and baseURL differ in it', async () => {
    const origins = ['https://seer.internal', 'http://other.internal'];
    const request = { url: 'http://other.internal/x', viewerContext, headers: { Host: 'other.internal' } };
    for (const allowedOrigins of [origins, [...origins, 'https://other.internal']]) {
      const recorder = createRecorder();
      const defaults = { adapter: recorder.adapter, baseURL: 'https://seer.internal', allowAbsoluteUrls: false };
      const client = attachedClient(defaults, { allowedOrigins });
      if (allowedOrigins === origins) await refusal(client.request(request), NOT_ALLOWED);
      else await client.request(request);
      expect(recorder.configs).toHaveLength(allowedOrigins === origins ? 0 : 1);
    }
  });

  it('a relative address with a Host names a host', async () => {
    const recorder = createRecorder();
    const client = attachedClient({ adapter: recorder.adapter });
    await refusal(client.get('/x', { viewerContext, headers: { Host: 'evil.test' } }), NOT_ALLOWED);
    expect(recorder.configs).toHaveLength(0);
  });
});
