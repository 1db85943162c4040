import { ViewerContextError } from '../errors.js';
import { ownValue } from '../properties.js';
import { rawBody } from './bytes.js';
import {
  AUTHORIZATION_HEADER,
  BODY_SIGNATURE_PREFIX,
  VIEWER_CONTEXT_HEADER,
  VIEWER_CONTEXT_SIGNATURE_HEADER,
  readHeader,
  repeatedHeader,
  type ReceivedHeaders,
} from './headers.js';
import { keyId, toSigningKey, type SecretKeyObject, type SharedSecret } from './shared-secret.js';
import { isSignatureOf } from './signature.js';
import { parseViewer, type Viewer } from './viewer-context.js';

/** What a signature is verified with. */
export interface VerifyOptions {
  /** The secrets that are accepted, at least one; several while a secret is being rotated. */
  readonly secrets: readonly SharedSecret[];
}

const SIGNATURE = /^[0-9a-f]{64}$/;

/**
 * Verifies the viewer headers of a received request, then reads the viewer; `null` if the sender signed nobody.
 *
 * What is established: a holder of a secret once signed this viewer. Not established: that it was for this request, or
 * when (the protocol has no expiry), or that the body is the sender's ({@link verifyBody}).
 *
 * Throws `ERR_MISSING_HEADER`, `ERR_MALFORMED_HEADER`, `ERR_SIGNATURE_MISMATCH`, `ERR_INVALID_PAYLOAD`;
 * a `TypeError` for an empty list of secrets or a secret that cannot be one.
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
  const keys = toVerificationKeys(options);
  if (typeof headers !== 'object' || (headers as unknown) === null) {
    throw new TypeError('The headers to verify are not an object: pass request.headers.');
  }
  const payload = readHeader(headers, VIEWER_CONTEXT_HEADER);
  const signature = readHeader(headers, VIEWER_CONTEXT_SIGNATURE_HEADER);
  if (!SIGNATURE.test(signature)) {
    throw new ViewerContextError(
      'ERR_MALFORMED_HEADER',
      `The header ${VIEWER_CONTEXT_SIGNATURE_HEADER} is not 64 lower-case hexadecimal digits, once.`,
    );
  }
  if (!isSigned(keys, payload, signature)) {
    // Node and fetch join a header that came twice by a comma and a blank, which compact JSON does not hold.
    if (payload.includes('}, {')) throw repeatedHeader(VIEWER_CONTEXT_HEADER);
    throw mismatch(VIEWER_CONTEXT_HEADER, keys, payload);
  }
  return parseViewer(payload);
}

/**
 * Verifies the signature of a received body, given its raw bytes and the value of `Authorization`.
 *
 * The method, the path, the query and the viewer context are not covered by it, and it has no expiry.
 *
 * Throws `ERR_MISSING_HEADER`, `ERR_MALFORMED_HEADER`, `ERR_SIGNATURE_MISMATCH`; `ERR_UNSIGNABLE_BODY` for a parsed
 * object; a `TypeError` for an empty list of secrets or a secret that cannot be one.
 *
 * @example
 * ```ts
 * import { signBody, verifyBody } from 'axios-viewer-context/protocol';
 *
 * const body = '{"thing":"thing"}';
 * verifyBody(body, signBody(body, 'secret-one'), { secrets: ['secret-one'] });
 * ```
 */
export function verifyBody(
  body: string | Uint8Array | ArrayBuffer,
  authorization: string | undefined,
  options: VerifyOptions,
): void {
  const keys = toVerificationKeys(options);
  const raw = rawBody(body, 'received');
  const value = readHeader({ [AUTHORIZATION_HEADER]: authorization }, AUTHORIZATION_HEADER);
  const signature = value.slice(BODY_SIGNATURE_PREFIX.length);
  if (!value.startsWith(BODY_SIGNATURE_PREFIX) || !SIGNATURE.test(signature)) {
    throw new ViewerContextError(
      'ERR_MALFORMED_HEADER',
      `The header ${AUTHORIZATION_HEADER} is not "${BODY_SIGNATURE_PREFIX}" and 64 lower-case hexadecimal digits.`,
    );
  }
  if (!isSigned(keys, raw, signature)) throw mismatch('the body', keys, raw);
}

function isSigned(keys: readonly SecretKeyObject[], message: string | Uint8Array, signature: string): boolean {
  return keys.some((key) => isSignatureOf(key, message, signature));
}

function mismatch(what: string, keys: readonly SecretKeyObject[], message: string | Uint8Array): ViewerContextError {
  return new ViewerContextError(
    'ERR_SIGNATURE_MISMATCH',
    `The signature of ${what} was made with another secret or over other bytes: ` +
      `${String(Buffer.byteLength(message))} bytes received, key ids tried: ${keys.map(keyId).join(', ')}. ` +
      "Compare them with keyId(secret) on the sender's side; if they agree, the bytes are not those that were signed.",
  );
}

function toVerificationKeys(options: VerifyOptions): SecretKeyObject[] {
  const secrets = ownValue(Object(options) as object, 'secrets');
  if (!Array.isArray(secrets) || secrets.length === 0) {
    throw new TypeError('options.secrets is not a list with at least one shared secret.');
  }
  return secrets.map((secret: unknown, index) => {
    try {
      return toSigningKey(secret);
    } catch (error) {
      throw new TypeError(`options.secrets[${String(index)}]: ${(error as Error).message}`, { cause: error });
    }
  });
}
