import http from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { signBody, signViewerContext } from 'axios-viewer-context/protocol';
import { establishViewer, isBodySigned, type Established } from './support/receiver.js';
import { startServer, type Received, type TestServer } from './support/server.js';
import { compileErrors, examplesOf, run, snippetsOf } from './support/snippets.js';

const SOURCES = ['attach', 'errors', 'seer-client', 'protocol/shared-secret', 'protocol/formats', 'protocol/body'];

describe('the documents', () => {
  const snippets = [
    ...snippetsOf('README.md'),
    ...snippetsOf('docs/diagnosing.md'),
    ...SOURCES.flatMap((name) => examplesOf(`src/${name}.ts`)),
  ];
  const secret = 'a secret of the documentation';
  const isToken = ({ headers }: Received): boolean => headers['x-viewer-context']?.includes('.') ?? false;
  const establish = (request: Received): Established =>
    establishViewer(request, secret, isToken(request) ? 'jwt' : 'pair');
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
    // The plain client signs no body: this server verifies what signatures there are.
    server = await startServer((request, response) => {
      establish(request); // throws, and so fails the run, unless it is right
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

  it('have a receiver that tells signed requests from forged ones and those without a viewer', async () => {
    const receiver = servers.find((candidate) => candidate.listening)!;
    const { port } = receiver.address() as AddressInfo;
    const ask = async (headers: Record<string, string>): Promise<unknown[]> => {
      const response = await fetch(`http://127.0.0.1:${String(port)}/`, { headers });
      return [response.status, await response.text()];
    };
    const signed = signViewerContext({ organizationId: 42, userId: 7 }, secret);
    expect(await ask(signed)).toEqual([200, 'organization 42, user 7']);
    expect(await ask({})).toEqual([200, 'no viewer']);
    expect(await ask({ ...signed, 'X-Viewer-Context': '{"user_id":8}' })).toEqual([401, 'ERR_SIGNATURE_MISMATCH']);
  });

  it('have a body receiver that refuses forged bodies and survives an aborted upload (A4)', async () => {
    const receiver = servers.filter((candidate) => candidate.listening)[1]!;
    const { port } = receiver.address() as AddressInfo;
    const send = async (body: string): Promise<unknown[]> => {
      const headers = { Authorization: signBody('{"a":1}', secret) };
      const response = await fetch(`http://127.0.0.1:${String(port)}/`, { method: 'POST', body, headers });
      return [response.status, await response.text()];
    };
    expect(await send('{"a":1}')).toEqual([200, 'signed: 7 bytes']);
    expect(await send('{"a":2}')).toEqual([401, 'ERR_SIGNATURE_MISMATCH']);
    await new Promise<void>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.end('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc', () => socket.destroy());
      });
      socket.on('close', () => {
        resolve();
      });
    });
    expect(await send('{"a":1}')).toEqual([200, 'signed: 7 bytes']);
  });

  it('have sent signed requests, for several viewers and without one', () => {
    const viewers = server.received.map((request) => JSON.stringify(establish(request)));
    expect(new Set(viewers)).toEqual(
      new Set(['{"organization_id":42,"user_id":7}', '{"organization_id":42}', '{"organization_id":1}', '"no viewer"']),
    );
    expect(server.received.filter(isToken)).toHaveLength(1);
  });
});
