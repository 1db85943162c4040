export { attachViewerContext } from './attach.js';
export { ViewerContextError, isViewerContextError } from './errors.js';
export { createSeerClient } from './seer-client.js';

export type { AxiosClient, Interceptor, RequestConfig, RequestInterceptors } from './axios-types.js';
export type { ViewerContextErrorCode } from './errors.js';
export type { ConfiguredSecret, ViewerContextOptions } from './options.js';
export type { SharedSecret } from './protocol/shared-secret.js';
export type { Viewer, ViewerContext, ViewerId } from './protocol/viewer-context.js';
export type { SeerClientOptions } from './seer-client.js';
