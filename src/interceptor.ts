import type { AxiosClient, FinalConfig, Interceptor, RequestConfig } from './axios-types.js';
import { destinationNotAllowed, findDestination, guardRedirects, isAllowed } from './destination.js';
import { missingSecret, missingViewerContext, secretNotRequested, viewerContextInDefaults } from './errors.js';
import { redact, removeFetchOverrides, removeReservedHeaders } from './headers.js';
import { toNamedViewer, viewerContextOf, type NamedViewer, type Settings } from './options.js';
import type { SignedHeaders } from './protocol/formats.js';
import type { SecretKeyObject } from './protocol/shared-secret.js';
import { normalizeViewerContext, type Viewer } from './protocol/viewer-context.js';
import { appendTransform, type Attempt } from './transform.js';

/** What the interceptor knows about the viewer, before later interceptors run. */
type ViewerLookup =
  | NamedViewer // 'explicit', 'default', 'none' (null was given) or 'unspecified' (nothing was given)
  | { readonly kind: 'invalid' } // explicit, but invalid: finalViewer() throws, unless an interceptor corrects it
  | { readonly kind: 'failed'; readonly error: Error }; // defaultViewerContext() failed

/** What the interceptor knows about the key. */
type KeyLookup =
  | { readonly kind: 'found'; readonly secret: SecretKeyObject }
  | { readonly kind: 'missing' } // no secret is configured
  | { readonly kind: 'not requested' } // secret() was not called, because there was nothing to sign
  | { readonly kind: 'failed'; readonly error: Error }; // secret() failed

/**
 * Which `Authorization` a request keeps. On a retry it may be ours, from the earlier attempt: axios-retry replaces the
 * transforms, including the one that would have removed it.
 */
const [ANY, NONE, NOT_OURS] = [/(?:)/, /(?!)/, /^(?!Rpcsignature )/] as const;

/**
 * Creates the request interceptor of a client. It looks up the viewer and the key, and appends a request transform. The
 * transform runs after all other interceptors and transforms, and either signs the final config or rejects the request.
 *
 * The interceptor itself never rejects: another plugin could catch the rejection and send the request unsigned. It is
 * never registered as `synchronous`: an error in another interceptor could then make axios skip it (up to 1.18.1).
 */
export function createInterceptor(client: AxiosClient, settings: Settings): Interceptor {
  let hasWarned = false; // about the missing secret; reset once there is one

  return async function viewerContextInterceptor(config) {
    const lookup = await lookUpViewer(config, settings);
    const key = await fetchKey(config, lookup.kind, settings);
    appendTransform(config, (final, body, attempt) => sign(final, body, attempt, lookup, key));
    return config;
  };

  /** Returns the body to send. If it throws, the request is rejected before anything is sent. */
  function sign(config: FinalConfig, body: unknown, attempt: Attempt, lookup: ViewerLookup, key: KeyLookup): unknown {
    // axios merges a viewer in the defaults field by field with the request's own, which could mix two viewers.
    if (viewerContextOf(client.defaults) !== undefined) throw viewerContextInDefaults();
    // Read the viewer again: later interceptors may have changed it.
    const viewer = finalViewer(config, lookup, settings);

    // Remove what callers may not set, even if nothing will be signed. Use the config's headers, which axios sends, rather
    // than those that it passes to transforms: a transform may have replaced the former.
    const { signBody } = settings; // only the Seer client has it
    const keptAuthorization = signBody === undefined ? ANY : key.kind === 'found' ? NONE : NOT_OURS;
    const hosts = removeReservedHeaders(config, body, keptAuthorization);
    removeFetchOverrides(config);
    if (viewer === null && signBody === undefined) return body;

    // Check the destination of a viewer even without a secret, so that development refuses what production would.
    const destination = findDestination(config, hosts);
    const allowed = settings.allowedOrigins(); // undefined: none is configured, and none is allowed
    const hasNothingToProtect = viewer === null && key.kind === 'missing'; // the Seer client without a secret
    if (!hasNothingToProtect && !isAllowed(destination, allowed)) {
      const mayDropViewer =
        lookup.kind === 'default' &&
        viewer === lookup.viewer && // an explicit viewer is never dropped silently
        signBody === undefined && // the Seer client signs every request
        settings.onMissingViewerContext === 'send' && // with 'throw', no viewer is dropped silently
        (allowed ?? []).length > 0; // otherwise every default would be dropped silently
      if (!mayDropViewer) throw destinationNotAllowed(destination, allowed);
      config.viewerContext = null; // so that a retry does not look up the default again
      return body;
    }

    // Make sure there is a key.
    if (key.kind === 'failed') throw key.error;
    // There was no viewer, so secret() was not called. A later interceptor then named one, perhaps because the default
    // failed.
    if (key.kind === 'not requested') throw secretNotRequested(lookup.kind === 'failed' ? lookup.error : undefined);
    if (key.kind === 'missing') {
      if (settings.onMissingSecret === 'throw') throw missingSecret();
      if (!hasWarned) settings.logger.warn(`axios-viewer-context: ${missingSecret().message} Requests are unsigned.`);
      hasWarned = true;
      redact(config, ['viewerContext']);
      return body;
    }
    hasWarned = false;

    // Sign.
    const viewerHeaders = viewer === null ? {} : settings.format.sign(viewer, key.secret);
    const signedBody = signBody?.(config, body, key.secret);
    const signed: SignedHeaders = Object.assign({}, viewerHeaders, signedBody?.headers); // much faster than a spread here
    Object.assign(config.headers, signed);
    attempt.signed = signed; // so that a retry removes it first, and another client cannot send it
    guardRedirects(config, destination, Object.keys(signed));
    redact(config, [...Object.keys(signed), 'viewerContext']);
    return signedBody === undefined ? body : signedBody.body;
  }
}

