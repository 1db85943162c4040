import { unlessAborted } from './abort.js';
import type { AxiosClient, FinalConfig, RequestConfig } from './axios-types.js';
import { originOfDefaults, parseAllowedOrigin, type AllowedOrigins } from './destination.js';
import { ViewerContextError } from './errors.js';
import { FORMATS, isFormat, type SignedHeaders, type ViewerContextFormat } from './protocol/formats.js';
import { asBytes, isSecret, toKey, type SecretKeyObject, type SharedSecret } from './protocol/shared-secret.js';
import { normalizeViewerContext, type Viewer, type ViewerContext } from './protocol/viewer-context.js';

/** A secret; `undefined` or `''` means that none is configured. */
export type ConfiguredSecret = SharedSecret | undefined;

/** What a default may be: `null` means no viewer, `undefined` that the default names none. */
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
   * The viewer of a request that names none, or a function, sync or async, that is called for each such request:
   * `() => storage.getStore()?.viewer`.
   *
   * @defaultValue none
   */
  readonly defaultViewerContext?: DefaultViewerContext | (() => DefaultViewerContext | Promise<DefaultViewerContext>);
  /**
   * What to do with a request for which neither the request itself nor the default names a viewer: `'send'` it without
   * one, or `'throw'` `ERR_MISSING_VIEWER_CONTEXT`. With `'throw'`, only an explicit `null` means no viewer.
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
   * What to do when there is something to sign and no secret: `'warn'` and send the request without our headers, or
   * `'throw'` `ERR_MISSING_SECRET`. It warns once, and again each time a secret that was there is lost.
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

type ViewerSource = 'explicit' | 'default';

/** What a request, or the default, says about the viewer. */
export type NamedViewer =
  { readonly kind: ViewerSource; readonly viewer: Viewer } | { readonly kind: 'none' | 'unspecified' }; // an explicit null, or no id at all

/** One of the forms that a signed viewer can take on the wire. */
export type Format = (typeof FORMATS)[ViewerContextFormat];

/** Signs a body, or refuses it. The body it returns is sent. */
export type SignBody = (config: FinalConfig, body: unknown, key: SecretKeyObject) => SignedBody;

/** A body exactly as it will be sent, and the headers that sign it. */
export interface SignedBody {
  readonly body: string | Uint8Array | null | undefined;
  readonly headers: SignedHeaders;
}

/** The checked options. Any function among them is called once for each request that needs it. */
export interface Settings {
  readonly format: Format;
  readonly defaultViewer: Checked<NamedViewer>;
  readonly key: Checked<SecretKeyObject | undefined>;
  readonly onMissingViewerContext: 'send' | 'throw';
  /** Read on each request: the client's `baseURL` may change. */
  readonly allowedOrigins: () => AllowedOrigins;
  readonly onMissingSecret: 'warn' | 'throw';
  readonly logger: WarningLogger;
  /** Only the Seer client signs bodies. */
  readonly signBody: SignBody | undefined;
}

/** A value, or a function that asks the application for it. */
type Checked<Value> = Value | ((config: RequestConfig) => Promise<Value>);

type Check = readonly [isValid: (value: unknown) => boolean, mustBe: string];

const CHECKS: Record<keyof ViewerContextOptions, Check> = {
  secret: [(value) => isFunction(value) || isSecret(value), 'a secret or a function'],
  format: [isFormat, "'pair' or 'jwt'"],
  defaultViewerContext: [(value) => isFunction(value) || typeof value === 'object', 'a viewer context or a function'],
  onMissingViewerContext: [(value) => value === 'send' || value === 'throw', "'send' or 'throw'"],
  allowedOrigins: [Array.isArray, "a list such as ['https://seer.internal']"],
  onMissingSecret: [(value) => value === 'warn' || value === 'throw', "'warn' or 'throw'"],
  logger: [(value) => isFunction((value as { warn?: unknown } | null)?.warn), 'an object with warn(message)'],
};

