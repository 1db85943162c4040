import http from 'node:http';
import axios, { AxiosHeaders, type InternalAxiosRequestConfig } from 'axios';
import { attachViewerContext } from 'axios-viewer-context';
import { ADAPTERS, attachedClient, seerClient } from '../support/clients.js';
import { ALL_HEADERS, FORMAT, STOLEN, VIEWER_HEADERS } from '../support/format.js';
import { describeNegativeControl } from '../support/negative-control.js';
import { withRawHeaders } from '../support/raw-headers.js';
import { establishViewer, isBodySigned, SECRET } from '../support/receiver.js';
import { createRecorder } from '../support/recorder.js';
import { timesReceived, useServers } from '../support/server.js';

// Viewer headers that a caller sets are always removed. So is a Connection header that makes proxies drop the plugin's.

describeNegativeControl();

const SPELLINGS = ALL_HEADERS.flatMap((name) =>
  [name, name.toLowerCase(), name.toUpperCase(), name.replace('V', 'v')].flatMap((cased) =>
    [cased, cased.replaceAll('-', '_'), cased.replace('-', '_'), cased.replace(/-(?=\w+$)/, '_')].flatMap((joined) =>
      ['', ' ', '\t', '\u00a0'].flatMap((space) => [`${space}${joined}`, `${joined}${space}`]),
    ),
  ),
);

const WITH_AND_WITHOUT = [
  ['with a viewer', { organizationId: 3 }, SECRET, { organization_id: 3 }],
  ['without a viewer', null, SECRET, 'no viewer'],
  ['with a viewer and no secret', { organizationId: 3 }, undefined, 'no viewer'],
  ['without a viewer and no secret', null, undefined, 'no viewer'],
] as const;

const logger = { warn: () => undefined };
it.each(WITH_AND_WITHOUT)(
  'H5: each variant on its own is removed, %s',
  async (_name, viewerContext, secret, established) => {
    const recorder = createRecorder();
    const client = attachedClient({ adapter: recorder.adapter }, { secret, logger });
    for (const name of SPELLINGS) {
      await client.get('/', { viewerContext, transformRequest: withRawHeaders({ [name]: 'forged' }) });
      expect(Object.values(recorder.configs.at(-1)!.headers)).not.toContain('forged');
      expect(recorder.viewer()).toEqual(established);
    }
  },
);

