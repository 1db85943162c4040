import type { AxiosClient, FinalConfig, RequestConfig } from './axios-types.js';
import type { ViewerContextError } from './errors.js';
import { ownValue } from './protocol/own-value.js';
import { normalizeViewerContext, type Viewer } from './protocol/viewer-context.js';
import type { Settings } from './settings.js';

/**
 * What the interceptor knows about the viewer before later interceptors run. Here as everywhere, `null` means no
 * viewer, and `undefined` means that nothing sets a viewer.
 */
export interface ViewerLookup {
  readonly viewer: Viewer | null | undefined;
  /** Whether the request sets no viewer itself, so that this is the default. */
  readonly isDefault: boolean;
  /** Why there is no viewer, if what the request sets is invalid or `defaultViewerContext()` failed. */
  readonly error: ViewerContextError | undefined;
}

/** Finds the request's own viewer, or else the default, and writes it to the config for later interceptors to see. */
export async function lookUpViewer(config: RequestConfig, settings: Settings): Promise<ViewerLookup> {
  const { defaultViewer, format } = settings;
  const context = ownValue(config, 'viewerContext'); // axios up to 1.15.1 reads a polluted Object.prototype
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

/** What the final config says about the viewer, which a later interceptor may have changed. */
export interface FinalViewer {
  readonly viewer: Viewer | null | undefined;
  /** Whether the viewer is still the default that was looked up: the very same object, which is frozen. */
  readonly isUnchangedDefault: boolean;
  /** Why there is no viewer. If a later interceptor has set a viewer, this is still why the lookup found none. */
  readonly error: ViewerContextError | undefined;
}

/** Reads the viewer of the final config. */
export function readFinalViewer(config: FinalConfig, lookup: ViewerLookup, { format }: Settings): FinalViewer {
  const context = ownValue(config, 'viewerContext');
  if (context === lookup.viewer) {
    return { viewer: lookup.viewer, isUnchangedDefault: lookup.isDefault, error: lookup.error };
  }
  try {
    const viewer = normalizeViewerContext(context, format.fields, 'viewerContext');
    return { viewer, isUnchangedDefault: false, error: lookup.error };
  } catch (error) {
    return { viewer: undefined, isUnchangedDefault: false, error: error as ViewerContextError };
  }
}

/** For a viewer in the client's axios defaults, both when attaching and when a request is sent. */
export const VIEWER_IN_DEFAULTS =
  'client.defaults.viewerContext is set, perhaps through axios.defaults. axios would merge it field by field with the ' +
  "request's own viewer context. Remove it and use the defaultViewerContext option.";

/** Whether the client's axios defaults contain a viewer. */
export function hasViewerInAxiosDefaults({ defaults }: AxiosClient): boolean {
  return ownValue(defaults ?? {}, 'viewerContext') !== undefined;
}
