import fs from 'node:fs';
import { UsageError } from './usage-error.js';

const MAX_FILE = 100_000_000; // bytes
const MAX_HEADERS = 1_000_000; // bytes
const CHUNK = 65_536; // bytes

/**
 * The bytes of the file that was passed to a flag; `-` is standard input.
 *
 * Throws a `UsageError` that does not quote the name, because somebody could have passed the secret or a signature
 * instead.
 */
export function readFile(flag: string, name: string): Buffer {
  const max = flag === 'headers' ? MAX_HEADERS : MAX_FILE;
  let bytes: Buffer | undefined;
  try {
    const descriptor = name === '-' ? 0 : fs.openSync(name, 'r');
    bytes = readAtMost(max, descriptor);
    if (descriptor !== 0) fs.closeSync(descriptor);
  } catch (error) {
    throw new UsageError(`--${flag}: the file cannot be read (${String((error as NodeJS.ErrnoException).code)}).`);
  }
  if (bytes === undefined) throw new UsageError(`--${flag}: the file is larger than ${String(max)} bytes.`);
  return bytes;
}

/** `undefined` if there is more. A device, such as /dev/zero, does not report its size. */
function readAtMost(max: number, descriptor: number): Buffer | undefined {
  const chunks: Buffer[] = [];
  let length = 0;
  for (;;) {
    const chunk = Buffer.alloc(CHUNK);
    const count = fs.readSync(descriptor, chunk);
    if (count === 0) return Buffer.concat(chunks);
    length += count;
    if (length > max) return undefined;
    chunks.push(chunk.subarray(0, count));
  }
}
