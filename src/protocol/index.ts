/**
 * The protocol without axios: signing by hand, and verifying on the receiving side.
 *
 * Deliberately not exported: the individual formats, so that a receiver cannot skip a check, and the HMAC itself.
 *
 * @module axios-viewer-context/protocol
 */
export { isViewerContextError, ViewerContextError, type ViewerContextErrorCode } from '../errors.js';
export { signBody, verifyBody, type RawBody } from './body.js';
export { signViewerContext, verifyViewerContext } from './formats.js';
export { VIEWER_CONTEXT_SIGNATURE_HEADER } from './pair.js';
export { keyId, type SecretKeyObject, type SharedSecret, type VerifyOptions } from './shared-secret.js';
export { VIEWER_CONTEXT_HEADER } from './viewer-context.js';

export type { SignViewerContextOptions, VerifyViewerContextOptions, ViewerContextFormat } from './formats.js';
export type { ReceivedHeaders } from './received-headers.js';
export type { ActorType, Viewer, ViewerContext, ViewerId } from './viewer-context.js';
