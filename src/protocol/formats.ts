import { ViewerContextError } from '../errors.js';
import { signPair, VIEWER_CONTEXT_SIGNATURE_HEADER, verifyPair } from './pair.js';
import { readHeader, type ReceivedHeaders } from './received-headers.js';
import { toKey, toKeys, type SharedSecret, type VerifyOptions } from './shared-secret.js';
import { normalizeViewerContext, VIEWER_CONTEXT_HEADER, type Viewer, type ViewerContext } from './viewer-context.js';

/** What signing returns: header names and values. Every later step works on the names, and knows no format. */
export type SignedHeaders = Readonly<Record<string, string>>;

/** The forms that a signed viewer has on the wire. */
export const FORMATS = { pair: { sign: signPair, verify: verifyPair } };

/**
 * The headers for a viewer, for a request that is not sent with axios; none for no viewer.
 *
 * The two headers never expire and are not bound to a request: anyone who sees them can use them until the secret changes.
 *
 * Throws `ERR_INVALID_VIEWER_CONTEXT`, `ERR_MISSING_SECRET`, `ERR_INVALID_SECRET`.
 *
 * @example
 * ```ts
 * import { signViewerContext } from 'axios-viewer-context/protocol';
 *
 * const headers = signViewerContext({ organizationId: 1, userId: 2 }, 'secret-one');
 * console.log(headers['X-Viewer-Context']); // {"organization_id":1,"user_id":2}
 * ```
 */
export function signViewerContext(context: ViewerContext | null, secret: SharedSecret): Record<string, string> {
  const key = toKey(secret);
  const viewer = normalizeViewerContext(context);
  return viewer === null ? {} : { ...FORMATS.pair.sign(viewer, key) };
}

/**
 * Verifies the viewer headers of a received request, then reads the viewer; `null` if the sender signed a context without
 * ids.
 *
 * Established: a holder of a secret once signed this viewer. Not established: that it was for this request, or when (pairs
 * never expire), or that the body is the sender's (`verifyBody` does that).
 *
 * Throws `ERR_MISSING_HEADER` for a request without viewer headers, `ERR_MALFORMED_HEADER`, `ERR_SIGNATURE_MISMATCH`,
 * `ERR_INVALID_PAYLOAD`; a `TypeError` for an empty list of secrets, an invalid secret, or headers that are not headers.
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
export function verifyViewerContext(headers: ReceivedHeaders, options: VerifyOptions): Viewer | null {
  const keys = toKeys(options);
  const context = readHeader(headers, VIEWER_CONTEXT_HEADER);
  const signature = readHeader(headers, VIEWER_CONTEXT_SIGNATURE_HEADER);
  if (context === undefined && signature === undefined) {
    throw new ViewerContextError('ERR_MISSING_HEADER', 'No header X-Viewer-Context, so the request has no viewer.');
  }
  return FORMATS.pair.verify(context, signature, keys);
}
