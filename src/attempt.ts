import type { AxiosClient, RequestConfig } from './axios-types.js';
import { ViewerContextError } from './errors.js';
import { VIEWER_IN_DEFAULTS, type Settings } from './options.js';
import { configValue } from './properties.js';
import type { SecretKeyObject } from './protocol/shared-secret.js';
import { normalizeViewerContext, serializeViewer, type Viewer } from './protocol/viewer-context.js';

/** One attempt to send a request: what the interceptor resolved, and what the transform has done with it. */
export interface Attempt {
  /** The payload of the default viewer, if the request named none. */
  defaultPayload?: string;
  /** Why the request must be refused whatever it carries. */
  problem?: Error;
  key?: SecretKeyObject;
  /** Why there is no key; matters only where there is something to sign. */
  keyProblem?: Error;
  /** The body's signature, once it is on the headers. */
  authorization?: string;
  /** It signs once, for the first run of its transform; a config that is sent again gets a new attempt. */
  state: 'prepared' | 'ran' | 'signed';
}

/** Decides whose request it is, writes that to the config, and resolves the secret. Never throws. */
export async function prepareAttempt(config: RequestConfig, client: AxiosClient, settings: Settings): Promise<Attempt> {
  const attempt: Attempt = { state: 'prepared' };
  const context = configValue(config, 'viewerContext');
  if (configValue(client.defaults, 'viewerContext') !== undefined) {
    attempt.problem = new ViewerContextError('ERR_VIEWER_CONTEXT_IN_DEFAULTS', VIEWER_IN_DEFAULTS);
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
      // The transform reads it again, as later interceptors may have changed it, and refuses it then.
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

function lookUpDefault(source: unknown): Viewer | null {
  if (typeof source !== 'function') return normalizeViewerContext(source, 'defaultViewerContext');
  let context: unknown;
  let isPromise: boolean;
  try {
    context = (source as () => unknown)();
    isPromise = typeof (Object(context) as { then?: unknown }).then === 'function';
  } catch (cause) {
    throw new ViewerContextError(
      'ERR_INVALID_VIEWER_CONTEXT',
      'The function defaultViewerContext failed; its reason is the cause.',
      { cause },
    );
  }
  if (isPromise) {
    Promise.resolve(context).catch(() => undefined); // refused now; its rejection must not take the process down later
    throw new ViewerContextError(
      'ERR_INVALID_VIEWER_CONTEXT',
      'The function defaultViewerContext returned a promise; it must return the context itself.',
    );
  }
  return normalizeViewerContext(context, 'What defaultViewerContext returned');
}

export function spentSignature(): ViewerContextError {
  return new ViewerContextError(
    'ERR_SPENT_SIGNATURE',
    'This config was prepared for one attempt of its client, and is now sent by another, or after detaching: ' +
      're-submit it through the client it was made by, attached, or make a new config.',
  );
}

export function notLastTransform(): ViewerContextError {
  return new ViewerContextError(
    'ERR_NOT_LAST_TRANSFORM',
    'A request transform was added after the one that signs the body, and could change what is sent: ' +
      'put it into transformRequest of the client or the request instead, which runs before.',
  );
}
