import { ADAPTERS, attachedClient, seerClient } from '../support/clients.js';
import { describeNegativeControl } from '../support/negative-control.js';
import { establishViewer, isBodySigned } from '../support/receiver.js';
import { startServer, timesReceived } from '../support/server.js';

describeNegativeControl();

describe.each(ADAPTERS)('what is received over the %s adapter', (adapter) => {
  it.each([
    ['both', { organizationId: 1, userId: 2 }, { organization_id: 1, user_id: 2 }],
    ['an organization', { organizationId: '42' }, { organization_id: 42 }],
    ['a user', { userId: 7n }, { user_id: 7 }],
    ['nobody', null, 'nobody'],
    ['no context', undefined, 'nobody'],
  ])('the viewer: %s', async (_name, viewerContext, expected) => {
    await using server = await startServer();
    const client = attachedClient({ adapter, baseURL: server.origin });
    await client.post('/x', { a: 1 }, { viewerContext });
    expect(establishViewer(server.last())).toEqual(expected);
  });

  it('the pair, byte by byte, and no Authorization', async () => {
    await using server = await startServer();
    const client = attachedClient({ adapter, baseURL: server.origin });
    const { config } = await client.get('/x', { viewerContext: { organizationId: 1, userId: 2 } });
    const { headers } = server.last();
    expect(headers['x-viewer-context']).toBe('{"organization_id":1,"user_id":2}');
    expect(headers['x-viewer-context-signature']).toBe(
      '0fcce1276b18b09692e8abe64f8111705d9d4ee5cc9aadeab6bbd6fb4dcc529e',
    );
    expect(headers.authorization).toBeUndefined();
    expect(config.viewerContext).toEqual({ organizationId: 1, userId: 2 });
  });

  it("the plain client leaves the caller's Authorization, body and Content-Length alone", async () => {
    await using server = await startServer();
    const client = attachedClient({ adapter, baseURL: server.origin });
    const { config } = await client.post<unknown>('/x', new URLSearchParams({ a: 'b' }), {
      headers: { Authorization: 'Bearer mine', 'Content-Length': '3' },
      viewerContext: { userId: 2 },
    });
    expect(server.last().headers.authorization).toBe('Bearer mine');
    expect(config.headers.get('Content-Length')).toBe('3');
    expect(server.last().body.toString()).toBe('a=b');
    expect(establishViewer(server.last())).toEqual({ user_id: 2 });
  });

  const bytes = new TextEncoder().encode('<<{"bytes":1}>>');
  it.each<[string, unknown, string]>([
    ['an object', { thing: 'thing', n: 12 }, '{"thing":"thing","n":12}'],
    ['an array', [1, 2], '[1,2]'],
    [
      'a class instance',
      new (class Call {
        name = 'autofix';
      })(),
      '{"name":"autofix"}',
    ],
    ['an object with toJSON', { toJSON: () => ({ a: 1 }) }, '{"a":1}'],
    ['a date', new Date(0), '"1970-01-01T00:00:00.000Z"'],
    ['an object without prototype', Object.assign(Object.create(null), { a: 1 }), '{"a":1}'],
    ['a JSON string with blanks', ' {"b": 12, "thing": "thing"} ', '{"b": 12, "thing": "thing"}'],
    ['a string that is not JSON', 'text', '"text"'],
    ['an empty string', '', '""'],
    ['characters beyond ASCII', { text: 'é日😀' }, '{"text":"é日😀"}'],
    ['a lone surrogate', '"\ud800"', '"\ufffd"'],
    ['a Buffer', Buffer.from('{"a":1}'), '{"a":1}'],
    ['an ArrayBuffer', bytes.buffer.slice(2, -2), '{"bytes":1}'],
    ['a Uint8Array', bytes.slice(2, -2), '{"bytes":1}'],
    ['a part of a Uint8Array, of which axios sends the whole', bytes.subarray(2, -2), '<<{"bytes":1}>>'],
    ['an object whose keys sound like a stream', { pipe: 'x', toJSON: 1 }, '{"pipe":"x","toJSON":1}'],
    ['null', null, 'null'],
    ['nothing', undefined, ''],
  ])('the Seer client signs the body as sent: %s', async (_name, data, expected) => {
    await using server = await startServer();
    const seer = seerClient(adapter, server.origin);
    await seer.post('/x', data, { viewerContext: { organizationId: 1 } });
    expect(server.last().body.toString()).toBe(expected);
    expect(isBodySigned(server.last())).toBe(true);
    expect(server.last().headers['content-type']).toBe('application/json;charset=utf-8');
    expect(establishViewer(server.last())).toEqual({ organization_id: 1 });
  });

  it('the Seer client signs the empty body of a GET, and a request for nobody', async () => {
    await using server = await startServer();
    const seer = seerClient(adapter, server.origin);
    await seer.get('/x');
    expect(server.last().headers.authorization).toBe(
      'Rpcsignature rpc0:7bb95bbc7e5d951c7e9af9d0f0b917cfe9c35a1b70977e39a11a7e842ece85f7',
    );
    expect(establishViewer(server.last())).toBe('nobody');
  });

  it('the Seer client signs what custom transforms make of the data, whatever their form', async () => {
    await using server = await startServer();
    const seer = seerClient(adapter, server.origin);
    const upper = (data: string): string => data.toUpperCase();
    await seer.post('/x', 'a', { transformRequest: upper });
    expect(server.last().body.toString()).toBe('A');
    expect(isBodySigned(server.last())).toBe(true);
    await seer.post('/x', 'b', { transformRequest: [upper, (data: string) => Buffer.from(`${data}${data}`)] });
    expect(server.last().body.toString()).toBe('BB');
    expect(isBodySigned(server.last())).toBe(true);
    await seer.post('/x', 'as it is ', { transformRequest: [] });
    expect(server.last().body.toString()).toBe('as it is ');
    expect(isBodySigned(server.last())).toBe(true);
    await seer.post('/x', Buffer.alloc(3), { transformRequest: () => null });
    expect(server.last().body).toHaveLength(0);
    expect(isBodySigned(server.last())).toBe(true);
    await seer.post('/x', new Uint8Array([123, 125]), { transformRequest: [] });
    expect(server.last().body.toString()).toBe('{}');
    expect(isBodySigned(server.last())).toBe(true);
  });

  it('sends each of our headers once, under many requests at a time, each with its own viewer', async () => {
    await using server = await startServer((request, response) => {
      response.end(JSON.stringify({ established: establishViewer(request), asked: request.url }));
    });
    const seer = seerClient(adapter, server.origin, {
      secret: () => new Promise((resolve) => setTimeout(resolve, Math.random() * 5, 'secret-one')),
    });
    const users = Array.from({ length: 50 }, (_, index) => index + 1);
    const responses = await Promise.all(
      users.map((userId) => seer.post<unknown>(`/${String(userId)}`, { userId }, { viewerContext: { userId } })),
    );
    expect(responses.map(({ data }) => data)).toEqual(
      users.map((userId) => ({ established: { user_id: userId }, asked: `/${String(userId)}` })),
    );
    for (const request of server.received) {
      expect(isBodySigned(request)).toBe(true);
      for (const name of ['X-Viewer-Context', 'X-Viewer-Context-Signature', 'Authorization']) {
        expect(timesReceived(request, name)).toBe(1);
      }
    }
  });
});
