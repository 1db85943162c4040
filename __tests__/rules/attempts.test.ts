import axios, { AxiosHeaders, type AxiosInstance, type InternalAxiosRequestConfig } from 'axios';
import { attachViewerContext } from 'axios-viewer-context';
import { ADAPTERS, attachedClient, seerClient } from '../support/clients.js';
import { isolatedCopy } from '../support/copies.js';
import { FORMAT, VIEWER_HEADERS } from '../support/format.js';
import { describeNegativeControl } from '../support/negative-control.js';
import { establishViewer, isBodySigned, SECRET } from '../support/receiver.js';
import { refusal, rejected } from '../support/rejection.js';
import { startServer, timesReceived, useServers } from '../support/server.js';

describeNegativeControl();

type Config = InternalAxiosRequestConfig;
const viewerContext = { organizationId: 1, userId: 2 };
const received = { organization_id: 1, user_id: 2 };
const logger = { warn: () => undefined };

const MERGED: [string, (config: Config) => Config] = [
  'merged',
  (config) => axios.mergeConfig({ timeout: 60_000 }, config) as Config,
];

/** What plugins do to a config before they send it again. */
const COPIES: [string, (config: Config) => Config][] = [
  ['as it is', (config) => config],
  ['spread', (config) => ({ ...config })],
  // axios 1.2.0 does not export it.
  ...('mergeConfig' in axios ? [MERGED] : []),
  ['with new headers', (config) => ({ ...config, headers: new AxiosHeaders(config.headers) })],
  ['with plain headers', (config) => ({ ...config, headers: Object.assign({}, config.headers) })],
  ['with the viewer copied', (config) => ({ ...config, viewerContext: { ...config.viewerContext } })],
  ['with the transforms copied', (config) => ({ ...config, transformRequest: [config.transformRequest!].flat() })],
  ['frozen', (config) => Object.freeze({ ...config })],
];

