import type { FinalConfig } from './axios-types.js';
import { ViewerContextError } from './errors.js';
import { inAnySpelling, removeHeaders } from './header-names.js';
import { AUTHORIZATION_HEADER } from './protocol/body.js';

const AUTHORIZATION = inAnySpelling([AUTHORIZATION_HEADER]);

/** URL parsers skip extra slashes, and the credentials and the host end at the next one. Linear, by the lookahead. */
const URL_WITH_CREDENTIALS = /^https?:[\s/\\]*(?![\s/\\])[^/?#\\]*@/i;

/**
 * Reserves `Authorization` for the body's signature: removes a caller's own header, and refuses credentials, since axios
 * would replace the header with them after the transforms (all versions).
 *
 * Throws `ERR_CONFLICTING_CREDENTIALS`.
 */
export function reserveAuthorization(config: FinalConfig): void {
  removeHeaders(config.headers, AUTHORIZATION);
  const { auth, url, baseURL } = config;
  const hasCredentials = [url, baseURL].some((address) => URL_WITH_CREDENTIALS.test(String(address)));
  if (!auth && !hasCredentials) return;
  throw new ViewerContextError(
    'ERR_CONFLICTING_CREDENTIALS',
    "Authorization is reserved for the body's signature. Remove auth, or user:password@ in the URL.",
  );
}
