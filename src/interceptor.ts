import type { AxiosClient, FinalConfig, Interceptor, RequestConfig } from './axios-types.js';
import { destinationNotAllowed, findDestination, guardRedirects, isAllowed } from './destination.js';
import { missingSecret, missingViewerContext, secretNotRequested, viewerContextInDefaults } from './errors.js';
import { redact, removeFetchOverrides, removeReservedHeaders } from './headers.js';
import { toNamedViewer, viewerContextOf, type NamedViewer, type Settings } from './options.js';
import { FORMATS } from './protocol/formats.js';
import type { SecretKeyObject } from './protocol/shared-secret.js';
import { normalizeViewerContext, type Viewer } from './protocol/viewer-context.js';
import { appendTransform, type Attempt } from './transform.js';

/** The viewer, as far as the interceptor can tell. */
type Lookup =
  | NamedViewer
  | { readonly kind: 'invalid' } // explicit; judged again at the end
  | { readonly kind: 'failed'; readonly error: Error }; // defaultViewerContext() failed

/** The key to sign with. */
type KeyLookup =
  | { readonly kind: 'found'; readonly key: SecretKeyObject }
  | { readonly kind: 'missing' } // no secret is configured
  | { readonly kind: 'not requested' } // secret() was not called, because there was nothing to sign
  | { readonly kind: 'failed'; readonly error: Error }; // secret() failed

/**
 * Creates the request interceptor of a client. It finds the viewer and the key. The transform that it appends then runs
 * last, after all other interceptors and transforms: it signs what the final config says, or refuses.
 *
 * The interceptor never rejects: another plugin could recover from that and send the request unsigned. It is never
 * registered as `synchronous`: then a throw in another interceptor could skip it (axios up to 1.18.1).
 */
export function createInterceptor(client: AxiosClient, settings: Settings): Interceptor {
  let hasWarned = false; // that there is no secret, since there last was one

  return async function viewerContextInterceptor(config) {
    const lookup = await lookUpViewer(config, settings);
    const key = await fetchKey(config, lookup, settings);
    appendTransform(config, (final, body, attempt) => signRequest(final, body, lookup, key, attempt));
    return config;
  };

  /** Returns the body to send. What it throws rejects the request before anything is sent. */
  function signRequest(config: FinalConfig, body: unknown, lookup: Lookup, key: KeyLookup, attempt: Attempt): unknown {
    // The viewer, read again: later interceptors may have changed it.
    if (viewerContextOf(client.defaults) !== undefined) throw viewerContextInDefaults();
    const viewer = finalViewer(config, lookup, settings);

    // What callers may not set is removed even where nothing is signed. The headers are those of the config, not those that
    // axios hands to transforms: a transform may have replaced them, and axios sends the config's.
    const hosts = removeReservedHeaders(config, body);
    removeFetchOverrides(config);
    const { signBody } = settings;
    if (viewer === null && signBody === undefined) return body;

    // The destination, judged without a secret too: what is refused in production is refused in development.
    const destination = findDestination(config, hosts);
    const allowed = settings.allowedOrigins();
    const isUnsigned = viewer === null && key.kind === 'missing';
    if (!isUnsigned && !isAllowed(destination, allowed)) {
      const isDefault = lookup.kind === 'default' && viewer === lookup.viewer;
      // An explicit viewer must not be lost silently, and the Seer client signs whatever it sends.
      if (!isDefault || signBody !== undefined) throw destinationNotAllowed(destination, allowed);
      // Where no origin is allowed at all, every default would be lost silently. With 'throw', none may be lost.
      const mayLoseViewer = settings.onMissingViewerContext === 'send' && allowed !== undefined && allowed.length > 0;
      if (!mayLoseViewer) throw destinationNotAllowed(destination, allowed);
      // Otherwise a default is for allowed origins only, and the request goes out without it, on a retry too.
      config.viewerContext = null;
      return body;
    }

    // The key.
    if (key.kind === 'failed') throw key.error;
    if (key.kind === 'not requested') throw secretNotRequested(lookup.kind === 'failed' ? lookup.error : undefined);
    if (key.kind === 'missing') {
      if (settings.onMissingSecret === 'throw') throw missingSecret();
      if (!hasWarned) {
        settings.logger.warn(`axios-viewer-context: ${missingSecret().message} Sending unsigned requests.`);
      }
      hasWarned = true;
      return body;
    }
    hasWarned = false;

    // The signatures.
    const viewerHeaders = viewer === null ? {} : FORMATS.pair.sign(viewer, key.key);
    const signedBody = signBody?.(config, body, key.key);
    const signed = signedBody === undefined ? viewerHeaders : { ...viewerHeaders, ...signedBody.headers };
    const names = Object.keys(signed);
    Object.assign(config.headers, signed);
    attempt.signed = signed;
    guardRedirects(config, destination, names);
    redact(config, [...names, 'viewerContext']);
    return signedBody === undefined ? body : signedBody.body;
  }
}

/** The request's own viewer, or else the default. It is written to the config, for interceptors that run later. */
async function lookUpViewer(config: RequestConfig, { defaultViewer }: Settings): Promise<Lookup> {
  const context = viewerContextOf(config);
  try {
    let lookup: Lookup;
    if (context !== undefined) lookup = toNamedViewer(context, 'viewerContext', 'explicit');
    else lookup = typeof defaultViewer === 'function' ? await defaultViewer(config) : defaultViewer;
    if (lookup.kind === 'explicit' || lookup.kind === 'default') config.viewerContext = lookup.viewer;
    if (lookup.kind === 'none') config.viewerContext = null;
    return lookup;
  } catch (error) {
    return context === undefined ? { kind: 'failed', error: error as Error } : { kind: 'invalid' };
  }
}

/** A secret that is a function is asked only where there is something to sign. */
async function fetchKey(config: RequestConfig, { kind }: Lookup, { key, signBody }: Settings): Promise<KeyLookup> {
  const namesViewer = kind === 'explicit' || kind === 'invalid' || kind === 'default';
  if (typeof key === 'function' && !namesViewer && signBody === undefined) return { kind: 'not requested' };
  try {
    const found = typeof key === 'function' ? await key(config) : key;
    return found === undefined ? { kind: 'missing' } : { kind: 'found', key: found };
  } catch (error) {
    return { kind: 'failed', error: error as Error };
  }
}

/** The viewer that the final config names, in normal form; `null` for none. Refuses where one is missing. */
function finalViewer(config: FinalConfig, lookup: Lookup, { onMissingViewerContext }: Settings): Viewer | null {
  const context = viewerContextOf(config);
  // Unchanged, if it is the very object that the interceptor has put there.
  if ((lookup.kind === 'explicit' || lookup.kind === 'default') && context === lookup.viewer) return lookup.viewer;
  const viewer = normalizeViewerContext(context);
  // Only null says that there is no viewer. A context without ids names none, and so does undefined.
  if (viewer === null && context !== null) {
    if (lookup.kind === 'failed') throw lookup.error;
    if (onMissingViewerContext === 'throw') throw missingViewerContext();
  }
  config.viewerContext = viewer;
  return viewer;
}
