/**
 * Express 4 and 5: a middleware reads the raw bytes of each request, verifies the body and the viewer, and only then
 * parses. It replaces `express.json()`, which would read the bytes first.
 */
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import { listen, type ExampleServer } from '../listen.js';
import { readRawBytes } from './raw-bytes.js';
import { createService, type ReceiverOptions } from './service.js';
import { readBody, responseTo, verifyRequest, viewerStorage, type Verification } from './verified-request.js';

/** Lets in only verified requests. */
export function verified(options: Verification) {
  return (request: Request, _response: Response, next: NextFunction): void => {
    const receive = async (): Promise<void> => {
      const raw = await readRawBytes(request);
      const viewer = verifyRequest(request.headers, raw, options);
      request.body = await readBody(request.headers, raw);
      viewerStorage.run(viewer, next);
    };
    receive().catch(next); // Express 4 does not wait for promises
  };
}

/** The last middleware. Its fourth parameter makes it an error handler. */
export function respondToErrors(error: unknown, _request: Request, response: Response, next: NextFunction): void {
  if (response.headersSent) {
    next(error);
    return;
  }
  const { status, body } = responseTo(error);
  response.status(status).json(body);
}

export function startExpress(options: ReceiverOptions, createApp: () => Express = express): Promise<ExampleServer> {
  const serve = createService(options);
  const app = createApp();
  app.use(verified(options));
  app.use((request, response, next) => {
    serve(request.body).then((content) => response.json(content), next);
  });
  app.use(respondToErrors);
  return listen(app);
}
