import { ViewerContextError } from '../errors.js';
import { signToken, TOKEN_FIELDS, verifyToken } from './jwt.js';
import { PAIR_FIELDS, signPair, VIEWER_CONTEXT_SIGNATURE_HEADER, verifyPair } from './pair.js';
import { malformedHeader, readHeader, type ReceivedHeaders } from './received-headers.js';
import { toKey, toKeys, type SharedSecret, type VerifyOptions } from './shared-secret.js';
import { normalizeViewerContext, VIEWER_CONTEXT_HEADER, type Viewer, type ViewerContext } from './viewer-context.js';

/** What signing returns: header names and values. Later steps work with the names, and know nothing of formats. */
export type SignedHeaders = Readonly<Record<string, string>>;

/** `'pair'`: two headers, which never expire. `'jwt'`: one token, which expires after 15 minutes. */
export type ViewerContextFormat = 'pair' | 'jwt';

/** The forms that a signed viewer can take on the wire. */
export const FORMATS = {
  pair: { fields: PAIR_FIELDS, sign: signPair, verify: verifyPair },
  jwt: { fields: TOKEN_FIELDS, sign: signToken, verify: verifyToken },
} satisfies Record<ViewerContextFormat, unknown>;

/** Whether a value names a format. */
export function isFormat(value: unknown): value is ViewerContextFormat {
  return typeof value === 'string' && Object.hasOwn(FORMATS, value);
}

/** How `signViewerContext` signs. */
export interface SignViewerContextOptions {
  /**
   * How the viewer is sent.
   *
   * @defaultValue `'pair'`
   */
  readonly format?: ViewerContextFormat | undefined;
}

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
 * The headers for a viewer, for a request that is not sent with axios. Without a viewer, the record is empty.
 *
 * A pair never expires; a token expires after 15 minutes. Until then, anyone who sees it can use it, for any request.
 *
 * Throws `ERR_INVALID_VIEWER_CONTEXT`, `ERR_MISSING_SECRET`, `ERR_INVALID_SECRET`; a `TypeError` for an unknown option.
 *
 * @example
 * ```ts
 * import { signViewerContext } from 'axios-viewer-context/protocol';
 *
 * const headers = signViewerContext({ organizationId: 1, userId: 2 }, 'secret-one');
 * console.log(headers['X-Viewer-Context']); // {"organization_id":1,"user_id":2}
 * ```
 */
export function signViewerContext(
  context: ViewerContext | null,
  secret: SharedSecret,
  options: SignViewerContextOptions = {},
): Record<string, string> {
  const { format = 'pair', ...others } = { __proto__: null, ...options } as SignViewerContextOptions;
  const isKnown = isFormat(format) && Object.keys(others).length === 0;
  if (!isKnown) throw new TypeError("options is not { format: 'pair' } or { format: 'jwt' }.");
  const key = toKey(secret);
  const viewer = normalizeViewerContext(context, FORMATS[format].fields, 'viewerContext');
  return viewer === null ? {} : { ...FORMATS[format].sign(viewer, key) };
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
 * list of secrets or formats, an unknown option, an invalid secret, or an argument that is not headers.
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
  const { formats = ['pair'], ...others } = { __proto__: null, ...options } as VerifyViewerContextOptions;
  const isList = Array.isArray(formats) && formats.length > 0 && [...(formats as unknown[])].every(isFormat);
  if (!isList || Object.keys(others).some((name) => name !== 'secrets')) {
    throw new TypeError("options is not { secrets, formats }, with formats a list of 'pair', 'jwt' or both.");
  }
  const context = readHeader(headers, VIEWER_CONTEXT_HEADER);
  const signature = readHeader(headers, VIEWER_CONTEXT_SIGNATURE_HEADER);
  if (context === undefined && signature === undefined) {
    throw new ViewerContextError('ERR_MISSING_HEADER', 'No X-Viewer-Context header, so the request has no viewer.');
  }
  const format = signature === undefined ? 'jwt' : 'pair';
  if (!formats.includes(format)) {
    const problem = signature === undefined ? 'is absent, as with a token' : 'is present, so this is a pair';
    throw malformedHeader(VIEWER_CONTEXT_SIGNATURE_HEADER, `${problem}. Accepted here: ${formats.join(', ')}`);
  }
  if (context === undefined) throw malformedHeader(VIEWER_CONTEXT_HEADER, 'is missing, but its signature is present');
  return FORMATS[format].verify(context, keys, signature);
}
