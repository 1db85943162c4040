import axios, { type AxiosInstance, type CreateAxiosDefaults } from 'axios';
import { attach } from './attach.js';
import type { ViewerContextOptions } from './options.js';
import { createSeerAgents } from './seer-agents.js';
import { signSeerBody } from './seer-body.js';
import { OPTION_NAMES, readSettings } from './settings.js';

type OrUndefined<Type> = { [Name in keyof Type]?: Type[Name] | undefined };

/** The options of {@link createSeerClient}: those of `attachViewerContext`, and any that `axios.create()` accepts. */
export interface SeerClientOptions
  extends OrUndefined<Omit<CreateAxiosDefaults, 'viewerContext'>>, Partial<ViewerContextOptions> {}

/**
 * An axios instance for Seer. Because the type has a name of its own, libraries that return it also pass on the type of
 * `viewerContext` in request configs.
 */
export interface SeerClient extends AxiosInstance {}

const CONTENT_TYPE = 'application/json;charset=utf-8';

/**
 * Creates an axios instance for Seer. The plugin is attached, and `Authorization` carries a signature of every
 * request's body, even of an empty body.
 *
 * An option that is left out or `undefined` has its default:
 * - `baseURL`: `http://127.0.0.1:9091`
 * - `secret`: the environment variable `SEER_API_SHARED_SECRET`, read when the client is created (`''` means no secret)
 * - `format`: `'pair'`. Sentry's own services accept only tokens, `'jwt'`.
 * - `timeout`: 30000 (ms)
 * - `proxy`: `false`
 * - `httpAgent` and `httpsAgent`: agents for this client alone, which keep connections alive
 * - `headers`: the content type `application/json;charset=utf-8`, unless `headers` sets another
 *
 * The client removes a caller's `Authorization`, and refuses `auth` and URL credentials. With a secret or a viewer, it
 * sends to allowed origins only. With a secret, it also follows no redirects, and refuses bodies whose exact bytes it
 * does not know.
 *
 * @param options - All are optional.
 * @returns The axios instance.
 * @throws `TypeError` for a malformed option, a `viewerContext` among the options, or a mocked axios.
 * @throws `ViewerContextError`, with the code `ERR_INVALID_SECRET` for an invalid `secret`, and
 * `ERR_INVALID_VIEWER_CONTEXT` for an invalid `defaultViewerContext`. (Functions are checked for each request instead.)
 *
 * @example
 * ```ts
 * import { createSeerClient } from 'axios-viewer-context';
 *
 * const seer = createSeerClient({ baseURL: 'https://seer.internal', format: 'jwt' });
 * ```
 */
export function createSeerClient(options: SeerClientOptions = {}): SeerClient {
  if (typeof options !== 'object' || (options as unknown) === null) {
    throw new TypeError('The options must be an object, such as { baseURL, secret }.');
  }
  const environment = { __proto__: null, ...process.env } as unknown as NodeJS.ProcessEnv;
  const viewerOptions: Record<string, unknown> = { secret: environment['SEER_API_SHARED_SECRET'] };
  const defaults: Record<string, unknown> = {
    __proto__: null,
    baseURL: 'http://127.0.0.1:9091',
    timeout: 30_000, // ms
    proxy: false,
    ...createSeerAgents(),
  };
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue; // treated as left out, so that it does not undo a default
    const target = OPTION_NAMES.includes(name) ? viewerOptions : defaults;
    target[name] = value;
  }
  defaults['headers'] = withContentType((defaults['headers'] ?? {}) as Record<string, unknown>);

  const client = axios.create(defaults) as AxiosInstance | undefined;
  if (client === undefined) {
    throw new TypeError(
      "axios.create() returned no client. If axios is mocked, by jest.mock('axios') for example, use axios-mock-adapter " +
        'instead, which responds to the requests of a real client.',
    );
  }
  attach(client, readSettings(client, viewerOptions as unknown as ViewerContextOptions, signSeerBody));
  return client;
}

/** Adds the content type, unless the caller sets one: directly, in `common`, or for a method. */
function withContentType(headers: Record<string, unknown>): object {
  const names = [headers, ...Object.values(headers)].flatMap((place) => Object.keys(Object(place) as object));
  const isSet = names.some((name) => name.toLowerCase() === 'content-type');
  return isSet ? headers : { ...headers, 'Content-Type': CONTENT_TYPE };
}
