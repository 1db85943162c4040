import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  isViewerContextError,
  verifyBody,
  verifyViewerContext,
  VIEWER_CONTEXT_HEADER,
  type Viewer,
} from 'axios-viewer-context/protocol';

/** What the stand-in answers: the viewer it established, or why it refused. */
export interface SeerAnswer {
  viewer?: Viewer | null;
  refused?: string;
}

/** A stand-in for Seer on a loopback port that the system chooses. */
export interface SeerServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Starts a server that verifies both signatures and answers as Seer does: 401, 415, 400, or 200 with the viewer. */
export async function startSeerServer(secret: string): Promise<SeerServer> {
  const server = http.createServer((request, response) => {
    readBody(request).then(
      (body) => {
        answer(request, body, secret, response);
      },
      () => response.destroy(), // the client went away
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
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
