import { createHmac, timingSafeEqual, type KeyObject } from 'node:crypto';

/** HMAC-SHA256 as 64 lower-case hexadecimal digits. A string counts as its UTF-8 bytes. */
export function sign(key: KeyObject, message: string | Uint8Array): string {
  return createHmac('sha256', key).update(message).digest('hex');
}

/** Compares in constant time. `signature` must be known to be 64 lower-case hexadecimal digits. */
export function isSignatureOf(key: KeyObject, message: string | Uint8Array, signature: string): boolean {
  return timingSafeEqual(Buffer.from(sign(key, message)), Buffer.from(signature));
}
