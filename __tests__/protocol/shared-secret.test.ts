import { createSecretKey, generateKeyPairSync } from 'node:crypto';
import { runInNewContext } from 'node:vm';
import { keyId, signBody, type SharedSecret } from 'axios-viewer-context/protocol';
import { coded } from '../support/coded.js';
import answers from '../vectors/known-answers.json';

const { secret, signature } = answers.signatures[2]!;
const authorization = `Rpcsignature rpc0:${signature}`;
const bytes = new TextEncoder().encode(secret);
const padded = new Uint8Array([0, ...bytes, 0]);

describe('a shared secret', () => {
  it.each<[string, SharedSecret]>([
    ['a string', secret],
    ['a Buffer', Buffer.from(secret)],
    ['a Uint8Array', bytes],
    ['a part of a larger array', padded.subarray(1, -1)],
    ['an ArrayBuffer', bytes.buffer.slice(0)],
    ['an array of another realm', runInNewContext('Uint8Array.from(bytes)', { bytes }) as Uint8Array],
    ['a KeyObject', createSecretKey(secret, 'utf8')],
  ])('may be %s', (_name, form) => {
    expect(signBody('', form)).toBe(authorization);
    expect(keyId(form)).toBe('ea77193c');
  });

  it('is its UTF-8 bytes, never decoded as base64 or hexadecimal', () => {
    expect(signBody('', 'c2VjcmV0LW9uZQ==')).not.toBe(authorization);
    expect(signBody('', Buffer.from(secret).toString('hex'))).not.toBe(authorization);
    expect(signBody('', 'clé')).toBe(signBody('', new Uint8Array([0x63, 0x6c, 0xc3, 0xa9])));
  });

  it('may be random bytes that end like a line', () => {
    expect(keyId(new Uint8Array([0xff, 0xfe, 0x0a]))).toMatch(/^[0-9a-f]{8}$/);
  });

  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['an empty string', ''],
  ])('is missing when it is %s', (_name, value) => {
    expect(() => signBody('', value as string)).toThrow(coded('ERR_MISSING_SECRET'));
  });

  it.each<[string, unknown, string]>([
    ['blank', ' \t', 'is blank'],
    ['no bytes', new Uint8Array(), 'is blank'],
    ['with a line end, as from a mounted file', 'secret-one\n', 'begins or ends with white space'],
    ['with a leading blank', ' secret-one', 'begins or ends with white space'],
    ['bytes with a line end', Buffer.from('secret-one\n'), 'begins or ends with white space'],
    ['a KeyObject with a line end', createSecretKey('secret-one\n', 'utf8'), 'begins or ends with white space'],
    ['a public key', generateKeyPairSync('ed25519').publicKey, "is a KeyObject of another type than 'secret'"],
    ['null', null, 'is not a string, bytes or a KeyObject'],
    ['a number', 42, 'is not a string, bytes or a KeyObject'],
    ['an object', { secret: 'secret-one' }, 'is not a string, bytes or a KeyObject'],
  ])('is refused when it is %s', (_name, value, problem) => {
    const signing = (): string => signBody('', value as string);
    expect(signing).toThrow(coded('ERR_INVALID_SECRET', problem));
    expect(signing).not.toThrow(/secret-one/);
  });
});
