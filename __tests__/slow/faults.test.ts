import { createHmac } from 'node:crypto';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AxiosInstance, AxiosRequestConfig } from 'axios';
import { isViewerContextError, type ViewerContextFormat } from 'axios-viewer-context';
import { ADAPTERS, attachedClient, seerClient, type Adapter } from '../support/clients.js';
import { deferred } from '../support/deferred.js';
import { describeNegativeControl } from '../support/negative-control.js';
import { establishViewer, SECRET, type Established } from '../support/receiver.js';
import { rejected } from '../support/rejection.js';

// Whatever goes wrong on the way: no request is for another viewer, or unsigned where it must be signed, and nothing hangs.

describeNegativeControl();

const viewerContext = { organizationId: 1, userId: 2 };
const received = { organization_id: 1, user_id: 2 };
const BODY = JSON.stringify({ text: 'x'.repeat(1_000_000) });
const AUTHORIZATION = `Rpcsignature rpc0:${createHmac('sha256', SECRET).update(BODY).digest('hex')}`;

type Fault = (request: IncomingMessage, response: ServerResponse) => void;

const atEnd =
  (answer: Fault): Fault =>
  (request, response) => {
    request.resume().on('end', () => {
      answer(request, response);
    });
  };

/** What a server does to a request instead of answering it. */
const FAULTS: Record<string, Fault> = {
  'drops the connection before the body': (request) => request.socket.destroy(),
  'drops the connection during the body': (request) => request.once('data', () => request.socket.destroy()),
  'drops the connection after the body': atEnd((request) => request.socket.destroy()),
  'drops the connection during its answer': atEnd((request, response) => {
    response.writeHead(200, { 'content-length': 100 }).write('{');
    setTimeout(() => request.socket.destroy(), 5);
  }),
  'answers 503': atEnd((_request, response) => response.writeHead(503).end()),
  'answers before the body has come': (request, response) => {
    response.writeHead(503, { connection: 'close' }).end();
    request.resume();
  },
  'never answers': atEnd(() => undefined),
  'redirects in a circle': atEnd((_request, response) => response.writeHead(307, { location: '/circle' }).end()),
};

