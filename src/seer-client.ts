import axios, { type AxiosInstance, type CreateAxiosDefaults } from 'axios';
import { attach } from './attach.js';
import type { FinalConfig } from './axios-types.js';
import { ViewerContextError } from './errors.js';
import { OPTION_NAMES, readOptions, type SignedBody, type ViewerContextOptions } from './options.js';
import { AUTHORIZATION_HEADER, toAuthorization } from './protocol/body.js';
import { asBytes, type SecretKeyObject } from './protocol/shared-secret.js';

type OrUndefined<Type> = { [Name in keyof Type]?: Type[Name] | undefined };

/** The options of {@link createSeerClient}: those of `attachViewerContext`, and any default of an axios instance. */
export interface SeerClientOptions
  extends OrUndefined<Omit<CreateAxiosDefaults, 'viewerContext'>>, Partial<ViewerContextOptions> {}

/**
 * An axios instance for Seer. Since the type has its own name, libraries that return it also pass on the types of
 * `viewerContext` in request configs.
 */
export interface SeerClient extends AxiosInstance {}

/** URL parsers skip extra slashes, and the credentials and the host end at the next one. Linear, by the lookahead. */
const CREDENTIALS = /^https?:[\s/\\]*(?![\s/\\])[^/?#\\]*@/i;
const SEER_DEFAULTS = { baseURL: 'http://127.0.0.1:9091', timeout: 30_000, proxy: false };

/**
 * Creates an axios instance for Seer: the plugin is attached, and `Authorization` carries a signature of the body of
 * every request, even if the body is empty.
 *
 * Defaults: `baseURL` `http://127.0.0.1:9091`, `timeout` 30000 ms, `proxy` `false`, content type
 * `application/json;charset=utf-8` unless `headers` sets one, `secret` from `SEER_API_SHARED_SECRET` in the
 * environment, read when the client is created (`''` means none).
 *
 * With a secret, it follows no redirect, sends to allowed origins only, replaces a caller's `Authorization`, and refuses
 * `auth`, URL credentials and bodies whose bytes are not known. Throws a `TypeError` on misuse and `ERR_INVALID_SECRET` for
 * an invalid static secret.
 *
 * @example
 * ```ts
 * import { createSeerClient } from 'axios-viewer-context';
 *
 * const seer = createSeerClient({ baseURL: 'https://seer.internal', secret: process.env.SEER_API_SHARED_SECRET });
 * ```
 */
export function createSeerClient(options: SeerClientOptions = {}): SeerClient {
  if (typeof options !== 'object') throw new TypeError('The options are not an object. Pass { baseURL, secret }.');
  const { SEER_API_SHARED_SECRET: secret } = { __proto__: null, ...process.env } as unknown as NodeJS.ProcessEnv;
  const viewerOptions: Record<string, unknown> = { secret };
  const defaults: Record<string, unknown> = { __proto__: null, ...SEER_DEFAULTS };
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue; // as if left out: it must not undo a default
    (OPTION_NAMES.includes(name) ? viewerOptions : defaults)[name] = value;
  }
  defaults['headers'] = withContentType((defaults['headers'] ?? {}) as Record<string, unknown>);
  const client = axios.create(defaults);
  attach(client, readOptions(client, viewerOptions as unknown as ViewerContextOptions, signSeerBody));
  return client;
}

/** Adds the content type, unless the caller sets one: directly, in `common`, or for a method. */
function withContentType(headers: Record<string, unknown>): object {
  const names = [headers, ...Object.values(headers)].flatMap((place) => Object.keys(Object(place) as object));
  const isSet = names.some((name) => name.toLowerCase() === 'content-type');
  return isSet ? headers : { ...headers, 'Content-Type': 'application/json;charset=utf-8' };
}

/** Signs the body exactly as it will be sent, or refuses it. */
function signSeerBody(config: FinalConfig, body: unknown, key: SecretKeyObject): SignedBody {
  assertNoCredentials(config);
  const exact = exactBody(config.data, body);
  config.maxRedirects = 0; // a redirect within the origin may turn it into a GET, and would carry this signature along
  return { body: exact, headers: { [AUTHORIZATION_HEADER]: toAuthorization(exact ?? '', key) } };
}

/** After the transforms, axios would replace the signature with the credentials (all versions). */
function assertNoCredentials({ auth, url, baseURL }: FinalConfig): void {
  const hasCredentials = [url, baseURL].some((address) => CREDENTIALS.test(String(address)));
  if (!auth && !hasCredentials) return;
  throw new ViewerContextError(
    'ERR_CONFLICTING_CREDENTIALS',
    "auth, or user:password@ in the URL, would replace the body's signature in Authorization. Remove it.",
  );
}

/** `data` is what the caller passed, `body` what the transforms made of it. */
function exactBody(data: unknown, body: unknown): SignedBody['body'] {
  if (isLossless(data)) {
    if (body === undefined || body === null || typeof body === 'string') return body;
    // For a view, axios would send the whole buffer behind it.
    const isBufferOfView = ArrayBuffer.isView(data) && data.buffer === body;
    const bytes = asBytes(isBufferOfView ? data : body);
    if (bytes !== undefined) return Buffer.from(bytes); // a copy: the caller may change the original after signing
  }
  throw new ViewerContextError(
    'ERR_UNSIGNABLE_BODY',
    'Refusing to sign a body whose exact bytes are not known here (a form, a stream, a blob, a number …). Pass an object, ' +
      'a list, a string or bytes.',
  );
}

/** By its tag, since Bun gives forms a `toJSON`, which loses their files. */
const FORM = /(FormData|URLSearchParams)\]$/;

/** With a JSON content type, axios turns a form into `null` or `{}`, a stream into `{}`, and a function into nothing. */
function isLossless(data: unknown): boolean {
  if (data === undefined || data === null || typeof data === 'string' || asBytes(data) !== undefined) return true;
  if (typeof data !== 'object') return false;
  const { pipe, toJSON } = data as { pipe?: unknown; toJSON?: unknown };
  const tag = Object.prototype.toString.call(data);
  // A stream looks like an object but for its functions.
  if (typeof pipe === 'function' || FORM.test(tag)) return false;
  return tag === '[object Object]' || tag === '[object Array]' || typeof toJSON === 'function';
}
