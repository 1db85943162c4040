import { rawBody } from './bytes.js';
import { BODY_SIGNATURE_PREFIX, VIEWER_CONTEXT_HEADER, VIEWER_CONTEXT_SIGNATURE_HEADER } from './headers.js';
import { toSigningKey, type SharedSecret } from './shared-secret.js';
import { sign } from './signature.js';
import { normalizeViewerContext, serializeViewer, type ViewerContext } from './viewer-context.js';

/**
 * The two viewer headers for a request that is not sent with axios; no header at all for nobody.
 *
 * The pair has no expiry and is not bound to a request: whoever sees it can use it until the secret changes.
 * Throws `ERR_INVALID_VIEWER_CONTEXT`, `ERR_MISSING_SECRET`, `ERR_INVALID_SECRET`.
 *
 * @example
 * ```ts
 * import { signViewerContext } from 'axios-viewer-context/protocol';
 *
 * const headers = signViewerContext({ organizationId: 1, userId: 2 }, 'secret-one');
 * console.log(headers['X-Viewer-Context']); // {"organization_id":1,"user_id":2}
 * ```
 */
export function signViewerContext(context: ViewerContext | null, secret: SharedSecret): Record<string, string> {
  const key = toSigningKey(secret);
  const viewer = normalizeViewerContext(context);
  if (viewer === null) return {};
  const payload = serializeViewer(viewer);
  return { [VIEWER_CONTEXT_HEADER]: payload, [VIEWER_CONTEXT_SIGNATURE_HEADER]: sign(key, payload) };
}

/**
 * The `Authorization` value for a body, which must be the exact bytes that are sent (`''` when there is none).
 *
 * Throws `ERR_UNSIGNABLE_BODY`, `ERR_MISSING_SECRET`, `ERR_INVALID_SECRET`.
 *
 * @example
 * ```ts
 * import { signBody } from 'axios-viewer-context/protocol';
 *
 * const body = JSON.stringify({ thing: 'thing' });
 * const headers = { 'content-type': 'application/json;charset=utf-8', Authorization: signBody(body, 'secret-one') };
 * ```
 */
export function signBody(body: string | Uint8Array | ArrayBuffer, secret: SharedSecret): string {
  const key = toSigningKey(secret);
  return BODY_SIGNATURE_PREFIX + sign(key, rawBody(body, 'sent'));
}
