import type { IncomingMessage, ServerResponse } from 'node:http';
import { isViewerContextError, verifyBody, verifyViewerContext, type Viewer } from 'axios-viewer-context/protocol';
import { listen, type ExampleServer } from './listen.js';

/** What the stand-in answers: the viewer it established, or the code of what it refused. */
export interface SeerAnswer {
  viewer?: Viewer | null;
  refused?: string;
}

const MAX_BODY = 10_000_000; // bytes

/** Starts a server that verifies both signatures and answers as Seer does: 401, 413, 415, 400, or 200 with the viewer. */
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

/** The raw body; `undefined` if it is too large. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= MAX_BODY) chunks.push(chunk);
  }
  return length <= MAX_BODY ? Buffer.concat(chunks) : undefined;
}

function answer(
  { headers }: IncomingMessage,
  body: Buffer | undefined,
  secret: string,
  response: ServerResponse,
): void {
  const reply = (status: number, content: SeerAnswer): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(content));
  };
  const secrets = [secret];
  if (body === undefined) {
    reply(413, { refused: 'the body is too large' });
    return;
  }
  try {
    verifyBody(body, headers.authorization, { secrets });
    if (body.length > 0 && headers['content-type']?.startsWith('application/json') !== true) {
      reply(415, { refused: 'the content type is not JSON' });
    } else if (body.length > 0 && !isJsonObject(body)) {
      reply(400, { refused: 'the body is not a JSON object' });
    } else {
      reply(200, { viewer: establishViewer(headers, secrets) });
    }
  } catch (error) {
    if (!isViewerContextError(error)) throw error;
    reply(401, { refused: error.code }); // the message is for the log, and so are error.keyIds
  }
}

/** The viewer, or `null` for a request without one. */
export function establishViewer(headers: IncomingMessage['headers'], secrets: readonly string[]): Viewer | null {
  try {
    return verifyViewerContext(headers, { secrets, formats: ['pair', 'jwt'] });
  } catch (error) {
    if (isViewerContextError(error) && error.code === 'ERR_MISSING_HEADER') return null;
    throw error;
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
