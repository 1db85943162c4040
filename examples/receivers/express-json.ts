/**
 * Express 4 and 5 with `express.json()`: its `verify` option gets the raw bytes before they are parsed.
 * `inflate: false` refuses compressed bodies with 415, because `verify` would get them inflated.
 */
import type { IncomingMessage } from 'node:http';
import express, { type Express } from 'express';
import type { Viewer } from 'axios-viewer-context/protocol';
import { listen, type ExampleServer } from '../listen.js';
import { respondToErrors } from './express.js';
import { createService, type ReceiverOptions } from './service.js';
import { MAX_BODY, verifyRequest, viewerStorage } from './verified-request.js';

export function startExpressJson(
  options: ReceiverOptions,
  { createApp = express as () => Express, json = express.json } = {},
): Promise<ExampleServer> {
  const serve = createService(options);
  const viewers = new WeakMap<IncomingMessage, Viewer | null>();
  const verify = (request: IncomingMessage, rawBody: Uint8Array | ''): void => {
    viewers.set(request, verifyRequest(request.headers, rawBody, options));
  };

  const app = createApp();
  app.use(
    json({
      type: () => true, // a body of any other type would be neither read nor verified
      limit: MAX_BODY,
      inflate: false,
      verify: (request, _response, bytes) => {
        verify(request, bytes);
      },
    }),
  );
  app.use((request, _response, next) => {
    if (!viewers.has(request)) {
      verify(request, ''); // the parser found no body
      request.body = undefined; // Express 4 leaves {}
    }
    viewerStorage.run(viewers.get(request) ?? null, next);
  });
  app.use((request, response, next) => {
    serve(request.body).then((content) => response.json(content), next);
  });
  app.use(respondToErrors);
  return listen(app);
}
