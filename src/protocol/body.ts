import { ViewerContextError } from '../errors.js';
import { asBytes } from './bytes.js';
import { malformedHeader, readHeader } from './received-headers.js';
import { toKey, toKeys, type SecretKeyObject, type SharedSecret, type VerifyOptions } from './shared-secret.js';
import { assertSigned, sign } from './signature.js';

/** Carries the body's signature. */
export const AUTHORIZATION_HEADER = 'Authorization';

/** The exact bytes of a body; a string counts as its UTF-8 bytes. */
export type RawBody = string | Uint8Array | ArrayBuffer;

// In exactly this case and with exactly one space: the protocol has no other form.
const SCHEME = 'Rpcsignature rpc0:';
const AUTHORIZATION = new RegExp(`^${SCHEME}[0-9a-f]{64}$`);

/**
 * The `Authorization` value for a body, which must be the exact bytes that are sent: `''` for a request without a body.
 *
 * Throws `ERR_UNSIGNABLE_BODY`, `ERR_MISSING_SECRET`, `ERR_INVALID_SECRET`.
 *
 * @example
 * ```ts
 * import { signBody } from 'axios-viewer-context/protocol';
 *
 * const body = JSON.stringify({ thing: 'thing' });
 * const headers = { 'content-type': 'application/json;charset=utf-8', Authorization: signBody(body, 'secret-one') };
 * ```
 */
export function signBody(body: RawBody, secret: SharedSecret): string {
  return toAuthorization(toRawBody(body, 'sent'), toKey(secret));
}

/** `signBody` with a checked body and key. */
export function toAuthorization(rawBody: string | Uint8Array, key: SecretKeyObject): string {
  return SCHEME + sign(key, rawBody, 'hex');
}

/**
 * Verifies the signature of a received body, given its raw bytes and the value of `Authorization`.
 *
 * The signature does not cover the method, the path, the query or the viewer, and it never expires. A body that holds
 * nothing but a viewer's keys is, with its signature, also a signed viewer.
 *
 * Throws `ERR_MISSING_HEADER`, `ERR_MALFORMED_HEADER`, `ERR_SIGNATURE_MISMATCH`, and `ERR_UNSIGNABLE_BODY` for a body that
 * is not raw; a `TypeError` for an empty array of secrets or an invalid secret.
 *
 * @example
 * ```ts
 * import { signBody, verifyBody } from 'axios-viewer-context/protocol';
 *
 * const body = '{"thing":"thing"}';
 * verifyBody(body, signBody(body, 'secret-one'), { secrets: ['secret-one'] });
 * ```
 */
export function verifyBody(body: RawBody, authorization: string | undefined, options: VerifyOptions): void {
  const keys = toKeys(options);
  const message = toRawBody(body, 'received');
  const value = readHeader([[AUTHORIZATION_HEADER, authorization]], AUTHORIZATION_HEADER);
  if (value === undefined) throw new ViewerContextError('ERR_MISSING_HEADER', 'The Authorization header is missing.');
  if (!AUTHORIZATION.test(value)) {
    throw malformedHeader(AUTHORIZATION_HEADER, `is not "${SCHEME}" followed by 64 lower-case hex digits`);
  }
  const signature = value.slice(SCHEME.length);
  assertSigned({ name: 'the body', message, signature, encoding: 'hex' }, keys);
}

function toRawBody(body: unknown, direction: 'sent' | 'received'): string | Uint8Array {
  const rawBody = typeof body === 'string' ? body : asBytes(body);
  if (rawBody !== undefined) return rawBody;
  throw new ViewerContextError(
    'ERR_UNSIGNABLE_BODY',
    `The body is ${body === null ? 'null' : typeof body === 'object' ? 'a parsed object' : typeof body}. ` +
      `Pass the exact bytes that were ${direction}, as a string or bytes. ` +
      "For a request without a body, pass '': body parsers leave undefined, null or {}.",
  );
}
