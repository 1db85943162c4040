/**
 * The protocol without axios: signing by hand, and verifying on the receiving side.
 *
 * Not exported on purpose: the formats one by one, so that a receiver cannot skip a check, and the HMAC itself.
 *
 * @packageDocumentation
 */
export { isViewerContextError, ViewerContextError } from '../errors.js';
export { signBody, verifyBody } from './body.js';
export { signViewerContext, verifyViewerContext } from './formats.js';
export { VIEWER_CONTEXT_SIGNATURE_HEADER } from './pair.js';
export { keyId } from './shared-secret.js';
export { VIEWER_CONTEXT_HEADER } from './viewer-context.js';

export type { ViewerContextErrorCode } from '../errors.js';
export type { ReceivedHeaders } from './received-headers.js';
export type { SecretKeyObject, SharedSecret, VerifyOptions } from './shared-secret.js';
export type { Viewer, ViewerContext, ViewerId } from './viewer-context.js';
