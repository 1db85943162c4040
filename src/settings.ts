import { unlessAborted } from './abort.js';
import type { AxiosClient, FinalConfig, RequestConfig } from './axios-types.js';
import { allowedOriginsOf, type AllowedOrigins } from './destination.js';
import { ViewerContextError } from './errors.js';
import type { ViewerContextOptions, WarningLogger } from './options.js';
import { parseAllowedOrigin } from './origin.js';
import { FORMATS, isFormatName, type Format, type SignedHeaders } from './protocol/formats.js';
import { isSecret, toKey, type SecretKeyObject } from './protocol/shared-secret.js';
import { normalizeViewerContext, type Viewer } from './protocol/viewer-context.js';

/** The checked options, with their defaults. */
export interface Settings {
  readonly format: Format;
  readonly defaultViewer: ValueOrFunction<Viewer | null | undefined>;
  /** `undefined` if no secret is configured. */
  readonly key: ValueOrFunction<SecretKeyObject | undefined>;
  readonly onMissingViewerContext: 'send' | 'throw';
  /** Called for each request, because the client's `baseURL` can change. */
  readonly allowedOrigins: () => AllowedOrigins;
  readonly onMissingSecret: 'warn' | 'throw';
  readonly logger: WarningLogger;
  /** Only the Seer client has this. */
  readonly bodySigner: BodySigner | undefined;
}

/** A checked value, or a function that asks the application for a value and checks it, once for each request. */
type ValueOrFunction<Value> = Value | ((config: RequestConfig) => Promise<Value>);

/** Signs a body, or refuses it. */
export type BodySigner = (config: FinalConfig, body: unknown, key: SecretKeyObject) => SignedBody;

/** A body exactly as it will be sent, and the headers that sign it. */
export interface SignedBody {
  readonly body: string | Uint8Array | null | undefined;
  readonly signedHeaders: SignedHeaders;
}

interface OptionRule {
  readonly isValid: (value: unknown) => boolean;
  readonly mustBe: string;
}

const OPTION_RULES: Readonly<Record<keyof ViewerContextOptions, OptionRule>> = {
  secret: {
    isValid: (value) => isFunction(value) || isSecret(value),
    mustBe: 'a string, bytes, a KeyObject or a function',
  },
  format: { isValid: isFormatName, mustBe: "'pair' or 'jwt'" },
  defaultViewerContext: {
    isValid: (value) => isFunction(value) || typeof value === 'object',
    mustBe: 'an object such as { organizationId, userId }, null or a function',
  },
  onMissingViewerContext: { isValid: (value) => value === 'send' || value === 'throw', mustBe: "'send' or 'throw'" },
  allowedOrigins: { isValid: Array.isArray, mustBe: "an array such as ['https://seer.internal']" },
  onMissingSecret: { isValid: (value) => value === 'warn' || value === 'throw', mustBe: "'warn' or 'throw'" },
  logger: {
    isValid: (value) => isFunction((value as { warn?: unknown } | null)?.warn),
    mustBe: 'an object with warn(message)',
  },
};

/** The names of the options. `createSeerClient` uses them to tell options from axios defaults. */
export const OPTION_NAMES: readonly string[] = Object.keys(OPTION_RULES);

/**
 * Checks the options. Throws a `TypeError` for an unknown or malformed option, `ERR_INVALID_SECRET` for an invalid
 * static secret and `ERR_INVALID_VIEWER_CONTEXT` for an invalid static default.
 */
export function readSettings(client: AxiosClient, given: ViewerContextOptions, bodySigner?: BodySigner): Settings {
  // Own properties only, even if Object.prototype is polluted.
  const options = { __proto__: null, ...given } as unknown as ViewerContextOptions;
  assertOptions(options);
  const { onMissingViewerContext = 'send', onMissingSecret = 'warn', logger = console } = options;
  const format = FORMATS[options.format ?? 'pair'];
  const allowedOrigins = options.allowedOrigins?.map(parseAllowedOrigin);
  return {
    format,
    defaultViewer: readNowOrOnRequest('defaultViewerContext', options, 'ERR_INVALID_VIEWER_CONTEXT', (context, name) =>
      normalizeViewerContext(context, format.fields, name),
    ),
    key: readNowOrOnRequest('secret', options, 'ERR_INVALID_SECRET', (secret) =>
      secret === undefined || secret === '' ? undefined : toKey(secret),
    ),
    onMissingViewerContext,
    allowedOrigins: () => allowedOriginsOf(client, allowedOrigins),
    onMissingSecret,
    logger,
    bodySigner,
  };
}

function assertOptions(options: ViewerContextOptions): void {
  const unknownName = Object.keys(options).find((name) => !OPTION_NAMES.includes(name));
  if (unknownName !== undefined) {
    throw new TypeError(`options.${unknownName} is not an option. The options are ${OPTION_NAMES.join(', ')}.`);
  }
  if (!('secret' in options)) {
    throw new TypeError('options.secret is missing. Pass the shared secret, or undefined if none is configured.');
  }
  for (const [name, { isValid, mustBe }] of Object.entries(OPTION_RULES)) {
    const value = options[name as keyof ViewerContextOptions];
    if (value !== undefined && !isValid(value)) throw new TypeError(`options.${name} must be ${mustBe}.`);
  }
}

/** Reads a value now, once. A function is called for each request that needs its result, which is read then. */
function readNowOrOnRequest<Value>(
  name: 'defaultViewerContext' | 'secret',
  options: ViewerContextOptions,
  code: 'ERR_INVALID_VIEWER_CONTEXT' | 'ERR_INVALID_SECRET',
  read: (value: unknown, name: string) => Value,
): ValueOrFunction<Value> {
  const option: unknown = options[name];
  if (!isFunction(option)) return read(option, name);
  return async (config) => {
    let value: unknown;
    try {
      value = await unlessAborted(option(), config);
    } catch (cause) {
      throw new ViewerContextError(code, `${name}() threw or rejected. Look up the reason in error.cause.`, { cause });
    }
    return read(value, `${name}()`);
  };
}

function isFunction(value: unknown): value is () => unknown {
  return typeof value === 'function';
}
