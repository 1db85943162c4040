import { isUtf8 } from 'node:buffer';
import { createHash, createHmac, createSecretKey, timingSafeEqual, type KeyObject } from 'node:crypto';
import { TextDecoder, TextEncoder, types } from 'node:util';
import { missingSecret, ViewerContextError } from '../errors.js';

/** A `KeyObject` from `node:crypto`, described by its shape so that the types of this package need no `@types/node`. */
export interface SecretKeyObject {
  /** Must be `'secret'`. */
  readonly type: 'secret' | 'public' | 'private';
  /** In bytes. */
  readonly symmetricKeySize?: number | undefined;
}

/**
 * The secret that both sides share: a string (its UTF-8 bytes are the key; it is never decoded as base64 or hex), bytes,
 * or a `KeyObject` of type `secret`.
 */
export type SharedSecret = string | Uint8Array | ArrayBuffer | SecretKeyObject;

/** Checked secrets. */
export type Keys = readonly SecretKeyObject[];

/** What a signature is verified with. */
export interface VerifyOptions {
  /** The secrets that are accepted: at least one, and several while a secret is being rotated. */
  readonly secrets: readonly SharedSecret[];
}

/** Whether a value has the type of a secret, whatever its content. */
export function isSecret(value: unknown): value is SharedSecret {
  return typeof value === 'string' || types.isKeyObject(value) || asBytes(value) !== undefined;
}

/**
 * The bytes of a Buffer, another view or an ArrayBuffer, without a copy; `undefined` for anything else. It works across
 * realms, where `instanceof` fails (jest's jsdom environment).
 */
export function asBytes(value: unknown): Uint8Array | undefined {
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  return types.isArrayBuffer(value) ? new Uint8Array(value) : undefined;
}

/**
 * Checks a secret and turns it into the key of the HMAC. Later changes to the caller's bytes do not reach the key.
 *
 * Throws `ERR_MISSING_SECRET`, `ERR_INVALID_SECRET`.
 */
export function toKey(secret: unknown): SecretKeyObject {
  if (secret === undefined || secret === '') throw missingSecret('Pass the one that the other side has.');
  if (!isSecret(secret)) throw invalidSecret('is not a string, bytes or a KeyObject');
  if (types.isKeyObject(secret)) {
    if (secret.type !== 'secret') throw invalidSecret("is a KeyObject, but not of type 'secret'");
    assertUsable(secret.export());
    return secret;
  }
  // Not Buffer.from(text): Node keeps small buffers in one shared pool, and axios sends that whole pool when someone posts
  // a Uint8Array view of any of them.
  const bytes = asBytes(secret) ?? new TextEncoder().encode(secret as string);
  assertUsable(bytes);
  return createSecretKey(bytes);
}

/** The keys to verify with. Throws a `TypeError` for an empty list and for an invalid secret. */
export function toKeys(options: VerifyOptions): Keys {
  const secrets: unknown = Object.hasOwn(Object(options) as object, 'secrets') ? options.secrets : undefined;
  if (!Array.isArray(secrets) || secrets.length === 0) {
    throw new TypeError('options.secrets is not a list of at least one shared secret.');
  }
  try {
    return [...(secrets as unknown[])].map(toKey);
  } catch (cause) {
    throw new TypeError(`options.secrets: ${(cause as Error).message}`, { cause });
  }
}

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
  const key = toKey(secret) as KeyObject;
  return createHash('sha256').update(key.export()).digest('hex').slice(0, 8);
}

/** A string counts as its UTF-8 bytes. */
type Message = string | Uint8Array;

/** HMAC-SHA256. */
function hmac(key: SecretKeyObject, message: Message): ReturnType<typeof createHmac> {
  return createHmac('sha256', key as KeyObject).update(message);
}

/** The HMAC as 64 lower-case hex digits, or as 43 base64url characters without padding. */
export function sign(key: SecretKeyObject, message: Message, encoding: 'hex' | 'base64url' = 'hex'): string {
  return hmac(key, message).digest(encoding);
}

/**
 * Signatures are compared only here, and in constant time. The signature must have the form that `sign` gives it: hex
 * or, with the id of the only key that may have made it (`kid`), base64url. Throws `ERR_SIGNATURE_MISMATCH`.
 */
export function assertSigned(name: string, message: Message, signature: string, keys: Keys, kid?: string): void {
  const received = Buffer.alloc(32); // outside the pool, unlike Buffer.from: a pair never expires
  received.write(signature, kid === undefined ? 'hex' : 'base64url');
  const candidates = kid === undefined ? keys : keys.filter((key) => keyId(key) === kid);
  if (candidates.some((key) => timingSafeEqual(hmac(key, message).digest(), received))) return;
  throw new ViewerContextError(
    'ERR_SIGNATURE_MISMATCH',
    `The signature of ${name} does not match the ${String(Buffer.byteLength(message))} bytes that it covers. Compare keyId(secret) ` +
      'on the sending side with the `keyIds` of this error. If one matches, the bytes were changed after signing.',
    { keyIds: keys.map(keyId) },
  );
}

/**
 * With white space or a byte order mark around the secret, no signature would match: the other side has the secret
 * without it.
 */
function assertUsable(bytes: Uint8Array): void {
  if (bytes.length > 0 && bytes.every((byte) => byte === 0)) {
    throw invalidSecret('is all zero bytes, as if it had been wiped');
  }
  // Random bytes may well end in 0x0a. Only text is checked as text.
  if (!isUtf8(bytes)) return;
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  const trimmed = text.trim(); // removes byte order marks too
  if (trimmed === '') throw invalidSecret('is empty or only white space');
  if (/^\ufeff|\ufeff$/.test(text)) throw invalidSecret('begins or ends with a byte order mark; remove it');
  if (trimmed !== text) throw invalidSecret('begins or ends with white space; trim it where you read it');
}

function invalidSecret(problem: string): ViewerContextError {
  return new ViewerContextError('ERR_INVALID_SECRET', `The shared secret ${problem}.`);
}
