/**
 * Sends a signed viewer with the requests of an axios client: attach it to a client, or make a client for Seer.
 *
 * @packageDocumentation
 */
export { attachViewerContext } from './attach.js';
export { ViewerContextError, isViewerContextError } from './errors.js';
export { createSeerClient } from './seer-client.js';

export type { AxiosClient, HandlerEntry, Interceptor, RequestConfig, RequestInterceptors } from './axios-types.js';
export type { ViewerContextErrorCode } from './errors.js';
export type { ConfiguredSecret, ViewerContextOptions, WarningLogger } from './options.js';
export type { SecretKeyObject, SharedSecret } from './protocol/shared-secret.js';
export type { Viewer, ViewerContext, ViewerId } from './protocol/viewer-context.js';
export type { SeerClientOptions } from './seer-client.js';
