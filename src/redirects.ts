import type { FinalConfig, HeaderRecord } from './axios-types.js';
import type { Destination } from './destination.js';
import { closeConnection } from './framing.js';
import { inAnyVariant, removeHeaders } from './headers.js';
import { originOf } from './origin.js';
import { AUTHORIZATION_HEADER } from './protocol/body.js';

/** The options of a redirected request, as the http adapter (through follow-redirects) shows them. */
interface RedirectOptions {
  readonly href?: unknown;
  readonly protocol?: unknown;
  readonly hostname?: unknown;
  readonly port?: string | number | null;
  readonly path?: unknown;
  readonly headers: HeaderRecord;
}

type RedirectHook = ((options: RedirectOptions, ...details: unknown[]) => void) & { [CALLERS_HOOK]?: unknown };

/** Marks the plugin's hook, and stores the caller's own hook, so that a retry does not nest the plugin's hooks. */
const CALLERS_HOOK = Symbol.for('axios-viewer-context.callers-before-redirect');

/** What a redirect must not carry along. */
interface Guarded {
  readonly destination: Destination;
  /** Empty if nothing was signed. */
  readonly signedHeaderNames: readonly string[];
  readonly hasBody: boolean;
}

/**
 * Keeps signed headers from following a redirect to another origin. The http adapter calls `beforeRedirect`, in all
 * axios versions. The fetch adapter cannot tell origins apart, so it is made to follow no redirect.
 *
 * A body's signature follows no redirect at all, not even within the origin, because a redirect can drop or change the
 * body.
 *
 * Also closes the connection of a redirected request that had a body. The http adapter may still be writing the body
 * when the redirect arrives, and then writes the rest of it, unframed, after the redirected request (all versions).
 */
export function guardRedirects(config: FinalConfig, { destination, signedHeaderNames, hasBody }: Guarded): void {
  const isAnythingSigned = signedHeaderNames.length > 0;
  if (!isAnythingSigned && !hasBody) return;
  const hook = config.beforeRedirect as RedirectHook | undefined;
  const callersHook = typeof hook === 'function' && Object.hasOwn(hook, CALLERS_HOOK) ? hook[CALLERS_HOOK] : hook;
  const guard: RedirectHook = (options, ...details) => {
    // The caller's hook runs first, so that it cannot undo what is done here.
    if (typeof callersHook === 'function') (callersHook as RedirectHook)(options, ...details);
    if (isAnythingSigned && !staysWithin(destination, options)) {
      removeHeaders(options.headers, inAnyVariant(signedHeaderNames));
    }
    if (hasBody) closeConnection(options.headers);
  };
  guard[CALLERS_HOOK] = callersHook;
  config.beforeRedirect = guard;
  if (isAnythingSigned) config.fetchOptions = { ...(config.fetchOptions as object | undefined), redirect: 'manual' };
  if (signedHeaderNames.includes(AUTHORIZATION_HEADER)) config.maxRedirects = 0;
}

/** Whether a redirected request goes to the one origin of its destination. */
function staysWithin(destination: Destination, options: RedirectOptions): boolean {
  const href = String(options.href);
  const origins = new Set([...destination.map(({ origin }) => origin), originOf(href)]);
  // Node connects to protocol, hostname and port. Up to follow-redirects 1.15.3, they can differ from the href, which
  // then only looks right (`Location: ////host/x`). A proxy is different: Node connects to the proxy, and sends it the
  // href.
  const isProxied = options.path === href;
  if (!isProxied) origins.add(connectionOrigin(options));
  return destination.length > 0 && origins.size === 1;
}

function connectionOrigin({ protocol, hostname, port }: RedirectOptions): string | undefined {
  const name = String(hostname);
  const host = name.includes(':') && !name.startsWith('[') ? `[${name}]` : name;
  return originOf(`${String(protocol)}//${host}${port ? `:${String(port)}` : ''}`);
}
