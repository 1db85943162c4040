import type { IncomingMessage, RequestListener } from 'node:http';
import type { ViewerContextFormat } from '../protocol/formats.js';
import { verifyViewerContext } from '../protocol/verify-viewer-context.js';
import type { Viewer } from '../protocol/viewer-context.js';
import { diagnoseBody, diagnoseViewer } from './likely-cause.js';
import { refusalOfBody, refusalOfViewer, valueOf, viewerHeadersOf, type ReceivedRequest } from './received-request.js';

const MAX_BODY = 10_000_000; // bytes

interface StandInOptions {
  readonly secret: string;
  readonly formats: readonly ViewerContextFormat[];
  /** Whether to accept unsigned bodies, for clients that sign none. */
  readonly isViewerOnly?: boolean;
  /** Gets one line for each request, without ids. */
  readonly log: (line: string) => void;
}

/** The verified viewer, or what was refused and why. A client may know no more than the code. */
export type StandInResponse = { readonly viewer: Viewer | null } | { readonly refused: string; readonly code: string };

interface Verdict {
  readonly status: number;
  readonly content: StandInResponse;
  /** What the log says about the request. */
  readonly summary: string;
}

/**
 * A stand-in for Seer that verifies the viewer and the body of every request, and responds with the viewer. Like Seer,
 * it responds to `GET /health/live` without a signature.
 */
export function createStandIn(options: StandInOptions): RequestListener {
  return (request, response) => {
    const logged = `${String(request.method)} ${loggedPath(request)}`;
    const reply = (status: number, content: object, summary: string): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(content));
      options.log(`${logged} ${String(status)} ${summary}`);
    };
    if (request.method === 'GET' && request.url === '/health/live') {
      reply(200, {}, 'alive');
      return;
    }
    readBody(request).then(
      (body) => {
        const { status, content, summary } = judge(request, body, options);
        reply(status, content, summary);
      },
      () => {
        options.log(`${logged} aborted by the client`);
      },
    );
  };
}

function judge(incoming: IncomingMessage, body: Buffer | undefined, options: StandInOptions): Verdict {
  if (body === undefined) return refuse('body', 413, 'OVER_10_MB');
  const { secret, formats, isViewerOnly } = options;
  const headers = Object.entries(incoming.headers).map(([name, value]) => [name, String(value)] as const);
  const request: ReceivedRequest = { headers, body, secret, formats };

  const mustVerifyBody = !isViewerOnly || isBodySigned(request);
  const bodyRefusal = mustVerifyBody ? refusalOfBody(request, body) : undefined;
  if (bodyRefusal !== undefined) {
    return refuse('body', 401, bodyRefusal.code, diagnoseBody(request, body, bodyRefusal.code).cause);
  }
  if (Object.keys(viewerHeadersOf(request)).length === 0) {
    return { status: 200, content: { viewer: null }, summary: 'verified' };
  }
  const viewerRefusal = refusalOfViewer(request);
  if (viewerRefusal !== undefined) {
    return refuse('viewer', 401, viewerRefusal.code, diagnoseViewer(request, viewerRefusal.code).cause);
  }
  const viewer = verifyViewerContext(headers, { secrets: [secret], formats });
  return { status: 200, content: { viewer }, summary: 'verified' };
}

/** Whether the body has a signature, right or wrong. */
function isBodySigned(request: ReceivedRequest): boolean {
  return /rpcsignature/i.test(valueOf(request, 'authorization') ?? '');
}

function refuse(refused: 'body' | 'viewer', status: number, code: string, cause?: string): Verdict {
  const summary = `${refused} ${code}${cause === undefined ? '' : `; likely cause: ${cause}`}`;
  return { status, content: { refused, code }, summary };
}

/** The path, without the query, credentials before a host, or control characters. */
function loggedPath({ url }: IncomingMessage): string {
  return String(url).replace(/^(\w+:)?\/\/+([^?#]*@)?[^/?#]*|[?#].*|[^!-~]/g, '');
}

/** The raw body; `undefined` if it is too large. Rejects if the client goes away. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= MAX_BODY) chunks.push(chunk);
  }
  return length <= MAX_BODY ? Buffer.concat(chunks) : undefined;
}
