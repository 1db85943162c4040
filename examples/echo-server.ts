import type { IncomingMessage, ServerResponse } from 'node:http';
import { isViewerContextError, verifyViewerContext, type Viewer } from 'axios-viewer-context/protocol';
import { listen, type ExampleServer } from './listen.js';

/** The verified viewer, or `null` for a request without a viewer. */
export function verifiedViewer(headers: IncomingMessage['headers'], secret: string): Viewer | null {
  try {
    return verifyViewerContext(headers, { secrets: [secret], formats: ['pair', 'jwt'] });
  } catch (error) {
    if (isViewerContextError(error) && error.code === 'ERR_MISSING_HEADER') return null;
    throw error;
  }
}

/**
 * Starts a server that responds to each request with the viewer that it has verified. `intercept` can respond instead:
 * it returns a status to send, or responds itself and returns `undefined`.
 */
export function startEchoServer(
  secret: string,
  intercept: (request: IncomingMessage, response: ServerResponse) => number | undefined = () => 200,
): Promise<ExampleServer> {
  return listen((request, response) => {
    request.resume();
    const reply = (status: number, content: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(content));
    };
    try {
      const viewer = verifiedViewer(request.headers, secret);
      const status = intercept(request, response);
      if (status !== undefined) reply(status, status === 200 ? { viewer } : {});
    } catch (error) {
      if (!isViewerContextError(error)) throw error;
      reply(401, { code: error.code });
    }
  });
}
