import { types } from 'node:util';

/** What went wrong, for programs; the README's table tells the way out of each. */
export type ViewerContextErrorCode =
  // sending: nothing of the request has left the process
  | 'ERR_INVALID_VIEWER_CONTEXT'
  | 'ERR_VIEWER_CONTEXT_IN_DEFAULTS'
  | 'ERR_MISSING_SECRET'
  | 'ERR_INVALID_SECRET'
  | 'ERR_DESTINATION_NOT_ALLOWED'
  | 'ERR_CONFLICTING_CREDENTIALS'
  | 'ERR_NOT_LAST_TRANSFORM'
  | 'ERR_SPENT_SIGNATURE'
  // sending and verifying
  | 'ERR_UNSIGNABLE_BODY'
  // verifying
  | 'ERR_MISSING_HEADER'
  | 'ERR_MALFORMED_HEADER'
  | 'ERR_SIGNATURE_MISMATCH'
  | 'ERR_INVALID_PAYLOAD';

/**
 * Everything that fails while a request is signed or verified. (A wrong argument or option is a `TypeError` instead.)
 *
 * The message says what was wrong, where, and what to do. It never holds a secret, a signature or an id.
 * `cause` is what the caller's own function threw, if it was one.
 *
 * @example
 * ```ts
 * import { ViewerContextError } from 'axios-viewer-context';
 *
 * const error = new ViewerContextError('ERR_MISSING_SECRET', 'No shared secret is configured.');
 * console.log(error.code);
 * ```
 */
export class ViewerContextError extends Error {
  static {
    // On the prototype, so that the stack trace begins with it too.
    Object.defineProperty(this.prototype, 'name', { value: 'ViewerContextError', configurable: true, writable: true });
  }

  constructor(
    /** What went wrong, for programs. */
    readonly code: ViewerContextErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

/**
 * Whether a value is a `ViewerContextError`, also one of another build or copy of this package (where `instanceof` fails).
 *
 * @example
 * ```ts
 * import { isViewerContextError } from 'axios-viewer-context';
 *
 * const refused = (error: unknown) => isViewerContextError(error) && error.code === 'ERR_DESTINATION_NOT_ALLOWED';
 * ```
 */
export function isViewerContextError(value: unknown): value is ViewerContextError {
  return types.isNativeError(value) && value.name === 'ViewerContextError';
}
