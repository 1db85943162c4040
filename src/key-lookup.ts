import type { RequestConfig } from './axios-types.js';
import type { ViewerContextError } from './errors.js';
import type { SecretKeyObject } from './protocol/shared-secret.js';
import type { Settings } from './settings.js';
import type { ViewerLookup } from './viewer-lookup.js';

/** A key, or why there is none. An error matters only if there is something to sign in the end. */
export type KeyLookup = SecretKeyObject | ViewerContextError | 'no secret configured' | 'secret not requested';

/**
 * Finds the key. If the secret is a function, it is called only if there may be something to sign: a function that uses
 * the same client, for a request without a viewer, would otherwise call itself without end.
 */
export async function lookUpKey(config: RequestConfig, lookup: ViewerLookup, settings: Settings): Promise<KeyLookup> {
  const { key } = settings;
  if (typeof key !== 'function') return key ?? 'no secret configured';
  if (!maySignSomething(lookup, settings)) return 'secret not requested';
  try {
    return (await key(config)) ?? 'no secret configured';
  } catch (error) {
    return error as ViewerContextError;
  }
}

function maySignSomething({ viewer, isDefault, error }: ViewerLookup, { bodySigner }: Settings): boolean {
  const hasViewer = viewer !== undefined && viewer !== null;
  const mayBeCorrected = error !== undefined && !isDefault; // by a later interceptor
  return hasViewer || mayBeCorrected || bodySigner !== undefined;
}
