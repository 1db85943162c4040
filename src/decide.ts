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
  /** `null` means no viewer, on purpose. `undefined` means that nothing sets a viewer. */
  readonly viewer: Viewer | null | undefined;
  /** Whether the viewer is still the default that was looked up. */
  readonly isUnchangedDefault: boolean;
  /**
   * Why there is no viewer: what is set is invalid, or `defaultViewerContext()` failed. If a later interceptor has set
   * a viewer, this is still why the lookup had found none.
   */
  readonly viewerError: ViewerContextError | undefined;
  /** Whether the client's axios defaults contain a viewer. */
  readonly hasViewerInAxiosDefaults: boolean;
  readonly destination: Destination;
  readonly allowedOrigins: AllowedOrigins;
  readonly keyLookup: KeyLookup;
  /** Whether the client signs the body of every request. Only the Seer client does. */
  readonly signsBodies: boolean;
}

/** What to do with a request that is not refused, and the viewer that it has then; `null` if it has none. */
export type Decision =
  /** Sign the viewer. The Seer client signs the body, and the viewer if there is one. */
  | { readonly outcome: 'sign'; readonly viewer: Viewer | null; readonly key: SecretKeyObject }
  /** There is no viewer, or the default is dropped. Never with the Seer client. */
  | { readonly outcome: 'send without viewer'; readonly viewer: null }
  /** There is something to sign, but no secret is configured. The plugin sets no header. */
  | { readonly outcome: 'send unsigned'; readonly viewer: Viewer | null };

/** What to do if the viewer or the secret is missing. */
type Policy = Pick<Settings, 'onMissingViewerContext' | 'onMissingSecret'>;

/** Decides what to do with a request. Throws a `ViewerContextError` if it is refused. */
export function decide(facts: Facts, policy: Policy): Decision {
  const { destination, allowedOrigins, keyLookup, signsBodies } = facts;

  // Is the client set up as it must be?
  if (facts.hasViewerInAxiosDefaults) {
    throw new ViewerContextError('ERR_VIEWER_CONTEXT_IN_DEFAULTS', VIEWER_IN_DEFAULTS);
  }

  // Is there a viewer?
  if (facts.viewer === undefined) {
    if (facts.viewerError !== undefined) throw facts.viewerError; // whatever the policy: a viewer was intended
    if (policy.onMissingViewerContext === 'throw') throw missingViewer();
  }
  const viewer = facts.viewer ?? null;
  if (viewer === null && !signsBodies) return { outcome: 'send without viewer', viewer: null };

  // Is the destination allowed? With a viewer, it is always checked, even if no secret is configured: development often
  // has none, but must refuse what production refuses. Without a viewer, only the Seer client gets here. If no secret
  // is configured, it skips the check, because the body will not be signed.
  const mustCheckDestination = viewer !== null || keyLookup !== 'no secret configured';
  if (mustCheckDestination && !isAllowed(destination, allowedOrigins)) {
    if (shouldDropViewer(facts, policy)) return { outcome: 'send without viewer', viewer: null };
    throw new ViewerContextError(
      'ERR_DESTINATION_NOT_ALLOWED',
      `Refusing to send the request, because ${describeRefusal(destination, allowedOrigins)}`,
    );
  }

  // Is there a key?
  if (keyLookup instanceof ViewerContextError) throw keyLookup;
  if (keyLookup === 'secret not requested') throw secretNotRequested(facts.viewerError);
  if (keyLookup === 'no secret configured') {
    if (policy.onMissingSecret === 'throw') throw new ViewerContextError('ERR_MISSING_SECRET', MISSING_SECRET_MESSAGE);
    return { outcome: 'send unsigned', viewer };
  }
  return { outcome: 'sign', viewer, key: keyLookup };
}

/**
 * For a destination that is not allowed: whether to send the request without its viewer, instead of refusing it. Only a
 * default is ever dropped. It is set for every request of the client, including requests to other services.
 */
function shouldDropViewer({ isUnchangedDefault, signsBodies, allowedOrigins }: Facts, policy: Policy): boolean {
  if (!isUnchangedDefault) return false;
  if (signsBodies) return false; // the destination may not get the body's signature either
  if (policy.onMissingViewerContext === 'throw') return false; // a dropped viewer is a missing one
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

/**
 * Thrown whatever `onMissingSecret` says: the secret was not requested, rather than missing. Never with the Seer
 * client, which requests the secret for every request.
 */
function secretNotRequested(cause: ViewerContextError | undefined): ViewerContextError {
  return new ViewerContextError(
    'ERR_MISSING_SECRET',
    'A later interceptor set a viewer on a request that had none before, so secret() was not called. Set the viewer ' +
      'in the request config, or in an interceptor that runs earlier.',
    { cause },
  );
}
