import type { AxiosClient, FinalConfig } from './axios-types.js';
import { inAnyVariant, sentValues } from './headers.js';
import { isRelative, originOf } from './origin.js';
import { ownValue } from './protocol/own-value.js';

/** The origins that may receive a viewer. Without the option `allowedOrigins`, the origin of the client's `baseURL`. */
export type AllowedOrigins = readonly string[] | 'none configured';

/**
 * A part of a request that says where it goes, and the origin that it points to; `undefined` if that is not http(s).
 */
export interface Target {
  readonly part: 'url' | 'baseURL' | 'Host header';
  readonly origin: string | undefined;
}

/** Everything that says where a request goes. Empty for a relative address, which has no host. */
export type Destination = readonly Target[];

/** How axios tells an absolute URL from one that it joins to `baseURL`. */
const ABSOLUTE_URL = /^([a-z][a-z\d+\-.]*:)?\/\//i;

/** Makes `url` and `baseURL` strings, once, so that the address that is checked is the address that is sent. */
export function stringifyAddress(config: FinalConfig): void {
  for (const part of ['url', 'baseURL'] as const) {
    const address = config[part] as string | URL | null | undefined;
    if (address !== undefined && address !== null) config[part] = String(address);
  }
}

/**
 * Finds where axios will send the request, whose address is fixed.
 *
 * `getUri` is not used, because its result differs from what is sent on axios 1.8.0 to 1.8.2.
 */
export function findDestination(config: FinalConfig): Destination {
  const url = (config.url ?? '') as string;
  const baseURL = (config.baseURL ?? '') as string;
  const { allowAbsoluteUrls = true } = config;
  const isAbsolute = ABSOLUTE_URL.test(url);
  // Whether an absolute url is joined to baseURL anyway depends on the axios version, so both count then.
  const isBaseUsed = baseURL !== '' && (!isAbsolute || allowAbsoluteUrls !== true);

  const targets: Target[] = [];
  if (isAbsolute) targets.push({ part: 'url', origin: originOf(url) });
  if (isBaseUsed) targets.push({ part: 'baseURL', origin: originOf(baseURL) });
  if (targets.length === 0 && !isRelative(url)) targets.push({ part: 'url', origin: undefined });
  return [...targets, ...findHosts(config, targets)];
}

const HOST_PATTERN = inAnyVariant(['Host']);
/** A `Host` that is sent exactly as it is checked here: ASCII, and nothing that a URL parser would decode. */
const VERBATIM_HOST = /^[\w.:[\]-]+$/;

/**
 * A `Host` header says where a request goes too: over TLS, Node checks the certificate against it, and shared front
 * ends route by it. It counts under the scheme of the URL, and where there are two URLs, under both schemes.
 */
function findHosts(config: FinalConfig, targets: readonly Target[]): Target[] {
  const hosts = sentValues(config.headers, HOST_PATTERN);
  if (hosts.length === 0) return [];
  const urlOrigins = targets.length === 0 ? [undefined] : targets.map(({ origin }) => origin);
  return hosts.flatMap((host) =>
    urlOrigins.map((urlOrigin): Target => ({ part: 'Host header', origin: originOfHost(String(host), urlOrigin) })),
  );
}

function originOfHost(host: string, urlOrigin: string | undefined): string | undefined {
  if (urlOrigin === undefined || !VERBATIM_HOST.test(host)) return undefined;
  const scheme = urlOrigin.slice(0, urlOrigin.indexOf('//'));
  return originOf(`${scheme}//${host}`);
}

/**
 * The origins that the client allows now: those in the option, or else the origin of its `baseURL`, which can change.
 */
export function allowedOriginsOf(client: AxiosClient, option: readonly string[] | undefined): AllowedOrigins {
  if (option !== undefined) return option;
  const baseURL = ownValue(client.defaults ?? {}, 'baseURL');
  const origin = typeof baseURL === 'string' ? originOf(baseURL) : undefined;
  return origin === undefined ? 'none configured' : [origin];
}

/** Whether a viewer may be sent to a destination: every part of it must point to an allowed origin. */
export function isAllowed(destination: Destination, allowedOrigins: AllowedOrigins): boolean {
  // A relative address has no origin to compare. It is what tests with a mock use, on a client without any settings.
  if (destination.length === 0) return allowedOrigins === 'none configured';
  return destination.every((target) => isAllowedTarget(target, allowedOrigins));
}

/** What about a destination is not allowed, and what to do. Contains no credentials, path or query. */
export function describeRefusal(destination: Destination, allowedOrigins: AllowedOrigins): string {
  const refused = destination.find((target) => !isAllowedTarget(target, allowedOrigins));
  if (refused === undefined) {
    return 'its url is relative, and it has no baseURL. Set a baseURL on the client, or pass an absolute url.';
  }
  const problem = `its ${refused.part} points to ${refused.origin ?? 'no http(s) origin'}`;
  if (allowedOrigins === 'none configured') {
    return `${problem}, and no origin is allowed. Set a baseURL on the client, or the allowedOrigins option.`;
  }
  if (allowedOrigins.length === 0) return `${problem}, and allowedOrigins is empty. Add the origin to allowedOrigins.`;
  return `${problem}. Allowed: ${allowedOrigins.join(', ')}. To allow another origin, add it to allowedOrigins.`;
}

function isAllowedTarget({ origin }: Target, allowedOrigins: AllowedOrigins): boolean {
  return origin !== undefined && allowedOrigins.includes(origin);
}
