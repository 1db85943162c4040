import type {} from 'axios'; // makes the `declare module` below an augmentation
import type { ViewerContext } from './protocol/viewer-context.js';

// The parts of axios's types that this package needs, described by shape: axios's CommonJS and ES module types are not
// assignable to each other, and both kinds of client must be accepted.

/** An axios client, or anything of the same shape. */
export interface AxiosClient {
  /** Only the request interceptors are used. */
  readonly interceptors: Record<'request', RequestInterceptors>;
  /** Read on each request: without the option `allowedOrigins`, the origin of `baseURL` is the only allowed origin. */
  readonly defaults?: Partial<Record<'baseURL', string | undefined>>;
}

/** The part of `client.interceptors.request` that the plugin uses. */
export interface RequestInterceptors {
  /** Adds an interceptor and returns its id. */
  use(onFulfilled: Interceptor): number;
  /** Removes the interceptor with that id. Only needed to detach. */
  eject?(id: number): void;
  /** Not public in axios, but present in every version: shows whether the plugin is still attached. */
  readonly handlers?: readonly (Partial<Record<'fulfilled', unknown>> | null)[] | null | undefined;
}

/** A request interceptor that returns the config it was given. */
export type Interceptor = <Config extends RequestConfig>(config: Config) => Promise<Config>;

/** The part of a request config that the interceptor reads or writes. */
export interface RequestConfig {
  /** The viewer, which the plugin writes back normalized. */
  viewerContext?: ViewerContext | null | undefined;
  /** The plugin signs in a transform that it appends. */
  transformRequest?: unknown;
  /** A signature from an earlier attempt is removed. */
  headers?: unknown;
  /** The plugin adds the viewer, the agents and the signed headers. */
  redact?: unknown;
  /** Aborting it ends the wait for a secret or a default viewer. */
  signal?: unknown;
  /** Canceling it also ends the wait. */
  cancelToken?: unknown;
}

/** The config as the last request transform sees it, with the fields of all supported axios versions. */
export interface FinalConfig extends RequestConfig, Partial<Record<FinalField, unknown>> {
  headers: HeaderRecord;
  /** What the caller passed as the body: axios replaces it only after the transforms. */
  data?: unknown;
}

/** The headers of a config, by their names. */
export type HeaderRecord = Record<string, unknown>;

type FinalField =
  | 'allowAbsoluteUrls'
  | 'auth'
  | 'baseURL'
  | 'beforeRedirect'
  | 'fetchOptions'
  | 'httpVersion'
  | 'maxRedirects'
  | 'method'
  | 'url';

declare module 'axios' {
  // Without type parameters: they differ between axios versions.
  interface AxiosRequestConfig {
    /**
     * The organization and the user that the request is made for. It has an effect only on a client from
     * `createSeerClient`, or after `attachViewerContext(client, …)`. `null` means no viewer; `undefined` means
     * `defaultViewerContext`. `response.config.viewerContext` is the viewer of the request, normalized.
     */
    viewerContext?: ViewerContext | null | undefined;
  }
  // axios would merge a default field by field with the request's own: organization 2 from one, user 5 from the other.
  interface AxiosDefaults {
    viewerContext?: never;
  }
}
