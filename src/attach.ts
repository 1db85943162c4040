import type { AxiosClient, Interceptor, RequestInterceptors } from './axios-types.js';
import { createInterceptor } from './interceptor.js';
import type { ViewerContextOptions } from './options.js';
import { readSettings, type Settings } from './settings.js';
import { hasViewerInAxiosDefaults, VIEWER_IN_DEFAULTS } from './viewer-lookup.js';

/**
 * Makes a client sign the `viewerContext` of each request config. A pair is sent in the headers `X-Viewer-Context` and
 * `X-Viewer-Context-Signature`, a token in `X-Viewer-Context` alone.
 *
 * Instances made by `client.create()` do not inherit interceptors (in any axios version), so attach to each of them.
 *
 * When the plugin refuses a request, the request rejects with a `ViewerContextError` before anything is sent.
 *
 * @param client - An axios client. Each client can have the plugin only once.
 * @param options - Only `secret` is required; it can be `undefined`.
 * @returns A function that detaches the plugin. It does not affect requests in flight, and can be called again safely.
 * @throws `TypeError` for anything but an axios client, a client that already has the plugin or has a `viewerContext`
 * in its axios defaults, and an unknown or malformed option.
 * @throws `ViewerContextError`, with the code `ERR_INVALID_SECRET` for an invalid `secret`, and
 * `ERR_INVALID_VIEWER_CONTEXT` for an invalid `defaultViewerContext`. (Functions are checked for each request instead.)
 *
 * @example
 * ```ts
 * import axios from 'axios';
 * import { attachViewerContext } from 'axios-viewer-context';
 *
 * const client = axios.create({ baseURL: 'https://seer.internal' });
 * const detach = attachViewerContext(client, { secret: process.env.SEER_API_SHARED_SECRET });
 * ```
 */
export function attachViewerContext(client: AxiosClient, options: ViewerContextOptions): () => void {
  return attach(client, readSettings(client, options));
}

// In the global symbol registry, so that every build and copy of this package recognizes the others' interceptors.
const OURS = Symbol.for('axios-viewer-context.interceptor');

/** `attachViewerContext` with checked options. */
export function attach(client: AxiosClient, settings: Settings): () => void {
  assertClient(client);
  const interceptors = client.interceptors.request;
  if (interceptors.handlers?.some((handler) => isOurs(handler?.fulfilled))) {
    throw new TypeError(
      'axios-viewer-context is already attached to this client (createSeerClient attaches it). Attach it once, or ' +
        'detach it first.',
    );
  }
  const interceptor: Interceptor = Object.assign(createInterceptor(client, settings), { [OURS]: true });
  const id = interceptors.use(interceptor);

  // Requests that have already begun are still signed or refused.
  return function detach() {
    // After `clear()` the id may belong to another plugin (axios up to 1.19.0). If the client does not expose its
    // interceptors, trust the id.
    const isStillThere = interceptors.handlers?.some((handler) => handler?.fulfilled === interceptor) ?? true;
    if (isStillThere && interceptors.eject !== undefined) interceptors.eject(id);
  };
}

function isOurs(interceptor: unknown): boolean {
  return Object.hasOwn(Object(interceptor) as object, OURS);
}

function assertClient(client: AxiosClient): void {
  const { interceptors } = Object(client) as Partial<AxiosClient>;
  const { use } = Object(interceptors?.request) as Partial<RequestInterceptors>;
  if (typeof use !== 'function') {
    throw new TypeError('The first argument must be an axios client. Pass what axios.create() returns.');
  }
  if (hasViewerInAxiosDefaults(client)) throw new TypeError(VIEWER_IN_DEFAULTS);
}
