import type { HeaderRecord } from './axios-types.js';

/**
 * Matches every variant of header names that an axios version or a receiver treats as the same name: in any case, with
 * whitespace around it, and with `_` instead of `-` (CGI).
 */
export function inAnyVariant(names: readonly string[]): RegExp {
  return new RegExp(`^\\s*(${names.join('|').replaceAll('-', '[-_]')})\\s*$`, 'i');
}

/** Removes the headers whose names match. If there is a condition on the value, other headers stay. */
export function removeHeaders(
  headers: HeaderRecord,
  names: RegExp,
  shouldRemove: (value: unknown) => boolean = () => true,
): void {
  for (const name of Object.keys(headers)) {
    if (names.test(name) && shouldRemove(headers[name])) delete headers[name];
  }
}

/** The values of the headers whose names match. axios does not send those that are undefined, null or false. */
export function sentValues(headers: HeaderRecord, names: RegExp): unknown[] {
  return Object.keys(headers)
    .filter((name) => names.test(name))
    .map((name) => headers[name])
    .filter((value) => value !== undefined && value !== null && value !== false);
}
