import type { RequestConfig } from './axios-types.js';

/** The viewer, and the agents: an agent keeps the requests in flight, those of other viewers too, with their headers. */
const ALWAYS_REDACTED = ['viewerContext', 'httpAgent', 'httpsAgent'];

/**
 * Keeps the viewer, agents and signed headers out of `JSON.stringify(error)`, from axios 1.16 on, in addition to what
 * the caller redacts.
 */
export function redact(config: RequestConfig, signedHeaderNames: readonly string[] = []): void {
  const callers: unknown[] = Array.isArray(config.redact) ? config.redact : [];
  config.redact = [...new Set([...callers, ...ALWAYS_REDACTED, ...signedHeaderNames])];
}
