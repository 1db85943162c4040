import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import axios, { isAxiosError, type AxiosAdapter, type AxiosInstance, type AxiosRequestConfig } from 'axios';
import { attachViewerContext, createSeerClient, isViewerContextError } from 'axios-viewer-context';
import { ADAPTERS } from './support/clients.js';
import { redirectTo, startServer, useServers } from './support/server.js';

// Every cell of the two tables in docs/destinations.md. What the words in the cells mean is defined here.

const [beforeSending, redirects] = readFileSync(join(__dirname, '../docs/destinations.md'), 'utf8')
  .split(/^## /m)
  .map(rowsOf)
  .filter((rows) => rows.length > 0) as [string[][], string[][]];

/** The rows of the table in a section, without its header. */
function rowsOf(section: string): string[][] {
  const lines = section.split('\n').filter((line) => line.startsWith('|'));
  const cellsOf = (line: string): string[] =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
  return lines.slice(2).map(cellsOf);
}

const secret = 'secret-one';
const viewerContext = { organizationId: 42 };
const HEADER = 'X-Viewer-Context';

function attachedClient(config: object, options: object): AxiosInstance {
  const client = axios.create(config);
  attachViewerContext(client, { secret, ...options });
  return client;
}

describe('before a request is sent', () => {
  const OWN = 'http://own.test';
  const OTHER = 'http://other.test';
  interface Scenario {
    readonly baseURL: string;
    readonly allowedOrigins?: string[];
    readonly requests: AxiosRequestConfig[];
  }
  const SCENARIOS: Record<string, Scenario> = {
    'every part leads to an allowed origin': {
      baseURL: OWN,
      requests: [{ url: '/x' }, { url: `${OWN}/x` }, { baseURL: OWN }, { headers: { Host: 'own.test' } }],
    },
    '`url`, `baseURL` or `Host` leads to another origin': {
      baseURL: OWN,
      requests: [{ url: `${OTHER}/x` }, { baseURL: OTHER }, { headers: { Host: 'other.test' } }],
    },
    'an absolute URL, with neither `allowedOrigins` nor `baseURL`': { baseURL: '', requests: [{ url: `${OWN}/x` }] },
    'a relative URL, with `allowedOrigins` but no `baseURL`': {
      baseURL: '',
      allowedOrigins: [OWN],
      requests: [{ url: '/x' }],
    },
    'a relative URL, with neither': { baseURL: '', requests: [{ url: '/x' }] },
  };

  async function outcomeOf(client: AxiosInstance, request: AxiosRequestConfig): Promise<string> {
    const adapter: AxiosAdapter = (config) =>
      Promise.resolve({ config, data: '', headers: {}, status: 200, statusText: '' });
    try {
      const { config } = await client.request({ ...request, adapter });
      return config.headers.has(HEADER) ? 'signed' : 'sent without a viewer';
    } catch (error) {
      if (isViewerContextError(error) && error.code === 'ERR_DESTINATION_NOT_ALLOWED') return 'refused';
      throw error;
    }
  }

  it('has a scenario for each row', () => {
    expect(beforeSending.map(([destination]) => destination)).toEqual(Object.keys(SCENARIOS));
  });

  it.each(beforeSending)('%s', async (destination, explicit, byDefault, seer) => {
    const { baseURL, allowedOrigins, requests } = SCENARIOS[destination]!;
    const plain = attachedClient({ baseURL }, { allowedOrigins });
    const withDefault = attachedClient({ baseURL }, { allowedOrigins, defaultViewerContext: viewerContext });
    const seerClient = createSeerClient({ baseURL, allowedOrigins, secret });
    for (const request of requests) {
      expect(await outcomeOf(plain, { ...request, viewerContext })).toBe(explicit);
      expect(await outcomeOf(withDefault, request)).toBe(byDefault);
      expect(await outcomeOf(seerClient, { ...request, viewerContext })).toBe(seer);
    }
  });
});

describe.each(ADAPTERS)('redirects, adapter %s', (adapter) => {
  const { foreign } = useServers();

  it.each(redirects)('to %s', async (target, overHttp, overFetch, seer) => {
    await using redirecting = await startServer((request, response) => {
      if (request.url === '/end') response.end();
      else redirectTo(() => `${end.origin}/end`)(request, response);
    });
    const end = target === 'the same origin' ? redirecting : foreign;

    async function outcomeOf(client: AxiosInstance): Promise<string> {
      try {
        await client.get('/', { viewerContext });
      } catch (error) {
        expect(isAxiosError(error) && error.code).toBe('ERR_BAD_RESPONSE');
        expect([0, 302]).toContain(isAxiosError(error) && error.response?.status);
        return 'not followed';
      }
      return `followed ${end.last().headers[HEADER.toLowerCase()] === undefined ? 'without' : 'with'} the viewer`;
    }

    const config = { baseURL: redirecting.origin, adapter };
    const allowedOrigins = [redirecting.origin, foreign.origin];
    const expected = adapter === 'http' ? overHttp : overFetch;
    expect(await outcomeOf(attachedClient(config, {}))).toBe(expected);
    expect(await outcomeOf(attachedClient(config, { allowedOrigins }))).toBe(expected);
    expect(await outcomeOf(createSeerClient({ ...config, secret }))).toBe(seer);
  });
});
