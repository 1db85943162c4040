import { createHash, type KeyObject } from 'node:crypto';
import { useThenWipe } from './bytes.js';
import { toKey, type SecretKeyObject, type SharedSecret } from './shared-secret.js';

const KEY_ID_LENGTH = 8; // hex digits

/**
 * The first 8 hex digits of the secret's SHA-256, which is the protocol's own key id. Log it on both sides to see whether
 * they have the same secret. Do not show it to clients: it helps to guess a weak secret.
 *
 * Throws `ERR_MISSING_SECRET`, `ERR_INVALID_SECRET`.
 *
 * @example
 * ```ts
 * import { keyId } from 'axios-viewer-context/protocol';
 *
 * console.log(keyId('secret-one')); // ea77193c
 * ```
 */
export function keyId(secret: SharedSecret): string {
  return keyIdOf(toKey(secret));
}

// A key cannot change, so its secret is copied for this only once.
const cachedKeyIds = new WeakMap<SecretKeyObject, string>();

/** `keyId` of a checked secret. */
export function keyIdOf(key: SecretKeyObject): string {
  let id = cachedKeyIds.get(key);
  if (id === undefined) {
    const digest = useThenWipe((key as KeyObject).export(), (bytes) =>
      createHash('sha256').update(bytes).digest('hex'),
    );
    id = digest.slice(0, KEY_ID_LENGTH);
    cachedKeyIds.set(key, id);
  }
  return id;
}
