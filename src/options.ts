import type { KeyObject } from 'node:crypto';
import type { AxiosClient } from './axios.js';
import { originOf, parseAllowedOrigins } from './destination.js';
import { ViewerContextError } from './errors.js';
import { ownValue } from './own-property.js';
import { asBytes } from './protocol/bytes.js';
import { isConfigured, isSecretForm, toSigningKey, type SharedSecret } from './protocol/shared-secret.js';
import type { ViewerContext } from './protocol/viewer-context.js';

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
  readonly logger?: { warn(message: string): void } | undefined;
}

/** The options, checked. */
export interface Settings {
  /** The key, or `undefined` when none is configured. Throws or rejects with `ERR_INVALID_SECRET`. */
  readonly signingKey: () => KeyObject | undefined | Promise<KeyObject | undefined>;
  readonly defaultViewerContext: unknown;
  /** The allow-list in force, if any. */
  readonly allowedOrigins: () => ReadonlySet<string> | undefined;
  readonly onMissingSecret: 'warn' | 'throw';
  readonly logger: { warn(message: string): void };
}

/** The names of the options; `createSeerClient` tells them from axios defaults by it. */
export const OPTION_NAMES: readonly string[] = [
  'secret',
  'defaultViewerContext',
  'allowedOrigins',
  'onMissingSecret',
  'logger',
] satisfies (keyof ViewerContextOptions)[];

/** Checks client and options. Misuse is a `TypeError`, now; what is wrong with a secret's content fails the requests that need it. */
export function readOptions(client: AxiosClient, options: object): Settings {
  assertClient(client);
  if (typeof options !== 'object' || (options as unknown) === null)
    throw new TypeError('The options are not an object.');
  const unknown = Object.keys(options).find((name) => !OPTION_NAMES.includes(name));
  if (unknown !== undefined) {
    throw new TypeError(`options.${unknown} is not an option: there are ${OPTION_NAMES.join(', ')}.`);
  }
  const allowedOrigins = ownValue(options, 'allowedOrigins');
  const parsedOrigins = allowedOrigins === undefined ? undefined : parseAllowedOrigins(allowedOrigins);
  const inForce = (): ReadonlySet<string> | undefined => {
    if (parsedOrigins !== undefined) return parsedOrigins;
    const origin = originOf(ownValue(client.defaults, 'baseURL'));
    return origin === undefined ? undefined : new Set([origin]);
  };
  const defaultViewerContext = ownValue(options, 'defaultViewerContext');
  if (defaultViewerContext !== undefined && inForce() === undefined) {
    throw new TypeError(
      'options.defaultViewerContext would be sent to every host: set options.allowedOrigins or an absolute baseURL.',
    );
  }
  return {
    signingKey: readSecret(options),
    defaultViewerContext,
    allowedOrigins: inForce,
    onMissingSecret: readOnMissingSecret(ownValue(options, 'onMissingSecret')),
    logger: readLogger(ownValue(options, 'logger')),
  };
}

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
  if (ownValue(defaults, 'viewerContext') !== undefined) {
    throw new TypeError(
      "client.defaults.viewerContext is set, which axios would merge with a request's own: use options.defaultViewerContext.",
    );
  }
}

function readSecret(options: object): Settings['signingKey'] {
  if (!Object.hasOwn(options, 'secret')) {
    throw new TypeError('options.secret is missing: pass the shared secret, or undefined if none is configured.');
  }
  const secret = ownValue(options, 'secret');
  if (typeof secret === 'function') {
    return async () => {
      let value: unknown;
      try {
        value = await (secret as () => unknown)();
      } catch (cause) {
        throw new ViewerContextError(
          'ERR_INVALID_SECRET',
          'The function options.secret failed; its reason is the cause.',
          { cause },
        );
      }
      return isConfigured(value) ? toSigningKey(value) : undefined;
    };
  }
  if (!isConfigured(secret)) return () => undefined;
  if (!isSecretForm(secret)) throw new TypeError('options.secret is not a string, bytes, a KeyObject or a function.');
  // Bytes are copied now: the caller may wipe them.
  const bytes = asBytes(secret);
  const copy = bytes === undefined ? secret : Buffer.from(bytes);
  let key: KeyObject | undefined;
  return () => (key ??= toSigningKey(copy));
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
