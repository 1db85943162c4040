import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  isViewerContextError,
  verifyBody,
  verifyViewerContext,
  VIEWER_CONTEXT_HEADER,
  type Viewer,
} from 'axios-viewer-context/protocol';
import { listen, type ExampleServer } from './listen.js';

/** What the stand-in answers: the viewer it established, or why it refused. */
export interface SeerAnswer {
  viewer?: Viewer | null;
  refused?: string;
}

/** Starts a server that verifies both signatures and answers as Seer does: 401, 415, 400, or 200 with the viewer. */
export function startSeerServer(secret: string): Promise<ExampleServer> {
  return listen((request, response) => {
    readBody(request).then(
      (body) => {
        answer(request, body, secret, response);
      },
      () => response.destroy(), // the client went away
    );
  });
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function answer({ headers }: IncomingMessage, body: Buffer, secret: string, response: ServerResponse): void {
  const reply = (status: number, content: SeerAnswer): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(content));
  };
  const secrets = [secret];
  try {
    verifyBody(body, headers.authorization, { secrets });
    if (body.length > 0 && headers['content-type']?.startsWith('application/json') !== true) {
      reply(415, { refused: 'The content type is not JSON.' });
      return;
    }
    if (body.length > 0 && !isJsonObject(body)) {
      reply(400, { refused: 'The body is not a JSON object.' });
      return;
    }
    const isForSomebody = VIEWER_CONTEXT_HEADER.toLowerCase() in headers;
    reply(200, { viewer: isForSomebody ? verifyViewerContext(headers, { secrets }) : null });
  } catch (error) {
    if (!isViewerContextError(error)) throw error;
    reply(401, { refused: `${error.code}: ${error.message}` });
  }
}

function isJsonObject(body: Buffer): boolean {
  try {
    const value: unknown = JSON.parse(body.toString());
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
