import http, { type ServerResponse } from 'node:http';
import { inspect } from 'node:util';
import type { AxiosInstance, AxiosRequestConfig } from 'axios';
import { FEATURES } from '../support/axios-features.js';
import { ADAPTERS, attachedClient, seerClient, withLaterInterceptor } from '../support/clients.js';
import { deferred } from '../support/deferred.js';
import { VIEWER_HEADERS } from '../support/format.js';
import { describeNegativeControl } from '../support/negative-control.js';
import { establishViewer } from '../support/receiver.js';
import { refusal, rejected } from '../support/rejection.js';
import { startServer, type TestServer } from '../support/server.js';

describeNegativeControl();

// Longer than a port, which is in the URL that errors show.
const viewerContext = { organizationId: 471147, userId: 471248 };
const SECRET = 'a-very-secret-word';
const NAMES = ['viewerContext', 'httpAgent', 'httpsAgent', ...VIEWER_HEADERS];

describe.each(ADAPTERS)('redaction, over the %s adapter', (adapter) => {
  let failing: TestServer;
  beforeEach(async () => {
    failing = await startServer((_request, response) => response.writeHead(500).end());
  });
  afterEach(() => failing[Symbol.asyncDispose]());

  const attached = (defaults: object = {}): AxiosInstance =>
    attachedClient({ adapter, baseURL: failing.origin, ...defaults }, { secret: SECRET });
  const seer = (defaults: object = {}): AxiosInstance =>
    seerClient(adapter, failing.origin, { secret: SECRET, ...defaults });
  const clients = [
    ['an attached client', attached],
    ['the Seer client', seer],
  ] as const;

  it.each(clients)('H12: JSON.stringify(error) shows neither the viewer nor a signature: %s', async (name, create) => {
    const error = await rejected(create().post('/', {}, { viewerContext }));
    // A pair's signature is a header of its own. A token is one header, and shows its viewer to anyone who decodes it.
    const signature = failing.last().headers[VIEWER_HEADERS.at(-1)!.toLowerCase()] as string;
    const bodySignature = failing.last().headers.authorization;
    expect(establishViewer(failing.last(), SECRET)).toEqual({ organization_id: 471147, user_id: 471248 });
    expect(bodySignature === undefined).toBe(name === 'an attached client');
    const shown = JSON.stringify(error);
    if (FEATURES.redact) {
      for (const text of [shown, inspect(error.toJSON(), { depth: null })]) {
        expect(text).not.toMatch(/471147|471248|[0-9a-f]{64}/);
        for (const part of signature.split('.')) expect(text).not.toContain(part);
      }
    } else {
      // The documentation says so.
      expect(shown).toContain('471147');
      expect(shown).toContain(signature);
      expect(shown).toContain(bodySignature ?? '');
    }
  });

  it.each(clients)(
    "H12: what the caller has redacted stays redacted, in the request's list: %s",
    async (_name, create) => {
      const config: AxiosRequestConfig = { viewerContext, headers: { 'x-mine': 'hidden' } };
      Object.assign(config, { redact: ['x-mine', 'X-Viewer-Context'] });
      const error = await rejected(create().get('/', config));
      expect(JSON.stringify(error).includes('hidden')).toBe(!FEATURES.redact);
      const names = (error.config as unknown as { redact: string[] }).redact;
      expect(names).toEqual(expect.arrayContaining(['x-mine', ...NAMES]));
      expect(new Set(names).size).toBe(names.length);
      expect(config).toHaveProperty('redact', ['x-mine', 'X-Viewer-Context']);
    },
  );

  it.each(clients)("H12: and in the instance's list, which is not changed: %s", async (_name, create) => {
    const redact = ['x-mine'];
    const client = create({ redact, headers: { 'x-mine': 'hidden' } });
    const error = await rejected(client.get('/', { viewerContext }));
    expect(redact).toEqual(['x-mine']);
    expect(JSON.stringify(error).includes('hidden')).toBe(!FEATURES.redact);
    expect(error.config).toHaveProperty('redact', expect.arrayContaining(['x-mine', ...NAMES]));
  });

  it('the names are viewerContext, the agents, and what the client signs', async () => {
    const redactOf = async (client: AxiosInstance, context: object | null): Promise<unknown> => {
      const error = await rejected(client.get('/', { viewerContext: context }));
      return (error.config as unknown as { redact?: unknown }).redact;
    };
    for (const context of [viewerContext, null]) {
      expect(await redactOf(attached(), context)).toEqual(NAMES);
      expect(await redactOf(seer(), context)).toEqual([...NAMES, 'Authorization']);
    }
  });

  it('H12: without a secret too, the viewer is not shown', async () => {
    const keyless = { secret: '', logger: { warn: () => undefined } };
    const baseURL = failing.origin;
    for (const client of [attachedClient({ adapter, baseURL }, keyless), seerClient(adapter, baseURL, keyless)]) {
      const error = await rejected(client.get('/', { viewerContext }));
      expect(error.config).toHaveProperty('redact', expect.arrayContaining(NAMES));
      expect(JSON.stringify(error).includes('471147')).toBe(!FEATURES.redact);
    }
  });

  it('a retry adds no name twice', async () => {
    for (const client of [attached(), seer()]) {
      const first = await rejected(client.get('/', { viewerContext }));
      const second = await rejected(client.request(first.config!));
      expect(second.config).toHaveProperty('redact', (first.config as unknown as { redact: unknown }).redact);
    }
  });

  it('H12: a request that is canceled before its transform does not show its viewer either', async () => {
    const aborted = AbortSignal.abort();
    const neverAnswered = (): Promise<never> => new Promise(() => undefined);
    const client = attachedClient({ adapter, baseURL: failing.origin }, { secret: neverAnswered });
    for (const signal of [aborted, AbortSignal.timeout(10)]) {
      const error = await rejected(client.get('/', { viewerContext, signal }));
      expect(error.code).toBe('ERR_CANCELED');
      if (FEATURES.redact) expect(JSON.stringify(error)).not.toContain('471147');
    }
    expect(failing.received).toHaveLength(0);
  });

  it("a later interceptor that sets a list of its own does not undo the plugin's", async () => {
    const setsRedact = <Config extends object>(config: Config): Config => Object.assign(config, { redact: ['x-mine'] });
    const client = withLaterInterceptor(attached(), setsRedact);
    for (const context of [viewerContext, null]) {
      const error = await rejected(client.get('/', { viewerContext: context }));
      expect(error.config).toHaveProperty('redact', expect.arrayContaining(['x-mine', ...NAMES]));
    }
  });

  it.each(clients)(
    'H12: nothing in an error shows the secret, however closely one looks: %s',
    async (_name, create) => {
      const errors = [
        await rejected(create().post('/', {}, { viewerContext })),
        await refusal(create().get('http://127.0.0.1:1/', { viewerContext }), 'ERR_DESTINATION_NOT_ALLOWED'),
      ];
      for (const error of errors) {
        const shown = inspect(error, { depth: 12, showHidden: true, maxArrayLength: null });
        expect(shown).not.toContain(SECRET);
        expect(shown).not.toContain(Buffer.from(SECRET).toString('hex'));
        expect(JSON.stringify(error)).not.toContain(SECRET);
      }
    },
  );
});

