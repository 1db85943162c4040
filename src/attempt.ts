import type { KeyObject } from 'node:crypto';
import type { AxiosClient, RequestConfig } from './axios.js';
import { ViewerContextError } from './errors.js';
import type { Settings } from './options.js';
import { ownValue } from './own-property.js';
import { normalizeViewerContext, serializeViewer, type Viewer } from './protocol/viewer-context.js';

/** One attempt to send a request: what the interceptor resolved, and what the transform has done with it. */
export interface Attempt {
  /** The payload of the default viewer, if the request named none. */
  defaultPayload?: string;
  /** Why the request must be refused whatever it carries. */
  problem?: Error;
  key?: KeyObject;
  /** Why there is no key; matters only where there is something to sign. */
  keyProblem?: Error;
  /** It signs once, for the first run of its transform; a config that is sent again gets a new attempt. */
  state: 'prepared' | 'ran' | 'signed';
}

/** Decides whose request it is, writes that to the config, and resolves the secret. Never throws. */
export async function prepareAttempt(config: RequestConfig, client: AxiosClient, settings: Settings): Promise<Attempt> {
  const attempt: Attempt = { state: 'prepared' };
  const context = ownValue(config, 'viewerContext');
  if (ownValue(client.defaults, 'viewerContext') !== undefined) {
    attempt.problem = new ViewerContextError(
      'ERR_VIEWER_CONTEXT_IN_DEFAULTS',
      "client.defaults.viewerContext is set (perhaps through axios.defaults), which axios merges with a request's own. " +
        'Remove it and use the option defaultViewerContext.',
    );
  } else if (context === undefined) {
    try {
      const viewer = lookUpDefault(settings.defaultViewerContext);
      if (viewer !== null) attempt.defaultPayload = serializeViewer(viewer);
      config.viewerContext = viewer;
    } catch (error) {
      attempt.problem = error as Error;
    }
  } else {
    try {
      config.viewerContext = normalizeViewerContext(context);
    } catch {
      // Refused by the transform, which reads it again, unless a later interceptor mends it.
    }
  }
  try {
    const key = await settings.signingKey();
    if (key !== undefined) attempt.key = key;
  } catch (error) {
    attempt.keyProblem = error as Error;
  }
  return attempt;
}

function lookUpDefault(defaultViewerContext: unknown): Viewer | null {
  if (typeof defaultViewerContext !== 'function')
    return normalizeViewerContext(defaultViewerContext, 'defaultViewerContext');
  let context: unknown;
  try {
    context = (defaultViewerContext as () => unknown)();
  } catch (cause) {
    throw new ViewerContextError(
      'ERR_INVALID_VIEWER_CONTEXT',
      'The function defaultViewerContext failed; its reason is the cause.',
      { cause },
    );
  }
  if (typeof (Object(context) as { then?: unknown }).then === 'function') {
    Promise.resolve(context).catch(() => undefined); // refused below; its rejection must not take the process down
    throw new ViewerContextError(
      'ERR_INVALID_VIEWER_CONTEXT',
      'The function defaultViewerContext returned a promise; it must return the context itself.',
    );
  }
  return normalizeViewerContext(context, 'What defaultViewerContext returned');
}
