import { ViewerContextError } from '../errors.js';
import { isFormatName, type ViewerContextFormat } from './formats.js';
import { verifyToken } from './jwt.js';
import { VIEWER_CONTEXT_SIGNATURE_HEADER, verifyPair } from './pair.js';
import { VIEWER_CONTEXT_HEADER } from './payload.js';
import { assertHeaderValues, malformedHeader, readHeader, type ReceivedHeaders } from './received-headers.js';
import { toKeys, type VerifyOptions } from './shared-secret.js';
import type { Viewer } from './viewer-context.js';

/** The options of `verifyViewerContext`. */
export interface VerifyViewerContextOptions extends VerifyOptions {
  /**
   * The accepted formats: at least one, and both while senders migrate.
   *
   * @defaultValue `['pair']`
   */
  readonly formats?: readonly ViewerContextFormat[] | undefined;
}

/**
 * Verifies the viewer headers of a received request, then reads the viewer.
 *
 * This proves that a holder of a secret once signed exactly these bytes: at any time for a pair, within the last hour
 * for a token. It does not prove that they were signed for this request, or as a viewer: a signed body that has only a
 * viewer's keys also verifies (SECURITY.md, "A body that is a viewer"). To verify the body, use `verifyBody`.
 *
 * @param headers - The request's headers, as received.
 * @param options - The accepted secrets and formats.
 * @returns The viewer; `null` if the sender signed a context without ids.
 * @throws `ViewerContextError`, with the code `ERR_MISSING_HEADER` for a request without viewer headers,
 * `ERR_MALFORMED_HEADER` for half a pair, a repeated header or a format that is not accepted, `ERR_SIGNATURE_MISMATCH`,
 * `ERR_INVALID_PAYLOAD` for a signed value that is not a viewer, `ERR_EXPIRED`, and `ERR_NOT_YET_VALID`.
 * @throws `TypeError` for an empty array of secrets or formats, an unknown option, an unusable secret, or an argument
 * that is not headers.
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
    throw new ViewerContextError(
      'ERR_MISSING_HEADER',
      'The X-Viewer-Context header is missing, so the request has no viewer. If you expect a viewer, check that the ' +
        'sender sets viewerContext and has the secret.',
    );
  }
  const format = signature === undefined ? 'jwt' : 'pair';
  if (!formats.includes(format)) {
    const problem = signature === undefined ? 'is missing, so this is a token or half a pair' : 'makes this a pair';
    throw malformedHeader(
      VIEWER_CONTEXT_SIGNATURE_HEADER,
      `${problem}. Accepted here: ${formats.join(', ')}. Accept '${format}' in formats, or change the sender's format`,
    );
  }
  if (context === undefined) {
    throw malformedHeader(
      VIEWER_CONTEXT_HEADER,
      'is missing, but its signature is present. Make sure that nothing on the way drops the header',
    );
  }
  return signature === undefined ? verifyToken(context, keys) : verifyPair(context, signature, keys);
}

function acceptedFormats(options: VerifyViewerContextOptions): readonly ViewerContextFormat[] {
  const { formats = ['pair'], ...others } = { __proto__: null, ...options } as VerifyViewerContextOptions;
  const hasUnknownOption = Object.keys(others).some((name) => name !== 'secrets');
  const names: unknown[] = Array.isArray(formats) ? Array.from(formats as unknown[]) : []; // a hole becomes undefined
  if (names.length > 0 && names.every(isFormatName) && !hasUnknownOption) return names;
  throw new TypeError("options must be { secrets, formats }, where formats is an array of 'pair', 'jwt' or both.");
}
