import type { RequestConfig } from './axios-types.js';
import type { ViewerContextError } from './errors.js';
import type { SecretKeyObject } from './protocol/shared-secret.js';
import type { Settings } from './settings.js';
import type { ViewerLookup } from './viewer-lookup.js';

/** A key, or why there is none. An error matters only if there is something to sign in the end. */
export type KeyLookup = SecretKeyObject | ViewerContextError | 'no secret configured' | 'secret not requested';

/**
 * Finds the key. If the secret is a function, it is called only if there might be something to sign. Otherwise, a
 * function that fetches the secret with the same client, in a request without a viewer, would call itself forever.
 */
export async function lookUpKey(config: RequestConfig, lookup: ViewerLookup, settings: Settings): Promise<KeyLookup> {
  const { key } = settings;
  if (typeof key !== 'function') return key ?? 'no secret configured';
  if (!mightSignSomething(lookup, settings)) return 'secret not requested';
  try {
    return (await key(config)) ?? 'no secret configured';
  } catch (error) {
    return error as ViewerContextError;
  }
}

function mightSignSomething({ viewer, isDefault, error }: ViewerLookup, { bodySigner }: Settings): boolean {
  const hasViewer = viewer !== undefined && viewer !== null;
  const canBeCorrected = error !== undefined && !isDefault; // by a later interceptor
  return hasViewer || canBeCorrected || bodySigner !== undefined;
}
