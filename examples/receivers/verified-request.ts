/**
 * What every receiver does with a request once it has the raw bytes: verify first, then inflate and parse. It responds
 * to an invalid request with a code, never with a message.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { STATUS_CODES, type IncomingHttpHeaders } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { isViewerContextError, verifyBody, verifyViewerContext, type Viewer } from 'axios-viewer-context/protocol';

/** In bytes, as received and again when inflated. */
export const MAX_BODY = 10_000_000;

/** The verified viewer of the request that is being served; `null` if it has none. */
export const viewerStorage = new AsyncLocalStorage<Viewer | null>();

/** How a service verifies its requests. */
export interface Verification {
  /** The shared secrets, read for each request, so that they can be rotated. All of them are accepted. */
  readonly secrets: () => readonly string[];
  /**
   * What to do with a request whose body is not signed: `'refuse'` (the default), or `'accept'` for a service that is
   * called by clients with `attachViewerContext`, which sign the viewer only.
   */
  readonly unsignedBodies?: 'refuse' | 'accept';
}

/**
 * What is wrong with a request. The receiver's own errors are never of this class, so that none of them becomes a 401.
 */
export class Refusal extends Error {
  readonly responseStatus: number;
  readonly code: string | undefined;

  constructor(responseStatus: number, cause?: unknown, code = STATUS_CODES[responseStatus]) {
    super(code, { cause });
    this.responseStatus = responseStatus;
    this.code = code;
  }
}

/**
 * Verifies the body and the viewer, and returns the viewer; `null` for a request with a signed body and no viewer.
 * Header names must be in lower case.
 */
export function verifyRequest(
  headers: IncomingHttpHeaders,
  rawBody: Uint8Array | '',
  { secrets: currentSecrets, unsignedBodies }: Verification,
): Viewer | null {
  // Some frameworks do not read the body of a GET. What was not read cannot be verified.
  if (Number(headers['content-length'] ?? rawBody.length) !== rawBody.length) throw new Refusal(400);
  const secrets = currentSecrets();
  // A signature must be right, even where none is required. Other schemes are left to the service.
  const isBodySigned = /rpcsignature/i.test(headers.authorization ?? '');
  let isBodyVerified = false;
  try {
    if (isBodySigned || unsignedBodies !== 'accept') {
      verifyBody(rawBody, headers.authorization, { secrets });
      isBodyVerified = true;
    }
    return verifyViewerContext(headers, { secrets, formats: ['pair', 'jwt'] });
  } catch (error) {
    if (!isViewerContextError(error)) throw error;
    // The same code can mean an unsigned body or no viewer. If neither is signed, anyone could have sent the request.
    if (isBodyVerified && error.code === 'ERR_MISSING_HEADER') return null;
    throw new Refusal(401, error, error.code);
  }
}

/** The body of a verified request: inflated, and parsed if it is JSON; otherwise `undefined`. */
export async function readBody(headers: IncomingHttpHeaders, rawBody: Uint8Array): Promise<unknown> {
  const bytes = await inflate(headers['content-encoding']?.toLowerCase() ?? 'identity', rawBody);
  if (bytes.length === 0 || !/^[^;]*[/+]json *(;|$)/i.test(headers['content-type'] ?? '')) return undefined;
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
  } catch (error) {
    throw new Refusal(400, error);
  }
}

async function inflate(encoding: string, bytes: Uint8Array): Promise<Uint8Array> {
  if (encoding === 'identity') return bytes;
  if (encoding !== 'gzip') throw new Refusal(415);
  try {
    return await promisify(gunzip)(bytes, { maxOutputLength: MAX_BODY });
  } catch (error) {
    throw new Refusal((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? 413 : 400, error);
  }
}

/** The status and the code to respond with. Logs the reason, which must not be in the response. */
export function responseTo(error: unknown): { status: number; body: { code: string | undefined } } {
  if (error instanceof Refusal) {
    logRefusal(error);
    return { status: error.responseStatus, body: { code: error.code } };
  }
  // Body readers (raw-body, body-parser, Fastify) mark their errors: too large, cut off, or in an unknown encoding.
  const { statusCode, type, code } = Object(error) as { statusCode?: unknown; type?: unknown; code?: unknown };
  const isOfReader = /^((entity|request|charset|encoding)\.|FST_ERR_|ECONNRESET$)/.test(String(type ?? code));
  const status = [400, 413, 415].find((known) => isOfReader && known === statusCode) ?? 500;
  // Only the stack, because an inspected axios error shows the headers that were sent.
  if (status === 500) console.error(error instanceof Error ? error.stack : error);
  return { status, body: { code: STATUS_CODES[status] } };
}

/** The message says what was wrong. The key ids of the accepted secrets show whether the sender has one of them. */
function logRefusal({ cause }: Refusal): void {
  if (!isViewerContextError(cause)) return;
  const { code, message, keyIds } = cause;
  console.warn(`Refused, ${code}: ${message}${keyIds ? ` Accepted key ids: ${keyIds.join(', ')}.` : ''}`);
}
