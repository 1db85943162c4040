import { createHmac, createSecretKey } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  keyId,
  signBody,
  signViewerContext,
  verifyBody,
  verifyViewerContext,
  type SharedSecret,
  type ViewerContextFormat,
} from 'axios-viewer-context/protocol';

// Node makes its pool of small buffers from freed memory, which it does not clear, and axios sends the whole pool when an
// application posts a Uint8Array view of any small Buffer. What this package copies must not be there.

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const RUNS = 4_000;
const POOLS = 300;

/** Text that stands nowhere else in memory: made without a buffer. */
function randomText(length: number): string {
  return Array.from({ length }, () => Math.floor(Math.random() * 36).toString(36)).join('');
}

/** Fresh pools. All are kept, so that each is another one. */
function freshPools(): Buffer[] {
  collectGarbage();
  return Array.from({ length: POOLS }, () => {
    Buffer.allocUnsafe(Buffer.poolSize / 2 - 1); // the second one of this size needs a new pool
    return Buffer.from(Buffer.allocUnsafe(Buffer.poolSize / 2 - 1).buffer);
  });
}

/** How many pools hold some part of the bytes, 16 of them in a row. */
function countPoolsWith(bytes: Uint8Array, pools: readonly Buffer[]): number {
  const parts = Array.from({ length: bytes.length - 15 }, (_, start) =>
    Buffer.from(bytes.buffer, bytes.byteOffset + start, 16),
  );
  return pools.filter((pool) => parts.some((part) => pool.includes(part))).length;
}

/** Bytes of a text, in memory that is not freed while they are searched for. */
const kept: Uint8Array[] = [];
function toBytes(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new TextEncoder().encode(text);
  kept.push(bytes);
  return bytes;
}

/** The headers with another digit in the signature, which ends the last header of each format. */
function forged(headers: Record<string, string>): Record<string, string> {
  const [name = '', value = ''] = Object.entries(headers).at(-1) ?? [];
  const digit = value.at(-20) === '0' ? '1' : '0';
  return { ...headers, [name]: value.slice(0, -20) + digit + value.slice(-19) };
}

const forms: [string, (text: string) => SharedSecret][] = [
  ['a string', (text) => text],
  ['bytes', toBytes],
  ['an ArrayBuffer', (text) => toBytes(text).buffer],
  ['a KeyObject', (text) => createSecretKey(toBytes(text))],
];

describe('a fresh pool of small buffers', () => {
  it('control: it contains what was copied and not wiped', () => {
    const text = randomText(48);
    let found = 0;
    // Where the garbage collector puts the copies is not sure.
    for (let attempt = 0; attempt < 20 && found === 0; attempt += 1) {
      for (let run = 0; run < RUNS; run += 1) new TextEncoder().encode(text);
      found = countPoolsWith(toBytes(text), freshPools());
    }
    expect(found).toBeGreaterThan(0);
  });

  describe.each<ViewerContextFormat>(['pair', 'jwt'])('after signing and verifying in the format %s', (format) => {
    it.each(forms)('contains no part of a secret that is %s, no computed signature and no id', (_name, form) => {
      const text = randomText(48);
      const userId = 1_000_000_000_000_000 + Math.floor(Math.random() * 8_000_000_000_000_000); // 16 digits
      const secret = form(text);
      const options = { secrets: [secret], formats: [format] };
      let headers: Record<string, string> = {};
      for (let run = 0; run < RUNS; run += 1) {
        if (run % 20 === 0) {
          headers = signViewerContext({ userId }, secret, { format });
          verifyBody(text, signBody(text, secret), options);
          keyId(secret);
          const refused = [() => verifyViewerContext(forged(headers), options), () => signBody('', form(`${text}\n`))];
          for (const refusing of refused) expect(refusing).toThrow(/does not match|whitespace/);
        }
        verifyViewerContext(headers, options);
      }
      // Not createHmac('sha256', text): that puts the text into Node's pool.
      const key = createSecretKey(toBytes(text));
      const signature = createHmac('sha256', key)
        .update(`{"user_id":${String(userId)}}`)
        .digest();
      const searched = { secret: toBytes(text), id: toBytes(String(userId)), signature };
      const pools = freshPools();
      const found = Object.entries(searched).map(([name, bytes]) => [name, countPoolsWith(bytes, pools)]);
      expect(Object.fromEntries(found)).toEqual({ secret: 0, id: 0, signature: 0 });
    });
  });
});
