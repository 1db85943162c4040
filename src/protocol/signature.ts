import { createHmac, timingSafeEqual, type KeyObject } from 'node:crypto';
import { ViewerContextError } from '../errors.js';
import { useThenWipe } from './bytes.js';
import { keyIdOf } from './key-id.js';
import type { Keys, SecretKeyObject } from './shared-secret.js';

/** What is signed. A string stands for its UTF-8 bytes. */
export type Message = string | Uint8Array;

/** 64 lower-case hex digits, or 43 base64url characters without padding. */
export type SignatureEncoding = 'hex' | 'base64url';

const SIGNATURE_LENGTH = 32; // bytes

/** The HMAC-SHA256 of a message. */
export function sign(key: SecretKeyObject, message: Message, encoding: SignatureEncoding): string {
  return hmac(key, message).digest(encoding);
}

/** A received message and its signature, whose form has been checked. */
export interface MessageToVerify {
  /** What error messages call the message. */
  readonly name: string;
  readonly message: Message;
  readonly signature: string;
  readonly encoding: SignatureEncoding;
}

/**
 * Signatures are compared only here, and in constant time. `candidates` are the accepted keys that could have made the
 * signature. (A token says which key made it.)
 *
 * Throws `ERR_SIGNATURE_MISMATCH`.
 */
export function assertSigned(
  { name, message, signature, encoding }: MessageToVerify,
  keys: Keys,
  candidates = keys,
): void {
  const received = Buffer.alloc(SIGNATURE_LENGTH); // not Buffer.from, which uses Node's pool of small buffers
  received.write(signature, encoding);
  const isSigned = useThenWipe(received, () =>
    candidates.some((key) => useThenWipe(hmac(key, message).digest(), (digest) => timingSafeEqual(digest, received))),
  );
  if (isSigned) return;
  throw new ViewerContextError(
    'ERR_SIGNATURE_MISMATCH',
    `The signature of ${name} does not match the ${String(Buffer.byteLength(message))} bytes that it covers. Compare the ` +
      "sender's keyId(secret) with error.keyIds. If it is there, the bytes were changed after signing.",
    { keyIds: keys.map(keyIdOf) },
  );
}

function hmac(key: SecretKeyObject, message: Message): ReturnType<typeof createHmac> {
  return createHmac('sha256', key as KeyObject).update(message);
}
