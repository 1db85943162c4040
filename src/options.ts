import type { ViewerContextFormat } from './protocol/formats.js';
import type { SharedSecret } from './protocol/shared-secret.js';
import type { ViewerContext } from './protocol/viewer-context.js';

/** A secret, or `undefined` or `''` if no secret is configured. */
export type ConfiguredSecret = SharedSecret | undefined;

/** A default viewer. `null` means no viewer; `undefined` means no default. */
export type DefaultViewerContext = ViewerContext | null | undefined;

/** The options of `attachViewerContext`. */
export interface ViewerContextOptions {
  /**
   * The secret shared with the receiving side, or a function that returns the secret or a promise of it (for rotation
   * or vaults). The property must be present, even if it is `undefined`.
   *
   * A value is checked when attaching. A function is called for each request that has something to sign, and its result
   * is checked then. axios's `timeout` does not limit the wait for a promise; a `signal` ends it.
   */
  readonly secret: ConfiguredSecret | (() => ConfiguredSecret | Promise<ConfiguredSecret>);
  /**
   * How the viewer is sent. `'pair'`: two headers, which never expire. `'jwt'`: one token, issued for each attempt,
   * which expires after 15 minutes.
   *
   * @defaultValue `'pair'`
   */
  readonly format?: ViewerContextFormat | undefined;
  /**
   * The viewer of requests that have no `viewerContext` of their own, or a function, sync or async, that is called for
   * each such request: `() => storage.getStore()?.viewer`.
   *
   * @defaultValue none
   */
  readonly defaultViewerContext?: DefaultViewerContext | (() => DefaultViewerContext | Promise<DefaultViewerContext>);
  /**
   * What to do when neither the request nor the default sets a viewer. `'send'`: send the request without a viewer.
   * `'throw'`: refuse it with `ERR_MISSING_VIEWER_CONTEXT`; then only an explicit `null` means no viewer.
   *
   * @defaultValue `'send'`
   */
  readonly onMissingViewerContext?: 'send' | 'throw' | undefined;
  /**
   * The origins that may receive the viewer, each as `http(s)://host[:port]`. A request with a viewer to any other
   * origin is refused with `ERR_DESTINATION_NOT_ALLOWED`, or sent without the viewer if it is the default viewer.
   *
   * @defaultValue the origin of the client's own `defaults.baseURL`, read for each request
   */
  readonly allowedOrigins?: readonly string[] | undefined;
  /**
   * What to do when there is something to sign, but no secret. `'warn'`: log a warning and send the request unsigned;
   * the warning is logged once, and again whenever there was a secret and then no longer is. `'throw'`: refuse the
   * request with `ERR_MISSING_SECRET`.
   *
   * @defaultValue `'warn'`
   */
  readonly onMissingSecret?: 'warn' | 'throw' | undefined;
  /**
   * Where warnings go.
   *
   * @defaultValue `console`
   */
  readonly logger?: WarningLogger | undefined;
}

/** Receives warnings: `console`, or the application's own logger. */
export interface WarningLogger {
  /** Receives one line of text, which contains no secret, signature or id. */
  warn(message: string): void;
}
