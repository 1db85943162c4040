import type { AxiosClient, Interceptor, RequestInterceptors } from './axios-types.js';
import { createInterceptor } from './interceptor.js';
import { readOptions, type Settings, type ViewerContextOptions } from './options.js';

/**
 * Makes a client send the `viewerContext` of each request's config, signed, in the headers `X-Viewer-Context` and
 * `X-Viewer-Context-Signature`. Returns a function that detaches it again; calling that twice is harmless.
 *
 * Instances made from the client by `client.create()` inherit no interceptors (axios, all versions): attach to each.
 *
 * Throws a `TypeError` for misuse, a second attach to the same client among it. A request that must not go out is
 * rejected with a `ViewerContextError` later, and nothing of it is sent.
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
  return attach(client, readOptions(client, options, { signsBody: false }));
}

/** `attachViewerContext` with checked options. */
export function attach(client: AxiosClient, settings: Settings): () => void {
  const manager = client.interceptors.request;
  const attached = attachedInterceptors();
  const other = attached.get(manager);
  if (other !== undefined && hasHandler(manager, other) !== false) {
    throw new TypeError('A viewer context is attached to this client already: attach once, or detach first.');
  }
  let active = true;
  const sign = createInterceptor(client, settings);
  const interceptor: Interceptor = (config) => (active ? sign(config) : config);
  const id = manager.use(interceptor);
  attached.set(manager, interceptor);

  return () => {
    active = false;
    if (attached.get(manager) === interceptor) attached.delete(manager);
    // After `clear()` the id may be a stranger's (axios up to 1.19.0): eject it only while our function is in the list.
    if (hasHandler(manager, interceptor) === true) manager.eject(id);
  };
}

// Under Symbol.for on globalThis, since both builds of this package, or a module loaded anew, may meet on one client.
const ATTACHED = Symbol.for('axios-viewer-context.attached');

/** Our interceptor of each client, by its interceptor manager (which a wrapper of the client shares). */
function attachedInterceptors(): WeakMap<RequestInterceptors, Interceptor> {
  const existing = Reflect.get(globalThis, ATTACHED) as ReturnType<typeof attachedInterceptors> | undefined;
  if (existing !== undefined) return existing;
  const interceptors: ReturnType<typeof attachedInterceptors> = new WeakMap();
  Object.defineProperty(globalThis, ATTACHED, { value: interceptors });
  return interceptors;
}

/** Whether the interceptor is still there, and not gone by `clear()`; `undefined` where the list cannot be seen. */
function hasHandler({ handlers }: RequestInterceptors, interceptor: Interceptor): boolean | undefined {
  return handlers?.some((handler) => handler?.fulfilled === interceptor);
}
