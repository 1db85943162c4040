import type { FinalConfig } from './axios.js';
import { ViewerContextError } from './errors.js';
import { ownValue } from './own-property.js';
import { removeHeaders } from './request-headers.js';

/** As axios tells an absolute URL from one that it joins to `baseURL`. */
const ABSOLUTE_URL = /^([a-z][a-z\d+\-.]*:)?\/\//i;
const ORIGIN = /^https?:\/\/[^/?#@\\*\s]+$/i;

/** The origin of an http(s) URL; `undefined` for anything else, so that opaque origins never compare as equal. */
export function originOf(url: unknown): string | undefined {
  try {
    const { protocol, origin } = new URL(String(url));
    return protocol === 'http:' || protocol === 'https:' ? origin : undefined;
  } catch {
    return undefined;
  }
}

/** Reads the option `allowedOrigins`; a `TypeError` for an entry that is not just an origin. */
export function parseAllowedOrigins(entries: unknown): ReadonlySet<string> {
  if (!Array.isArray(entries))
    throw new TypeError("options.allowedOrigins is not a list such as ['https://seer.internal'].");
  return new Set(
    entries.map((entry: unknown, index) => {
      const origin = typeof entry === 'string' && ORIGIN.test(entry) ? originOf(entry) : undefined;
      if (origin !== undefined) return origin;
      throw new TypeError(
        `options.allowedOrigins[${String(index)}] is not an origin: write http(s)://host[:port], ` +
          'without path, query, user, or wildcard.',
      );
    }),
  );
}

/**
 * Why the request must not be signed for where it goes, or `undefined` if it may. Without an allow-list it may go anywhere,
 * unless one is `required`.
 *
 * Judges the URLs that axios joins, not `getUri`, which tells something else than is sent on some versions (1.8.0 to 1.8.2).
 */
export function destinationProblem(
  config: FinalConfig,
  allowedOrigins: ReadonlySet<string> | undefined,
  required: boolean,
): string | undefined {
  if (allowedOrigins === undefined)
    return required ? 'the client has neither an absolute baseURL nor allowedOrigins' : undefined;
  for (const url of destinationUrls(config)) {
    const origin = originOf(url);
    if (origin === undefined) return 'its URL is not http(s)://host/…, and no such baseURL precedes it';
    if (!allowedOrigins.has(origin)) return `${origin} is not an allowed origin`;
  }
  return undefined;
}

/** Refuses what makes the URL not tell where the request goes. Throws `ERR_DESTINATION_NOT_ALLOWED`. */
export function assertCarrier(config: FinalConfig, clientDefaults: object, hasAllowedOrigins: boolean): void {
  if (config.transport) {
    throw new ViewerContextError(
      'ERR_DESTINATION_NOT_ALLOWED',
      'A signed request must not have a transport of its own: axios gives it no say in redirects, which would carry the viewer along.',
    );
  }
  const { socketPath } = config;
  if (!hasAllowedOrigins || socketPath === undefined || socketPath === null) return;
  if (socketPath !== ownValue(clientDefaults, 'socketPath')) {
    throw new ViewerContextError(
      'ERR_DESTINATION_NOT_ALLOWED',
      "A signed request must not name a socketPath other than the client's own: it goes there whatever its URL says.",
    );
  }
}

/** Whether the URL itself brings credentials, which axios sends as `Authorization`, in place of ours. */
export function hasUrlCredentials(config: FinalConfig): boolean {
  return destinationUrls(config).some((url) => {
    const { username, password } = new URL(String(url));
    return username !== '' || password !== '';
  });
}

/**
 * Keeps signed headers from following a redirect to another origin. The http adapter asks `beforeRedirect` (from axios
 * 1.0; `sensitiveHeaders` only from 1.18); fetch cannot tell origins apart, so there no redirect is followed at all.
 */
export function guardRedirects(config: FinalConfig, signedHeaders: readonly string[]): void {
  const hook = config.beforeRedirect;
  // On a retried config the hook is ours: take the user's own out of it instead of nesting.
  const usersHook: unknown = isGuard(hook) ? hook[USERS_HOOK] : hook;
  const guard: RedirectHook = (options, ...details) => {
    if (typeof usersHook === 'function') Reflect.apply(usersHook, undefined, [options, ...details]);
    // Last, since the user's own hook may restore what we remove.
    const target = originOf(options.href);
    const isSameOrigin = destinationUrls(config).every((url) => target !== undefined && originOf(url) === target);
    if (!isSameOrigin) removeHeaders(options.headers, signedHeaders);
  };
  config.beforeRedirect = Object.assign(guard, { [USERS_HOOK]: usersHook });
  config.fetchOptions = { ...(config.fetchOptions as object | undefined), redirect: 'manual' };
}

type RedirectHook = (options: { href?: unknown; headers: object }, ...details: unknown[]) => void;

const USERS_HOOK = Symbol.for('axios-viewer-context.users-before-redirect');

function isGuard(hook: unknown): hook is RedirectHook & { [USERS_HOOK]: unknown } {
  return typeof hook === 'function' && Object.hasOwn(hook, USERS_HOOK);
}

/**
 * Every URL that may decide where the request goes: one, unless `allowAbsoluteUrls` makes axios versions differ on whether
 * an absolute `url` is joined to `baseURL` all the same.
 */
function destinationUrls({ url, baseURL, allowAbsoluteUrls = true }: FinalConfig): unknown[] {
  if (!ABSOLUTE_URL.test(String(url))) return [baseURL];
  return allowAbsoluteUrls === true || !baseURL ? [url] : [url, baseURL];
}
