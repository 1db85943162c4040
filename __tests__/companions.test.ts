import { AsyncLocalStorage } from 'node:async_hooks';
import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { aws4Interceptor } from 'aws4-axios';
import axios, { type AxiosInstance } from 'axios';
import { createAuthRefresh } from 'axios-auth-refresh';
import { setupCache } from 'axios-cache-interceptor';
import axiosRetry from 'axios-retry';
import nock from 'nock';
import { attachViewerContext, createSeerClient, type ViewerContext } from 'axios-viewer-context';
import { verifyBody, verifyViewerContext } from 'axios-viewer-context/protocol';
import { describeNegativeControl } from './support/negative-control.js';
import { establishViewer, isBodySigned, SECRET } from './support/receiver.js';
import { refusal } from './support/rejection.js';
import { startServer, timesReceived, type Received, type TestServer } from './support/server.js';

// The real libraries that people use alongside this one.

describeNegativeControl();

/** Attaches the plugin before or after the companion, since few people remember in which order interceptors run. */
const ORDERS = ['before', 'after'] as const;
function together(
  order: (typeof ORDERS)[number],
  client: AxiosInstance,
  options: Partial<Parameters<typeof attachViewerContext>[1]>,
  companion: () => void,
): void {
  if (order === 'after') companion();
  attachViewerContext(client, { secret: SECRET, ...options });
  if (order === 'before') companion();
}

/** A server that answers the first requests of each path with a status, and the others with the viewer it established. */
function failingServer(status: number, failures: number, secrets: readonly string[] = []): Promise<TestServer> {
  const counts = new Map<string, number>();
  return startServer((request, response) => {
    const count = (counts.get(request.url) ?? 0) + 1;
    counts.set(request.url, count);
    response.writeHead(count > failures ? 200 : status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(establishViewer(request, secrets[count - 1] ?? SECRET)));
  });
}

const viewers = (requests: readonly Received[]): unknown[] => requests.map((request) => establishViewer(request));

describe.each(ORDERS)('axios-retry, the plugin attached %s it', (order) => {
  it('H9: sends the same viewer again, signed again, each header once', async () => {
    const secrets = ['secret-two', 'test-secret', SECRET];
    await using server = await failingServer(503, 2, secrets);
    const client = axios.create({ baseURL: server.origin });
    const keys = [...secrets];
    let current = 9;
    const options = { secret: () => keys.shift(), defaultViewerContext: () => ({ userId: (current += 1) }) };
    together(order, client, options, () => {
      axiosRetry(client, { retries: 3 });
    });
    const { data } = await client.get<unknown>('/');
    expect(data).toEqual({ user_id: 10 });
    expect(server.received.map((request, index) => establishViewer(request, secrets[index]))).toEqual(
      secrets.map(() => ({ user_id: 10 })),
    );
    for (const request of server.received) expect(timesReceived(request, 'X-Viewer-Context')).toBe(1);
  });

  it('retries a body of the Seer client with its signature', async () => {
    await using server = await failingServer(503, 2);
    const seer = createSeerClient({ baseURL: server.origin, secret: SECRET });
    axiosRetry(seer, { retries: 3, retryCondition: () => true });
    await seer.post('/', { a: 1 }, { viewerContext: { userId: 2 } });
    expect(server.received).toHaveLength(3);
    for (const request of server.received) {
      expect(isBodySigned(request)).toBe(true);
      expect(request.body.toString()).toBe('{"a":1}');
    }
  });

  it("leaves no signature of an earlier body when the secret is lost, though it drops the plugin's transform", async () => {
    await using server = await failingServer(503, 1);
    const secrets = [SECRET, undefined];
    const logger = { warn: jest.fn() };
    const seer = createSeerClient({ baseURL: server.origin, secret: () => secrets.shift(), logger });
    axiosRetry(seer, { retries: 1, retryCondition: () => true });
    await seer.post('/', { a: 1 }, { viewerContext: null, headers: { 'x-mine': 'kept' } });
    const authorizations = server.received.map(({ headers }) => headers.authorization?.slice(0, 12));
    expect(authorizations).toEqual(['Rpcsignature', undefined]);
    expect(server.last().headers['x-mine']).toBe('kept');
    expect(logger.warn).toHaveBeenCalledTimes(1);
  });

  it('H2: does not retry what was refused', async () => {
    await using server = await failingServer(503, 0);
    const client = axios.create({ baseURL: server.origin });
    const onRetry = jest.fn();
    together(order, client, {}, () => {
      axiosRetry(client, { retries: 3, retryCondition: () => true, onRetry });
    });
    await refusal(client.get('/', { viewerContext: { userId: 0 } }), 'ERR_INVALID_VIEWER_CONTEXT');
    expect(onRetry).not.toHaveBeenCalled();
  });
});