/** The names of the options. `createSeerClient` uses them to tell options from axios defaults. */
export const OPTION_NAMES: readonly string[] = Object.keys(CHECKS);

/**
 * Checks the options. Throws a `TypeError` for an unknown or malformed one, `ERR_INVALID_SECRET` for an invalid static
 * secret and `ERR_INVALID_VIEWER_CONTEXT` for an invalid static default.
 */
export function readOptions(client: AxiosClient, given: ViewerContextOptions, signBody?: SignBody): Settings {
  // Own properties only, even if Object.prototype is polluted.
  const options = { __proto__: null, ...given } as unknown as ViewerContextOptions;
  const unknownName = Object.keys(options).find((name) => !OPTION_NAMES.includes(name));
  if (unknownName !== undefined) {
    throw new TypeError(`options.${unknownName} is not an option. The options are ${OPTION_NAMES.join(', ')}.`);
  }
  if (!('secret' in options)) {
    throw new TypeError('options.secret is missing. Pass the shared secret, or undefined if none is configured.');
  }
  for (const [name, [isValid, mustBe]] of Object.entries(CHECKS)) {
    const value = options[name as keyof ViewerContextOptions];
    if (value !== undefined && !isValid(value)) throw new TypeError(`options.${name} is not ${mustBe}.`);
  }
  const { allowedOrigins, onMissingViewerContext = 'send', onMissingSecret = 'warn', logger = console } = options;
  const format = FORMATS[options.format ?? 'pair'];
  const list = allowedOrigins?.map(parseAllowedOrigin);
  return {
    format,
    defaultViewer: check(options, 'defaultViewerContext', (value, name) =>
      toNamedViewer(value, format, name, 'default'),
    ),
    key: check(options, 'secret', createKeyReader()),
    onMissingViewerContext,
    allowedOrigins: () => list ?? originOfDefaults(client.defaults),
    onMissingSecret,
    logger,
    signBody,
  };
}

/** The own property `viewerContext` of a config or of a client's defaults. */
export function viewerContextOf(config: object = {}): unknown {
  return Object.hasOwn(config, 'viewerContext') ? (config as RequestConfig).viewerContext : undefined;
}

/** Throws `ERR_INVALID_VIEWER_CONTEXT`. */
export function toNamedViewer(context: unknown, { fields }: Format, name: string, kind: ViewerSource): NamedViewer {
  const viewer = normalizeViewerContext(context, fields, name);
  return viewer === null ? { kind: context === null ? 'none' : 'unspecified' } : { kind, viewer };
}

const CODES = { defaultViewerContext: 'ERR_INVALID_VIEWER_CONTEXT', secret: 'ERR_INVALID_SECRET' } as const;
type Read<Value> = (value: unknown, name: string) => Value;

/** A value is checked now, once. A function is called for each request, and its result is checked then. */
function check<Value>(options: ViewerContextOptions, name: keyof typeof CODES, read: Read<Value>): Checked<Value> {
  const option: unknown = options[name];
  if (!isFunction(option)) return read(option, name);
  return async (config) => {
    let value: unknown;
    try {
      value = await unlessAborted(option(), config);
    } catch (cause) {
      throw new ViewerContextError(CODES[name], `${name}() threw or rejected; see \`cause\`.`, { cause });
    }
    return read(value, `${name}()`);
  };
}

/** Turns secrets into keys, and keeps the key while the secret stays the same. */
function createKeyReader(): (secret: unknown) => SecretKeyObject | undefined {
  let last: unknown;
  let key: SecretKeyObject | undefined;
  return (secret) => {
    if (secret === undefined || secret === '') return undefined;
    // Bytes may have been changed in place. A string or a KeyObject cannot be.
    if (secret !== last || asBytes(secret) !== undefined) {
      key = toKey(secret);
      last = secret;
    }
    return key;
  };
}

function isFunction(value: unknown): value is () => unknown {
  return typeof value === 'function';
}
