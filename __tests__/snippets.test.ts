import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { signViewerContext } from 'axios-viewer-context/protocol';
import { establishViewer, isBodySigned } from './support/receiver.js';
import { startServer, type TestServer } from './support/server.js';
import { compileErrors, examplesOf, run, snippetsOf } from './support/snippets.js';

const SOURCES = [
  'attach',
  'errors',
  'seer-client',
  ...['shared-secret', 'sign', 'verify'].map((name) => `protocol/${name}`),
];

describe('the documents', () => {
  const snippets = [
    ...snippetsOf('README.md'),
    ...snippetsOf('docs/diagnosing.md'),
    ...SOURCES.flatMap((name) => examplesOf(`src/${name}.ts`)),
  ];
  const secret = 'a secret of the documentation';
  const env = process.env;
  let server: TestServer;

  // The servers that snippets make are collected, to ask them and to close them.
  const servers: http.Server[] = [];
  const load = (module: string): unknown => {
    if (module !== 'node:http') return jest.requireActual(module);
    const createServer = (listener: http.RequestListener): http.Server => {
      const created = http.createServer(listener);
      servers.push(created);
      return created;
    };
    return { ...http, createServer };
  };

  beforeAll(async () => {
    // The plain client signs no body: this server verifies what signatures there are, and answers 500 if one is wrong.
    server = await startServer((request, response) => {
      establishViewer(request, secret); // throws, and so fails the run, unless it is right
      response.statusCode = request.headers.authorization === undefined || isBodySigned(request, secret) ? 200 : 401;
      response.end();
    });
    process.env = { ...env, SEER_URL: server.origin, SEER_API_SHARED_SECRET: secret, PORT: '0' };
    jest.spyOn(console, 'log').mockReturnValue();
  });
  afterAll(async () => {
    process.env = env;
    for (const created of servers) created.close();
    await server[Symbol.asyncDispose]();
  });

  it('have snippets, the first of which makes a signed request in ten lines or fewer', () => {
    expect(snippets.length).toBeGreaterThan(20);
    expect(snippets[0]?.code.trim().split('\n').length).toBeLessThanOrEqual(10);
  });

  it('have snippets that compile', () => {
    expect(compileErrors(snippets)).toEqual([]);
    expect(compileErrors([{ name: 'control:1', code: 'const id: number = "not a number";' }])).toHaveLength(1);
  }, 60_000);

  it.each(snippets)('$name runs', async (snippet) => {
    await expect(run(snippet, load)).resolves.toBeUndefined();
  });

  it('have a receiver that tells the signed from nobody and the forged', async () => {
    const receiver = servers.find((candidate) => candidate.listening)!;
    const { port } = receiver.address() as AddressInfo;
    const ask = async (headers: Record<string, string>): Promise<unknown[]> => {
      const response = await fetch(`http://127.0.0.1:${String(port)}/`, { headers });
      return [response.status, await response.text()];
    };
    const signed = signViewerContext({ organizationId: 42, userId: 7 }, secret);
    expect(await ask(signed)).toEqual([200, 'for organization 42, user 7']);
    expect(await ask({})).toEqual([200, 'for nobody']);
    expect(await ask({ ...signed, 'X-Viewer-Context': '{"user_id":8}' })).toEqual([401, expect.any(String)]);
  });

  it('have sent signed requests by that, for several viewers and nobody', () => {
    const viewers = server.received.map((request) => JSON.stringify(establishViewer(request, secret)));
    expect(new Set(viewers)).toEqual(
      new Set(['{"organization_id":42,"user_id":7}', '{"organization_id":42}', '{"organization_id":1}', '"nobody"']),
    );
  });
});
