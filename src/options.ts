import type { ViewerContextFormat } from './protocol/formats.js';
import type { SharedSecret } from './protocol/shared-secret.js';
import type { ViewerContext } from './protocol/viewer-context.js';

/** A secret; `undefined` or `''` means that none is configured. */
export type ConfiguredSecret = SharedSecret | undefined;

/** What a default may be: `null` means no viewer, `undefined` that there is no default. */
export type DefaultViewerContext = ViewerContext | null | undefined;

/** The options of `attachViewerContext`. */
export interface ViewerContextOptions {
  /**
   * The secret shared with the receiving side, or a function that returns it or a promise of it (for rotation or
   * vaults). A value is checked when attaching. A function is called for each request that has something to sign, and
   * its result is checked then; axios's `timeout` does not cover the wait, but a `signal` does. The property must be
   * present, even if it is `undefined`.
   */
  readonly secret: ConfiguredSecret | (() => ConfiguredSecret | Promise<ConfiguredSecret>);
  /**
   * How the viewer is sent. `'pair'`: two headers, which never expire. `'jwt'`: one token, issued for each attempt, which
   * expires after 15 minutes.
   *
   * @defaultValue `'pair'`
   */
  readonly format?: ViewerContextFormat | undefined;
  /**
   * The viewer of a request that sets none, or a function, sync or async, that is called for each such request:
   * `() => storage.getStore()?.viewer`.
   *
   * @defaultValue none
   */
  readonly defaultViewerContext?: DefaultViewerContext | (() => DefaultViewerContext | Promise<DefaultViewerContext>);
  /**
   * What to do with a request for which neither the request itself nor the default sets a viewer: `'send'` it without
   * a viewer, or `'throw'` `ERR_MISSING_VIEWER_CONTEXT`. With `'throw'`, only an explicit `null` means no viewer.
   *
   * @defaultValue `'send'`
   */
  readonly onMissingViewerContext?: 'send' | 'throw' | undefined;
  /**
   * The origins that may receive the viewer, each as `http(s)://host[:port]`.
   *
   * @defaultValue the origin of the client's own `defaults.baseURL`, read on each request
   */
  readonly allowedOrigins?: readonly string[] | undefined;
  /**
   * What to do when there is something to sign and no secret: `'warn'` and send the request without the plugin's
   * headers, or `'throw'` `ERR_MISSING_SECRET`. It warns once, and again whenever there was a secret and then is none.
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
  /** Receives one line of text, without a secret, signature or id. */
  warn(message: string): void;
}
