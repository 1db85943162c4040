import { ViewerContextError } from '../errors.js';
import { asBytes } from './bytes.js';
import { malformedHeader, readHeader } from './received-headers.js';
import { toKey, toKeys, type SecretKeyObject, type SharedSecret, type VerifyOptions } from './shared-secret.js';
import { assertSigned, sign } from './signature.js';

/** Carries the body's signature. */
export const AUTHORIZATION_HEADER = 'Authorization';

/** The exact bytes of a body. A string stands for its UTF-8 bytes. */
export type RawBody = string | Uint8Array | ArrayBuffer;

// In exactly this case and with exactly one space. The protocol has no other form.
const SCHEME = 'Rpcsignature rpc0:';
const AUTHORIZATION = new RegExp(`^${SCHEME}[0-9a-f]{64}$`);

/**
 * Signs a body. Send the result in the `Authorization` header. It never expires, and anyone who sees it can use it
 * again with the same body.
 *
 * @param body - The exact bytes that are sent; `''` for a request without a body.
 * @param secret - The secret that the receiver has.
 * @returns `Rpcsignature rpc0:` and 64 hex digits.
 * @throws `ViewerContextError`, with the code `ERR_UNSIGNABLE_BODY` for anything but a string or bytes,
 * `ERR_MISSING_SECRET` for a secret that is `undefined` or `''`, and `ERR_INVALID_SECRET` for any other unusable
 * secret.
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
 * Verifies that a received body is signed with one of the secrets. Returns nothing; throws if the body is not.
 *
 * The signature does not cover the method, the path, the query or the viewer, and it never expires. If a body has only
 * a viewer's keys, its signature also verifies that viewer. Conversely, a captured pair or token also verifies as a
 * signed body.
 *
 * @param body - The raw bytes, before any parsing or inflating; `''` for a request without a body.
 * @param authorization - The value of the `Authorization` header; `undefined` if there is none.
 * @param options - The accepted secrets.
 * @throws `ViewerContextError`, with the code `ERR_MISSING_HEADER` without `Authorization`, `ERR_MALFORMED_HEADER` for
 * a value that is not a body's signature, `ERR_SIGNATURE_MISMATCH`, and `ERR_UNSIGNABLE_BODY` for a body that is not
 * raw.
 * @throws `TypeError` for an empty array of secrets or an unusable secret.
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
  if (value === undefined) {
    throw new ViewerContextError(
      'ERR_MISSING_HEADER',
      'The Authorization header is missing. The sender must sign the body: createSeerClient does, attachViewerContext ' +
        'does not.',
    );
  }
  if (!AUTHORIZATION.test(value)) {
    throw malformedHeader(
      AUTHORIZATION_HEADER,
      `must be "${SCHEME}" followed by 64 lower-case hex digits. Find out what else sets or changes it`,
    );
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
      "For a request without a body, pass '' instead of the undefined, null or {} that body parsers leave.",
  );
}
