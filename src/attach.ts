import type { AxiosClient, Interceptor, RequestInterceptors } from './axios-types.js';
import { createInterceptor } from './interceptor.js';
import type { ViewerContextOptions } from './options.js';
import { readSettings, type Settings } from './settings.js';
import { hasViewerInAxiosDefaults, VIEWER_IN_DEFAULTS } from './viewer-lookup.js';

/**
 * Makes a client sign the `viewerContext` of each request config and send it in the `X-Viewer-Context` header and,
 * unless it is a token, the `X-Viewer-Context-Signature` header. Returns a function that detaches the plugin; calling
 * it twice is harmless.
 *
 * Instances made by `client.create()` inherit no interceptors (in any axios version): attach to each of them.
 *
 * Throws a `TypeError` on misuse, including a second attach to the same client; `ERR_INVALID_SECRET` for an invalid
 * static secret and `ERR_INVALID_VIEWER_CONTEXT` for an invalid static default. A request that must not go out is
 * rejected later, with a `ViewerContextError`, before any of it is sent.
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
    throw new TypeError('A viewer context is already attached to this client. Attach once, or detach first.');
  }
  const interceptor: Interceptor = Object.assign(createInterceptor(client, settings), { [OURS]: true });
  const id = interceptors.use(interceptor);

  // Requests that have already begun are still signed or refused.
  return function detach() {
    // After `clear()` the id may belong to another plugin (axios up to 1.19.0). If the client does not expose its list,
    // trust the id.
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
