import { isUtf8 } from 'node:buffer';
import { createHash, createSecretKey, type KeyObject } from 'node:crypto';
import { types } from 'node:util';
import { ViewerContextError } from '../errors.js';
import { asBytes } from './bytes.js';

/** A `KeyObject` of `node:crypto`; stated by its shape, so that the types of this package need no `@types/node`. */
export interface SecretKeyObject {
  /** Must be `'secret'`. */
  readonly type: 'secret' | 'public' | 'private';
  /** In bytes. */
  readonly symmetricKeySize?: number | undefined;
}

/**
 * The secret that both sides share: a string (its UTF-8 bytes are the key, it is never decoded as base64 or hex),
 * bytes, or a `KeyObject` of type `secret`.
 */
export type SharedSecret = string | Uint8Array | ArrayBuffer | SecretKeyObject;

/** `undefined` and `''`, as an unset environment variable leaves them: no secret is configured. */
export function isConfigured(secret: unknown): boolean {
  return secret !== undefined && secret !== '';
}

/** Whether a value has the form of a secret, whatever its content. */
export function isSecretForm(value: unknown): value is SharedSecret {
  return typeof value === 'string' || types.isKeyObject(value) || asBytes(value) !== undefined;
}

/**
 * Checks a secret and makes it the key of the HMAC; later changes of the caller's bytes do not reach the key.
 *
 * Throws `ERR_MISSING_SECRET` for `undefined` and `''`; `ERR_INVALID_SECRET` for one that is blank or has outer white
 * space, as a file mounted by an orchestrator has: the other side would strip it, and every signature would be wrong.
 */
export function toSigningKey(secret: unknown): SecretKeyObject {
  if (!isConfigured(secret)) {
    throw new ViewerContextError(
      'ERR_MISSING_SECRET',
      'No shared secret is given: pass the one that the other side signs or verifies with.',
    );
  }
  if (!isSecretForm(secret)) throw invalid('is not a string, bytes or a KeyObject');
  if (types.isKeyObject(secret)) {
    if (secret.type !== 'secret') throw invalid("is a KeyObject of another type than 'secret'");
    assertClean(secret.export());
    return secret;
  }
  const bytes = asBytes(secret) ?? Buffer.from(secret as string);
  assertClean(bytes);
  return createSecretKey(bytes);
}

/**
 * The first 8 hexadecimal digits of SHA-256 of the secret, which is the protocol's own key id: safe to log on both sides,
 * and the answer to "do we have the same secret?" behind an opaque 401.
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
  const key = toSigningKey(secret) as KeyObject;
  return createHash('sha256').update(key.export()).digest('hex').slice(0, 8);
}

function assertClean(bytes: Uint8Array): void {
  // Random bytes may well begin or end with 0x20 or 0x0a; only text is judged as text.
  if (!isUtf8(bytes)) return;
  const text = new TextDecoder().decode(bytes);
  if (text.trim() === '') throw invalid('is blank');
  if (text.trim() !== text) throw invalid('begins or ends with white space; trim it where it is read');
}

function invalid(problem: string): ViewerContextError {
  return new ViewerContextError('ERR_INVALID_SECRET', `The shared secret ${problem}.`);
}
