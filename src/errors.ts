import { types } from 'node:util';

/** What went wrong, as a code for programs. docs/errors.md says what happened and what to do for each code. */
export type ViewerContextErrorCode =
  // Sending: none of the request has left the process.
  | 'ERR_INVALID_VIEWER_CONTEXT'
  | 'ERR_MISSING_VIEWER_CONTEXT'
  | 'ERR_VIEWER_CONTEXT_IN_DEFAULTS'
  | 'ERR_MISSING_SECRET'
  | 'ERR_INVALID_SECRET'
  | 'ERR_DESTINATION_NOT_ALLOWED'
  | 'ERR_CONFLICTING_CREDENTIALS'
  | 'ERR_ALREADY_SIGNED'
  // Sending and verifying.
  | 'ERR_UNSIGNABLE_BODY'
  // Verifying.
  | 'ERR_MISSING_HEADER'
  | 'ERR_MALFORMED_HEADER'
  | 'ERR_SIGNATURE_MISMATCH'
  | 'ERR_INVALID_PAYLOAD'
  | 'ERR_EXPIRED'
  | 'ERR_NOT_YET_VALID';

/**
 * Any failure to sign or verify a request. Misuse, such as a wrong argument or an unknown option, throws a `TypeError`
 * instead.
 *
 * The message says what was wrong, where, and what to do. It never contains a secret, a signature, an id or a key id.
 * It is meant for your logs; `code` is meant for programs and for responses.
 *
 * @example
 * ```ts
 * import { ViewerContextError } from 'axios-viewer-context';
 *
 * const error = new ViewerContextError('ERR_MISSING_SECRET', 'The secret is not there yet.');
 * console.log(error.code);
 * ```
 */
export class ViewerContextError extends Error {
  static {
    // On the prototype, so that stack traces begin with the name too.
    Object.defineProperty(this.prototype, 'name', { value: 'ViewerContextError', configurable: true, writable: true });
  }

  /**
   * With `ERR_SIGNATURE_MISMATCH`: the key ids of all accepted secrets. Log them, but do not send them to clients,
   * because a key id makes a weak secret easier to guess. For that reason, the message and `JSON.stringify(error)`
   * leave them out.
   */
  declare readonly keyIds?: readonly string[];

  constructor(
    /** What went wrong, as a code for programs. */
    readonly code: ViewerContextErrorCode,
    message: string,
    { keyIds, ...options }: { cause?: unknown; keyIds?: readonly string[] } = {},
  ) {
    super(message, options);
    Object.defineProperty(this, 'keyIds', { __proto__: null, value: keyIds } as PropertyDescriptor);
  }
}

/**
 * Whether a value is a `ViewerContextError`, even from another build or copy of this package, where `instanceof` fails.
 *
 * @example
 * ```ts
 * import { isViewerContextError } from 'axios-viewer-context';
 *
 * const isRefused = (error: unknown) => isViewerContextError(error) && error.code === 'ERR_DESTINATION_NOT_ALLOWED';
 * ```
 */
export function isViewerContextError(value: unknown): value is ViewerContextError {
  return types.isNativeError(value) && value.name === 'ViewerContextError';
}