describe.each(ORDERS)('axios-auth-refresh, the plugin attached %s it', (order) => {
  it('sends the request again with the new token and the same viewer', async () => {
    await using server = await startServer((request, response) => {
      const isFresh = request.headers.authorization === 'Bearer fresh';
      response.writeHead(isFresh ? 200 : 401, { 'content-type': 'application/json' });
      response.end(JSON.stringify(establishViewer(request)));
    });
    const client = axios.create({ baseURL: server.origin });
    let token = 'stale';
    client.interceptors.request.use((config) => {
      config.headers.set('Authorization', `Bearer ${token}`);
      return config;
    });
    together(order, client, {}, () => {
      createAuthRefresh(client, () => {
        token = 'fresh';
        return Promise.resolve();
      });
    });
    const ask = async (userId: number): Promise<unknown> =>
      (await client.get<unknown>('/', { viewerContext: { userId } })).data;
    expect(await ask(1)).toEqual({ user_id: 1 });
    token = 'stale';
    expect(await ask(2)).toEqual({ user_id: 2 });
    expect(viewers(server.received)).toEqual([{ user_id: 1 }, { user_id: 1 }, { user_id: 2 }, { user_id: 2 }]);
  });
});

describe.each(ORDERS)('axios-cache-interceptor, the plugin attached %s it', (order) => {
  const ask = async (client: AxiosInstance): Promise<unknown[]> => {
    const first = await client.get<unknown>('/', { viewerContext: { userId: 1 } });
    const second = await client.get<unknown>('/', { viewerContext: { userId: 2 } });
    return [first.data, second.data];
  };

  it.each([
    ['Accept', [1, 1, 1]],
    ['X-Viewer-Context', [1, 2, 2]], // it compares the headers before the plugin's are written
  ])(
    "H23: by default serves one viewer's response to another, though the server says Vary: %s",
    async (vary, served) => {
      await using server = await startServer((request, response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'max-age=60', vary });
        response.end(JSON.stringify(establishViewer(request)));
      });
      const client = axios.create({ baseURL: server.origin });
      together(order, client, {}, () => {
        setupCache(client);
      });
      const answers: unknown[] = [];
      for (const userId of [1, 2, 3]) {
        answers.push((await client.get<unknown>('/', { viewerContext: { userId } })).data);
      }
      expect(answers).toEqual(served.map((userId) => ({ user_id: userId })));
    },
  );

  it('H23: with the viewer in its key it does not', async () => {
    await using server = await failingServer(200, 0);
    const client = axios.create({ baseURL: server.origin });
    together(order, client, {}, () => {
      setupCache(client, {
        generateKey: ({ baseURL, url, method, params, data, viewerContext }) =>
          JSON.stringify([baseURL, url, method, params, data, viewerContext]),
      });
    });
    expect(await ask(client)).toEqual([{ user_id: 1 }, { user_id: 2 }]);
    expect(await ask(client)).toEqual([{ user_id: 1 }, { user_id: 2 }]);
    expect(server.received).toHaveLength(2);
  });

  it(`H23: with a default viewer it ${order === 'after' ? 'does not either' : 'does, since the key is made before the default is known'}`, async () => {
    await using server = await failingServer(200, 0);
    const client = axios.create({ baseURL: server.origin });
    let userId = 0;
    const options = { defaultViewerContext: () => ({ userId: (userId += 1) }) };
    together(order, client, options, () => {
      setupCache(client, { generateKey: ({ url, viewerContext }) => JSON.stringify([url, viewerContext]) });
    });
    const answers = [(await client.get<unknown>('/')).data, (await client.get<unknown>('/')).data];
    expect(answers).toEqual([{ user_id: 1 }, { user_id: order === 'after' ? 2 : 1 }]);
  });
});

