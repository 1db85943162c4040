import { createHmac } from 'node:crypto';
import axios from 'axios';
import MockAdapter from 'axios-mock-adapter';
import { attachViewerContext, createSeerClient } from 'axios-viewer-context';
import { verifyViewerContext } from 'axios-viewer-context/protocol';
import { establishViewer, isBodySigned } from './support/receiver.js';
import { startServer } from './support/server.js';

describe('createSeerClient', () => {
  const { SEER_API_SHARED_SECRET: before } = process.env;
  afterEach(() => {
    if (before === undefined) delete process.env['SEER_API_SHARED_SECRET'];
    else process.env['SEER_API_SHARED_SECRET'] = before;
  });

  it('has the defaults that upstream uses', () => {
    process.env['SEER_API_SHARED_SECRET'] = 'secret-one';
    const { defaults } = createSeerClient();
    expect(defaults).toMatchObject({ baseURL: 'http://127.0.0.1:9091', timeout: 30_000, proxy: false });
    expect(defaults.headers['Content-Type']).toBe('application/json;charset=utf-8');
    expect(JSON.stringify(defaults)).not.toContain('secret-one');
  });

  it('takes other defaults of an axios instance; undefined leaves ours', () => {
    const { defaults } = createSeerClient({
      secret: 'secret-one',
      baseURL: undefined as never,
      timeout: 5,
      proxy: undefined as never,
      headers: { 'x-mine': 'kept' },
      maxContentLength: 10,
    });
    expect(defaults).toMatchObject({
      baseURL: 'http://127.0.0.1:9091',
      timeout: 5,
      proxy: false,
      maxContentLength: 10,
    });
    expect(defaults.headers).toMatchObject({ 'Content-Type': 'application/json;charset=utf-8', 'x-mine': 'kept' });
  });

  it('reads the secret left out from the environment, when it is created', async () => {
    await using server = await startServer();
    process.env['SEER_API_SHARED_SECRET'] = 'secret-two';
    const seer = createSeerClient({ baseURL: server.origin, secret: undefined });
    delete process.env['SEER_API_SHARED_SECRET'];
    await seer.post('/', { a: 1 }, { viewerContext: { userId: 2 } });
    expect(establishViewer(server.last(), 'secret-two')).toEqual({ user_id: 2 });
    expect(isBodySigned(server.last(), 'secret-two')).toBe(true);
  });

  it("takes '' for not configured, whatever the environment says", async () => {
    await using server = await startServer();
    process.env['SEER_API_SHARED_SECRET'] = 'secret-two';
    const warn = jest.fn();
    await createSeerClient({ baseURL: server.origin, secret: '', logger: { warn } }).get('/');
    expect(server.last().headers.authorization).toBeUndefined();
    expect(warn).toHaveBeenCalledTimes(1);
  });

  it('warns where there is none at all', async () => {
    await using server = await startServer();
    delete process.env['SEER_API_SHARED_SECRET'];
    const warn = jest.fn();
    await createSeerClient({ baseURL: server.origin, logger: { warn } }).get('/');
    expect(warn).toHaveBeenCalledTimes(1);
  });

  it.each<[string, object]>([
    ['a baseURL that is not absolute', { baseURL: '/seer' }],
    ['an unknown value of onMissingSecret', { onMissingSecret: 'ignore' }],
    ['a wrong allowed origin', { allowedOrigins: ['*'] }],
    ['a secret that cannot be one', { secret: 42 }],
  ])('is refused %s', (_name, options) => {
    expect(() => createSeerClient({ secret: 'secret-one', ...options })).toThrow(TypeError);
  });

  it.each([null, 'http://127.0.0.1:9091'])('is refused options that are no object: %p', (options) => {
    expect(() => createSeerClient(options as never)).toThrow(
      'The options are not an object: pass { baseURL, secret }.',
    );
  });

  it('does not take null for a secret left out', () => {
    process.env['SEER_API_SHARED_SECRET'] = 'secret-two';
    expect(() => createSeerClient({ secret: null as never })).toThrow(TypeError);
  });

  it('goes where allowedOrigins says, even from a relative baseURL', async () => {
    await using server = await startServer();
    const seer = createSeerClient({ baseURL: '/seer', allowedOrigins: [server.origin], secret: 'secret-one' });
    await seer.get(`${server.origin}/x`);
    expect(isBodySigned(server.last())).toBe(true);
  });

  it('is an axios client of its own: others stay as they are', async () => {
    await using server = await startServer();
    createSeerClient({ baseURL: server.origin, secret: 'secret-one' });
    await axios.get(server.origin, { viewerContext: { userId: 2 } });
    expect(establishViewer(server.last())).toBe('nobody');
  });
});

describe('under axios-mock-adapter', () => {
  it.each(['before', 'after'])('the history holds the signed headers; the mock is made %s attaching', async (when) => {
    const client = axios.create();
    const early = when === 'before' ? new MockAdapter(client) : undefined;
    attachViewerContext(client, { secret: 'secret-one' });
    const mock = early ?? new MockAdapter(client);
    mock.onGet('/v1/models').reply(200, []);
    await client.get('/v1/models', { viewerContext: { organizationId: 1, userId: 2 } });
    const headers = mock.history.get[0]?.headers;
    expect(headers?.['X-Viewer-Context-Signature']).toBe(
      '0fcce1276b18b09692e8abe64f8111705d9d4ee5cc9aadeab6bbd6fb4dcc529e',
    );
    expect(verifyViewerContext(headers ?? {}, { secrets: ['secret-one'] })).toEqual({ organizationId: 1, userId: 2 });
  });

  it('the Seer client can be asked for its signed headers and body', async () => {
    const seer = createSeerClient({ secret: 'secret-one' });
    const mock = new MockAdapter(seer);
    const headers = expect.objectContaining({ 'X-Viewer-Context': '{"organization_id":1}' }) as {
      asymmetricMatch: () => boolean;
    };
    mock.onPost('/v1/automation/autofix/start', { a: 1 }, { headers }).reply(200, { started: true });
    const viewerContext = { organizationId: '1' };
    const response = await seer.post<unknown>('/v1/automation/autofix/start', { a: 1 }, { viewerContext });
    expect(response.data).toEqual({ started: true });
    const sent = mock.history.post[0];
    const signature = createHmac('sha256', 'secret-one').update('{"a":1}').digest('hex');
    expect(sent?.headers?.Authorization).toBe(`Rpcsignature rpc0:${signature}`);
    expect(sent?.data).toBe('{"a":1}');
    expect(sent?.viewerContext).toEqual({ organizationId: 1 });
  });

  it('a relative URL works on a client without baseURL, as nothing is parsed', async () => {
    const client = axios.create();
    const mock = new MockAdapter(client);
    mock.onGet('/x').reply(200);
    attachViewerContext(client, { secret: 'secret-one' });
    await client.get('/x', { viewerContext: { userId: 2 } });
    expect(verifyViewerContext(mock.history.get[0]?.headers ?? {}, { secrets: ['secret-one'] })).toEqual({
      userId: 2,
    });
  });
});