describe.each(ADAPTERS)('headers, over the %s adapter', (adapter) => {
  const { server } = useServers();
  const defaults = () => ({ adapter, baseURL: server.origin });

  it('control: the stolen headers would be accepted', async () => {
    const stolen = Object.entries(STOLEN).filter(([name]) => VIEWER_HEADERS.includes(name));
    await axios.get(server.origin, { adapter, headers: Object.fromEntries(stolen) });
    expect(establishViewer(server.last())).toEqual({ organization_id: 1, user_id: 2 });
  });

  describe.each(WITH_AND_WITHOUT)('%s', (_name, viewerContext, secret, established) => {
    const expectOnlyOurs = (): void => {
      expect(establishViewer(server.last())).toEqual(established);
      const signed = established === 'no viewer' ? [] : VIEWER_HEADERS;
      for (const name of ALL_HEADERS) expect(timesReceived(server.last(), name)).toBe(signed.includes(name) ? 1 : 0);
    };

    it("H5: the caller's are removed, in every variant", async () => {
      const forged = Object.fromEntries(SPELLINGS.map((name) => [name, 'forged']));
      const client = attachedClient({ ...defaults(), transformRequest: withRawHeaders(forged) }, { secret, logger });
      await client.get('/', { viewerContext });
      expectOnlyOurs();
    });

    it('H5: those of the request and of the defaults are removed', async () => {
      const client = attachedClient({ ...defaults(), headers: STOLEN }, { secret, logger });
      await client.get('/', { viewerContext });
      expectOnlyOurs();
      await client.get('/', { viewerContext, headers: { x_viewer_context: 'forged', 'x-viewer-CONTEXT': 'forged' } });
      expectOnlyOurs();
    });

    it("H4: the caller's false, null and '' do not keep the plugin's out", async () => {
      for (const value of [false, null, undefined, '', ['a', 'b']]) {
        const headers = Object.fromEntries(ALL_HEADERS.map((name) => [name, value])) as Record<string, string>;
        await attachedClient(defaults(), { secret, logger }).get('/', { viewerContext, headers });
        expectOnlyOurs();
        const raw = { ...defaults(), transformRequest: withRawHeaders(headers) };
        await attachedClient(raw, { secret, logger }).get('/', { viewerContext });
        expectOnlyOurs();
      }
    });

    it("those of other interceptors are removed, before and after the plugin's", async () => {
      const steal = (config: InternalAxiosRequestConfig): InternalAxiosRequestConfig => {
        config.headers.set(STOLEN);
        return config;
      };
      const client = axios.create(defaults());
      client.interceptors.request.use(steal);
      attachViewerContext(client, { secret, format: FORMAT, logger });
      client.interceptors.request.use(steal);
      await client.get('/', { viewerContext });
      expectOnlyOurs();
    });

    it('those of transforms are removed, from the headers they are given, from this.headers, and from new ones', async () => {
      const transforms = [
        (data: unknown, headers: InternalAxiosRequestConfig['headers']) => {
          headers.set(STOLEN);
          return data;
        },
        function (this: InternalAxiosRequestConfig, data: unknown) {
          this.headers.set(STOLEN);
          return data;
        },
        function (this: InternalAxiosRequestConfig, data: unknown) {
          this.headers = new AxiosHeaders(this.headers).set(STOLEN);
          return data;
        },
      ];
      for (const transform of transforms) {
        const transformRequest = [transform as never];
        await attachedClient(defaults(), { secret, logger }).post('/', 'x', { viewerContext, transformRequest });
        expectOnlyOurs();
        await attachedClient({ ...defaults(), transformRequest }, { secret, logger }).post('/', 'x', { viewerContext });
        expectOnlyOurs();
      }
    });

    it("names that merely begin or end with the plugin's stay", async () => {
      const others = {
        'X-Viewer-Contexts': '1',
        'X-Viewer-Context-Signature-Version': '2',
        'X-Viewer-Context-Id': '3',
        'My-X-Viewer-Context': '4',
        'X-ViewerContext': '5',
        'Connection-Id': '6',
        'Content-Length-Hint': '7',
        'Host-Name': '8',
        'My-Host': '9',
      };
      await attachedClient(defaults(), { secret, logger }).get('/', { viewerContext, headers: others });
      const lower = Object.entries(others).map(([name, value]) => [name.toLowerCase(), value]);
      expect(server.last().headers).toMatchObject(Object.fromEntries(lower));
      expectOnlyOurs();
    });

    it.each(['close', 'Close', 'CLOSE', ' close '])('H26: Connection: %j stays', async (Connection) => {
      await attachedClient(defaults(), { secret, logger }).get('/', { viewerContext, headers: { Connection } });
      expect(server.last().headers.connection?.toLowerCase()).toBe('close');
      expectOnlyOurs();
    });

    it.each(['keep-alive', 'Keep-Alive', 'KEEP-ALIVE'])('H26: Connection: %j stays', async (Connection) => {
      const httpAgent = new http.Agent({ keepAlive: false }); // would send close on its own
      const client = attachedClient({ ...defaults(), httpAgent }, { secret, logger });
      await client.get('/', { viewerContext, headers: { Connection } });
      expect(server.last().headers.connection?.toLowerCase()).toBe('keep-alive');
      expectOnlyOurs();
    });

    it.each<[unknown]>([
      ['X-Viewer-Context-Signature'],
      ['close, x-viewer-context'],
      ['x_viewer_context ,close'],
      ['keep-alive, Authorization'],
      ['close,close'],
      ['X-Viewer-Context-Signature\u20ac'],
      ['closed'],
      ['not-keep-alive'],
      ['upgrade'],
      [''],
      [['close', 'X-Viewer-Context']],
    ])('H26: Connection: %j is dropped', async (Connection) => {
      const httpAgent = new http.Agent({ keepAlive: true });
      const client = attachedClient({ ...defaults(), httpAgent }, { secret, logger });
      for (const spelling of ['Connection', 'connection', ' CONNECTION ', 'connection\t']) {
        await client.get('/', { viewerContext, transformRequest: withRawHeaders({ [spelling]: Connection }) });
        expect(server.last().headers.connection).toBe('keep-alive'); // the agent's own
        expect(timesReceived(server.last(), 'Connection')).toBe(1);
        expectOnlyOurs();
      }
      httpAgent.destroy();
    });
  });

  it("H5: the caller's X-Viewer-Context-Signature never travels alongside a token, in any variant", async () => {
    const name = 'X-Viewer-Context-Signature';
    const spellings = [name, name.toLowerCase(), name.toUpperCase(), name.replaceAll('-', '_')];
    const raw = [...spellings, 'X-Viewer-Context_Signature', ` ${name}`, `${name}\t`, `\u00a0${name}`];
    for (const client of [
      attachedClient(defaults(), { format: 'jwt' }),
      seerClient(adapter, server.origin, { format: 'jwt' }),
    ]) {
      server.received.length = 0;
      const configs = [
        ...spellings.map((spelling) => ({ headers: { [spelling]: STOLEN[name] } })),
        ...raw.map((spelling) => ({ transformRequest: withRawHeaders({ [spelling]: STOLEN[name] }) })),
      ];
      for (const config of configs) await client.get('/', { viewerContext: { organizationId: 3 }, ...config });
      expect(server.received).toHaveLength(configs.length);
      for (const request of server.received) {
        expect(establishViewer(request, SECRET, 'jwt')).toEqual({ organization_id: 3 });
        expect(ALL_HEADERS.map((header) => timesReceived(request, header))).toEqual([1, 0]);
        expect(request.rawHeaders.join()).not.toMatch(/signature\W*,/i);
        expect(request.rawHeaders).not.toContain(STOLEN[name]);
      }
    }
  });

  it("H4, H5, H26: the Seer client removes the caller's too, Authorization included", async () => {
    const headers = { ...STOLEN, Authorization: false, authorization: 'forged', Connection: 'close, Authorization' };
    for (const viewerContext of [{ organizationId: 3 }, null]) {
      await seerClient(adapter, server.origin).post('/', { a: 1 }, { viewerContext, headers: headers as never });
      expect(establishViewer(server.last())).toEqual(viewerContext === null ? 'no viewer' : { organization_id: 3 });
      expect(isBodySigned(server.last())).toBe(true);
      expect(timesReceived(server.last(), 'Authorization')).toBe(1);
      expect(server.last().headers.connection).toMatch(/^(keep-alive|close)$/);
    }
  });

  it("a plain client leaves the caller's Authorization alone", async () => {
    const headers = { Authorization: 'Bearer mine' };
    await attachedClient(defaults()).get('/', { viewerContext: { organizationId: 3 }, headers });
    expect(server.last().headers.authorization).toBe('Bearer mine');
    expect(establishViewer(server.last())).toEqual({ organization_id: 3 });
  });
});
