import { isUtf8 } from 'node:buffer';
import { createSecretKey, type KeyObject } from 'node:crypto';
import { TextDecoder, TextEncoder, types } from 'node:util';
import { ViewerContextError } from '../errors.js';
import { asBytes, useThenWipe } from './bytes.js';
import { ownValue } from './own-value.js';

/** A `KeyObject` from `node:crypto`, described by its shape so that the types of this package need no `@types/node`. */
export interface SecretKeyObject {
  /** Must be `'secret'`. */
  readonly type: 'secret' | 'public' | 'private';
  /** In bytes. */
  readonly symmetricKeySize?: number | undefined;
}

/**
 * The secret that both sides share: a string (its UTF-8 bytes are the key; it is never decoded as base64 or hex),
 * bytes, or a `KeyObject` of type `secret`. Use at least 32 random bytes, because anyone who sees a signature can
 * brute-force a weak secret.
 *
 * A secret is unusable if it is empty, all zero bytes, or text with whitespace or a byte order mark at either end.
 */
export type SharedSecret = string | Uint8Array | ArrayBuffer | SecretKeyObject;

/** Checked secrets. */
export type Keys = readonly SecretKeyObject[];

/** What a signature is verified with. */
export interface VerifyOptions {
  /** The accepted secrets: at least one, and several while a secret is being rotated. */
  readonly secrets: readonly SharedSecret[];
}

/** Whether a value has the type of a secret, whatever its content. */
export function isSecret(value: unknown): value is SharedSecret {
  return typeof value === 'string' || types.isKeyObject(value) || asBytes(value) !== undefined;
}

// A string or a KeyObject cannot change, so it is checked and copied only once. Bytes can be changed in place.
const keysOfStrings = new Map<string, SecretKeyObject>();
const MAX_STRINGS = 16;
const usableKeys = new WeakSet<SecretKeyObject>();

/**
 * Checks a secret and turns it into the key of the HMAC. Later changes to the caller's bytes do not reach the key.
 *
 * Throws `ERR_MISSING_SECRET`, `ERR_INVALID_SECRET`.
 */
export function toKey(secret: unknown): SecretKeyObject {
  if (secret === undefined || secret === '') {
    throw new ViewerContextError(
      'ERR_MISSING_SECRET',
      'No shared secret is configured. Pass the secret that the other side has.',
    );
  }
  if (typeof secret === 'string') return toKeyOfString(secret);
  if (types.isKeyObject(secret)) return toKeyOfKeyObject(secret);
  const bytes = asBytes(secret);
  if (bytes === undefined) throw invalidSecret('must be a string, bytes or a KeyObject');
  assertUsable(bytes);
  return createSecretKey(bytes);
}

function toKeyOfString(secret: string): SecretKeyObject {
  let key = keysOfStrings.get(secret);
  if (key === undefined) {
    // Not createSecretKey(text) or Buffer.from(text): both put the text in Node's pool of small buffers.
    key = useThenWipe(new TextEncoder().encode(secret), (bytes) => {
      assertUsable(bytes);
      return createSecretKey(bytes);
    });
    if (keysOfStrings.size >= MAX_STRINGS) keysOfStrings.clear();
    keysOfStrings.set(secret, key);
  }
  return key;
}

function toKeyOfKeyObject(key: KeyObject): SecretKeyObject {
  if (key.type !== 'secret') throw invalidSecret("is a KeyObject, and its type must be 'secret'. Use createSecretKey");
  if (!usableKeys.has(key)) {
    useThenWipe(key.export(), assertUsable);
    usableKeys.add(key);
  }
  return key;
}

/** The keys to verify with. Throws a `TypeError` for an empty array and for an invalid secret. */
export function toKeys(options: VerifyOptions): Keys {
  const secrets = ownValue(Object(options) as object, 'secrets');
  if (!Array.isArray(secrets) || secrets.length === 0) {
    throw new TypeError('options.secrets must be an array of at least one shared secret.');
  }
  try {
    return Array.from(secrets, toKey); // unlike map, it does not skip holes
  } catch (cause) {
    throw new TypeError(`options.secrets: ${(cause as Error).message}`, { cause });
  }
}

/**
 * With whitespace or a byte order mark around the secret, no signature would match, because the other side has only
 * the secret itself.
 */
function assertUsable(bytes: Uint8Array): void {
  if (bytes.length > 0 && bytes.every((byte) => byte === 0)) {
    throw invalidSecret('must not be all zero bytes. Read it again, in case its buffer was wiped');
  }
  // Random bytes can end in 0x0a. Only text is checked as text.
  if (!isUtf8(bytes)) return;
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  const trimmed = text.trim(); // removes byte order marks too
  if (trimmed === '') throw invalidSecret('must not be empty or only whitespace. Check where you read it');
  if (/^\ufeff|\ufeff$/.test(text)) {
    throw invalidSecret('begins or ends with a byte order mark. Remove it where you read the secret');
  }
  if (trimmed !== text) throw invalidSecret('begins or ends with whitespace. Trim it where you read it');
}

function invalidSecret(problem: string): ViewerContextError {
  return new ViewerContextError('ERR_INVALID_SECRET', `The shared secret ${problem}.`);
}
