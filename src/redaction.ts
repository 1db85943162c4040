import type { RequestConfig } from './axios-types.js';
import { AUTHORIZATION_HEADER } from './protocol/body.js';
import type { Settings } from './settings.js';

/**
 * The viewer, and the agents, because an agent keeps the requests in flight, even of other viewers, with their headers.
 */
const ALWAYS_REDACTED = ['viewerContext', 'httpAgent', 'httpsAgent'];

/**
 * Adds the viewer, the agents and what this client signs to `config.redact`. From axios 1.16 on,
 * `JSON.stringify(error)` leaves out what is listed there.
 */
export function extendRedactList(config: RequestConfig, { format, bodySigner }: Settings): void {
  const callersNames: unknown[] = Array.isArray(config.redact) ? config.redact : [];
  const signedNames = bodySigner === undefined ? format.headers : [...format.headers, AUTHORIZATION_HEADER];
  config.redact = [...new Set([...callersNames, ...ALWAYS_REDACTED, ...signedNames])];
}