describe.each(ADAPTERS)('a config that is sent again, over the %s adapter', (adapter) => {
  const { server, foreign } = useServers();
  const defaults = () => ({ adapter, baseURL: server.origin });
  const plain = (baseURL?: string): AxiosInstance =>
    axios.create(baseURL === undefined ? { adapter } : { adapter, baseURL });

  describe('on the same client', () => {
    it('H9: after an attempt that was never signed, it is signed once', async () => {
      const client = attachedClient(defaults());
      let stopped: Config | undefined;
      const { handlers } = client.interceptors.request as unknown as { handlers: unknown[] };
      handlers.unshift({
        fulfilled: (config: Config) => {
          stopped = config;
          throw new Error('stopped by a later interceptor');
        },
      });
      await expect(client.get('/', { viewerContext })).rejects.toThrow('stopped by a later interceptor');
      handlers.shift();
      const { config } = await client.request<unknown>(stopped!);
      expect([config.transformRequest].flat()).toHaveLength([stopped!.transformRequest].flat().length);
      expect(server.received).toHaveLength(1);
      expect(establishViewer(server.last())).toEqual(received);
    });

    it.each(COPIES)('H9, H24: %s, it has the same viewer, and each header once', async (_name, copy) => {
      const lookUp = jest.fn(() => viewerContext);
      for (const client of [
        attachedClient(defaults(), { defaultViewerContext: lookUp }),
        seerClient(adapter, server.origin, { defaultViewerContext: lookUp }),
      ]) {
        lookUp.mockClear();
        const { config: first } = await client.post<unknown>('/', { a: 1 });
        let config = first;
        for (let attempt = 0; attempt < 3; attempt += 1) ({ config } = await client.request<unknown>(copy(config)));
        expect(lookUp).toHaveBeenCalledTimes(1);
        expect(config.transformRequest).toHaveLength([first.transformRequest].flat().length);
      }
      expect(server.received).toHaveLength(8);
      for (const [index, request] of server.received.entries()) {
        expect(establishViewer(request)).toEqual(received);
        expect(isBodySigned(request)).toBe(index >= 4);
        expect(request.body.toString()).toBe('{"a":1}');
        for (const name of VIEWER_HEADERS) expect(timesReceived(request, name)).toBe(1);
        expect(timesReceived(request, 'Authorization')).toBe(index >= 4 ? 1 : 0);
      }
    });

    it('H9: err.config of a failed request has the same viewer, signed again with the current secret', async () => {
      await using failing = await startServer((_request, response) => response.writeHead(503).end());
      const secrets = ['secret-two', 'test-secret', SECRET];
      const left = [...secrets];
      const client = attachedClient({ adapter, baseURL: failing.origin }, { secret: () => left.shift() });
      let { config } = await rejected(client.post('/', { a: 1 }, { viewerContext }));
      ({ config } = await rejected(client.request(config!)));
      await rejected(client.request(config!));
      expect(failing.received.map((request, index) => establishViewer(request, secrets[index]))).toEqual([
        received,
        received,
        received,
      ]);
    });

    it("H9: each of the caller's transforms runs once per attempt, and the plugin's is last again, wherever it stood", async () => {
      const transform = jest.fn((data: string) => `${data}!`);
      const seer = seerClient(adapter, server.origin);
      const { config } = await seer.post<unknown>('/', 'a', { transformRequest: transform });
      await seer.request<unknown>(config);
      expect(transform).toHaveBeenCalledTimes(2);
      const late = jest.fn((data: string) => `${data}?`);
      await seer.request<unknown>({ ...config, transformRequest: [config.transformRequest!, late].flat() });
      expect([transform, late].map(({ mock }) => mock.calls.length)).toEqual([3, 1]);
      expect(server.received.map(({ body }) => body.toString())).toEqual(['a!', 'a!!', 'a!!?']);
      for (const request of server.received) expect(isBodySigned(request)).toBe(true);
    });

    it('a viewer that the application has changed since is the one that is signed', async () => {
      const client = attachedClient(defaults(), { defaultViewerContext: { userId: 9 } });
      const { config } = await client.get<unknown>('/');
      await client.request({ ...config, viewerContext });
      expect(establishViewer(server.last())).toEqual(received);
      await client.request({ ...config, viewerContext: null });
      expect(establishViewer(server.last())).toBe('no viewer');
    });

    it('a secret that lapses between two attempts leaves no signature of the first', async () => {
      for (const isSeer of [false, true]) {
        const secrets = [SECRET, undefined, ''];
        const options = { secret: () => secrets.shift(), logger };
        const client = isSeer ? seerClient(adapter, server.origin, options) : attachedClient(defaults(), options);
        const { config } = await client.post<unknown>('/', { a: 1 }, { viewerContext });
        expect(establishViewer(server.last())).toEqual(received);
        await client.request({ ...config, data: { b: 2 } });
        expect(server.last().rawHeaders.join()).not.toMatch(/viewer|authorization/i);
        config.headers.set('Authorization', 'Bearer mine');
        await client.request(config);
        // A value that is not the plugin's is the caller's, which the Seer client never lets through.
        expect(server.last().headers.authorization).toBe(isSeer ? undefined : 'Bearer mine');
        expect(establishViewer(server.last())).toBe('no viewer');
      }
      expect(server.received).toHaveLength(6);
    });

    it('a refused one is refused again, and goes out once its fault is corrected', async () => {
      const client = attachedClient(defaults());
      let config: Config | undefined;
      client.interceptors.request.use((seen) => (config = seen));
      await refusal(client.get('/', { viewerContext: { userId: 0 } }), 'ERR_INVALID_VIEWER_CONTEXT');
      await refusal(client.request(config!), 'ERR_INVALID_VIEWER_CONTEXT');
      expect(server.received).toHaveLength(0);
      await client.request({ ...config, viewerContext });
      expect(establishViewer(server.last())).toEqual(received);
    });
  });

  describe('through another attached client', () => {
    it("H11: it gets that client's secret", async () => {
      const { config } = await attachedClient(defaults()).get<unknown>('/', { viewerContext });
      await attachedClient(defaults(), { secret: 'secret-two' }).request(config);
      expect(establishViewer(server.last(), 'secret-two')).toEqual(received);
      expect(config.transformRequest).toHaveLength([axios.defaults.transformRequest].flat().length + 1);
    });

    it("H11: its viewer is explicit there, a default too, and that client's origins decide", async () => {
      const { config } = await attachedClient(defaults(), { defaultViewerContext: viewerContext }).get<unknown>('/');
      const sameSite = attachedClient(defaults(), { defaultViewerContext: { userId: 9 } });
      await sameSite.request(config);
      expect(establishViewer(server.last())).toEqual(received);
      const elsewhere = attachedClient({ adapter, baseURL: foreign.origin }, { defaultViewerContext: { userId: 9 } });
      await refusal(elsewhere.request(config), 'ERR_DESTINATION_NOT_ALLOWED');
      await elsewhere.request({ ...config, baseURL: foreign.origin });
      expect(establishViewer(foreign.last())).toEqual(received);
      expect(server.received).toHaveLength(2);
    });

    it("H11: a Seer client's Authorization is removed, and a copy of it under a different name stays", async () => {
      const { config } = await seerClient(adapter, server.origin).post<unknown>('/', { a: 1 }, { viewerContext });
      const signature = server.last().headers.authorization;
      const other = attachedClient({ adapter, baseURL: foreign.origin }, { secret: 'secret-two' });
      for (const [context, expected] of [
        [null, 'no viewer'],
        [{ userId: 4 }, { user_id: 4 }],
      ] as const) {
        const headers = new AxiosHeaders(config.headers).set('x-copy', signature);
        await other.request({ ...config, headers, baseURL: foreign.origin, viewerContext: context });
        expect(foreign.last().headers.authorization).toBeUndefined();
        expect(foreign.last().headers['x-copy']).toBe(signature);
        expect(establishViewer(foreign.last(), 'secret-two')).toEqual(expected);
      }
    });

    it('an Authorization that the caller has set since is not removed', async () => {
      const { config } = await seerClient(adapter, server.origin).post<unknown>('/', { a: 1 });
      config.headers.set('Authorization', 'Bearer mine');
      await attachedClient(defaults()).request(config);
      expect(server.last().headers.authorization).toBe('Bearer mine');
    });

    it('H27: all this is true between two copies of the package', async () => {
      const { config } = await seerClient(adapter, server.origin).post<unknown>('/', { a: 1 }, { viewerContext });
      const other = plain(foreign.origin);
      isolatedCopy().attachViewerContext(other, { secret: 'secret-two', format: FORMAT });
      const { config: resent } = await other.request<unknown>({ ...config, baseURL: foreign.origin });
      expect(establishViewer(foreign.last(), 'secret-two')).toEqual(received);
      expect(foreign.last().headers.authorization).toBeUndefined();
      expect(resent.transformRequest).toHaveLength([config.transformRequest].flat().length);
      await refusal(plain().request(resent), 'ERR_ALREADY_SIGNED');
    });
  });

  describe('through a client without the plugin', () => {
    it('H11: it is refused if it had been signed, whatever has been changed since', async () => {
      for (const client of [attachedClient(defaults()), seerClient(adapter, server.origin)]) {
        const { config } = await client.post<unknown>('/', { a: 1 }, { viewerContext });
        const { message } = await refusal(plain().request(config), 'ERR_ALREADY_SIGNED');
        expect(message).toContain('Send it through the client it came from');
        for (const change of [{ viewerContext: null }, { viewerContext: { userId: 5 } }, { data: '{"b":2}' }]) {
          await refusal(plain().request({ ...config, ...change }), 'ERR_ALREADY_SIGNED');
        }
        await refusal(plain().request({ ...config, baseURL: foreign.origin }), 'ERR_ALREADY_SIGNED');
      }
      expect(server.received).toHaveLength(2);
      expect(foreign.received).toHaveLength(0);
    });

    it('it is refused too if only the body had been signed', async () => {
      const { config } = await seerClient(adapter, server.origin).get<unknown>('/');
      await refusal(plain().request(config), 'ERR_ALREADY_SIGNED');
      expect(server.received).toHaveLength(1);
    });

    it('H11: it is passed on if it had not been signed, and nothing is signed for that client', async () => {
      const keyless = attachedClient(defaults(), { secret: '', logger });
      const dropped = attachedClient(defaults(), { defaultViewerContext: { userId: 9 } });
      for (const { config } of [
        await attachedClient(defaults()).post<unknown>('/', { a: 1 }),
        await keyless.post<unknown>('/', { a: 1 }, { viewerContext }),
        await dropped.post<unknown>(`${foreign.origin}/`, { a: 1 }),
      ]) {
        for (const context of [null, viewerContext]) {
          const url = `${server.origin}/again`;
          await plain().request({ ...config, url, viewerContext: context });
          expect(server.last().url).toBe('/again');
          expect(server.last().body.toString()).toBe('{"a":1}');
          expect(establishViewer(server.last())).toBe('no viewer');
        }
      }
    });

    it('it is passed on without a signature if it had been refused', async () => {
      const client = attachedClient(defaults());
      let config: Config | undefined;
      client.interceptors.request.use((seen) => (config = seen));
      await refusal(client.get(`${foreign.origin}/`, { viewerContext }), 'ERR_DESTINATION_NOT_ALLOWED');
      expect(foreign.received).toHaveLength(0);
      await plain().request(config!);
      expect(establishViewer(foreign.last())).toBe('no viewer');
    });
  });

  describe('after detaching', () => {
    it('it is refused if it had been signed', async () => {
      const client = axios.create(defaults());
      const detach = attachViewerContext(client, { secret: SECRET, format: FORMAT });
      const { config } = await client.get<unknown>('/', { viewerContext });
      detach();
      await refusal(client.request(config), 'ERR_ALREADY_SIGNED');
      expect(server.received).toHaveLength(1);
    });

    it('it is passed on, and not signed, otherwise', async () => {
      const client = axios.create(defaults());
      const detach = attachViewerContext(client, { secret: SECRET, format: FORMAT });
      const { config } = await client.get<unknown>('/');
      detach();
      await client.request({ ...config, viewerContext });
      expect(establishViewer(server.last())).toBe('no viewer');
    });

    it('it is signed again once the plugin is attached again', async () => {
      const client = axios.create(defaults());
      const detach = attachViewerContext(client, { secret: 'secret-two', format: FORMAT });
      const { config } = await client.get<unknown>('/', { viewerContext });
      detach();
      attachViewerContext(client, { secret: SECRET, format: FORMAT });
      await client.request(config);
      expect(establishViewer(server.last())).toEqual(received);
    });
  });
});
