import type { FinalConfig } from './axios-types.js';
import { ViewerContextError } from './errors.js';
import { AUTHORIZATION_HEADER, toAuthorization } from './protocol/body.js';
import { asBytes } from './protocol/bytes.js';
import type { SecretKeyObject } from './protocol/shared-secret.js';
import type { SignedBody } from './settings.js';

/**
 * Signs the body exactly as it will be sent; a missing body is signed as an empty one.
 *
 * Throws `ERR_UNSIGNABLE_BODY`.
 */
export function signSeerBody(config: FinalConfig, body: unknown, key: SecretKeyObject): SignedBody {
  const exactBody = toExactBody(config.data, body);
  return { body: exactBody, signedHeaders: { [AUTHORIZATION_HEADER]: toAuthorization(exactBody ?? '', key) } };
}

/** `data` is what the caller passed, `body` what the transforms made of it. */
function toExactBody(data: unknown, body: unknown): SignedBody['body'] {
  if (isSerializedWithoutLoss(data)) {
    if (body === undefined || body === null || typeof body === 'string') return body;
    // For a view, axios would send the whole buffer behind it.
    const isBufferOfView = ArrayBuffer.isView(data) && data.buffer === body;
    const bytes = asBytes(isBufferOfView ? data : body);
    if (bytes !== undefined) return Buffer.from(bytes); // a copy, because the caller could change the original after signing
  }
  throw new ViewerContextError(
    'ERR_UNSIGNABLE_BODY',
    'Refusing to sign this body, because its exact bytes are not known (it is a form, a stream, a Blob, a number …). ' +
      'Pass an object, an array, a string or bytes.',
  );
}

/** Forms are recognized by their tag, because in Bun they have a `toJSON`, which drops their files. */
const FORM_TAG = /(FormData|URLSearchParams)\]$/;

/**
 * With a JSON content type, axios turns a form into `null` or `{}`, a stream into `{}`, and a function into nothing.
 */
function isSerializedWithoutLoss(data: unknown): boolean {
  if (data === undefined || data === null || typeof data === 'string' || asBytes(data) !== undefined) return true;
  if (typeof data !== 'object') return false;
  const { pipe, toJSON } = data as { pipe?: unknown; toJSON?: unknown };
  const tag = Object.prototype.toString.call(data);
  // A stream looks like a plain object except for its methods.
  if (typeof pipe === 'function' || FORM_TAG.test(tag)) return false;
  return tag === '[object Object]' || tag === '[object Array]' || typeof toJSON === 'function';
}
