import http from 'node:http';
import axios, { AxiosHeaders, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';
import type { ViewerContext } from 'axios-viewer-context';
import { acceptedContext, callersHeaders, refusedContext } from '../../support/arbitraries.js';
import { attachedClient, seerClient } from '../../support/clients.js';
import { ALL_HEADERS, VIEWER_HEADERS } from '../../support/format.js';
import { describeNegativeControl } from '../../support/negative-control.js';
import { fc, RUNS } from '../../support/property.js';
import { establishViewer, isBodySigned, type Established } from '../../support/receiver.js';
import { refusal } from '../../support/rejection.js';
import { startServer, timesReceived, type TestServer } from '../../support/server.js';

describeNegativeControl();

describe('for any input, over real requests', () => {
  // Real requests are slower than the verifier: a twentieth of the runs, and at least 500.
  const numRuns = Math.max(500, RUNS / 20);
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
  const attached = () => attachedClient({ adapter: 'http', httpAgent, baseURL: server.origin });
  const seerOfServer = () => seerClient('http', server.origin, { httpAgent });

  it('an accepted context arrives as the same viewer', async () => {
    const [plain, seer] = [attached(), seerOfServer()];
    await fc.assert(
      fc.asyncProperty(acceptedContext, fc.boolean(), async ([viewerContext, expected], isSeer) => {
        await (isSeer ? seer : plain).post('/', {}, { viewerContext });
        expect(establishViewer(server.last())).toEqual(expected);
      }),
      { numRuns },
    );
    expect(server.received).toHaveLength(numRuns);
  });

  it('a refused context is refused before a socket opens', async () => {
    // Axios may drop these keys before the plugin sees them: see the tests of the viewer.
    const isWhole = (context: unknown) =>
      !['__proto__', 'constructor', 'prototype'].some((key) => Object.hasOwn(context as object, key));
    const agent = new http.Agent();
    const connect = jest.spyOn(agent, 'createConnection' as never);
    const client = attachedClient({ adapter: 'http', httpAgent: agent, baseURL: server.origin });
    await fc.assert(
      fc.asyncProperty(refusedContext.filter(isWhole), async (context) => {
        await refusal(client.get('/', { viewerContext: context as ViewerContext }), 'ERR_INVALID_VIEWER_CONTEXT');
      }),
      { numRuns },
    );
    expect(connect).not.toHaveBeenCalled();
    await client.get('/');
    expect(connect).toHaveBeenCalledTimes(1); // control: the spy sees a connection
    agent.destroy();
  });

  it('the signature verifies over the received bytes of any body', async () => {
    const seer = seerOfServer();
    const body = fc.oneof(
      fc.jsonValue(),
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      fc.uint8Array().map((bytes) => bytes.slice().buffer),
      fc.uint8Array(),
      fc.tuple(fc.uint8Array(), fc.nat(8), fc.nat(8)).map(([bytes, begin, end]) => bytes.subarray(begin, -end)),
    );
    await fc.assert(
      fc.asyncProperty(body, fc.constantFrom('post', 'put', 'patch', 'delete'), async (data, method) => {
        const before = server.received.length;
        const request = seer.request({ url: '/', method, data });
        if (typeof data === 'number' || typeof data === 'boolean') {
          await refusal(request, 'ERR_UNSIGNABLE_BODY');
          expect(server.received).toHaveLength(before);
          return;
        }
        await request;
        expect(server.received).toHaveLength(before + 1);
        expect(isBodySigned(server.last())).toBe(true);
        if (ArrayBuffer.isView(data)) expect(server.last().body.equals(data)).toBe(true);
      }),
      { numRuns },
    );
  });

  it("whatever headers the caller sets, the receiver sees our viewer or none, and the body's signature", async () => {
    const [plain, seer] = [attached(), seerOfServer()];
    await fc.assert(
      fc.asyncProperty(
        callersHeaders,
        acceptedContext,
        fc.boolean(),
        async (headers, [viewerContext, expected], isSeer) => {
          await (isSeer ? seer : plain).post('/', { a: 1 }, { viewerContext, headers });
          const request = server.last();
          expect(establishViewer(request)).toEqual(expected);
          const signed = expected === 'no viewer' ? [] : VIEWER_HEADERS;
          for (const name of ALL_HEADERS) expect(timesReceived(request, name)).toBe(signed.includes(name) ? 1 : 0);
          if (!isSeer) return;
          expect(isBodySigned(request)).toBe(true);
          expect(timesReceived(request, 'Authorization')).toBe(1);
        },
      ),
      { numRuns },
    );
    expect(server.received).toHaveLength(numRuns);
  });

  it('whatever is done with a config, and whichever client sends it again, its viewer stays', async () => {
    const plain = attached();
    const defaulted = attachedClient(
      { adapter: 'http', httpAgent, baseURL: server.origin },
      { defaultViewerContext: { organizationId: 99 } },
    );
    const senders = [plain, seerOfServer(), defaulted];
    const step = fc.constantFrom<[string, (config: InternalAxiosRequestConfig) => InternalAxiosRequestConfig]>(
      ['as it is', (config) => config],
      ['spread', (config) => ({ ...config })],
      ['merged', (config) => axios.mergeConfig({ timeout: 60_000 }, config) as InternalAxiosRequestConfig],
      ['with new headers', (config) => ({ ...config, headers: new AxiosHeaders(config.headers) })],
      [
        'with the viewer copied',
        (config) => ({ ...config, viewerContext: config.viewerContext && { ...config.viewerContext } }),
      ],
      ['frozen', (config) => Object.freeze({ ...config })],
    );
    const steps = fc.array(fc.tuple(step, fc.constantFrom(0, 1, 2)), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(acceptedContext, steps, async ([viewerContext, expected], path) => {
        let response: AxiosResponse = await plain.post('/', { a: 1 }, { viewerContext });
        const seen: Established[] = [establishViewer(server.last())];
        for (const [[, change], sender] of path) {
          response = await senders[sender]!.request(change(response.config));
          seen.push(establishViewer(server.last()));
          expect(isBodySigned(server.last())).toBe(sender === 1);
        }
        expect(seen).toEqual(seen.map(() => expected));
      }),
      { numRuns: numRuns / 2 },
    );
  });
});
