import type { ServerResponse } from 'node:http';
import type { AxiosInstance } from 'axios';
import type { ViewerContextFormat } from 'axios-viewer-context';
import { isViewerContextError, verifyViewerContext } from 'axios-viewer-context/protocol';
import { ADAPTERS, attachedClient, seerClient } from '../support/clients.js';
import { describeNegativeControl } from '../support/negative-control.js';
import { establishViewer, isBodySigned, SECRET } from '../support/receiver.js';
import { startServer, type Received, type TestServer } from '../support/server.js';

// From pairs to tokens, on real servers: receivers first, then senders one by one, then receivers again.

describeNegativeControl();

/** A receiver whose accepted formats may change, and what it has put into its log. */
async function startReceiver(formats: ViewerContextFormat[]) {
  const receiver = { formats, log: [] as string[] };
  const answer = ({ headers }: Received, response: ServerResponse): void => {
    try {
      const viewer = verifyViewerContext(headers, { secrets: [SECRET], formats: receiver.formats });
      response.end(JSON.stringify({ organizationId: viewer?.organizationId, userId: viewer?.userId }));
    } catch (error) {
      if (!isViewerContextError(error)) throw error;
      receiver.log.push(error.message);
      response.writeHead(401).end(JSON.stringify(error.code));
    }
  };
  return Object.assign(receiver, await startServer(answer));
}

describe.each(ADAPTERS)('migrating to tokens, over the %s adapter', (adapter) => {
  /** A sender that can change its format, as by a restart with another option. */
  const senders: [string, (server: TestServer, format: ViewerContextFormat) => AxiosInstance][] = [
    ['an attached client', ({ origin }, format) => attachedClient({ adapter, baseURL: origin }, { format })],
    ['the Seer client', ({ origin }, format) => seerClient(adapter, origin, { format })],
  ];

  it('refuses no request and confuses no viewers, while senders change one by one', async () => {
    await using receiver = await startReceiver(['pair']);
    const formats: ViewerContextFormat[] = ['pair', 'pair', 'pair', 'pair'];

    /** All senders at once, each for its own users. */
    const sendAll = async (): Promise<void> => {
      const before = receiver.received.length;
      const requests = formats.flatMap((format, sender) =>
        [1, 2, 3].map(async (n) => {
          const viewer = { organizationId: sender + 1, userId: 10 * sender + n };
          const client = senders[sender % 2]![1](receiver, format);
          const { data } = await client.post<unknown>('/', { n }, { viewerContext: viewer });
          expect(data).toEqual(viewer);
        }),
      );
      await Promise.all(requests);
      const received = receiver.received.slice(before);
      expect(received).toHaveLength(12);
      // The senders sent what they were told to, according to a receiver that does not use this package.
      const established = received.map((request) => {
        const isToken = request.headers['x-viewer-context-signature'] === undefined;
        return [isToken ? 'jwt' : 'pair', establishViewer(request, SECRET, isToken ? 'jwt' : 'pair')] as const;
      });
      const expected = formats.flatMap((format, sender) =>
        [1, 2, 3].map((n) => [format, { organization_id: sender + 1, user_id: 10 * sender + n }]),
      );
      expect(established).toHaveLength(expected.length);
      expect(established).toEqual(expect.arrayContaining(expected));
      expect(received.filter((request) => isBodySigned(request))).toHaveLength(6);
    };

    await sendAll();
    receiver.formats = ['pair', 'jwt'];
    await sendAll();
    for (const sender of [2, 1, 0, 3]) {
      formats[sender] = 'jwt';
      await sendAll();
    }
    receiver.formats = ['jwt'];
    await sendAll();
    expect(receiver.log).toEqual([]);
  });

  it.each(senders)(
    '%s in a format that is not accepted gets a 401, and the log says which format is',
    async (_name, create) => {
      await using receiver = await startReceiver(['pair']);
      const send = async (format: ViewerContextFormat): Promise<[number, unknown]> => {
        const viewer = { viewerContext: { userId: 2 }, validateStatus: null };
        const { status, data } = await create(receiver, format).get<unknown>('/', viewer);
        return [status, data];
      };
      expect(await send('jwt')).toEqual([401, 'ERR_MALFORMED_HEADER']);
      expect(await send('pair')).toEqual([200, { userId: 2 }]);
      receiver.formats = ['jwt'];
      expect(await send('pair')).toEqual([401, 'ERR_MALFORMED_HEADER']);
      expect(await send('jwt')).toEqual([200, { userId: 2 }]);
      expect(receiver.log).toEqual([
        'The X-Viewer-Context-Signature header is missing, so this is a token or half a pair. Accepted here: pair. ' +
          "Accept 'jwt' in formats, or change the sender's format.",
        'The X-Viewer-Context-Signature header makes this a pair. Accepted here: jwt. ' +
          "Accept 'pair' in formats, or change the sender's format.",
      ]);
    },
  );

  it('a request without a viewer stays without one at every step', async () => {
    for (const formats of [['pair'], ['pair', 'jwt'], ['jwt']] as const) {
      await using receiver = await startReceiver([...formats]);
      for (const [, create] of senders) {
        for (const format of ['pair', 'jwt'] as const) {
          const asked = { viewerContext: null, validateStatus: null };
          expect((await create(receiver, format).get<unknown>('/', asked)).data).toBe('ERR_MISSING_HEADER');
        }
      }
    }
  });
});
