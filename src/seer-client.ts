import axios, { type AxiosInstance, type CreateAxiosDefaults } from 'axios';
import { attach } from './attach.js';
import { OPTION_NAMES, readOptions, type ViewerContextOptions } from './options.js';

type OrUndefined<Type> = { [Name in keyof Type]?: Type[Name] | undefined };

/** The options of {@link createSeerClient}: those of `attachViewerContext`, and any default of an axios instance. */
export interface SeerClientOptions
  extends OrUndefined<Omit<CreateAxiosDefaults, 'viewerContext'>>, Partial<ViewerContextOptions> {}

const SEER_DEFAULTS = { baseURL: 'http://127.0.0.1:9091', timeout: 30_000, proxy: false } as const;

/**
 * Creates an axios instance for Seer: the viewer is attached, and the body of every request is signed into
 * `Authorization`, an empty one too.
 *
 * Defaults: `baseURL` `http://127.0.0.1:9091`, `timeout` 30000 ms, `proxy` `false`, content type
 * `application/json;charset=utf-8`, `secret` from the environment's `SEER_API_SHARED_SECRET`, read now (`''`: none).
 *
 * While there is a secret, no redirect is followed, every request must go to an allowed origin, a caller's
 * `Authorization`, `Content-Length` and `Transfer-Encoding` are replaced or dropped, and `transport`, `auth`, and bodies
 * whose bytes are not known are refused with a `ViewerContextError`. Throws a `TypeError` for misuse.
 *
 * @example
 * ```ts
 * import { createSeerClient } from 'axios-viewer-context';
 *
 * const seer = createSeerClient({ baseURL: 'https://seer.internal', secret: process.env.SEER_API_SHARED_SECRET });
 * ```
 */
export function createSeerClient(options: SeerClientOptions = {}): AxiosInstance {
  if (typeof options !== 'object' || (options as unknown) === null) {
    throw new TypeError('The options are not an object: pass { baseURL, secret }.');
  }
  const viewerOptions: Record<string, unknown> = { secret: process.env['SEER_API_SHARED_SECRET'] };
  const defaults: Record<string, unknown> = { ...SEER_DEFAULTS };
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue; // left out: it must not undo a default
    (OPTION_NAMES.includes(name) ? viewerOptions : defaults)[name] = value;
  }
  defaults['headers'] = Object.assign({ 'Content-Type': 'application/json;charset=utf-8' }, defaults['headers']);
  const client = axios.create(defaults);
  attach(client, readOptions(client, viewerOptions, { signsBody: true }));
  return client;
}
