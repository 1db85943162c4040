import type { FinalConfig } from './axios-types.js';
import { ViewerContextError } from './errors.js';
import { inAnyVariant, removeHeaders } from './headers.js';
import { hasCredentials } from './origin.js';
import { AUTHORIZATION_HEADER } from './protocol/body.js';

const AUTHORIZATION_PATTERN = inAnyVariant([AUTHORIZATION_HEADER]);

/**
 * Reserves `Authorization` for the body's signature: removes a caller's own header, and refuses credentials, since
 * axios would replace the header with them after the transforms (all versions).
 *
 * Throws `ERR_CONFLICTING_CREDENTIALS`.
 */
export function reserveAuthorization(config: FinalConfig): void {
  removeHeaders(config.headers, AUTHORIZATION_PATTERN);
  const { auth, url, baseURL } = config;
  const joined = `${String(baseURL)}/${String(url)}`; // what axios sends, unless it uses the url alone
  const isInAddress = [String(url), joined].some(hasCredentials);
  if (!auth && !isInAddress) return;
  throw new ViewerContextError(
    'ERR_CONFLICTING_CREDENTIALS',
    "Authorization is reserved for the body's signature. Remove auth from the config, or user:password@ from the URL.",
  );
}
