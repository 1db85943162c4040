import type { KeyObject } from 'node:crypto';
import type { FinalConfig, TransformHeaders } from './axios.js';
import { hasUrlCredentials } from './destination.js';
import { ViewerContextError } from './errors.js';
import { asBytes } from './protocol/bytes.js';
import { AUTHORIZATION_HEADER, BODY_SIGNATURE_PREFIX } from './protocol/headers.js';
import { sign } from './protocol/signature.js';
import { removeHeaders } from './request-headers.js';

/**
 * Signs the body into `Authorization` and returns it as it must be sent. `body` is what the last request transform is
 * given; `config.data` still is what the caller passed, since axios replaces it only after the transforms.
 *
 * Throws `ERR_UNSIGNABLE_BODY`, `ERR_CONFLICTING_CREDENTIALS`.
 */
export function signFinalBody(
  config: FinalConfig,
  body: unknown,
  headers: TransformHeaders,
  key: KeyObject,
): string | Buffer | null | undefined {
  assertJsonData(config.data);
  const final = finalBody(body);
  // axios would put Basic credentials in the place of our Authorization, after all transforms.
  if (config.auth || hasUrlCredentials(config)) {
    throw new ViewerContextError(
      'ERR_CONFLICTING_CREDENTIALS',
      "The request has credentials of its own (auth, or user:password@ in the URL), which take the place of the body's " +
        'signature in Authorization: remove them.',
    );
  }
  // The caller's framing headers could cut the body short on the wire; axios makes its own.
  removeHeaders(headers, [AUTHORIZATION_HEADER, 'Content-Length', 'Transfer-Encoding']);
  headers.set(AUTHORIZATION_HEADER, BODY_SIGNATURE_PREFIX + sign(key, final ?? ''), true);
  // A redirect within the origin may turn the request into a GET, and would carry this body's signature along.
  config.maxRedirects = 0;
  return final;
}

/**
 * Refuses request data that axios would serialize with silent loss under a JSON content type (a form becomes `null`, a
 * stream `{}`), or whose bytes come into being only after signing.
 *
 * Let pass: nothing, a string, bytes, and what JSON represents: a plain object, an array, a class instance, an object with
 * `toJSON`. Throws `ERR_UNSIGNABLE_BODY`.
 */
function assertJsonData(data: unknown): void {
  if (data === undefined || data === null || typeof data === 'string' || asBytes(data) !== undefined) return;
  if (typeof data === 'object' && !('pipe' in data)) {
    const tag = Object.prototype.toString.call(data);
    if (tag === '[object Object]' || tag === '[object Array]') return;
    if ('toJSON' in data && typeof data.toJSON === 'function') return;
  }
  throw unsignable('The request data', 'a form, a stream, a blob or another value that JSON does not represent');
}

/** The body as it will be sent, with bytes the caller can no longer change. Throws `ERR_UNSIGNABLE_BODY`. */
function finalBody(body: unknown): string | Buffer | null | undefined {
  if (body === undefined || body === null || typeof body === 'string') return body;
  const bytes = asBytes(body);
  if (bytes === undefined) throw unsignable('What the request transforms made of the data', 'not a string or bytes');
  return Buffer.from(bytes);
}

function unsignable(what: string, problem: string): ViewerContextError {
  return new ViewerContextError(
    'ERR_UNSIGNABLE_BODY',
    `${what} is ${problem}, so its signature would not match what is sent. Pass an object, a string or bytes.`,
  );
}
