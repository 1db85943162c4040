import { createHmac, timingSafeEqual, type KeyObject } from 'node:crypto';
import type { SecretKeyObject } from './shared-secret.js';

/** HMAC-SHA256 as 64 lower-case hexadecimal digits. A string counts as its UTF-8 bytes. */
export function sign(key: SecretKeyObject, message: string | Uint8Array): string {
  return createHmac('sha256', key as KeyObject)
    .update(message)
    .digest('hex');
}

/** Compares in constant time. `signature` must be known to be 64 lower-case hexadecimal digits. */
export function isSignatureOf(key: SecretKeyObject, message: string | Uint8Array, signature: string): boolean {
  return timingSafeEqual(Buffer.from(sign(key, message)), Buffer.from(signature));
}
