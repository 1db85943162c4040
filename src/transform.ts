import type { FinalConfig, HeaderRecord, RequestConfig } from './axios-types.js';
import { ViewerContextError } from './errors.js';
import { inAnyVariant, removeHeaders } from './headers.js';
import type { SignedHeaders } from './protocol/formats.js';

/** The body to send, and the headers that were signed and set (perhaps none). */
export interface TransformResult {
  readonly body: unknown;
  readonly signedHeaders: SignedHeaders;
}

/** Signs the final config, or throws. axios then rejects the request before anything is sent. */
type SignRequest = (config: FinalConfig, body: unknown) => TransformResult;

/** What this transform has signed; `undefined` before it runs. Every build and copy of this package recognizes it. */
interface Attempt {
  signed: SignedHeaders | undefined;
}

const ATTEMPT = Symbol.for('axios-viewer-context.attempt');

type RequestTransform = ((this: FinalConfig, body: unknown) => unknown) & { [ATTEMPT]?: Attempt };

/**
 * Appends a request transform, which runs last, when body, URL, headers and viewer are final. A transform serves one
 * attempt. A config that is sent again through its own client gets a new transform, and the headers that the old
 * transform signed are removed.
 */
export function appendTransform(config: RequestConfig, signRequest: SignRequest): void {
  const attempt: Attempt = { signed: undefined };
  const transform: RequestTransform = function viewerContextTransform(body) {
    if (attempt.signed !== undefined) {
      // A second run comes from a client without the plugin, to which this config was passed. Nothing is signed for
      // that client, and it must not get what was signed here.
      if (Object.keys(attempt.signed).length > 0) throw alreadySigned();
      return body;
    }
    attempt.signed = {}; // it has run, even if signing throws
    const signedRequest = signRequest(this, body);
    attempt.signed = signedRequest.signedHeaders;
    return signedRequest.body;
  };
  // Not enumerable: an error that is inspected must not show what was signed.
  Object.defineProperty(transform, ATTEMPT, { __proto__: null, value: attempt } as PropertyDescriptor);
  config.transformRequest = [...dropEarlierAttempts(config), transform];
}

/** Takes back what earlier attempts signed. Returns the other transforms of the config. */
function dropEarlierAttempts(config: RequestConfig): unknown[] {
  const others: unknown[] = [];
  for (const transform of toArray(config.transformRequest)) {
    const earlier = (Object(transform) as Partial<RequestTransform>)[ATTEMPT];
    if (earlier === undefined) others.push(transform);
    else if (earlier.signed !== undefined) takeBack(earlier.signed, config.headers as HeaderRecord);
  }
  return others;
}

/** axios accepts an array, one function, or nothing. */
function toArray(transforms: unknown): unknown[] {
  if (transforms === undefined || transforms === null) return [];
  return Array.isArray(transforms) ? [...(transforms as unknown[])] : [transforms];
}

/** Removes what was signed. A header whose value has changed since then was set by the caller, so it stays. */
function takeBack(signed: SignedHeaders, headers: HeaderRecord): void {
  const values: unknown[] = Object.values(signed);
  if (values.length > 0) removeHeaders(headers, inAnyVariant(Object.keys(signed)), (value) => values.includes(value));
}

function alreadySigned(): ViewerContextError {
  return new ViewerContextError(
    'ERR_ALREADY_SIGNED',
    'This config was already signed for an earlier request. Send it through the client it came from, or make a new config.',
  );
}
