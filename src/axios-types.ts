import type {} from 'axios';
import type { ViewerContext } from './protocol/viewer-context.js';

// What we need of axios's types, and what we add to them. Stated structurally, since axios's types for CommonJS and for
// ES modules are not assignable to each other, and we must take a client of either.

/** An axios client, or anything of its shape: the plugin needs its request interceptors and its defaults. */
export interface AxiosClient {
  /** Only those of requests are used. */
  readonly interceptors: {
    /** Where the plugin is added. */
    readonly request: RequestInterceptors;
  };
  /** Read at each request. */
  readonly defaults: {
    /** Its origin is the allow-list, unless the option `allowedOrigins` is given. */
    baseURL?: string | undefined;
  };
}

/** The part of `client.interceptors.request` that the plugin uses. */
export interface RequestInterceptors {
  /** Adds an interceptor and returns its id. */
  use(onFulfilled: Interceptor): number;
  /** Removes it again. */
  eject(id: number): void;
  /** Not public in axios, but there in every version: tells whether the plugin is still attached. */
  readonly handlers?: readonly (HandlerEntry | null)[] | null | undefined;
}

/** An entry of the list of handlers. */
export interface HandlerEntry {
  /** The interceptor itself. */
  fulfilled?: unknown;
}

/** A request interceptor that returns the config it was given, at once if it has nothing to wait for. */
export type Interceptor = <Config extends RequestConfig>(config: Config) => Config | Promise<Config>;

/** The part of a request's config that the plugin reads or writes. axios is not bound to these types at run time. */
export interface RequestConfig {
  /** On whose behalf the request is made; written back in normal form. */
  viewerContext?: ViewerContext | null | undefined;
  /** Judged for where the request goes. */
  url?: unknown;
  /** Judged for where the request goes. */
  baseURL?: unknown;
  /** What the caller passed as body. */
  data?: unknown;
  /** The plugin signs in a transform that it appends. */
  transformRequest?: unknown;
  /** Ours are removed in every spelling before they are set. */
  headers?: unknown;
}

/** The config as the last request transform finds it; the fields of newer axios versions are there for older ones too. */
export interface FinalConfig extends RequestConfig {
  headers: Record<string, unknown>;
  allowAbsoluteUrls?: unknown;
  maxRedirects?: unknown;
  socketPath?: unknown;
  transport?: unknown;
  adapter?: unknown;
  auth?: unknown;
  beforeRedirect?: unknown;
  fetchOptions?: unknown;
  redact?: unknown;
  sensitiveHeaders?: unknown;
}

/** A request transform: axios calls it with the config as `this` and sends what it returns. */
export type RequestTransform = (this: FinalConfig, data: unknown) => unknown;

declare module 'axios' {
  // Without type parameters: they differ between axios versions.
  interface AxiosRequestConfig {
    /**
     * On whose behalf the request is made; needs `attachViewerContext(client, …)`. `null` is nobody, `undefined` leaves it
     * to `defaultViewerContext`. After the request it is in normal form: `response.config.viewerContext`.
     */
    viewerContext?: ViewerContext | null | undefined;
  }
  // axios would merge a default with the request's own, field by field: org 2 of one with user 5 of the other.
  interface CreateAxiosDefaults {
    viewerContext?: never;
  }
  interface AxiosDefaults {
    viewerContext?: never;
  }
}
