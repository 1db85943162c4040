import { establishViewer, isBodySigned } from './support/receiver.js';
import { startServer, type TestServer } from './support/server.js';
import { compileErrors, run, snippetsOf } from './support/snippets.js';

describe('the README', () => {
  const snippets = snippetsOf('README.md');
  const secret = 'a secret of the documentation';
  const env = process.env;
  let server: TestServer;

  beforeAll(async () => {
    // The plain client signs no body: this server verifies what signatures there are, and answers 500 if one is wrong.
    server = await startServer((request, response) => {
      establishViewer(request, secret); // throws, and so fails the run, unless it is right
      response.statusCode = request.headers.authorization === undefined || isBodySigned(request, secret) ? 200 : 401;
      response.end();
    });
    process.env = { ...env, SEER_URL: server.origin, SEER_API_SHARED_SECRET: secret };
    jest.spyOn(console, 'log').mockReturnValue();
  });
  afterAll(async () => {
    process.env = env;
    await server[Symbol.asyncDispose]();
  });

  it('has snippets, the first of which makes a signed request in ten lines or fewer', () => {
    expect(snippets.length).toBeGreaterThan(5);
    expect(snippets[0]?.code.trim().split('\n').length).toBeLessThanOrEqual(10);
  });

  it('has snippets that compile', () => {
    expect(compileErrors(snippets)).toEqual([]);
    expect(compileErrors([{ name: 'control:1', code: 'const id: number = "not a number";' }])).toHaveLength(1);
  }, 60_000);

  it.each(snippets)('$name runs', async (snippet) => {
    await expect(run(snippet, (module) => jest.requireActual(module))).resolves.toBeUndefined();
  });

  it('has sent signed requests by that, for several viewers and nobody', () => {
    const viewers = server.received.map((request) => JSON.stringify(establishViewer(request, secret)));
    expect(new Set(viewers)).toEqual(
      new Set(['{"organization_id":42,"user_id":7}', '{"organization_id":42}', '{"organization_id":1}', '"nobody"']),
    );
  });
});
