import type { AxiosClient } from './axios-types.js';
import { originOf, parseAllowedOrigins } from './destination.js';
import { configValue, ownValue } from './properties.js';
import type { SharedSecret } from './protocol/shared-secret.js';
import type { ViewerContext } from './protocol/viewer-context.js';
import { rememberLast } from './remember.js';
import { readSignerSource, type SignerSource } from './signer-source.js';

/** A secret, or `undefined` or `''` for "not configured". */
export type ConfiguredSecret = SharedSecret | undefined;

/** The options of `attachViewerContext`. */
export interface ViewerContextOptions {
  /**
   * The secret shared with the receiving side, or a function that is called for each request and returns it or a promise
   * of it (rotation, vaults). The key must be there; `undefined` or `''` means that none is configured.
   */
  readonly secret: ConfiguredSecret | (() => ConfiguredSecret | Promise<ConfiguredSecret>);
  /**
   * The viewer of a request that names none, or a function that is called for each such request, such as
   * `() => storage.getStore()?.viewer`. It goes to allowed origins only; elsewhere the request is sent without a viewer.
   *
   * @defaultValue none
   */
  readonly defaultViewerContext?: ViewerContext | null | (() => ViewerContext | null | undefined) | undefined;
  /**
   * The origins that may learn the viewer, each as `http(s)://host[:port]`.
   *
   * @defaultValue the origin of the client's own `defaults.baseURL`, read at each request; without one, a request's
   * explicit viewer goes where the caller addresses it
   */
  readonly allowedOrigins?: readonly string[] | undefined;
  /**
   * What to do when there is something to sign and no secret: `'warn'` once per client and send without our headers, or
   * `'throw'` to refuse the request with `ERR_MISSING_SECRET`.
   *
   * @defaultValue `'warn'`
   */
  readonly onMissingSecret?: 'warn' | 'throw' | undefined;
  /**
   * Where the warning goes.
   *
   * @defaultValue `console`
   */
  readonly logger?: WarningLogger | undefined;
}

/** What warns of a missing secret: `console`, or a logger of the application. */
export interface WarningLogger {
  /** Is given one line of text, without secret, signature or id. */
  warn(message: string): void;
}

/** The options, checked. */
export interface Settings {
  readonly signer: SignerSource;
  readonly defaultViewerContext: unknown;
  /** The allow-list in force, if any. */
  readonly allowedOrigins: () => ReadonlySet<string> | undefined;
  readonly onMissingSecret: 'warn' | 'throw';
  readonly logger: { warn(message: string): unknown };
  /** Whether the body is signed too, and protected: the Seer client. */
  readonly signsBody: boolean;
}

/** The names of the options; `createSeerClient` tells them from axios defaults by it. */
export const OPTION_NAMES: readonly string[] = [
  'secret',
  'defaultViewerContext',
  'allowedOrigins',
  'onMissingSecret',
  'logger',
] satisfies (keyof ViewerContextOptions)[];

/**
 * Checks client and options. Misuse is a `TypeError`, now; what is wrong with the content of a secret or of a default
 * viewer fails the requests that need it, as it does when a function returns it.
 */
export function readOptions(client: AxiosClient, options: object, { signsBody }: { signsBody: boolean }): Settings {
  assertClient(client);
  if (typeof options !== 'object' || (options as unknown) === null) {
    throw new TypeError('The options are not an object: pass { secret }.');
  }
  const unknownName = Object.keys(options).find((name) => !OPTION_NAMES.includes(name));
  if (unknownName !== undefined) {
    throw new TypeError(`options.${unknownName} is not an option: there are ${OPTION_NAMES.join(', ')}.`);
  }
  if (!Object.hasOwn(options, 'secret')) {
    throw new TypeError('options.secret is missing: pass the shared secret, or undefined if none is configured.');
  }
  const allowedOrigins = readAllowedOrigins(client, ownValue(options, 'allowedOrigins'));
  const defaultViewerContext = ownValue(options, 'defaultViewerContext') ?? null;
  if ((defaultViewerContext !== null || signsBody) && !allowedOrigins()?.size) {
    const what = signsBody ? 'The Seer client' : 'options.defaultViewerContext';
    throw new TypeError(
      `${what} needs to know where it may go: set an absolute http(s) baseURL, or options.allowedOrigins.`,
    );
  }
  return {
    signer: readSignerSource(ownValue(options, 'secret')),
    defaultViewerContext,
    allowedOrigins,
    onMissingSecret: readOnMissingSecret(ownValue(options, 'onMissingSecret')),
    logger: readLogger(ownValue(options, 'logger')),
    signsBody,
  };
}

export const VIEWER_IN_DEFAULTS =
  "client.defaults.viewerContext is set (perhaps through axios.defaults), which axios merges with a request's own, field " +
  'by field: remove it there, and use the option defaultViewerContext.';

function assertClient(client: AxiosClient): void {
  const { interceptors, defaults } = Object(client) as Partial<AxiosClient>;
  const { use, eject } = Object(interceptors?.request) as Partial<AxiosClient['interceptors']['request']>;
  if (
    typeof use !== 'function' ||
    typeof eject !== 'function' ||
    typeof defaults !== 'object' ||
    (defaults as unknown) === null
  ) {
    throw new TypeError('The first argument is not an axios client: pass what axios.create() returns.');
  }
  if (configValue(defaults, 'viewerContext') !== undefined) throw new TypeError(VIEWER_IN_DEFAULTS);
}

function readAllowedOrigins(client: AxiosClient, entries: unknown): Settings['allowedOrigins'] {
  if (entries !== undefined) {
    const origins = parseAllowedOrigins(entries);
    return () => origins;
  }
  const ownOrigin = rememberLast((baseURL): ReadonlySet<string> | undefined => {
    const origin = originOf(baseURL);
    if (origin !== undefined) return new Set([origin]);
    // One that is absolute and yet no http(s) URL allows no origin, rather than all.
    return /^([a-z][a-z\d+\-.]*:|\/\/)/i.test(baseURL) ? new Set() : undefined;
  });
  // Read at each request, since the client's defaults may be changed.
  return () => ownOrigin(String(configValue(client.defaults, 'baseURL')));
}

function readOnMissingSecret(value: unknown): 'warn' | 'throw' {
  if (value === undefined) return 'warn';
  if (value === 'warn' || value === 'throw') return value;
  throw new TypeError("options.onMissingSecret is neither 'warn' nor 'throw'.");
}

function readLogger(logger: unknown): Settings['logger'] {
  if (logger === undefined) return console;
  if (typeof (Object(logger) as { warn?: unknown }).warn === 'function') return logger as Settings['logger'];
  throw new TypeError('options.logger has no function warn(message).');
}
