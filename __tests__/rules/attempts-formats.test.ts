import type { AxiosInstance, InternalAxiosRequestConfig } from 'axios';
import type { ViewerContextFormat } from 'axios-viewer-context';
import { attachedClient, seerClient } from '../support/clients.js';
import { ALL_HEADERS, headersOf } from '../support/format.js';
import { describeNegativeControl } from '../support/negative-control.js';
import { establishViewer, isBodySigned, SECRET } from '../support/receiver.js';
import { refusal, rejected } from '../support/rejection.js';
import { startServer, timesReceived, useServers, type Received } from '../support/server.js';
import { decoded } from '../support/tokens.js';

// A token expires, so each attempt needs one of its own. And a config may be sent again in the other format.

describeNegativeControl();
afterEach(() => jest.restoreAllMocks());

type Config = InternalAxiosRequestConfig;
const viewerContext = { organizationId: 1, userId: 2 };
const received = { organization_id: 1, user_id: 2 };

/** What plugins do to a config before they send it again; the last two lose the transform that signed it. */
const COPIES: [string, (config: Config) => Config][] = [
  ['as it is', (config) => config],
  ['spread', (config) => ({ ...config })],
  ['with a plain list of transforms, as by axios-retry', (config) => withTransforms(config, [(data: unknown) => data])],
  ['with plain headers too', (config) => withTransforms({ ...config, headers: plainHeaders(config) }, [])],
];

function withTransforms(config: Config, transformRequest: ((data: unknown) => unknown)[]): Config {
  return { ...config, transformRequest };
}

function plainHeaders({ headers }: Config): Config['headers'] {
  return Object.assign({}, headers);
}

/** The request's viewer headers are those of the format, once each, in any variant. */
function expectOnly(request: Received, format: ViewerContextFormat): void {
  const expected = ALL_HEADERS.map((name) => (headersOf(format).includes(name) ? 1 : 0));
  expect(ALL_HEADERS.map((name) => timesReceived(request, name))).toEqual(expected);
  expect(request.rawHeaders.filter((text) => /viewer.context/i.test(text))).toHaveLength(headersOf(format).length);
}

