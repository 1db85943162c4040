import type { FinalConfig } from './axios-types.js';
import { hasUrlCredentials } from './destination.js';
import { ViewerContextError } from './errors.js';
import { asBytes } from './protocol/bytes.js';

/** Refuses credentials that axios puts in the place of the body's signature. Throws `ERR_CONFLICTING_CREDENTIALS`. */
export function assertNoCredentials(config: FinalConfig, urls: readonly string[]): void {
  if (!config.auth && !hasUrlCredentials(urls)) return;
  throw new ViewerContextError(
    'ERR_CONFLICTING_CREDENTIALS',
    'The request has credentials of its own (auth, or user:password@ in the URL), which axios puts in the place of the ' +
      "body's signature in Authorization: remove them.",
  );
}

/**
 * The body exactly as it will be sent: `body` is what the last request transform is given, `data` what the caller passed
 * (in a transform, `config.data` still is: axios replaces it only afterwards). Throws `ERR_UNSIGNABLE_BODY`.
 */
export function signableBody(data: unknown, body: unknown): string | Uint8Array | null | undefined {
  assertJsonData(data);
  if (body === undefined || body === null || typeof body === 'string') return body;
  const bytes = asBytes(body);
  if (bytes === undefined) throw unsignable('What the request transforms made of the data', 'not a string or bytes');
  return Buffer.from(bytes); // a copy: the caller may change the original after it has been signed
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
  const { pipe, toJSON } = Object(data) as { pipe?: unknown; toJSON?: unknown };
  const tag = Object.prototype.toString.call(data);
  const isJson = tag === '[object Object]' || tag === '[object Array]' || typeof toJSON === 'function';
  // A stream, also that of a form-data form, looks like an object but for its function.
  if (typeof data === 'object' && isJson && typeof pipe !== 'function') return;
  throw unsignable(
    'The request data',
    'not an object, a list, a string or bytes (but a form, a stream, a blob, a number …)',
  );
}

function unsignable(what: string, problem: string): ViewerContextError {
  return new ViewerContextError(
    'ERR_UNSIGNABLE_BODY',
    `${what} is ${problem}, so its signature would not match what is sent. Pass an object, a string or bytes.`,
  );
}
