import http from 'node:http';
import type { AddressInfo } from 'node:net';
import axios, { AxiosHeaders, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';
import { isViewerContextError, type ViewerContext } from 'axios-viewer-context';
import { acceptedContext, callersHeaders, refusedContext, type Established } from '../support/arbitraries.js';
import { attachedClient, seerClient } from '../support/clients.js';
import { describeNegativeControl } from '../support/negative-control.js';
import { fc, RUNS } from '../support/property.js';
import { establishViewer, isBodySigned } from '../support/receiver.js';
import { startServer, timesReceived, type TestServer } from '../support/server.js';

describeNegativeControl();

describe('for any input, over real requests', () => {
  const numRuns = Math.min(RUNS, 2_000) / 4;
  const httpAgent = new http.Agent({ keepAlive: true });
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer();
  });
  afterEach(() => {
    server.received.length = 0;
  });
  afterAll(async () => {
    httpAgent.destroy();
    await server[Symbol.asyncDispose]();
  });
  const clients = () => [
    attachedClient({ adapter: 'http', httpAgent, baseURL: server.origin }),
    seerClient('http', server.origin, { httpAgent }),
  ];

  it('an accepted context arrives as the same viewer', async () => {
    const [plain, seer] = clients();
    await fc.assert(
      fc.asyncProperty(acceptedContext, fc.boolean(), async ([viewerContext, expected], isSeer) => {
        await (isSeer ? seer! : plain!).post('/', {}, { viewerContext });
        expect(establishViewer(server.last())).toEqual(expected);
      }),
      { numRuns },
    );
  }, 60_000);

  it('a refused context is refused before a socket opens', async () => {
    let connections = 0;
    const untouched = http.createServer().on('connection', () => (connections += 1));
    await new Promise<void>((resolve) => untouched.listen(0, '127.0.0.1', resolve));
    const { port } = untouched.address() as AddressInfo;
    const client = attachedClient({ adapter: 'http', baseURL: `http://127.0.0.1:${String(port)}` });
    try {
      await fc.assert(
        fc.asyncProperty(refusedContext, async (context) => {
          const outcome = await client
            .get('/', { viewerContext: context as ViewerContext })
            .catch((error: unknown) => error);
          expect(isViewerContextError(outcome) && outcome.code).toBe('ERR_INVALID_VIEWER_CONTEXT');
        }),
        { numRuns },
      );
      expect(connections).toBe(0);
    } finally {
      untouched.close();
    }
  }, 60_000);

  it('the signature verifies over the received bytes of any body', async () => {
    const [, seer] = clients();
    const body = fc.oneof(
      fc.jsonValue(),
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      fc.uint8Array().map((bytes) => bytes.slice().buffer),
      fc.uint8Array(),
    );
    await fc.assert(
      fc.asyncProperty(body, fc.constantFrom('post', 'put', 'patch', 'delete'), async (data, method) => {
        const isRefused = typeof data === 'number' || typeof data === 'boolean';
        const before = server.received.length;
        const outcome = await seer!.request({ url: '/', method, data }).catch((error: unknown) => error);
        if (isRefused) {
          expect(isViewerContextError(outcome) && outcome.code).toBe('ERR_UNSIGNABLE_BODY');
          expect(server.received).toHaveLength(before);
        } else {
          expect(isBodySigned(server.last())).toBe(true);
          expect(server.received).toHaveLength(before + 1);
        }
      }),
      { numRuns },
    );
  }, 60_000);

  it("whatever headers the caller sets, the receiver sees our viewer or none, and the body's signature", async () => {
    const [plain, seer] = clients();
    await fc.assert(
      fc.asyncProperty(
        callersHeaders,
        acceptedContext,
        fc.boolean(),
        async (headers, [viewerContext, expected], isSeer) => {
          await (isSeer ? seer! : plain!).post('/', { a: 1 }, { viewerContext, headers });
          const request = server.last();
          expect(establishViewer(request)).toEqual(expected);
          const times = expected === 'nobody' ? 0 : 1;
          expect(timesReceived(request, 'X-Viewer-Context')).toBe(times);
          expect(timesReceived(request, 'X-Viewer-Context-Signature')).toBe(times);
          if (isSeer) {
            expect(isBodySigned(request)).toBe(true);
            expect(timesReceived(request, 'Authorization')).toBe(1);
          }
        },
      ),
      { numRuns },
    );
  }, 60_000);

  it('whatever is done with a config, its viewer stays', async () => {
    const [plain, seer] = clients();
    const defaulted = attachedClient(
      { adapter: 'http', httpAgent, baseURL: server.origin },
      { defaultViewerContext: { organizationId: 99 } },
    );
    const senders = [plain!, seer!, defaulted];
    const step = fc.constantFrom<[string, (config: InternalAxiosRequestConfig) => InternalAxiosRequestConfig]>(
      ['as it is', (config) => config],
      ['spread', (config) => ({ ...config })],
      ['merged', (config) => axios.mergeConfig({ timeout: 1_000 }, config) as InternalAxiosRequestConfig],
      ['headers anew', (config) => ({ ...config, headers: new AxiosHeaders(config.headers) })],
      [
        'viewer copied',
        (config) => ({ ...config, viewerContext: config.viewerContext && { ...config.viewerContext } }),
      ],
      ['frozen', (config) => Object.freeze({ ...config })],
    );
    const steps = fc.array(fc.tuple(step, fc.nat({ max: 2 })), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(acceptedContext, steps, async ([viewerContext, expected], path) => {
        let response: AxiosResponse = await plain!.post('/', { a: 1 }, { viewerContext });
        const seen: Established[] = [establishViewer(server.last())];
        for (const [[, change], sender] of path) {
          response = await senders[sender]!.request(change(response.config));
          seen.push(establishViewer(server.last()));
        }
        expect(seen).toEqual(seen.map(() => expected));
      }),
      { numRuns: numRuns / 2 },
    );
  }, 60_000);
});
