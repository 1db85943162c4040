import type { FinalConfig, Headers } from './axios-types.js';
import type { Destination } from './destination.js';
import { inAnySpelling, removeHeaders } from './header-names.js';
import { originOf } from './origin.js';

/** The options of a redirected request, as the http adapter (through follow-redirects) shows them. */
interface RedirectOptions {
  readonly href?: unknown;
  readonly protocol?: unknown;
  readonly hostname?: unknown;
  readonly port?: string | number | null;
  readonly path?: unknown;
  readonly headers: Headers;
}

type RedirectHook = ((options: RedirectOptions, ...details: unknown[]) => void) & { [CALLERS_HOOK]?: unknown };

/** Marks our hook, and holds the caller's own hook, so that a retry does not nest ours. */
const CALLERS_HOOK = Symbol.for('axios-viewer-context.callers-before-redirect');

/**
 * Keeps signed headers from following a redirect to another origin. The http adapter calls `beforeRedirect`, in all
 * axios versions. The fetch adapter cannot tell origins apart, so it follows no redirect.
 */
export function guardRedirects(
  config: FinalConfig,
  destination: Destination,
  signedHeaderNames: readonly string[],
): void {
  const hook = config.beforeRedirect as RedirectHook | undefined;
  const callersHook = typeof hook === 'function' && Object.hasOwn(hook, CALLERS_HOOK) ? hook[CALLERS_HOOK] : hook;
  const guard: RedirectHook = (options, ...details) => {
    // The caller's hook runs first, so that it cannot restore what is removed here.
    if (typeof callersHook === 'function') Reflect.apply(callersHook, undefined, [options, ...details]);
    if (!staysWithin(destination, options)) removeHeaders(options.headers, inAnySpelling(signedHeaderNames));
  };
  guard[CALLERS_HOOK] = callersHook;
  config.beforeRedirect = guard;
  forbidRedirectsOfFetch(config);
}

/** Makes both adapters follow no redirect. */
export function forbidRedirects(config: FinalConfig): void {
  config.maxRedirects = 0;
  forbidRedirectsOfFetch(config);
}

function forbidRedirectsOfFetch(config: FinalConfig): void {
  config.fetchOptions = { ...(config.fetchOptions as object | undefined), redirect: 'manual' };
}

/** Whether a redirected request goes to the one origin of its destination. */
function staysWithin(destination: Destination, options: RedirectOptions): boolean {
  const href = String(options.href);
  // Node connects to protocol, hostname and port. Up to follow-redirects 1.15.3 they can differ from the href, which
  // then only looks right (`Location: ////host/x`). If the path is the whole href, they are those of a proxy.
  const isProxied = options.path === href;
  const origins = isProxied ? [originOf(href)] : [originOf(href), connectionOrigin(options)];
  return destination.length > 0 && destination.every((target) => origins.every((origin) => origin === target.origin));
}

function connectionOrigin({ protocol, hostname, port }: RedirectOptions): string | undefined {
  const name = String(hostname);
  const host = name.includes(':') && !name.startsWith('[') ? `[${name}]` : name;
  return originOf(`${String(protocol)}//${host}${port ? `:${String(port)}` : ''}`);
}
