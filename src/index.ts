/**
 * Sends a signed viewer with the requests of an axios client: attach the plugin to a client, or create a client for
 * Seer.
 *
 * The interceptor itself is deliberately not exported, because it works only as `attachViewerContext` registers it. To
 * sign and verify without axios, use `axios-viewer-context/protocol`.
 *
 * @module axios-viewer-context
 */
export { attachViewerContext } from './attach.js';
export { isViewerContextError, ViewerContextError, type ViewerContextErrorCode } from './errors.js';
export { createSeerClient, type SeerClient, type SeerClientOptions } from './seer-client.js';

export type { AxiosClient, Interceptor, RequestConfig, RequestInterceptors } from './axios-types.js';
export type { ConfiguredSecret, DefaultViewerContext, ViewerContextOptions, WarningLogger } from './options.js';
export type { ViewerContextFormat } from './protocol/formats.js';
export type { SecretKeyObject, SharedSecret } from './protocol/shared-secret.js';
export type { ActorType, Viewer, ViewerContext, ViewerId } from './protocol/viewer-context.js';
