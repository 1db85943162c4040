import type { AxiosClient, FinalConfig, RequestConfig } from './axios-types.js';
import { ViewerContextError } from './errors.js';
import { normalizeViewerContext, type Viewer } from './protocol/viewer-context.js';
import type { Settings } from './settings.js';

/**
 * What the interceptor knows about the viewer, before later interceptors run. Like everywhere here, `null` means that
 * there is to be no viewer, and `undefined` that nothing sets a viewer.
 */
export interface ViewerLookup {
  readonly viewer: Viewer | null | undefined;
  /** Whether the request sets no viewer itself, so that this is the default. */
  readonly isDefault: boolean;
  /** Why there is no viewer, if what the request sets is invalid or `defaultViewerContext()` failed. */
  readonly error: ViewerContextError | undefined;
}

/** The request's own viewer, or else the default. Also writes it to the config, where later interceptors can see it. */
export async function lookUpViewer(config: RequestConfig, settings: Settings): Promise<ViewerLookup> {
  const { defaultViewer, format } = settings;
  const context = viewerContextOf(config);
  const isDefault = context === undefined;
  try {
    let viewer: Viewer | null | undefined;
    if (!isDefault) viewer = normalizeViewerContext(context, format.fields, 'viewerContext');
    else viewer = typeof defaultViewer === 'function' ? await defaultViewer(config) : defaultViewer;
    if (viewer !== undefined) config.viewerContext = viewer;
    return { viewer, isDefault, error: undefined };
  } catch (error) {
    return { viewer: undefined, isDefault, error: error as ViewerContextError };
  }
}

/**
 * The viewer of the final config in normal form, also written back to it: a later interceptor may have changed it.
 *
 * Throws `ERR_INVALID_VIEWER_CONTEXT`.
 */
export function readFinalViewer(
  config: FinalConfig,
  lookup: ViewerLookup,
  settings: Settings,
): Viewer | null | undefined {
  const context = viewerContextOf(config);
  if (context === lookup.viewer) return lookup.viewer; // the very object that the lookup wrote: unchanged
  const viewer = normalizeViewerContext(context, settings.format.fields, 'viewerContext');
  if (viewer !== undefined) config.viewerContext = viewer;
  return viewer;
}

/** For a viewer in the client's defaults, both when attaching and when a request is sent. */
export const VIEWER_IN_DEFAULTS =
  'client.defaults.viewerContext is set, perhaps through axios.defaults. axios would merge it field by field with the ' +
  "request's own viewer context. Remove it and use the defaultViewerContext option.";

/** Whether there is a viewer in the client's defaults. Merged with the request's own, it can mix two viewers. */
export function hasViewerInDefaults({ defaults }: AxiosClient): boolean {
  return viewerContextOf(defaults) !== undefined;
}

/** Throws `ERR_VIEWER_CONTEXT_IN_DEFAULTS`. */
export function assertNoViewerInDefaults(client: AxiosClient): void {
  if (hasViewerInDefaults(client)) throw new ViewerContextError('ERR_VIEWER_CONTEXT_IN_DEFAULTS', VIEWER_IN_DEFAULTS);
}

/** An own property only: axios up to 1.15.1 reads a polluted Object.prototype. */
function viewerContextOf(object: object = {}): unknown {
  return Object.hasOwn(object, 'viewerContext') ? (object as RequestConfig).viewerContext : undefined;
}
