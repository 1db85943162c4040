import { createHash, type KeyObject } from 'node:crypto';
import { useThenWipe } from './bytes.js';
import { toKey, type SecretKeyObject, type SharedSecret } from './shared-secret.js';

const KEY_ID_LENGTH = 8; // hex digits

/**
 * The key id of a secret: the first 8 hex digits of its SHA-256. Log the key id on both sides to see whether they have
 * the same secret. Do not show it to clients, because it makes a weak secret easier to guess.
 *
 * @param secret - The secret.
 * @returns 8 lower-case hex digits.
 * @throws `ViewerContextError`, with the code `ERR_MISSING_SECRET` for a secret that is `undefined` or `''`, and
 * `ERR_INVALID_SECRET` for any other unusable secret.
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

// A key cannot change, so its secret is copied only once.
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
