/**
 * The protocol without axios: signing by hand, and verifying on the receiving side.
 *
 * The individual formats and the HMAC itself are deliberately not exported, so that a receiver cannot skip a check.
 *
 * @module axios-viewer-context/protocol
 */
export { isViewerContextError, ViewerContextError, type ViewerContextErrorCode } from '../errors.js';
export { signBody, verifyBody, type RawBody } from './body.js';
export { keyId } from './key-id.js';
export { VIEWER_CONTEXT_SIGNATURE_HEADER } from './pair.js';
export { VIEWER_CONTEXT_HEADER } from './payload.js';
export { signViewerContext, type SignViewerContextOptions } from './sign-viewer-context.js';
export { verifyViewerContext, type VerifyViewerContextOptions } from './verify-viewer-context.js';

export type { ViewerContextFormat } from './formats.js';
export type { ReceivedHeaders } from './received-headers.js';
export type { SecretKeyObject, SharedSecret, VerifyOptions } from './shared-secret.js';
export type { ActorType, Viewer, ViewerContext, ViewerId } from './viewer-context.js';
