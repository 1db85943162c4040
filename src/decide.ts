import { describeRefusal, isAllowed, type AllowedOrigins, type Destination } from './destination.js';
import { ViewerContextError } from './errors.js';
import type { KeyLookup } from './key-lookup.js';
import { MISSING_SECRET_MESSAGE } from './missing-secret.js';
import type { SecretKeyObject } from './protocol/shared-secret.js';
import type { Viewer } from './protocol/viewer-context.js';
import type { Settings } from './settings.js';
import { VIEWER_IN_DEFAULTS } from './viewer-lookup.js';

/** What is known about a request when it is about to be sent. */
export interface Facts {
  /** `null`: the request is to have no viewer. `undefined`: nothing sets a viewer. */
  readonly viewer: Viewer | null | undefined;
  /** Whether the viewer is still the default that was looked up. */
  readonly isUnchangedDefault: boolean;
  /** Why no viewer was found: it is invalid, or `defaultViewerContext()` failed. Stays if one is set later. */
  readonly viewerError: ViewerContextError | undefined;
  /** Whether there is a viewer in axios's own defaults of the client. */
  readonly hasViewerInDefaults: boolean;
  readonly destination: Destination;
  readonly allowedOrigins: AllowedOrigins;
  readonly keyLookup: KeyLookup;
  /** Whether the client signs the body of every request. Only the Seer client does. */
  readonly signsBodies: boolean;
}

/** What to do with a request that is not refused. */
export type Decision =
  /** The viewer, the body (the Seer client), or both. */
  | { readonly outcome: 'sign'; readonly key: SecretKeyObject }
  /** It has no viewer, or the default is dropped. */
  | { readonly outcome: 'send without viewer' }
  /** No secret is configured. */
  | { readonly outcome: 'send unsigned' };

/** What the application chose for what is missing. */
type Policy = Pick<Settings, 'onMissingViewerContext' | 'onMissingSecret'>;

/** Decides what to do with a request. Throws a `ViewerContextError` if it is refused. */
export function decide(facts: Facts, policy: Policy): Decision {
  const { viewer, destination, allowedOrigins, keyLookup, signsBodies } = facts;

  // Is there a viewer?
  if (facts.hasViewerInDefaults) throw new ViewerContextError('ERR_VIEWER_CONTEXT_IN_DEFAULTS', VIEWER_IN_DEFAULTS);
  if (viewer === undefined) {
    if (facts.viewerError !== undefined) throw facts.viewerError; // not the same as no viewer
    if (policy.onMissingViewerContext === 'throw') throw missingViewer();
  }
  const hasViewer = viewer !== undefined && viewer !== null;
  if (!hasViewer && !signsBodies) return { outcome: 'send without viewer' };

  // Is the destination allowed? A viewer is checked even without a secret, so that development, where there often is
  // none, refuses what production refuses. A request without a viewer, which only the Seer client signs, is not: without
  // a secret, there is nothing to protect.
  const hasSomethingToProtect = hasViewer || keyLookup !== 'no secret configured';
  if (hasSomethingToProtect && !isAllowed(destination, allowedOrigins)) {
    if (mayDropViewer(facts, policy)) return { outcome: 'send without viewer' };
    throw new ViewerContextError(
      'ERR_DESTINATION_NOT_ALLOWED',
      `Refusing to send the request: ${describeRefusal(destination, allowedOrigins)}`,
    );
  }

  // Is there a key?
  if (keyLookup instanceof ViewerContextError) throw keyLookup;
  if (keyLookup === 'secret not requested') throw secretNotRequested(facts.viewerError);
  if (keyLookup === 'no secret configured') {
    if (policy.onMissingSecret === 'throw') throw new ViewerContextError('ERR_MISSING_SECRET', MISSING_SECRET_MESSAGE);
    return { outcome: 'send unsigned' };
  }
  return { outcome: 'sign', key: keyLookup };
}

/**
 * Whether a request is sent without its viewer if the destination may not get the viewer. Only a default may be dropped:
 * it is set for every request of the client, including requests to other services.
 */
function mayDropViewer({ isUnchangedDefault, signsBodies, allowedOrigins }: Facts, policy: Policy): boolean {
  if (!isUnchangedDefault) return false; // an explicit viewer is never dropped
  if (signsBodies) return false; // the body would still be signed, for a destination that may not get that either
  if (policy.onMissingViewerContext === 'throw') return false; // no viewer is ever left out silently then
  // If no origin is allowed at all, every request would lose its viewer, and no error would ever say so.
  return allowedOrigins !== 'none configured' && allowedOrigins.length > 0;
}

function missingViewer(): ViewerContextError {
  return new ViewerContextError(
    'ERR_MISSING_VIEWER_CONTEXT',
    "The request has no viewer, and onMissingViewerContext is 'throw'. Pass viewerContext in the request config (the " +
      'third argument of client.post), or null for a request without a viewer.',
  );
}

/** A secret may be configured, so `onMissingSecret` does not apply. */
function secretNotRequested(cause: ViewerContextError | undefined): ViewerContextError {
  return new ViewerContextError(
    'ERR_MISSING_SECRET',
    'A later interceptor set a viewer on a request for which the plugin had found none, so secret() was not called. ' +
      'Set the viewer in the request config, or in an interceptor that runs earlier.',
    { cause },
  );
}
