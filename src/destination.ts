import { URL } from 'node:url';
import type { FinalConfig } from './axios-types.js';
import { ViewerContextError } from './errors.js';
import { removeHeaders } from './headers.js';

/** The origins that may receive a viewer; `undefined` if none are configured: no list, and no http(s) `baseURL`. */
export type AllowedOrigins = readonly string[] | undefined;

/**
 * Every origin that the URL, `baseURL` and `Host` name; `undefined` for one that is not http(s). Empty for a relative
 * address.
 */
export type Destination = readonly (string | undefined)[];

/** How axios tells an absolute URL from one that it joins to `baseURL`. */
const ABSOLUTE_URL = /^([a-z][a-z\d+\-.]*:)?\/\//i;
/** With both slashes: without them, axios versions disagree about what the host is. */
const HTTP_URL = /^https?:\/\//i;
const ONLY_ORIGIN = /^https?:\/\/[^/?#@\\*\s]+$/i;
/** One base is not enough: `http:evil` is relative to an http one. */
const RESERVED_BASES = ['http://relative.invalid', 'https://other.invalid'];
/** A `Host` that is sent exactly as it is checked here: ASCII, and nothing that a URL parser would decode. */
const HOST = /^[\w.:[\]-]+$/;

let lastUrl = '';
let lastOrigin: string | undefined;

/** The origin of an http(s) URL. The last result is cached, since most requests go where the previous one went. */
function originOf(url: string): string | undefined {
  if (url !== lastUrl) {
    lastOrigin = HTTP_URL.test(url) && URL.canParse(url) ? new URL(url).origin : undefined;
    lastUrl = url;
  }
  return lastOrigin;
}

/** Reads an entry of the option `allowedOrigins`. Throws a `TypeError` if it is not just an origin. */
export function parseAllowedOrigin(entry: unknown, index: number): string {
  const origin = typeof entry === 'string' && ONLY_ORIGIN.test(entry) ? originOf(entry) : undefined;
  if (origin !== undefined) return origin;
  const wanted = 'http(s)://host[:port], without a path, trailing slash, query, user or wildcard';
  throw new TypeError(`options.allowedOrigins[${String(index)}] is not an origin. Write ${wanted}.`);
}

/** Without a list, the origin of the client's own `baseURL`. */
export function originOfDefaults(defaults: { baseURL?: unknown } = {}): AllowedOrigins {
  const baseURL = Object.hasOwn(defaults, 'baseURL') ? defaults.baseURL : undefined;
  const origin = typeof baseURL === 'string' ? originOf(baseURL) : undefined;
  return origin === undefined ? undefined : [origin];
}

/**
 * Finds where axios will send the request. `url` and `baseURL` become strings here, once, so that the address that is
 * checked is the address that is sent. `hosts` are the values of a caller's `Host` header: TLS checks the certificate
 * against it, and front ends route by it.
 *
 * This does not use `getUri`, whose result differs from what is sent on axios 1.8.0 to 1.8.2.
 */
export function findDestination(config: FinalConfig, hosts: readonly unknown[]): Destination {
  const url = stringify(config, 'url');
  const baseURL = stringify(config, 'baseURL');
  const { allowAbsoluteUrls = true } = config;
  const isAbsolute = ABSOLUTE_URL.test(url);
  const origins: (string | undefined)[] = [];
  if (isAbsolute) origins.push(originOf(url));
  // Whether an absolute url is joined to baseURL anyway depends on the axios version, so both count.
  if (baseURL !== '' && (!isAbsolute || allowAbsoluteUrls !== true)) origins.push(originOf(baseURL));
  if (origins.length === 0 && !isRelative(url)) origins.push(undefined);
  if (hosts.length === 0) return origins;
  const sent = hosts.filter((host) => host !== undefined && host !== null && host !== false);
  const addresses = origins.length > 0 ? origins : [undefined]; // which of two is used, and its scheme, is not known here
  return [...origins, ...sent.flatMap((host) => addresses.map((origin) => originOfHost(host, origin)))];
}

function stringify(config: FinalConfig, key: 'url' | 'baseURL'): string {
  const address = config[key] as string | URL | null | undefined;
  return address === undefined || address === null ? '' : (config[key] = String(address));
}

/** Whether an address names no host, whatever it is resolved against. */
function isRelative(url: string): boolean {
  return RESERVED_BASES.every((base) => URL.canParse(url, base) && new URL(url, base).origin === base);
}

function originOfHost(host: unknown, origin: string | undefined): string | undefined {
  if (origin === undefined || !HOST.test(String(host))) return undefined;
  return originOf(`${origin.slice(0, origin.indexOf('//'))}//${String(host)}`);
}

/**
 * Whether a viewer may be sent to a destination. A relative address is allowed only if no allowed origin is configured
 * (for mocks).
 */
export function isAllowed(destination: Destination, allowed: AllowedOrigins): boolean {
  if (destination.length === 0) return allowed === undefined;
  return destination.every((origin) => origin !== undefined && allowed?.includes(origin));
}

/** The error for a request whose destination may not receive a viewer or a signature. */
export function destinationNotAllowed(destination: Destination, allowed: AllowedOrigins): ViewerContextError {
  const origin = destination.find((candidate) => candidate !== undefined && !allowed?.includes(candidate));
  return new ViewerContextError(
    'ERR_DESTINATION_NOT_ALLOWED',
    `Refusing to sign a request to ${origin ?? 'an address without an http(s) origin'}, named in its URL, baseURL ` +
      'or Host header. Use an origin in allowedOrigins (by default, that of client.defaults.baseURL), or add this one.',
  );
}

type RedirectOptions = { readonly href?: unknown; readonly headers: Record<string, unknown> };
type RedirectHook = ((options: RedirectOptions, ...details: unknown[]) => void) & { [CALLERS_HOOK]?: unknown };

/** Marks our hook, and holds the caller's own hook, so that a retry does not nest it. */
const CALLERS_HOOK = Symbol.for('axios-viewer-context.callers-before-redirect');

/**
 * Keeps signed headers from following a redirect to another origin. The http adapter calls `beforeRedirect`, in all
 * axios versions. The fetch adapter cannot tell origins apart, so it follows no redirect.
 */
export function guardRedirects(config: FinalConfig, destination: Destination, signedNames: string[]): void {
  const hook = config.beforeRedirect as RedirectHook | undefined;
  const callersHook = typeof hook === 'function' && Object.hasOwn(hook, CALLERS_HOOK) ? hook[CALLERS_HOOK] : hook;
  const guard: RedirectHook = (options, ...details) => {
    if (typeof callersHook === 'function') Reflect.apply(callersHook, undefined, [options, ...details]);
    const target = originOf(String(options.href));
    const isSameOrigin = destination.length > 0 && destination.every((origin) => origin === target);
    if (!isSameOrigin) removeHeaders(options.headers, signedNames);
  };
  guard[CALLERS_HOOK] = callersHook;
  config.beforeRedirect = guard;
  config.fetchOptions = { ...(config.fetchOptions as object | undefined), redirect: 'manual' };
}
