import type { FinalConfig } from './axios-types.js';
import { ViewerContextError } from './errors.js';

/**
 * Removes headers in every spelling: whatever the case, with outer blanks, and `_` for `-`, which receivers that follow CGI take for
 * the same. `AxiosHeaders.delete` removes just one of several.
 */
export function removeHeaders(headers: object, names: readonly string[]): void {
  const removed = new Set(names.map(canonicalName));
  for (const key of Object.getOwnPropertyNames(headers)) {
    if (!removed.has(canonicalName(key)) || Reflect.deleteProperty(headers, key)) continue;
    throw new ViewerContextError(
      'ERR_CONFLICTING_CREDENTIALS',
      `The header ${key} was set so that it cannot be removed.`,
    );
  }
}

/** Removes a header of ours, unless it has got another value. */
export function removeOwnHeader(headers: object, name: string, value: unknown): void {
  const spellings = Object.entries(headers).filter(
    (entry) => entry[1] === value && canonicalName(entry[0]) === canonicalName(name),
  );
  for (const [key] of spellings) removeHeaders(headers, [key]);
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
export function assertForwarded(headers: object, names: readonly string[]): void {
  for (const [key, value] of Object.entries(headers)) {
    if (canonicalName(key) !== 'connection') continue;
    // axios takes other characters out of the value before it is sent
    const dropped = new Set(
      String(value)
        .replace(/[^ -~]/g, '')
        .split(',')
        .map(canonicalName),
    );
    const name = names.find((signed) => dropped.has(canonicalName(signed)));
    if (name === undefined) continue;
    throw new ViewerContextError(
      'ERR_CONFLICTING_CREDENTIALS',
      `The request's Connection header names ${name}, so a proxy would drop it: remove it from Connection.`,
    );
  }
}

/** The list, if it is one, and the names, each once. */
export function union(list: unknown, names: readonly string[]): unknown[] {
  return [...new Set<unknown>([...(Array.isArray(list) ? (list as unknown[]) : []), ...names])];
}

function canonicalName(name: string): string {
  return name.trim().toLowerCase().replaceAll('_', '-');
}
