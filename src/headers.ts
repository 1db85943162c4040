import type { HeaderRecord } from './axios-types.js';

/**
 * Matches header names in every spelling that some axios version or some receiver treats as the same: in any case, with
 * white space around them, and with `_` for `-` (CGI).
 */
export function inAnySpelling(names: readonly string[]): RegExp {
  return new RegExp(`^\\s*(${names.join('|').replaceAll('-', '[-_]')})\\s*$`, 'i');
}

/** Removes the headers whose names match. If a condition on the value is given, the others stay. */
export function removeHeaders(
  headers: HeaderRecord,
  names: RegExp,
  shouldRemove: (value: unknown) => boolean = () => true,
): void {
  for (const spelling of Object.keys(headers)) {
    if (names.test(spelling) && shouldRemove(headers[spelling])) delete headers[spelling];
  }
}

/** The values of the headers whose names match. axios does not send those that are undefined, null or false. */
export function sentValues(headers: HeaderRecord, names: RegExp): unknown[] {
  return Object.keys(headers)
    .filter((spelling) => names.test(spelling))
    .map((spelling) => headers[spelling])
    .filter((value) => value !== undefined && value !== null && value !== false);
}
