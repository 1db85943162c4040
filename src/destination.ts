import type { FinalConfig } from './axios-types.js';
import { ViewerContextError } from './errors.js';
import { configValue } from './properties.js';
import { removeHeaders, spellingsOf, union } from './request-headers.js';

/** As axios tells an absolute URL from one that it joins to `baseURL`. */
const ABSOLUTE_URL = /^([a-z][a-z\d+\-.]*:)?\/\//i;
const HTTP_URL = /^https?:\/\//i;
const ORIGIN = /^https?:\/\/[^/?#@\\*\s]+$/i;

/** The origin of an http(s) URL; `undefined` for anything else, so that opaque origins never compare as equal. */
export function originOf(url: string): string | undefined {
  // With both slashes: without, axios versions differ on what is a host.
  return HTTP_URL.test(url) && URL.canParse(url) ? new URL(url).origin : undefined;
}

/** Reads the option `allowedOrigins`; a `TypeError` for an entry that is not just an origin. */
export function parseAllowedOrigins(entries: unknown): ReadonlySet<string> {
  if (!Array.isArray(entries)) {
    throw new TypeError("options.allowedOrigins is not a list such as ['https://seer.internal'].");
  }
  return new Set(
    entries.map((entry: unknown, index) => {
      const origin = typeof entry === 'string' && ORIGIN.test(entry) ? originOf(entry) : undefined;
      if (origin !== undefined) return origin;
      throw new TypeError(
        `options.allowedOrigins[${String(index)}] is not an origin: write http(s)://host[:port], ` +
          'without path, trailing slash, query, user, or wildcard.',
      );
    }),
  );
}

/**
 * Why the request must not be signed for where it goes, or `undefined` if it may.
 *
 * Judges the URLs that axios joins, not `getUri`, which tells something else than is sent on some versions (1.8.0 to 1.8.2).
 */
export function destinationProblem(
  urls: readonly string[],
  allowedOrigins: ReadonlySet<string>,
  originOfUrl: (url: string) => string | undefined,
): string | undefined {
  for (const url of urls) {
    const origin = originOfUrl(url);
    if (origin === undefined) {
      return 'neither its URL nor baseURL tells an http(s) origin that could be in allowedOrigins: make one absolute';
    }
    if (!allowedOrigins.has(origin)) {
      return (
        `${origin} is not in the option allowedOrigins (by default just the origin of the client's own baseURL): ` +
        'add it if it may be trusted with the viewer'
      );
    }
  }
  return undefined;
}

export function destinationNotAllowed(problem: string): ViewerContextError {
  return new ViewerContextError(
    'ERR_DESTINATION_NOT_ALLOWED',
    `The request is not sent, since it must not be signed for where it goes: ${problem}.`,
  );
}

/** Refuses what sends a request elsewhere than its URL says. Throws `ERR_DESTINATION_NOT_ALLOWED`. */
export function assertNoDetour(config: FinalConfig, clientDefaults: object, isBoundToOrigins: boolean): void {
  if (config.transport) {
    throw new ViewerContextError(
      'ERR_DESTINATION_NOT_ALLOWED',
      'A signed request must not bring its own transport, since redirects that it follows would carry the viewer along: ' +
        'remove transport.',
    );
  }
  // XMLHttpRequest, of jsdom or another stand-in for a browser, follows redirects without asking anybody.
  if (Array.isArray(config.adapter)) config.adapter = config.adapter.filter((adapter) => adapter !== 'xhr');
  if (config.adapter === 'xhr' || (Array.isArray(config.adapter) && config.adapter.length === 0)) {
    throw new ViewerContextError(
      'ERR_DESTINATION_NOT_ALLOWED',
      "A signed request must not use the adapter 'xhr', whose redirects would carry the viewer along: use 'http' or 'fetch'.",
    );
  }
  if (isBoundToOrigins && config.socketPath && config.socketPath !== configValue(clientDefaults, 'socketPath')) {
    throw new ViewerContextError(
      'ERR_DESTINATION_NOT_ALLOWED',
      'A signed request must not go to a socketPath of its own, whatever origin its URL names: remove socketPath, ' +
        'or set it in the defaults of the client.',
    );
  }
}

/** Whether the URL brings credentials, which axios sends as `Authorization`. For destinations that are allowed: it must parse. */
export function hasUrlCredentials(urls: readonly string[]): boolean {
  return urls.some((url) => {
    if (!url.includes('@')) return false;
    const { username, password } = new URL(url);
    return username !== '' || password !== '';
  });
}

/**
 * Keeps signed headers from following a redirect to another origin. The http adapter asks `beforeRedirect` (all axios
 * versions) and `sensitiveHeaders` (from 1.18); fetch cannot tell origins apart, so there no redirect is followed at all.
 */
export function guardRedirects(config: FinalConfig, urls: readonly string[], signedHeaders: readonly string[]): void {
  const hook = config.beforeRedirect;
  // On a retried config the hook is ours: take the user's own out of it instead of nesting.
  const usersHook: unknown = isGuard(hook) ? hook[USERS_HOOK] : hook;
  const guard: RedirectHook & { [USERS_HOOK]?: unknown } = (options, ...details) => {
    const target = originOf(String(options.href));
    const before = addressOf(options);
    if (typeof usersHook === 'function') Reflect.apply(usersHook, undefined, [options, ...details]);
    // Last, since the user's own hook may restore what we remove, or lead the request elsewhere.
    const isSameOrigin = urls.every((url) => target !== undefined && originOf(url) === target);
    if (!isSameOrigin || addressOf(options) !== before) removeHeaders(options.headers, spellingsOf(signedHeaders));
  };
  guard[USERS_HOOK] = usersHook;
  config.beforeRedirect = guard;
  config.sensitiveHeaders = union(config.sensitiveHeaders, signedHeaders);
  config.fetchOptions = { ...(config.fetchOptions as object | undefined), redirect: 'manual' };
}

type RedirectHook = (options: RedirectOptions, ...details: unknown[]) => void;
type RedirectOptions = Partial<Record<'href' | 'protocol' | 'host' | 'hostname' | 'port', unknown>> & {
  headers: object;
};

/** Where Node connects to: of the target, or of a proxy. */
function addressOf({ href, protocol, host, hostname, port }: RedirectOptions): string {
  return JSON.stringify([href, protocol, host, hostname, port]);
}

const USERS_HOOK = Symbol.for('axios-viewer-context.users-before-redirect');

function isGuard(hook: unknown): hook is RedirectHook & { [USERS_HOOK]: unknown } {
  return typeof hook === 'function' && Object.hasOwn(hook, USERS_HOOK);
}

/**
 * Every URL that may decide where the request goes: one, unless `allowAbsoluteUrls` makes axios versions differ on whether
 * an absolute `url` is joined to `baseURL` all the same.
 */
export function destinationUrls({ url, baseURL, allowAbsoluteUrls = true }: FinalConfig): string[] {
  const isAbsolute = ABSOLUTE_URL.test(String(url));
  const isJoined = !isAbsolute || (allowAbsoluteUrls !== true && Boolean(baseURL));
  const own = isAbsolute ? [String(url)] : [];
  return isJoined ? [...own, String(baseURL)] : own;
}
