import { createHmac } from 'node:crypto';
import { readdirSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { listen } from '../../examples/listen.js';
import { coded } from '../support/coded.js';
import { establishViewer, isBodySigned, type Established } from '../support/receiver.js';
import { startServer, type Received, type TestServer } from '../support/server.js';
import { compileErrors, DOCUMENTS, examplesOf, run, snippetsOf } from '../support/snippets.js';

const SOURCES = ['', 'protocol/'].flatMap((folder) =>
  readdirSync(join(__dirname, '../../src', folder))
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `src/${folder}${name}`),
);

describe('the documents', () => {
  const snippets = [...DOCUMENTS.flatMap(snippetsOf), ...SOURCES.flatMap(examplesOf)];
  const secret = 'a secret of the documentation';
  const isToken = ({ headers }: Received): boolean => headers['x-viewer-context']?.includes('.') ?? false;
  const establish = (request: Received): Established =>
    establishViewer(request, secret, isToken(request) ? 'jwt' : 'pair');
  const env = process.env;
  let server: TestServer;

  beforeAll(async () => {
    // The plain client signs no body: this server verifies what signatures there are.
    server = await startServer((request, response) => {
      establish(request); // throws, and so fails the run, unless it is valid
      response.statusCode = request.headers.authorization === undefined || isBodySigned(request, secret) ? 200 : 401;
      response.end();
    });
    process.env = {
      ...env,
      SEER_URL: server.origin,
      SERVICE_URL: server.origin,
      SEER_API_SHARED_SECRET: secret,
      PORT: '0',
    };
    jest.spyOn(console, 'log').mockReturnValue();
  });
  afterAll(async () => {
    process.env = env;
    await server[Symbol.asyncDispose]();
  });

  it('have snippets, the first of which makes a signed request in ten lines or fewer', () => {
    expect(snippets.length).toBeGreaterThan(20);
    expect(snippets[0]?.code.trim().split('\n').length).toBeLessThanOrEqual(10);
  });

  it('have snippets that compile', () => {
    expect(compileErrors(snippets)).toEqual([]);
    expect(compileErrors([{ name: 'control:1', code: 'const id: number = "not a number";' }])).toHaveLength(1);
  });

  it.each(snippets)('$name runs', async (snippet) => {
    await expect(run(snippet)).resolves.toBeUndefined();
  });

  it('have a receiver that verifies viewer and body, and refuses a forged one', async () => {
    const receiver = snippets.find(({ code }) => code.includes('export function verify('))!;
    const exported: { verify?: (headers: Record<string, string>, rawBody: Uint8Array) => unknown } = {};
    await run(receiver, undefined, exported);
    const body = '{"a":1}';
    const hmac = (text: string): string => createHmac('sha256', secret).update(text).digest('hex');
    const payload = '{"organization_id":42}';
    const signed = {
      'x-viewer-context': payload,
      'x-viewer-context-signature': hmac(payload),
      authorization: `Rpcsignature rpc0:${hmac(body)}`,
    };
    const verify = (headers: Record<string, string>, rawBody = body): unknown =>
      exported.verify!(headers, Buffer.from(rawBody));
    expect(verify(signed)).toEqual({ organizationId: 42 });
    expect(() => verify(signed, '{"a":2}')).toThrow(coded('ERR_SIGNATURE_MISMATCH'));
    expect(() => verify({ ...signed, 'x-viewer-context': '{"organization_id":43}' })).toThrow(
      coded('ERR_SIGNATURE_MISMATCH'),
    );
    expect(() => verify({ ...signed, authorization: '' })).toThrow(coded('ERR_MALFORMED_HEADER'));
  });

  it('have a receiver of viewers alone, which refuses a forged viewer and a request without one', async () => {
    const receiver = snippets.find(({ code }) => code.includes('response.locals.viewer ='))!;
    const exported: { app?: RequestListener } = {};
    await run(receiver, undefined, exported);
    const receiving = await listen(exported.app!);
    jest.spyOn(console, 'warn').mockReturnValue();
    const ask = async (headers: Record<string, string>): Promise<unknown[]> => {
      const response = await fetch(`${receiving.url}/v1/models`, { headers });
      return [response.status, await response.json()];
    };
    const payload = '{"organization_id":42}';
    const signature = createHmac('sha256', secret).update(payload).digest('hex');
    const pair = { 'X-Viewer-Context': payload, 'X-Viewer-Context-Signature': signature };
    expect(await ask({ ...pair, 'X-Viewer-Context': '{"organization_id":43}' })).toEqual([
      401,
      { code: 'ERR_SIGNATURE_MISMATCH' },
    ]);
    expect(await ask({})).toEqual([401, { code: 'ERR_MISSING_HEADER' }]);
    expect(await ask(pair)).toEqual([200, { viewer: { organizationId: 42 } }]);
    await receiving.close();
  });

  it('have sent signed requests, for several viewers and without one', () => {
    const viewers = server.received.map((request) => JSON.stringify(establish(request)));
    expect(new Set(viewers)).toEqual(
      new Set(['{"organization_id":42,"user_id":7}', '{"organization_id":42}', '{"organization_id":1}', '"no viewer"']),
    );
    expect(server.received.filter(isToken)).toHaveLength(3);
  });
});
