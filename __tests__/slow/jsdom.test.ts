import axios from 'axios';
import MockAdapter from 'axios-mock-adapter';
import { attachViewerContext, createSeerClient } from 'axios-viewer-context';
import { verifyBody, verifyViewerContext } from 'axios-viewer-context/protocol';
import { describeNegativeControl } from '../support/negative-control.js';
import { establishViewer, isBodySigned, SECRET } from '../support/receiver.js';
import { startServer } from '../support/server.js';

// Runs in the jsdom environments of jest 29 and 30, whose globals are not those of Node.

describeNegativeControl();

describe('in the jsdom environment of jest', () => {
  it('control: this is that environment', () => {
    expect(typeof Reflect.get(globalThis, 'document')).toBe('object');
  });

  it('signs and verifies under a mock', async () => {
    const client = axios.create();
    attachViewerContext(client, { secret: SECRET });
    const mock = new MockAdapter(client);
    mock.onGet('/v1/models').reply(200, []);
    await client.get('/v1/models', { viewerContext: { organizationId: 1, userId: 2 } });
    const headers = mock.history.get[0]?.headers ?? {};
    expect(headers['X-Viewer-Context-Signature']).toBe(
      '0fcce1276b18b09692e8abe64f8111705d9d4ee5cc9aadeab6bbd6fb4dcc529e',
    );
    expect(verifyViewerContext(headers, { secrets: [SECRET] })).toEqual({ organizationId: 1, userId: 2 });
  });

  it.each<[string, unknown]>([
    ['an object', { a: 1 }],
    ['a Buffer', Buffer.from('{"a":1}')],
    ['bytes of this realm', new Uint8Array(Buffer.from('{"a":1}'))],
  ])('the Seer client signs %s', async (_name, data) => {
    await using server = await startServer();
    const seer = createSeerClient({
      baseURL: server.origin,
      secret: new Uint8Array(Buffer.from(SECRET)),
      adapter: 'http',
    });
    await seer.post('/', data, { viewerContext: { userId: 2 } });
    expect(establishViewer(server.last())).toEqual({ user_id: 2 });
    expect(server.last().body.toString()).toBe('{"a":1}');
    expect(isBodySigned(server.last())).toBe(true);
    expect(() => {
      verifyBody(server.last().body, server.last().headers.authorization, { secrets: [SECRET] });
    }).not.toThrow();
  });

  it('checks destinations', async () => {
    const seer = createSeerClient({ secret: SECRET, allowedOrigins: ['https://seer.internal'] });
    await expect(seer.get('https://elsewhere.example/')).rejects.toMatchObject({ code: 'ERR_DESTINATION_NOT_ALLOWED' });
  });
});
