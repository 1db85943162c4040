import type { FinalConfig, RequestConfig } from './axios-types.js';
import { alreadySigned } from './errors.js';
import { removeHeaders } from './headers.js';
import type { SignedHeaders } from './protocol/formats.js';

/** What our transform has signed; `undefined` before it has run. Every build and copy of this package recognizes it. */
export type Attempt = { signed: SignedHeaders | undefined };

const ATTEMPT = Symbol.for('axios-viewer-context.attempt');

type RequestTransform = ((this: FinalConfig, body: unknown) => unknown) & { [ATTEMPT]?: Attempt };
type SignRequest = (config: FinalConfig, body: unknown, attempt: Attempt) => unknown;

/**
 * Appends a request transform: it runs last, when body, URL, headers and viewer are final. It serves one attempt. A
 * config that is sent again through its own client gets a new transform, and the headers that the old one signed are
 * removed.
 */
export function appendTransform(config: RequestConfig, signRequest: SignRequest): void {
  const attempt: Attempt = { signed: undefined };
  const transform: RequestTransform = function viewerContextTransform(body) {
    if (attempt.signed === undefined) {
      attempt.signed = {};
      return signRequest(this, body, attempt);
    }
    // A second run comes from a client without the plugin. Nothing is signed for it, and it gets none of our
    // signatures.
    if (Object.keys(attempt.signed).length > 0) throw alreadySigned();
    return body;
  };
  transform[ATTEMPT] = attempt;
  const transforms: unknown[] = [];
  // axios accepts a list, one function, or nothing.
  for (const other of ([] as unknown[]).concat(config.transformRequest ?? [])) {
    const earlier = (Object(other) as Partial<RequestTransform>)[ATTEMPT];
    if (earlier === undefined) transforms.push(other);
    else if (earlier.signed !== undefined) takeBack(earlier.signed, config.headers);
  }
  transforms.push(transform);
  config.transformRequest = transforms;
}

/** A header whose value has changed since then is the caller's own. */
function takeBack(signed: SignedHeaders, headers: unknown): void {
  removeHeaders(headers as Record<string, unknown>, Object.keys(signed), Object.values(signed));
}
