import type { IncomingHttpHeaders, IncomingMessage, RequestListener } from 'node:http';
import type { ViewerContextError } from '../errors.js';
import { verifyBody } from '../protocol/body.js';
import type { ViewerContextFormat } from '../protocol/formats.js';
import { verifyViewerContext } from '../protocol/verify-viewer-context.js';
import type { Viewer } from '../protocol/viewer-context.js';

const MAX_BODY = 10_000_000; // bytes

type Formats = readonly ViewerContextFormat[];

/** The viewer that was established, or what was refused and why. */
export type StandInAnswer = { readonly viewer: Viewer | null } | { readonly refused: string; readonly code: string };

/**
 * A stand-in for Seer that verifies the viewer and the body of every request, and answers with the viewer. `log` gets
 * one line for each request, without ids.
 */
export function createStandIn(secret: string, formats: Formats, log: (line: string) => void): RequestListener {
  const verify = (headers: IncomingHttpHeaders, body: Buffer | undefined): [status: number, StandInAnswer] => {
    let refused = 'body';
    try {
      if (body === undefined) return [413, { refused, code: 'OVER_10_MB' }];
      verifyBody(body, headers.authorization, { secrets: [secret] });
      refused = 'viewer';
      return [200, { viewer: verifyViewerContext(headers, { secrets: [secret], formats }) }];
    } catch (error) {
      const { code } = error as ViewerContextError; // secret and formats are valid, so the request is not
      if (refused === 'viewer' && code === 'ERR_MISSING_HEADER') return [200, { viewer: null }];
      return [401, { refused, code }]; // codes only: messages and key ids are not for clients
    }
  };
  return (request, response) => {
    // Without credentials, query or control characters, which do not belong in a log.
    const logged = `${String(request.method)} ${String(request.url).replace(/^(\w+:)?\/\/+[^/]*|[?#].*|[^!-~]/g, '')}`;
    const answer = (body: Buffer | undefined): void => {
      const [status, content] = verify(request.headers, body);
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(content));
      log(`${logged} ${String(status)} ${'code' in content ? `${content.refused} ${content.code}` : 'verified'}`);
    };
    readBody(request).then(answer, () => log(`${logged} aborted by the client`));
  };
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