describe.each(ORDERS)('aws4-axios, the plugin attached %s it', (order) => {
  it('signs its part, calling the first transform itself, and the plugin signs its own; also when sent again', async () => {
    await using server = await startServer();
    const client = axios.create({ baseURL: server.origin });
    const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'a secret of AWS' };
    const options = { region: 'eu-west-1', service: 'execute-api' };
    together(order, client, {}, () => {
      client.interceptors.request.use(aws4Interceptor({ instance: client, options, credentials }) as never);
    });
    const { config } = await client.post('/', { a: 1 }, { viewerContext: { userId: 7 } });
    await client.request({ ...config, data: { a: 1 } });
    expect(viewers(server.received)).toEqual([{ user_id: 7 }, { user_id: 7 }]);
    for (const { headers, body } of server.received) {
      expect(headers.authorization).toMatch(/^AWS4-HMAC-SHA256 /);
      expect(body.toString()).toBe('{"a":1}');
    }
  });
});

describe('nock', () => {
  afterEach(() => {
    nock.cleanAll();
    nock.restore();
  });

  it('sees the signed headers as a server does', async () => {
    if (!nock.isActive()) nock.activate();
    let headers: http.IncomingHttpHeaders = {};
    let body = '';
    nock('https://seer.internal')
      .post('/x', (given: object) => (body = JSON.stringify(given)) !== '')
      .reply(200, function () {
        headers = this.req.headers;
        return {};
      });
    const seer = createSeerClient({ baseURL: 'https://seer.internal', secret: SECRET, adapter: 'http' });
    await seer.post('/x', { a: 1 }, { viewerContext: { organizationId: 1, userId: 2 } });
    expect(verifyViewerContext(headers, { secrets: [SECRET] })).toEqual({ organizationId: 1, userId: 2 });
    expect(() => {
      verifyBody(body, [headers.authorization].flat()[0], { secrets: [SECRET] });
    }).not.toThrow();
  });
});

describe('an ambient viewer in AsyncLocalStorage', () => {
  it('is that of its own request, under concurrency and retries', async () => {
    await using server = await failingServer(503, 1);
    const storage = new AsyncLocalStorage<{ viewer: ViewerContext }>();
    const client = axios.create({ baseURL: server.origin, httpAgent: new http.Agent({ maxSockets: 10 }) });
    attachViewerContext(client, {
      secret: () => sleep(Math.random() * 3, SECRET),
      defaultViewerContext: () => storage.getStore()?.viewer,
    });
    axiosRetry(client, { retries: 3, retryDelay: () => Math.random() * 5 });
    const users = Array.from({ length: 60 }, (_, index) => index + 1);
    const answers = await Promise.all(
      users.map((userId) =>
        storage.run({ viewer: { userId } }, async () => {
          await sleep(Math.random() * 5);
          return (await client.get<unknown>(`/${String(userId)}`)).data;
        }),
      ),
    );
    expect(answers).toEqual(users.map((userId) => ({ user_id: userId })));
    expect(server.received).toHaveLength(120);
    for (const request of server.received) {
      expect(establishViewer(request)).toEqual({ user_id: Number(request.url.slice(1)) });
    }
    await client.get('/outside');
    expect(viewers(server.received.slice(-2))).toEqual(['no viewer', 'no viewer']);
  });

  it('gives way to an explicit viewer, which takes nothing from it', async () => {
    await using server = await startServer();
    const storage = new AsyncLocalStorage<{ viewer: ViewerContext }>();
    const client = axios.create({ baseURL: server.origin });
    attachViewerContext(client, { secret: SECRET, defaultViewerContext: () => storage.getStore()?.viewer });
    await storage.run({ viewer: { organizationId: 1, userId: 5 } }, () =>
      client.get('/', { viewerContext: { organizationId: 2 } }),
    );
    expect(establishViewer(server.last())).toEqual({ organization_id: 2 });
  });
});
