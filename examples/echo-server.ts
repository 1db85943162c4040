import type { IncomingMessage, ServerResponse } from 'node:http';
import { isViewerContextError, verifyViewerContext, type Viewer } from 'axios-viewer-context/protocol';
import { listen, type ExampleServer } from './listen.js';

/** The viewer, or `null` for a request without one. */
export function establishViewer(headers: IncomingMessage['headers'], secret: string): Viewer | null {
  try {
    return verifyViewerContext(headers, { secrets: [secret], formats: ['pair', 'jwt'] });
  } catch (error) {
    if (isViewerContextError(error) && error.code === 'ERR_MISSING_HEADER') return null;
    throw error;
  }
}

/**
 * Starts a server that answers each request with the viewer it has verified. `intercept` may answer instead: it returns
 * a status to send, or answers by itself and returns `undefined`.
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
      const viewer = establishViewer(request.headers, secret);
      const status = intercept(request, response);
      if (status !== undefined) reply(status, status === 200 ? { viewer } : {});
    } catch (error) {
      if (!isViewerContextError(error)) throw error;
      reply(401, { code: error.code });
    }
  });
}
