import { describeRefusal, isAllowed, type AllowedOrigins, type Destination } from './destination.js';
import { ViewerContextError } from './errors.js';
import type { KeyLookup } from './key-lookup.js';
import { MISSING_SECRET } from './missing-secret.js';
import type { SecretKeyObject } from './protocol/shared-secret.js';
import type { Viewer } from './protocol/viewer-context.js';
import type { Settings } from './settings.js';

/** What is known about a request when it is about to be sent. */
export interface Facts {
  /** `null` means that there is to be no viewer, `undefined` that nothing sets a viewer. */
  readonly viewer: Viewer | null | undefined;
  /** Whether the viewer is the default, and no later interceptor has replaced it. */
  readonly isUnchangedDefault: boolean;
  /** Why nothing sets a viewer, if it should have been set: it is invalid, or `defaultViewerContext()` failed. */
  readonly viewerError: ViewerContextError | undefined;
  readonly destination: Destination;
  readonly allowedOrigins: AllowedOrigins;
  readonly key: KeyLookup;
  /** Whether the body of each request is signed too, as the Seer client does. */
  readonly signsBodies: boolean;
}

/** What to do with a request that is not refused. */
export type Decision =
  | { readonly outcome: 'sign'; readonly key: SecretKeyObject }
  | { readonly outcome: 'send without viewer' }
  | { readonly outcome: 'send without secret' };

type Policy = Pick<Settings, 'onMissingViewerContext' | 'onMissingSecret'>;

/** Decides what to do with a request. Throws a `ViewerContextError` if it is refused. */
export function decide(facts: Facts, policy: Policy): Decision {
  const { viewer, key, destination, allowedOrigins, signsBodies } = facts;

  // Who is the viewer?
  if (viewer === undefined) {
    if (facts.viewerError !== undefined) throw facts.viewerError; // it must not pass as "no viewer"
    if (policy.onMissingViewerContext === 'throw') throw missingViewer();
  }
  const hasViewer = viewer !== undefined && viewer !== null;
  if (!hasViewer && !signsBodies) return { outcome: 'send without viewer' };

  // May the request go there? The answer is the same without a secret, so that development refuses what production
  // would. Only a Seer client that has neither a viewer to send nor a secret to sign with may send anywhere.
  const hasSomethingToProtect = hasViewer || key !== 'none configured';
  if (hasSomethingToProtect && !isAllowed(destination, allowedOrigins)) {
    if (mayDropViewer(facts, policy)) return { outcome: 'send without viewer' };
    throw new ViewerContextError(
      'ERR_DESTINATION_NOT_ALLOWED',
      `Refusing to sign the request: ${describeRefusal(destination, allowedOrigins)}`,
    );
  }

  // Is there a key?
  if (key instanceof ViewerContextError) throw key;
  if (key === 'not asked for') throw secretNotAskedFor(facts.viewerError);
  if (key === 'none configured') {
    if (policy.onMissingSecret === 'throw') throw new ViewerContextError('ERR_MISSING_SECRET', MISSING_SECRET);
    return { outcome: 'send without secret' };
  }
  return { outcome: 'sign', key };
}

/**
 * Whether a request that may not carry its viewer is sent without the viewer. That is for a default, which is set for
 * every request of the client, those to other services included. An explicit viewer is never dropped.
 */
function mayDropViewer(facts: Facts, policy: Policy): boolean {
  const { isUnchangedDefault, signsBodies, allowedOrigins } = facts;
  // If no origin is allowed at all, every request would lose its viewer, and no error would ever say so.
  const isAnyOriginAllowed = allowedOrigins !== 'none configured' && allowedOrigins.length > 0;
  return isUnchangedDefault && isAnyOriginAllowed && !signsBodies && policy.onMissingViewerContext === 'send';
}

function missingViewer(): ViewerContextError {
  return new ViewerContextError(
    'ERR_MISSING_VIEWER_CONTEXT',
    "The request has no viewer, and onMissingViewerContext is 'throw'. Pass viewerContext in the request config (the " +
      'third argument of client.post), or null for a request without a viewer.',
  );
}

function secretNotAskedFor(cause: Error | undefined): ViewerContextError {
  return new ViewerContextError(
    'ERR_MISSING_SECRET',
    'A later interceptor added a viewer to a request that had none, so secret() had not been called for it. ' +
      'Set the viewer in the request config, or in an interceptor that runs earlier.',
    { cause },
  );
}
