import { types } from 'node:util';

/**
 * The bytes of a Buffer, another view or an ArrayBuffer, without a copy; `undefined` for anything else. Works across
 * realms, where `instanceof` fails (jest's jsdom environment).
 */
export function asBytes(value: unknown): Uint8Array | undefined {
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  return types.isArrayBuffer(value) ? new Uint8Array(value) : undefined;
}

/**
 * Passes bytes to a function, then overwrites them.
 *
 * Freed memory is not cleared, and Node makes its pool of small buffers from freed memory. axios sends that whole pool
 * when an application posts a `Uint8Array` view of any small Buffer. Every buffer with a copy of a secret, a computed
 * signature or an id must therefore be wiped.
 */
export function useThenWipe<Bytes extends Uint8Array, Result>(bytes: Bytes, use: (bytes: Bytes) => Result): Result {
  try {
    return use(bytes);
  } finally {
    bytes.fill(0);
  }
}