describe('formats of a config that is sent again', () => {
  const { server } = useServers();
  const clients = (format: ViewerContextFormat, secret = SECRET): [AxiosInstance, AxiosInstance] => [
    attachedClient({ baseURL: server.origin }, { format, secret }),
    seerClient('http', server.origin, { format, secret }),
  ];

  describe('20 minutes later', () => {
    const passTime = (): number => {
      const later = Date.now() + 20 * 60_000;
      jest.spyOn(Date, 'now').mockReturnValue(later);
      return Math.floor(later / 1000);
    };
    const claimsOf = (request: Received) => decoded(request.headers['x-viewer-context'] as string).claims;

    it.each(COPIES)('H9: %s, it has a fresh token for the same viewer', async (_name, copy) => {
      for (const client of clients('jwt')) {
        const { config } = await client.get<unknown>('/', { viewerContext });
        const first = server.last();
        expect(establishViewer(first, SECRET, 'jwt')).toEqual(received);
        const now = passTime();
        expect(() => establishViewer(first, SECRET, 'jwt')).toThrow('unexpected payload'); // it has expired
        await client.request(copy(config));
        expect(establishViewer(server.last(), SECRET, 'jwt')).toEqual(received);
        expect(claimsOf(server.last())).toMatchObject({ iat: now, exp: now + 900 });
        expectOnly(server.last(), 'jwt');
        expect(server.last().rawHeaders).not.toContain(first.headers['x-viewer-context']);
        jest.restoreAllMocks();
      }
      expect(server.received).toHaveLength(4);
    });

    it('H9: err.config of a failed request has a fresh token too', async () => {
      await using failing = await startServer((_request, response) => response.writeHead(503).end());
      const client = attachedClient({ baseURL: failing.origin }, { format: 'jwt' });
      const { config } = await rejected(client.get('/', { viewerContext }));
      const now = passTime();
      await rejected(client.request(config!));
      expect(failing.received).toHaveLength(2);
      expect(establishViewer(failing.last(), SECRET, 'jwt')).toEqual(received);
      expect(claimsOf(failing.last())).toMatchObject({ iat: now, exp: now + 900 });
      expectOnly(failing.last(), 'jwt');
    });

    it('H9: a new request for a static default viewer has a fresh token', async () => {
      const options = { format: 'jwt', defaultViewerContext: viewerContext } as const;
      for (const client of [
        attachedClient({ baseURL: server.origin }, options),
        seerClient('http', server.origin, options),
      ]) {
        await client.get('/');
        const now = passTime();
        await client.get('/');
        expect(establishViewer(server.last(), SECRET, 'jwt')).toEqual(received);
        expect(claimsOf(server.last())).toMatchObject({ iat: now, exp: now + 900 });
        jest.restoreAllMocks();
      }
    });

    it('H9: a new request of the same viewer and key has a fresh token: none is remembered', async () => {
      for (const client of clients('jwt')) {
        await client.get('/', { viewerContext });
        const now = passTime();
        await client.get('/', { viewerContext });
        expect(establishViewer(server.last(), SECRET, 'jwt')).toEqual(received);
        expect(claimsOf(server.last())).toMatchObject({ iat: now, exp: now + 900 });
        jest.restoreAllMocks();
      }
    });
  });

  describe.each<[ViewerContextFormat, ViewerContextFormat]>([
    ['pair', 'jwt'],
    ['jwt', 'pair'],
  ])('signed as %s, through a client with the format %s', (before, after) => {
    it.each(COPIES)('H11: %s, it has that format, and nothing is left of the other', async (_name, copy) => {
      for (const index of [0, 1] as const) {
        const { config } = await clients(before)[index].post<unknown>('/', { a: 1 }, { viewerContext });
        expect(establishViewer(server.last(), SECRET, before)).toEqual(received);
        expectOnly(server.last(), before);
        for (const other of clients(after, 'secret-two')) {
          await other.request(copy(config));
          expect(establishViewer(server.last(), 'secret-two', after)).toEqual(received);
          expectOnly(server.last(), after);
        }
        expect(isBodySigned(server.last(), 'secret-two')).toBe(true);
      }
      expect(server.received).toHaveLength(6);
    });

    it.each(COPIES)('H11: %s and without its viewer, nothing of either format is left', async (_name, copy) => {
      const { config } = await clients(before)[0].get<unknown>('/', { viewerContext });
      for (const other of clients(after)) {
        await other.request({ ...copy(config), viewerContext: null });
        expect(establishViewer(server.last())).toBe('no viewer');
        expect(ALL_HEADERS.map((name) => timesReceived(server.last(), name))).toEqual([0, 0]);
      }
      expect(server.received).toHaveLength(3);
    });

    it('H11: and back, it has the first format again', async () => {
      const [first, other] = [clients(before)[0], clients(after)[0]];
      const { config } = await first.get<unknown>('/', { viewerContext });
      const { config: second } = await other.request<unknown>(config);
      await first.request(second);
      expect(establishViewer(server.last(), SECRET, before)).toEqual(received);
      expectOnly(server.last(), before);
      expect(second.transformRequest).toHaveLength([config.transformRequest].flat().length);
    });
  });

  it('H11: a viewer whose project or actor only a token can carry is not sent as a pair', async () => {
    for (const more of [{ projectId: 3 }, { actorType: 'user' }] as const) {
      const { config } = await clients('jwt')[0].get<unknown>('/', { viewerContext: { ...viewerContext, ...more } });
      server.received.length = 0;
      for (const other of clients('pair')) {
        const { message } = await refusal(other.request(config), 'ERR_INVALID_VIEWER_CONTEXT');
        expect(message).toContain("format: 'jwt'");
      }
      expect(server.received).toHaveLength(0);
    }
  });
});
