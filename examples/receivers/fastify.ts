/**
 * Fastify 5: a content type parser for every type keeps the raw bytes. A hook verifies the body and the viewer, parses,
 * and passes the viewer on, through its callback, to everything that follows, including schema validation.
 */
import fastify, { type FastifyReply } from 'fastify';
import type { ExampleServer } from '../listen.js';
import { createService, type ReceiverOptions } from './service.js';
import { MAX_BODY, readBody, responseTo, verifyRequest, viewerStorage } from './verified-request.js';

export async function startFastify(options: ReceiverOptions): Promise<ExampleServer> {
  const serve = createService(options);
  const respond = (error: unknown, _request: unknown, reply: FastifyReply): void => {
    const { status, body } = responseTo(error);
    void reply.status(status).send(body);
  };
  // frameworkErrors handles URLs that Fastify cannot route, such as `/%zz`. They reach no hook.
  const app = fastify({
    bodyLimit: MAX_BODY,
    forceCloseConnections: true,
    frameworkErrors: respond,
    clientErrorHandler: (_error, socket) => {
      socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
    },
  });

  app.removeAllContentTypeParsers(); // the parsers for JSON and text would come before '*'
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, bytes, done) => {
    done(null, bytes);
  });

  app.addHook('preValidation', (request, _reply, done) => {
    // Fastify does not read the body of a GET or HEAD. If there is no body, it leaves `undefined` or `null`.
    const raw = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const viewer = verifyRequest(request.headers, raw, options);
    readBody(request.headers, raw).then((body) => {
      request.body = body;
      viewerStorage.run(viewer, done);
    }, done);
  });
  app.setErrorHandler(respond);
  app.setNotFoundHandler((_request, reply) => reply.status(404).send({ code: 'Not Found' }));

  app.all('/*', (request) => serve(request.body));

  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return { url, close: () => app.close() };
}
