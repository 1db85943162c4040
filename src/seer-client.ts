import axios, { type AxiosInstance, type CreateAxiosDefaults } from 'axios';
import { attach } from './attach.js';
import type { ViewerContextOptions } from './options.js';
import { createSeerAgents } from './seer-agents.js';
import { signSeerBody } from './seer-body.js';
import { OPTION_NAMES, readSettings } from './settings.js';

type OrUndefined<Type> = { [Name in keyof Type]?: Type[Name] | undefined };

/** The options of {@link createSeerClient}: those of `attachViewerContext`, and any default of an axios instance. */
export interface SeerClientOptions
  extends OrUndefined<Omit<CreateAxiosDefaults, 'viewerContext'>>, Partial<ViewerContextOptions> {}

/**
 * An axios instance for Seer. Since the type has its own name, libraries that return it also pass on the types of
 * `viewerContext` in request configs.
 */
export interface SeerClient extends AxiosInstance {}

const CONTENT_TYPE = 'application/json;charset=utf-8';

/**
 * Creates an axios instance for Seer: the plugin is attached, and `Authorization` carries a signature of the body of
 * every request, even if the body is empty.
 *
 * Defaults: `baseURL` `http://127.0.0.1:9091`, `timeout` 30000 ms, `proxy` `false`, an `httpAgent` and an `httpsAgent` of
 * its own that keep connections, content type `application/json;charset=utf-8` unless `headers` sets one, `secret` from
 * `SEER_API_SHARED_SECRET` in the environment, read when the client is created (`''` means none).
 *
 * It removes a caller's `Authorization`, and refuses `auth` and URL credentials. With a secret or a viewer, it sends to
 * allowed origins only. With a secret, it also follows no redirect, and refuses bodies whose bytes are not known. Throws a
 * `TypeError` on misuse and `ERR_INVALID_SECRET` for an invalid static secret.
 *
 * @example
 * ```ts
 * import { createSeerClient } from 'axios-viewer-context';
 *
 * const seer = createSeerClient({ baseURL: 'https://seer.internal', secret: process.env.SEER_API_SHARED_SECRET });
 * ```
 */
export function createSeerClient(options: SeerClientOptions = {}): SeerClient {
  if (typeof options !== 'object' || (options as unknown) === null) {
    throw new TypeError('The options must be an object. Pass { baseURL, secret }.');
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
    if (value === undefined) continue; // as if left out: it must not undo a default
    const target = OPTION_NAMES.includes(name) ? viewerOptions : defaults;
    target[name] = value;
  }
  defaults['headers'] = withContentType((defaults['headers'] ?? {}) as Record<string, unknown>);

  const client = axios.create(defaults) as AxiosInstance | undefined;
  if (client === undefined) {
    throw new TypeError(
      "axios.create() returned no client. If axios is mocked, by jest.mock('axios') for example, use axios-mock-adapter " +
        'instead: it answers the requests of a real client.',
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
