import { ViewerContextError } from '../errors.js';
import { isFormatName, type ViewerContextFormat } from './formats.js';
import { verifyToken } from './jwt.js';
import { VIEWER_CONTEXT_SIGNATURE_HEADER, verifyPair } from './pair.js';
import { VIEWER_CONTEXT_HEADER } from './payload.js';
import { assertHeaderValues, malformedHeader, readHeader, type ReceivedHeaders } from './received-headers.js';
import { toKeys, type VerifyOptions } from './shared-secret.js';
import type { Viewer } from './viewer-context.js';

/** How `verifyViewerContext` verifies. */
export interface VerifyViewerContextOptions extends VerifyOptions {
  /**
   * The formats that are accepted: at least one, and both while senders migrate.
   *
   * @defaultValue `['pair']`
   */
  readonly formats?: readonly ViewerContextFormat[] | undefined;
}

/**
 * Verifies the viewer headers of a received request, then reads the viewer; `null` if the sender signed a context without
 * ids.
 *
 * This proves that a holder of a secret once signed this viewer: at any time for a pair, within the last hour for a
 * token. It does not prove that it was for this request, or that the body is the sender's (`verifyBody` proves that).
 *
 * Throws `ERR_MISSING_HEADER` for a request without viewer headers, `ERR_MALFORMED_HEADER` (also for a format that is not
 * accepted), `ERR_SIGNATURE_MISMATCH`, `ERR_INVALID_PAYLOAD`, `ERR_EXPIRED`, `ERR_NOT_YET_VALID`; a `TypeError` for an empty
 * array of secrets or formats, an unknown option, an invalid secret, or an argument that is not headers.
 *
 * @example
 * ```ts
 * import { signViewerContext, verifyViewerContext } from 'axios-viewer-context/protocol';
 *
 * const received = signViewerContext({ organizationId: 1 }, 'secret-one');
 * const viewer = verifyViewerContext(received, { secrets: ['secret-one'] });
 * console.log(viewer?.organizationId); // 1
 * ```
 */
export function verifyViewerContext(headers: ReceivedHeaders, options: VerifyViewerContextOptions): Viewer | null {
  const keys = toKeys(options);
  const formats = acceptedFormats(options);
  const context = readHeader(headers, VIEWER_CONTEXT_HEADER);
  const signature = readHeader(headers, VIEWER_CONTEXT_SIGNATURE_HEADER);
  if (context === undefined && signature === undefined) {
    assertHeaderValues(headers);
    throw new ViewerContextError('ERR_MISSING_HEADER', 'No X-Viewer-Context header, so the request has no viewer.');
  }
  const format = signature === undefined ? 'jwt' : 'pair';
  if (!formats.includes(format)) {
    const problem = signature === undefined ? 'is absent, as with a token' : 'is present, so this is a pair';
    throw malformedHeader(VIEWER_CONTEXT_SIGNATURE_HEADER, `${problem}. Accepted here: ${formats.join(', ')}`);
  }
  if (context === undefined) throw malformedHeader(VIEWER_CONTEXT_HEADER, 'is missing, but its signature is present');
  return signature === undefined ? verifyToken(context, keys) : verifyPair(context, signature, keys);
}

function acceptedFormats(options: VerifyViewerContextOptions): readonly ViewerContextFormat[] {
  const { formats = ['pair'], ...others } = { __proto__: null, ...options } as VerifyViewerContextOptions;
  const hasUnknownOption = Object.keys(others).some((name) => name !== 'secrets');
  const list: unknown[] = Array.isArray(formats) ? Array.from(formats as unknown[]) : []; // a hole becomes undefined
  if (list.length > 0 && list.every(isFormatName) && !hasUnknownOption) return list;
  throw new TypeError("options must be { secrets, formats }, with formats an array of 'pair', 'jwt' or both.");
}
