import { types } from 'node:util';

/**
 * The bytes of a Buffer, a typed array (just the part it views) or an ArrayBuffer, without a copy; `undefined` for anything else.
 *
 * Recognized by `node:util`, never by `instanceof`, which fails for objects of another realm such as jest's jsdom environment.
 */
export function asBytes(value: unknown): Buffer | undefined {
  if (ArrayBuffer.isView(value)) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (types.isArrayBuffer(value)) return Buffer.from(value);
  return undefined;
}
