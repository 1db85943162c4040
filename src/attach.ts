import type { AxiosClient, Interceptor } from './axios.js';
import { createInterceptor } from './interceptor.js';
import { readOptions, type Settings, type ViewerContextOptions } from './options.js';
import { attachedManagers } from './registry.js';

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
  return attach(client, readOptions(client, options), false);
}

/** `attachViewerContext` with checked options; `signsBody` for the Seer client. */
export function attach(client: AxiosClient, settings: Settings, signsBody: boolean): () => void {
  const manager = client.interceptors.request;
  const attached = attachedManagers();
  if (attached.has(manager)) {
    throw new TypeError('A viewer context is attached to this client already: attach once, or detach first.');
  }
  let active = true;
  const sign = createInterceptor(client, settings, signsBody);
  const interceptor: Interceptor = (config) => (active ? sign(config) : Promise.resolve(config));
  const id = manager.use(interceptor);
  attached.add(manager);

  return () => {
    if (!active) return;
    active = false;
    attached.delete(manager);
    // After `clear()` the id may be a stranger's (axios up to 1.19.0): eject it only while our function is in the list.
    if (manager.handlers?.some((handler) => handler?.fulfilled === interceptor)) manager.eject(id);
  };
}
