/**
 * The protocol without axios: signing by hand, and verifying on the receiving side.
 *
 * @packageDocumentation
 */
export { ViewerContextError, isViewerContextError } from '../errors.js';
export { VIEWER_CONTEXT_HEADER, VIEWER_CONTEXT_SIGNATURE_HEADER } from './headers.js';
export { keyId } from './shared-secret.js';
export { signBody, signViewerContext } from './sign.js';
export { verifyBody, verifyViewerContext } from './verify.js';

export type { ViewerContextErrorCode } from '../errors.js';
export type { ReceivedHeaders } from './headers.js';
export type { SecretKeyObject, SharedSecret } from './shared-secret.js';
export type { VerifyOptions } from './verify.js';
export type { Viewer, ViewerContext, ViewerId } from './viewer-context.js';
