import type { FinalConfig } from './axios-types.js';
import { asBytes } from './protocol/shared-secret.js';

// Names match in every spelling that some axios version or some receiver treats as the same: in any case, with
// surrounding white space, and with `_` for `-` (CGI).
const RESERVED =
  /^\s*(x[-_]viewer[-_]context([-_]signature)?|content[-_]length|transfer[-_]encoding|trailer|connection|host|authorization)\s*$/i;
const PERSISTENCE = /^\s*(close|keep-alive)\s*$/i;

/**
 * Removes the headers that a caller may not set, in every spelling:
 *
 * - viewer headers, and any `Authorization` that is not to be kept;
 * - `Content-Length` and `Transfer-Encoding`, since bytes of a body that is cut short, or not framed at all, are read
 *   as the start of the next request on the connection, which carries another viewer. Where axios cannot know the
 *   length (a stream, a form), the caller's `Content-Length` stays and the receiver is told to close the connection
 *   after this request;
 * - a `Trailer`: beside a stream and a `Content-Length`, Node throws where nothing can catch it;
 * - a `Connection` that makes proxies drop the headers it names.
 *
 * A caller may set `Host`, within limits: its values are returned, to be checked as destinations.
 */
export function removeReservedHeaders(config: FinalConfig, body: unknown, keptAuthorization: RegExp): unknown[] {
  const { headers } = config;
  const isLengthKnown = body == null || typeof body === 'string' || asBytes(body) !== undefined;
  const hosts: unknown[] = [];
  // Not Object.keys: a non-enumerable header would keep ours out.
  for (const spelling of Object.getOwnPropertyNames(headers)) {
    const name = RESERVED.exec(spelling)?.[1]?.toLowerCase().replaceAll('_', '-');
    if (name === undefined) continue;
    if (name === 'host') hosts.push(headers[spelling]);
    else if (name === 'content-length' && !isLengthKnown) continue;
    else if (name === 'authorization' && keptAuthorization.test(String(headers[spelling]))) continue;
    else if (name === 'connection' && isLengthKnown && PERSISTENCE.test(String(headers[spelling]))) continue;
    else delete headers[spelling];
  }
  // HTTP/2 does its own framing, and forbids this header.
  const isHttp2 = Object.hasOwn(config, 'httpVersion') && Number(config.httpVersion) === 2;
  if (!isLengthKnown && !isHttp2) headers['Connection'] = 'close';
  return hosts;
}

/** Removes the named headers, in every spelling; if values are given, only headers that have one of them. */
export function removeHeaders(headers: Record<string, unknown>, names: string[], values?: unknown[]): void {
  const spellings = new RegExp(`^\\s*(${names.join('|').replaceAll('-', '[-_]')})\\s*$`, 'i');
  for (const name of Object.getOwnPropertyNames(headers)) {
    if (spellings.test(name) && (values?.includes(headers[name]) ?? true)) delete headers[name];
  }
}

/**
 * Shadows the fetch options that would replace the request's own headers, body and method, from axios 1.10 to 1.19.
 * From 1.20 on, axios ignores them. They are shadowed rather than deleted: axios may merge in what a polluted
 * Object.prototype holds.
 */
export function removeFetchOverrides(config: FinalConfig): void {
  const { fetchOptions } = config;
  if (typeof fetchOptions !== 'object' || fetchOptions === null) return;
  config.fetchOptions = { ...fetchOptions, headers: undefined, body: undefined, method: undefined };
}

/** Keeps the named keys out of `JSON.stringify(error)`, from axios 1.16 on, in addition to the caller's own. */
export function redact(config: FinalConfig, names: readonly string[]): void {
  config.redact = Array.isArray(config.redact) ? [...new Set([...(config.redact as unknown[]), ...names])] : names;
}
