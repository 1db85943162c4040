import type { RequestConfig } from './axios-types.js';
import { AUTHORIZATION_HEADER } from './protocol/body.js';
import type { Settings } from './settings.js';

/** The viewer, and the agents: an agent keeps the requests in flight, those of other viewers too, with their headers. */
const ALWAYS_REDACTED = ['viewerContext', 'httpAgent', 'httpsAgent'];

/**
 * Keeps the viewer, the agents and what this client signs out of `JSON.stringify(error)`, in addition to what the caller
 * redacts. The list `config.redact` exists from axios 1.16 on.
 */
export function redactInErrors(config: RequestConfig, { format, bodySigner }: Settings): void {
  const callersNames: unknown[] = Array.isArray(config.redact) ? config.redact : [];
  const signedNames = bodySigner === undefined ? format.headers : [...format.headers, AUTHORIZATION_HEADER];
  config.redact = [...new Set([...callersNames, ...ALWAYS_REDACTED, ...signedNames])];
}
