import { ViewerContextError } from './errors.js';
import { asBytes } from './protocol/bytes.js';
import { isConfigured, isSecretForm, toSigningKey, type SecretKeyObject } from './protocol/shared-secret.js';

/** Gives the key for one request, or `undefined` when none is configured. Throws or rejects with `ERR_INVALID_SECRET`. */
export type KeySource = () => SecretKeyObject | undefined | Promise<SecretKeyObject | undefined>;

/** Reads the option `secret`; a `TypeError` for what cannot be one. Its content is judged where it is needed. */
export function readKeySource(secret: unknown): KeySource {
  if (typeof secret === 'function') {
    return async () => {
      let value: unknown;
      try {
        value = await (secret as () => unknown)();
      } catch (cause) {
        throw new ViewerContextError(
          'ERR_INVALID_SECRET',
          'The function options.secret failed; its reason is the cause.',
          { cause },
        );
      }
      return isConfigured(value) ? toSigningKey(value) : undefined;
    };
  }
  if (!isConfigured(secret)) return () => undefined;
  if (!isSecretForm(secret)) throw new TypeError('options.secret is not a string, bytes, a KeyObject or a function.');
  // Bytes are copied now: the caller may wipe them.
  const bytes = asBytes(secret);
  const copy = bytes === undefined ? secret : Buffer.from(bytes);
  let key: SecretKeyObject | undefined;
  return () => (key ??= toSigningKey(copy));
}