describe('an agent keeps the requests in flight, with the headers of other viewers', () => {
  const other = { organizationId: 881188, userId: 771177 };

  /** A server that answers /fails at once, and everything else only when it is told to. */
  async function startHolding(): Promise<{ server: TestServer; arrived: Promise<void>; release: () => void }> {
    const arrived = deferred();
    const held: ServerResponse[] = [];
    const server = await startServer(({ url }, response) => {
      if (url === '/fails') return response.writeHead(500).end();
      held.push(response);
      arrived.resolve();
    });
    const release = (): void => {
      for (const response of held) response.end();
    };
    return { server, arrived: arrived.promise, release };
  }

  const agents: [string, (httpAgent: http.Agent, baseURL: string) => AxiosInstance][] = [
    [
      'a given agent, an attached client',
      (httpAgent, baseURL) => attachedClient({ adapter: 'http', baseURL, httpAgent }),
    ],
    ['a given agent, the Seer client', (httpAgent, baseURL) => seerClient('http', baseURL, { httpAgent })],
    ["the Seer client's own agent", (_httpAgent, baseURL) => seerClient('http', baseURL)],
  ];

  it.each(agents)('H12: JSON.stringify(error) does not show them: %s', async (name, create) => {
    const httpAgent = new http.Agent({ keepAlive: true });
    const { server, arrived, release } = await startHolding();
    const client = create(httpAgent, server.origin);
    const inFlight = client.post('/held', {}, { viewerContext: other });
    await arrived;
    const { config } = await rejected(client.get('/fails', { viewerContext: null }));
    const header = server.received[0]!.headers['x-viewer-context'] as string;
    expect(inspect(name.includes('attached') ? httpAgent : config, { depth: 12 })).toContain(header); // the control
    const errors = [
      await rejected(client.get('/fails', { viewerContext })),
      await rejected(client.get('/fails', { viewerContext: null })),
      await rejected(client.get('/fails', { viewerContext, signal: AbortSignal.abort() })),
    ];
    const isShown = !FEATURES.redact && !name.includes('own');
    for (const error of errors) {
      let shown: string;
      try {
        shown = JSON.stringify(error);
      } catch (circular) {
        shown = String(circular);
        expect(isShown).toBe(true); // below axios 1.16 it may fail as well
      }
      if (!isShown) expect(shown).not.toContain(JSON.stringify(header).slice(1, -1));
      if (FEATURES.redact) expect(shown).not.toMatch(/471147|471248|[0-9a-f]{64}/);
    }
    release();
    await inFlight;
    httpAgent.destroy();
    await server[Symbol.asyncDispose]();
  });
});
