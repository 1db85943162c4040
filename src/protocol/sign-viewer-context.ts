import { FORMATS, isFormatName, type ViewerContextFormat } from './formats.js';
import { toKey, type SharedSecret } from './shared-secret.js';
import { normalizeViewerContext, type ViewerContext } from './viewer-context.js';

/** The options of `signViewerContext`. */
export interface SignViewerContextOptions {
  /**
   * How the viewer is sent.
   *
   * @defaultValue `'pair'`
   */
  readonly format?: ViewerContextFormat | undefined;
}

/**
 * Signs a viewer for a request that is not sent with axios.
 *
 * A pair never expires; a token expires after 15 minutes. Until then, anyone who sees the headers can use them, for any
 * request.
 *
 * @param context - The viewer; `null` for no viewer.
 * @param secret - The secret that the receiver has.
 * @param options - The format.
 * @returns The headers to send. Empty for no viewer, or for a context without ids.
 * @throws `ViewerContextError`, with the code `ERR_INVALID_VIEWER_CONTEXT`, `ERR_MISSING_SECRET` for a secret that is
 * `undefined` or `''`, and `ERR_INVALID_SECRET` for any other unusable secret.
 * @throws `TypeError` for an unknown option or format.
 *
 * @example
 * ```ts
 * import { signViewerContext } from 'axios-viewer-context/protocol';
 *
 * const headers = signViewerContext({ organizationId: 1, userId: 2 }, 'secret-one');
 * console.log(headers['X-Viewer-Context']); // {"organization_id":1,"user_id":2}
 * ```
 */
export function signViewerContext(
  context: ViewerContext | null,
  secret: SharedSecret,
  options: SignViewerContextOptions = {},
): Record<string, string> {
  const { format = 'pair', ...unknownOptions } = { __proto__: null, ...options } as SignViewerContextOptions;
  if (!isFormatName(format) || Object.keys(unknownOptions).length > 0) {
    throw new TypeError("options must be { format: 'pair' } or { format: 'jwt' }.");
  }
  const key = toKey(secret);
  const viewer = normalizeViewerContext(context, FORMATS[format].fields, 'viewerContext');
  // A copy, because the record can be cached.
  return viewer ? { ...FORMATS[format].sign(viewer, key) } : {};
}
