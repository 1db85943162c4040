import type { FinalConfig } from './axios-types.js';
import { ViewerContextError } from './errors.js';

/**
 * Matches every spelling of header names: whatever the case, with outer blanks, and `_` for `-`, which receivers that
 * follow CGI take for the same.
 */
export function spellingsOf(names: readonly string[]): RegExp {
  return new RegExp(`^\\s*(?:${names.join('|').replaceAll('-', '[-_]')})\\s*$`, 'i');
}

/** Removes headers in every spelling. `AxiosHeaders.delete` removes just one of several. */
export function removeHeaders(headers: object, spellings: RegExp): void {
  for (const key of Object.getOwnPropertyNames(headers)) {
    if (spellings.test(key)) removeHeader(headers, key);
  }
}

function removeHeader(headers: object, key: string): void {
  if (Reflect.deleteProperty(headers, key)) return;
  throw new ViewerContextError(
    'ERR_CONFLICTING_CREDENTIALS',
    `The header ${key} was set so that it cannot be removed.`,
  );
}

/** Removes a header of ours, unless it has got another value. */
export function removeOwnHeader(headers: object, spellings: RegExp, value: unknown): void {
  for (const [key, other] of Object.entries(headers)) {
    if (other === value && spellings.test(key)) removeHeader(headers, key);
  }
}

/**
 * Takes out of `fetchOptions` what axios prepares itself, as axios does from 1.20 on: from 1.10 to 1.19 headers and body
 * given there replace the signed ones.
 */
export function removeFetchOverrides(config: FinalConfig): void {
  if (typeof config.fetchOptions !== 'object' || config.fetchOptions === null) return;
  const options = Object.entries(config.fetchOptions);
  config.fetchOptions = Object.fromEntries(options.filter(([name]) => !PREPARED_BY_AXIOS.has(name)));
}

const PREPARED_BY_AXIOS = new Set(['body', 'headers', 'method', 'signal', 'duplex', 'credentials']);

/** Refuses a `Connection` header that names one of ours: a conforming proxy would drop it. Throws `ERR_CONFLICTING_CREDENTIALS`. */
export function assertForwarded(headers: object, spellings: RegExp): void {
  for (const key of Object.keys(headers)) {
    if (!CONNECTION.test(key)) continue;
    // axios takes other characters out of the value before it is sent
    const dropped = String((headers as Record<string, unknown>)[key]).replace(/[^ -~]/g, '');
    const name = dropped.split(',').find((named) => spellings.test(named));
    if (name === undefined) continue;
    throw new ViewerContextError(
      'ERR_CONFLICTING_CREDENTIALS',
      `The request's Connection header names ${name.trim()}, so a proxy would drop it: remove it from Connection.`,
    );
  }
}

const CONNECTION = spellingsOf(['Connection']);

/** The list, if it is one, and the names, each once. */
export function union(list: unknown, names: readonly string[]): unknown[] {
  return Array.isArray(list) ? [...new Set<unknown>([...(list as unknown[]), ...names])] : [...names];
}
