import type { IncomingMessage } from 'node:http';
import { isViewerContextError, verifyViewerContext, type Viewer } from 'axios-viewer-context/protocol';
import { listen, type ExampleServer } from './listen.js';

/**
 * Starts a server that answers each request with the viewer it has verified. `intercept` may answer in its place, by
 * returning a status.
 */
export function startEchoServer(
  secret: string,
  intercept: (request: IncomingMessage) => number = () => 200,
): Promise<ExampleServer> {
  return listen((request, response) => {
    const reply = (status: number, content: unknown): void => {
      request.resume();
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(content));
    };
    let viewer: Viewer | null = null;
    try {
      viewer = verifyViewerContext(request.headers, { secrets: [secret] });
    } catch (error) {
      if (!isViewerContextError(error)) throw error;
      if (error.code !== 'ERR_MISSING_HEADER') {
        reply(401, { refused: error.code });
        return;
      }
    }
    const status = intercept(request);
    reply(status, status === 200 ? { viewer } : {});
  });
}
