import type { AxiosClient, RequestConfig } from './axios-types.js';
import { ViewerContextError } from './errors.js';
import { VIEWER_IN_DEFAULTS, type Settings } from './options.js';
import { configValue, isPromiseLike } from './properties.js';
import { normalizeViewerContext, serializeViewer, type Viewer } from './protocol/viewer-context.js';
import type { Signer } from './signer.js';

/** One attempt to send a request: what the interceptor resolved, and what the transform has done with it. */
export interface Attempt {
  /** The payload of the default viewer, if the request named none. */
  defaultPayload: string | undefined;
  /** Why the request must be refused whatever it carries. */
  problem: Error | undefined;
  signer: Signer | undefined;
  /** Why there is no signer; matters only where there is something to sign. */
  signerProblem: Error | undefined;
  /** What there is to wait for before the request is sent. Never rejects. */
  pending: Promise<void> | undefined;
  /** The body's signature, once it is on the headers. */
  authorization: string | undefined;
  /** It signs once, for the first run of its transform; a config that is sent again gets a new attempt. */
  state: 'prepared' | 'ran' | 'signed';
}

/** Decides whose request it is, writes that to the config, and reads the secret. Never throws. */
export function prepareAttempt(config: RequestConfig, client: AxiosClient, settings: Settings): Attempt {
  const attempt: Attempt = {
    defaultPayload: undefined,
    problem: undefined,
    signer: undefined,
    signerProblem: undefined,
    pending: undefined,
    authorization: undefined,
    state: 'prepared',
  };
  readViewer(attempt, config, client, settings);
  readSigner(attempt, settings);
  return attempt;
}

function readViewer(attempt: Attempt, config: RequestConfig, client: AxiosClient, settings: Settings): void {
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
}

function readSigner(attempt: Attempt, settings: Settings): void {
  try {
    const signer = settings.signer();
    if (signer !== undefined && !('signViewer' in signer)) {
      attempt.pending = signer.then(
        (resolved) => {
          attempt.signer = resolved;
        },
        (error: unknown) => {
          attempt.signerProblem = error as Error;
        },
      );
    } else {
      attempt.signer = signer;
    }
  } catch (error) {
    attempt.signerProblem = error as Error;
  }
}

function lookUpDefault(source: unknown): Viewer | null {
  if (typeof source !== 'function') return normalizeViewerContext(source, 'defaultViewerContext');
  let context: unknown;
  let isPromise: boolean;
  try {
    context = (source as () => unknown)();
    isPromise = isPromiseLike(context);
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
