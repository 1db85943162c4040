import { URL } from 'node:url';

/** With both slashes: without them, axios versions disagree about what the host is. */
const HTTP_URL = /^https?:\/\//i;
const ONLY_ORIGIN = /^https?:\/\/[^/?#@\\*\s]+$/i;

let lastUrl = '';
let lastOrigin: string | undefined;

/**
 * The origin of an http(s) URL; `undefined` for anything else. The last result is cached, because most requests go to
 * the same origin as the previous request.
 */
export function originOf(url: string): string | undefined {
  if (url !== lastUrl) {
    const isHttpUrl = HTTP_URL.test(url) && !hasLongAuthority(url) && URL.canParse(url);
    lastOrigin = isHttpUrl ? new URL(url).origin : undefined;
    lastUrl = url;
  }
  return lastOrigin;
}

/** Reads an entry of the option `allowedOrigins`. Throws a `TypeError` if it is not just an origin. */
export function parseAllowedOrigin(entry: unknown, index: number): string {
  const origin = typeof entry === 'string' && ONLY_ORIGIN.test(entry) ? originOf(entry) : undefined;
  if (origin !== undefined) return origin;
  const wanted = 'http(s)://host[:port], without a path, trailing slash, query, user or wildcard';
  throw new TypeError(`options.allowedOrigins[${String(index)}] must be an origin. Write ${wanted}.`);
}

/** One base is not enough: `http:evil` is relative to an http base. */
const RESERVED_BASES = ['http://relative.invalid', 'https://other.invalid'];

/** Whether an address has no host of its own, whatever it is resolved against. */
export function isRelative(address: string): boolean {
  if (hasLongAuthority(address)) return false;
  return RESERVED_BASES.every((base) => URL.canParse(address, base) && new URL(address, base).origin === base);
}

/** URL parsers take seconds for a host of 50,000 characters, so a long authority must not reach them. */
function hasLongAuthority(address: string): boolean {
  return LONG_AUTHORITY.test(asParsersRead(address));
}

/** Whether an address has credentials: a user, a password or both, before an `@` and the host. */
export function hasCredentials(address: string): boolean {
  return address.includes('@') && HTTP_CREDENTIALS.test(asParsersRead(address));
}

/** More than 300 characters between the slashes at the start (parsers accept any number of them) and the next slash. */
const LONG_AUTHORITY = /^([a-z][a-z\d+\-.]*:[/\\]*|[/\\]{2,})(?![/\\])[^/?#\\]{301}/i;
const HTTP_CREDENTIALS = /^(https?:[/\\]*|[/\\]{2,})(?![/\\])[^/?#\\]*@/i;

/**
 * Removes what URL parsers skip: whitespace and control characters before the URL, and tabs and line ends inside it.
 */
function asParsersRead(address: string): string {
  return address.replace(/^[^!-\u{10ffff}]+|[\t\n\r]/gu, '');
}
