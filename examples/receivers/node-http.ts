/**
 * Node's own http server: reads the raw bytes of each request, verifies the body and the viewer, and only then parses.
 * The viewer is kept in AsyncLocalStorage, and passed on to the next service.
 */
import type { IncomingMessage } from 'node:http';
import { listen, type ExampleServer } from '../listen.js';
import { readRawBytes } from './raw-bytes.js';
import { createService, type ReceiverOptions } from './service.js';
import { readBody, responseTo, verifyRequest, viewerStorage } from './verified-request.js';

export function startNodeHttp(options: ReceiverOptions): Promise<ExampleServer> {
  const serve = createService(options);

  async function receive(request: IncomingMessage): Promise<object> {
    const raw = await readRawBytes(request);
    const viewer = verifyRequest(request.headers, raw, options);
    const body = await readBody(request.headers, raw);
    return viewerStorage.run(viewer, () => serve(body));
  }

  return listen((request, response) => {
    const reply = (status: number, content: object): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(content));
    };
    receive(request).then(
      (content) => {
        reply(200, content);
      },
      (error: unknown) => {
        const { status, body } = responseTo(error);
        reply(status, body);
      },
    );
  });
}