/** A server with a fault that can be switched off. It records the head of each request as soon as it arrives. */
async function startFaulty(fault: Fault) {
  const state = { isFaulty: true, heads: [] as IncomingMessage[], onRequest: (): void => undefined };
  const server = http.createServer((request, response) => {
    state.heads.push(request);
    state.onRequest();
    request.on('error', () => undefined);
    if (state.isFaulty) fault(request, response);
    else atEnd((_request, answer) => answer.end('"ok"'))(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(state, {
    origin: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

interface Kind {
  readonly format: ViewerContextFormat;
  readonly signsBody: boolean;
  readonly create: (adapter: Adapter, baseURL: string, secret?: () => unknown) => AxiosInstance;
}

function kindOf(format: ViewerContextFormat, signsBody: boolean): Kind {
  return {
    format,
    signsBody,
    create(adapter, baseURL, ask = () => SECRET) {
      const secret = ask as () => string;
      if (signsBody) return seerClient(adapter, baseURL, { secret, format });
      return attachedClient({ adapter, baseURL }, { secret, format });
    },
  };
}

const KINDS: [string, Kind][] = [
  ['an attached client, with pairs', kindOf('pair', false)],
  ['an attached client, with tokens', kindOf('jwt', false)],
  ['the Seer client, with pairs', kindOf('pair', true)],
  ['the Seer client, with tokens', kindOf('jwt', true)],
];

const unhandled = jest.fn();
beforeAll(() => void process.on('unhandledRejection', unhandled));
afterAll(() => void process.off('unhandledRejection', unhandled));
afterEach(() => {
  expect(unhandled).not.toHaveBeenCalled();
});

describe.each(ADAPTERS)('over the %s adapter', (adapter) => {
  describe.each(KINDS)('%s', (_kind, { format, signsBody, create }) => {
    const establish = (head: IncomingMessage, secret = SECRET): Established => establishViewer(head, secret, format);

    /** Every request that arrived was signed: its viewer, and its body where it must be. */
    function expectAllSigned(heads: readonly IncomingMessage[], viewer: object = received): void {
      expect(heads.length).toBeGreaterThan(0);
      for (const head of heads) {
        expect(establish(head)).toEqual(viewer);
        expect(head.headers.authorization).toBe(signsBody ? AUTHORIZATION : undefined);
      }
    }

    const post = (client: AxiosInstance, config: AxiosRequestConfig = {}): Promise<unknown> =>
      client.post('/', BODY, { viewerContext, timeout: 10_000, maxRedirects: 3, ...config });
    // Only a server that never answers needs it. On a busy machine it may end an attempt before the server has seen it.
    const timeoutFor = (fault: Fault): number => (fault === FAULTS['never answers'] ? 300 : 10_000);

    it.each(Object.entries(FAULTS))(
      'a server that %s: every attempt is signed for the viewer',
      async (_name, fault) => {
        await using server = await startFaulty(fault);
        const client = create(adapter, server.origin);
        let { config } = await rejected(post(client, { timeout: timeoutFor(fault) }));
        do ({ config } = await rejected(client.request(config!)));
        while (server.heads.length < 2);
        server.isFaulty = false;
        const { data, config: last } = await client.request<unknown>({ ...config, timeout: 10_000 });
        expect(data).toBe('ok');
        expect(last.viewerContext).toMatchObject(viewerContext);
        expectAllSigned(server.heads);
        expect(server.heads.length).toBeGreaterThanOrEqual(3);
      },
    );

    it.each(Object.entries(FAULTS))(
      'a server that %s: the next request is for its own viewer',
      async (_name, fault) => {
        await using server = await startFaulty(fault);
        const client = create(adapter, server.origin);
        const fail = (userId: number): Promise<unknown> =>
          rejected(post(client, { viewerContext: { userId }, timeout: timeoutFor(fault) }));
        do await Promise.all([1, 2, 3].map(fail));
        while (server.heads.length < 3);
        const userIds = server.heads.map((head) => (establish(head) as { user_id: number }).user_id);
        expect(new Set(userIds)).toEqual(new Set([1, 2, 3]));
        server.isFaulty = false;
        server.heads.length = 0;
        await post(client, { viewerContext: { userId: 4 } });
        expectAllSigned(server.heads, { user_id: 4 });
      },
    );

    const MOMENTS: [string, Fault, 'before' | 'vault' | 'request' | 'later'][] = [
      ['before it is sent', () => undefined, 'before'],
      ['while the vault is asked', () => undefined, 'vault'],
      ['when its head arrives', () => undefined, 'request'],
      ['while its body is read', (request) => void request.resume(), 'request'],
      ['while the answer is awaited', atEnd(() => undefined), 'later'],
      ['while the answer is read', atEnd((_request, response) => void response.writeHead(200).write('{')), 'later'],
    ];

    it.each(MOMENTS)('aborted %s: it is canceled, and the next one is signed', async (_name, fault, moment) => {
      await using server = await startFaulty(fault);
      const controller = new AbortController();
      const secret = deferred<string>();
      let isHanging = moment === 'vault';
      const client = create(adapter, server.origin, () => {
        if (!isHanging) return SECRET;
        setImmediate(() => {
          controller.abort();
        });
        return secret.promise;
      });
      const delay = moment === 'later' ? 60 : 0;
      server.onRequest = () =>
        void setTimeout(() => {
          controller.abort();
        }, delay);
      if (moment === 'before') controller.abort();
      const error = await rejected(post(client, { signal: controller.signal, timeout: 0 }));
      expect(error.code).toBe('ERR_CANCELED');
      secret.resolve(SECRET); // too late: nothing more is sent
      await new Promise((resolve) => setTimeout(resolve, 20));
      const isSent = moment === 'request' || moment === 'later';
      expect(server.heads).toHaveLength(isSent ? 1 : 0);
      isHanging = false;
      server.isFaulty = false;
      await post(client);
      expectAllSigned(server.heads);
    });

    it('aborted in a circle of redirects: nothing more arrives, and the next one is signed', async () => {
      await using server = await startFaulty(FAULTS['redirects in a circle']!);
      const controller = new AbortController();
      const client = create(adapter, server.origin);
      const last = adapter === 'http' && !signsBody ? 3 : 1; // fetch and the Seer client follow no redirects
      server.onRequest = () => {
        if (server.heads.length === last) controller.abort();
      };
      const error = await rejected(post(client, { signal: controller.signal, maxRedirects: 10 }));
      expect(error.code).toBe('ERR_CANCELED');
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(server.heads).toHaveLength(last);
      server.isFaulty = false;
      await post(client);
      expectAllSigned(server.heads);
    });

    const VAULTS: [string, () => unknown, boolean][] = [
      [
        'throws',
        () => {
          throw new Error('sealed');
        },
        false,
      ],
      ['rejects', () => Promise.reject(new Error('sealed')), false],
      ['answers late', () => new Promise((resolve) => setTimeout(resolve, 30, SECRET)), true],
      [
        'answers late that it cannot',
        () => new Promise((_resolve, reject) => setTimeout(reject, 30, new Error('sealed'))),
        false,
      ],
      ['answers null', () => Promise.resolve(null), false],
    ];

    it.each(VAULTS)('a vault that %s: signed, or not sent at all', async (_name, secret, isSigned) => {
      await using server = await startFaulty(() => undefined);
      server.isFaulty = false;
      const client = create(adapter, server.origin, secret);
      const outcomes = await Promise.allSettled([1, 2].map(() => post(client)));
      for (const outcome of outcomes) {
        const isRefused = outcome.status === 'rejected' && isViewerContextError(outcome.reason);
        expect([outcome.status, isRefused]).toEqual(isSigned ? ['fulfilled', false] : ['rejected', true]);
      }
      expect(server.heads).toHaveLength(isSigned ? 2 : 0);
      if (isSigned) expectAllSigned(server.heads);
    });

    it('a vault that changes its answer midway: each request has one secret for all its signatures', async () => {
      await using server = await startFaulty(() => undefined);
      server.isFaulty = false;
      let asked = 0;
      const secrets = [SECRET, 'secret-two'];
      const client = create(adapter, server.origin, () => Promise.resolve(secrets[(asked += 1) % 2]));
      const users = Array.from({ length: 20 }, (_, index) => index + 1);
      await Promise.all(users.map((userId) => post(client, { viewerContext: { userId } })));
      const established = server.heads.map((head) => {
        const secret = secrets.find((candidate) => {
          try {
            return establish(head, candidate) !== 'no viewer';
          } catch {
            return false;
          }
        });
        const body = createHmac('sha256', secret!).update(BODY).digest('hex');
        expect(head.headers.authorization).toBe(signsBody ? `Rpcsignature rpc0:${body}` : undefined);
        return [(establish(head, secret) as { user_id: number }).user_id, secret];
      });
      expect(established.map(([user]) => user).sort((a, b) => Number(a) - Number(b))).toEqual(users);
      expect(new Set(established.map(([, secret]) => secret))).toEqual(new Set(secrets));
    });
  });
});
