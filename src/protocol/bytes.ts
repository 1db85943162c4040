import { types } from 'node:util';
import { ViewerContextError } from '../errors.js';

/**
 * The bytes of a Buffer, a typed array (just the part it views) or an ArrayBuffer, without a copy; `undefined` for
 * anything else.
 *
 * Recognized by `node:util`, never by `instanceof`, which fails for objects of another realm such as jest's jsdom
 * environment.
 */
export function asBytes(value: unknown): Uint8Array | undefined {
  if (ArrayBuffer.isView(value)) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (types.isArrayBuffer(value)) return Buffer.from(value);
  return undefined;
}

/** A body whose exact bytes are known, as given. Throws `ERR_UNSIGNABLE_BODY` for anything else. */
export function rawBody(body: unknown, direction: 'sent' | 'received'): string | Uint8Array {
  const raw = typeof body === 'string' ? body : asBytes(body);
  if (raw !== undefined) return raw;
  const kind = body === null ? 'null' : typeof body;
  const mistake = kind === 'object' ? 'a parsed object' : kind;
  throw new ViewerContextError(
    'ERR_UNSIGNABLE_BODY',
    `A body's signature is over the exact bytes ${direction}: pass them raw, as a string or bytes. You passed ${mistake}.`,
  );
}