/** The request's own viewer, or else the default. Also writes it to the config, where later interceptors can see it. */
async function lookUpViewer(config: RequestConfig, { defaultViewer, format }: Settings): Promise<ViewerLookup> {
  const context = viewerContextOf(config);
  try {
    let lookup: NamedViewer;
    if (context !== undefined) lookup = toNamedViewer(context, format, 'viewerContext', 'explicit');
    else lookup = typeof defaultViewer === 'function' ? await defaultViewer(config) : defaultViewer;
    if (lookup.kind === 'explicit' || lookup.kind === 'default') config.viewerContext = lookup.viewer;
    if (lookup.kind === 'none') config.viewerContext = null;
    return lookup;
  } catch (error) {
    return context === undefined ? { kind: 'failed', error: error as Error } : { kind: 'invalid' };
  }
}

/** If the secret is a function, it is called only when there may be something to sign. */
async function fetchKey(config: RequestConfig, kind: ViewerLookup['kind'], settings: Settings): Promise<KeyLookup> {
  const { key, signBody } = settings;
  const mayHaveViewer = kind === 'explicit' || kind === 'invalid' || kind === 'default';
  if (typeof key === 'function' && !mayHaveViewer && signBody === undefined) return { kind: 'not requested' };
  try {
    const secret = typeof key === 'function' ? await key(config) : key;
    return secret === undefined ? { kind: 'missing' } : { kind: 'found', secret };
  } catch (error) {
    return { kind: 'failed', error: error as Error };
  }
}

/**
 * The viewer of the final config in normal form, or `null`; also written back to it. Throws if it is invalid, or
 * required but missing.
 */
function finalViewer(config: FinalConfig, lookup: ViewerLookup, settings: Settings): Viewer | null {
  const context = viewerContextOf(config);
  // Still the frozen object that the interceptor put there, so it has not changed.
  if ((lookup.kind === 'explicit' || lookup.kind === 'default') && context === lookup.viewer) return lookup.viewer;
  const viewer = normalizeViewerContext(context, settings.format.fields, 'viewerContext');
  // Only null means "no viewer". undefined, or a context without ids, simply names none.
  if (viewer === null && context !== null) {
    if (lookup.kind === 'failed') throw lookup.error; // a broken default must not pass as "no viewer"
    if (settings.onMissingViewerContext === 'throw') throw missingViewerContext();
  }
  config.viewerContext = viewer;
  return viewer;
}
