/**
 * Koa 3: the first middleware reads the raw bytes of each request, verifies the body and the viewer, and only then
 * parses. It replaces a body parser, which would read the bytes first.
 */
import Koa, { type Context, type Next } from 'koa';
import { listen, type ExampleServer } from '../listen.js';
import { readRawBytes } from './raw-bytes.js';
import { createService, type ReceiverOptions } from './service.js';
import { readBody, responseTo, verifyRequest, viewerStorage, type Verification } from './verified-request.js';

/** Lets in only verified requests, and responds with codes only, whatever fails after it. */
export function verified(options: Verification) {
  return async (context: Context, next: Next): Promise<void> => {
    try {
      const raw = await readRawBytes(context.req);
      const viewer = verifyRequest(context.req.headers, raw, options);
      context.state['body'] = await readBody(context.req.headers, raw);
      await viewerStorage.run(viewer, next);
    } catch (error) {
      const { status, body } = responseTo(error);
      context.status = status;
      context.body = body;
    }
  };
}

export function startKoa(options: ReceiverOptions): Promise<ExampleServer> {
  const serve = createService(options);
  const app = new Koa();
  // What the middleware cannot catch: a failed response stream, which is logged, or a lost connection, which is not.
  app.on('error', (error: Error, context?: Context) => {
    if (error !== context?.req.socket.errored) console.error(error.stack);
  });
  app.use(verified(options));
  app.use(async (context) => {
    context.body = await serve(context.state['body']);
  });
  const handle = app.callback();
  return listen((request, response) => {
    void handle(request, response);
  });
}
