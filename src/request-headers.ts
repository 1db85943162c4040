import { ViewerContextError } from './errors.js';

/**
 * Removes headers in every spelling: any case, outer blanks, and `_` for `-`, which receivers that follow CGI take for
 * the same. `AxiosHeaders.delete` removes just one of several.
 */
export function removeHeaders(headers: object, names: readonly string[]): void {
  const removed = new Set(names.map(canonicalName));
  for (const key of Object.keys(headers)) {
    if (removed.has(canonicalName(key))) Reflect.deleteProperty(headers, key);
  }
}

/** Refuses a `Connection` header that names one of ours: a conforming proxy would drop it. Throws `ERR_CONFLICTING_CREDENTIALS`. */
export function assertForwarded(headers: object, names: readonly string[]): void {
  for (const [key, value] of Object.entries(headers)) {
    if (canonicalName(key) !== 'connection') continue;
    const dropped = new Set(String(value).split(',').map(canonicalName));
    const name = names.find((signed) => dropped.has(canonicalName(signed)));
    if (name === undefined) continue;
    throw new ViewerContextError(
      'ERR_CONFLICTING_CREDENTIALS',
      `The request's Connection header names ${name}, so a proxy would drop it: remove it from Connection.`,
    );
  }
}

function canonicalName(name: string): string {
  return name.trim().toLowerCase().replaceAll('_', '-');
}
