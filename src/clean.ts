import { reserveAuthorization } from './authorization.js';
import type { FinalConfig } from './axios-types.js';
import { stringifyAddress } from './destination.js';
import { frameBody } from './framing.js';
import { inAnyVariant, removeHeaders } from './headers.js';
import { VIEWER_HEADERS } from './protocol/formats.js';
import type { Settings } from './settings.js';

const VIEWER_HEADER_PATTERN = inAnyVariant(VIEWER_HEADERS);

/**
 * Removes what a caller may not set, whether or not anything will be signed. What cannot be removed is refused.
 *
 * Throws `ERR_CONFLICTING_CREDENTIALS`.
 *
 * It works on the config's headers, which axios sends, and not on those that axios passes to transforms: an earlier
 * transform may have put others on the config.
 */
export function clean(config: FinalConfig, body: unknown, { bodySigner }: Settings): void {
  stringifyAddress(config);
  removeHeaders(config.headers, VIEWER_HEADER_PATTERN);
  if (bodySigner !== undefined) reserveAuthorization(config);
  frameBody(config, body);
  removeFetchOverrides(config);
}

/**
 * Shadows the fetch options that would replace the request's own headers, body and method, from axios 1.10 to 1.19.
 * From 1.20 on, axios ignores them. They are shadowed rather than deleted, because axios can merge in values
 * from a polluted Object.prototype.
 */
function removeFetchOverrides(config: FinalConfig): void {
  const { fetchOptions } = config;
  if (typeof fetchOptions !== 'object' || fetchOptions === null) return;
  config.fetchOptions = { ...fetchOptions, headers: undefined, body: undefined, method: undefined };
}
