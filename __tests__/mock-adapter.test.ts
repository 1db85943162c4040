import { createHmac } from 'node:crypto';
import axios from 'axios';
import MockAdapter from 'axios-mock-adapter';
import { attachViewerContext, createSeerClient } from 'axios-viewer-context';
import { verifyBody, verifyViewerContext } from 'axios-viewer-context/protocol';
import answers from './vectors/known-answers.json';
import { attachedClient } from './support/clients.js';
import { coded } from './support/coded.js';
import { SECRET } from './support/receiver.js';
import { refusal } from './support/rejection.js';

// How applications test: with axios-mock-adapter, which shows what would be sent. Bytes on the wire are tested elsewhere.

const viewerContext = { organizationId: 1, userId: 2 };
const secrets = [SECRET];

describe('under axios-mock-adapter', () => {
  it.each(['before', 'after'])('the history holds the signed headers; the mock is made %s attaching', async (when) => {
    const client = axios.create();
    const early = when === 'before' ? new MockAdapter(client) : undefined;
    attachViewerContext(client, { secret: SECRET });
    const mock = early ?? new MockAdapter(client);
    mock.onGet('/v1/models').reply(200, []);
    await client.get('/v1/models', { viewerContext });
    const { headers } = mock.history.get[0]!;
    expect(headers?.['X-Viewer-Context']).toBe(answers.viewer.payload);
    expect(headers?.['X-Viewer-Context-Signature']).toBe(answers.viewer.signature);
    expect(verifyViewerContext(headers ?? {}, { secrets })).toEqual(viewerContext);
  });

  it('a verifying test sees that a viewer was forgotten', async () => {
    const client = attachedClient({});
    const mock = new MockAdapter(client);
    mock.onPost('/x').reply(200);
    await client.post('/x', { viewerContext }); // the context has become the body
    const { headers = {} } = mock.history.post[0]!;
    expect(mock.history.post[0]).toHaveProperty('data', '{"viewerContext":{"organizationId":1,"userId":2}}');
    expect(() => verifyViewerContext(headers, { secrets })).toThrow(coded('ERR_MISSING_HEADER'));
  });

  it('response.config is the history entry, with the normalized viewer and the signed headers', async () => {
    const client = attachedClient({ baseURL: 'https://seer.internal' });
    const mock = new MockAdapter(client);
    mock.onGet('/x').reply(200);
    const { config } = await client.get<unknown>('/x', { viewerContext: { organizationId: '1', userId: 2n } });
    expect(mock.history.get[0]).toBe(config);
    expect(config.viewerContext).toEqual(viewerContext);
    expect(config.headers.has('X-Viewer-Context-Signature')).toBe(true);
    const unsigned = await client.get<unknown>('/x');
    expect(unsigned.config.headers.has('X-Viewer-Context-Signature')).toBe(false);
    expect(unsigned.config.viewerContext).toBeNull();
  });

  it('the Seer client can be asked for its signed headers and body', async () => {
    const seer = createSeerClient({ secret: SECRET });
    const mock = new MockAdapter(seer);
    const headers = expect.objectContaining({ 'X-Viewer-Context': '{"organization_id":1}' }) as {
      asymmetricMatch: () => boolean;
    };
    mock.onPost('/v1/automation/autofix/start', { a: 1 }, { headers }).reply(200, { started: true });
    const config = { viewerContext: { organizationId: '1' } };
    const response = await seer.post<unknown>('/v1/automation/autofix/start', { a: 1 }, config);
    expect(response.data).toEqual({ started: true });
    const sent = mock.history.post[0]!;
    const signature = createHmac('sha256', SECRET).update('{"a":1}').digest('hex');
    expect(sent.headers?.Authorization).toBe(`Rpcsignature rpc0:${signature}`);
    expect(sent.data).toBe('{"a":1}');
    expect(() => {
      verifyBody('{"a":1}', String(sent.headers?.Authorization), { secrets });
    }).not.toThrow();
  });

  it('H10: a relative URL works on a client without a baseURL', async () => {
    const client = attachedClient({}, { defaultViewerContext: viewerContext });
    const mock = new MockAdapter(client);
    mock.onGet('/x').reply(200);
    await client.get('/x', { viewerContext: { userId: 2 } });
    await client.get('/x');
    expect(mock.history.get.map(({ headers = {} }) => verifyViewerContext(headers, { secrets }))).toEqual([
      { userId: 2 },
      viewerContext,
    ]);
  });

  it('a refused request does not reach the mock', async () => {
    const client = attachedClient({ baseURL: 'https://seer.internal' });
    const mock = new MockAdapter(client);
    mock.onAny().reply(200);
    await refusal(client.get('https://evil.test/', { viewerContext }), 'ERR_DESTINATION_NOT_ALLOWED');
    expect(mock.history.get).toHaveLength(0);
  });
});
