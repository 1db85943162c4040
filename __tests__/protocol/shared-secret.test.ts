import crypto, { createSecretKey, generateKeyPairSync } from 'node:crypto';
import { runInNewContext } from 'node:vm';
import {
  isViewerContextError,
  keyId,
  signBody,
  signViewerContext,
  verifyBody,
  verifyViewerContext,
  type SharedSecret,
} from 'axios-viewer-context/protocol';
import { toKey } from '../../src/protocol/shared-secret.js';
import { sign } from '../../src/protocol/signature.js';
import { coded } from '../support/coded.js';
import { polluted } from '../support/pollution.js';
import answers from '../vectors/known-answers.json';

const { payload, signature } = answers.viewer;
const pair = { 'x-viewer-context': payload, 'x-viewer-context-signature': signature };
const empty = answers.signatures[2]!;
const authorization = `Rpcsignature rpc0:${empty.signature}`;
const bytes = new TextEncoder().encode('secret-one');
const padded = new Uint8Array([0, ...bytes, 0]);

afterEach(() => {
  jest.restoreAllMocks();
});

it('the keys of strings are cached, 16 at most', () => {
  const secrets = Array.from({ length: 100 }, (_, index) => `secret-${String(index)}`);
  const keys = secrets.map(toKey);
  const isCached = (index: number): boolean => toKey(secrets[index]!) === keys[index];
  const newestFirst = [...secrets.keys()].reverse();
  const count = newestFirst.filter(isCached).length;
  expect([count > 0, count <= 16]).toEqual([true, true]);
});

describe('a shared secret', () => {
  it.each<[string, SharedSecret]>([
    ['a string', 'secret-one'],
    ['a Buffer', Buffer.from('secret-one')],
    ['a Uint8Array', bytes],
    ['a part of a larger array', padded.subarray(1, -1)],
    ['a DataView of a part', new DataView(padded.buffer, 1, bytes.length) as unknown as Uint8Array],
    ['an ArrayBuffer', bytes.buffer.slice(0)],
    ['an array of another realm', runInNewContext('Uint8Array.from(bytes)', { bytes }) as Uint8Array],
    ['an ArrayBuffer of another realm', runInNewContext('Uint8Array.from(bytes).buffer', { bytes }) as ArrayBuffer],
    ['a KeyObject', createSecretKey('secret-one', 'utf8')],
  ])('can be %s', (_name, secret) => {
    expect(signBody('', secret)).toBe(authorization);
    expect(keyId(secret)).toBe('ea77193c');
    expect(verifyViewerContext(pair, { secrets: [secret] })).toEqual({ organizationId: 1, userId: 2 });
  });

  it('is its UTF-8 bytes, never decoded as base64 or hexadecimal', () => {
    expect(signBody('', Buffer.from('secret-one').toString('base64'))).not.toBe(authorization);
    expect(signBody('', Buffer.from('secret-one').toString('hex'))).not.toBe(authorization);
    expect(signBody('', 'clé')).toBe(signBody('', new Uint8Array([0x63, 0x6c, 0xc3, 0xa9])));
  });

  it.each<[string, SharedSecret]>([
    ['random bytes that end like a line', new Uint8Array([0xff, 0xfe, 0x0a])],
    ['random bytes that begin like a byte order mark', new Uint8Array([0xef, 0xbb, 0xbf, 0xff])],
    ['bytes of which some are zero', new Uint8Array([0, 0, 1])],
    ['whitespace inside', 'secret one'],
    ['a byte order mark inside', 'secret\ufeffone'],
  ])('can be or have %s', (_name, secret) => {
    expect(keyId(secret)).toMatch(/^[0-9a-f]{8}$/);
  });

  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['an empty string', ''],
  ])('is missing if it is %s', (_name, secret) => {
    for (const use of [keyId, (given: SharedSecret) => signBody('', given)]) {
      expect(() => use(secret as string)).toThrow(coded('ERR_MISSING_SECRET', 'secret'));
    }
  });

  const wiped = 'must not be all zero bytes';
  const onlySpace = 'must not be empty or only whitespace';
  const mark = 'begins or ends with a byte order mark';
  const space = 'begins or ends with whitespace';
  const notSecret = "is a KeyObject, and its type must be 'secret'";
  const noForm = 'must be a string, bytes or a KeyObject';
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const invalid: [string, unknown, string][] = [
    ['one zero byte', new Uint8Array(1), wiped],
    ['a wiped Buffer', Buffer.alloc(32), wiped],
    ['a wiped ArrayBuffer', new ArrayBuffer(32), wiped],
    ['a wiped KeyObject', createSecretKey(Buffer.alloc(32)), wiped],
    ['a string of zero bytes', '\0\0', wiped],
    ['only whitespace', ' \t\r\n', onlySpace],
    ['only whitespace of Unicode', '\u00a0\u2003', onlySpace],
    ['only a byte order mark', '\ufeff', onlySpace],
    ['no bytes', new Uint8Array(), onlySpace],
    ['an empty ArrayBuffer', new ArrayBuffer(0), onlySpace],
    ['an empty KeyObject', createSecretKey(Buffer.alloc(0)), onlySpace],
    ['whitespace as bytes', Buffer.from(' \n'), onlySpace],
    ['a leading byte order mark', '\ufeffsecret-one', mark],
    ['a trailing byte order mark', 'secret-one\ufeff', mark],
    ['bytes with a leading byte order mark', Buffer.from('\ufeffsecret-one'), mark],
    ['bytes with a trailing byte order mark', Buffer.from('secret-one\ufeff'), mark],
    ['a KeyObject with a leading byte order mark', createSecretKey('\ufeffsecret-one', 'utf8'), mark],
    ['a line end, as from a mounted file', 'secret-one\n', space],
    ['a leading space', ' secret-one', space],
    ['a no-break space', 'secret-one\u00a0', space],
    ['a byte order mark and then a line end', 'secret-one\ufeff\n', space],
    ['bytes with a leading tab', Buffer.from('\tsecret-one'), space],
    ['bytes with a line end', Buffer.from('secret-one\r\n'), space],
    ['a KeyObject with a line end', createSecretKey('secret-one\n', 'utf8'), space],
    ['a public key', publicKey, notSecret],
    ['a private key', privateKey, notSecret],
    ['null', null, noForm],
    ['a number', 4505123456, noForm],
    ['a bigint', 4505123456n, noForm],
    ['a boolean', true, noForm],
    ['a symbol', Symbol('secret-one'), noForm],
    ['a list of bytes', [...bytes], noForm],
    ['a boxed string', new String('secret-one'), noForm],
    ['a function', () => 'secret-one', noForm],
    ['a promise', Promise.resolve('secret-one'), noForm],
    ['an object that looks like a KeyObject', { type: 'secret', symmetricKeySize: 10, export: () => bytes }, noForm],
  ];
  it.each(invalid)('is refused if it is or has %s', (_name, value, problem) => {
    const secret = value as string;
    for (const use of [
      () => signBody('', secret),
      () => signViewerContext({ userId: 2 }, secret),
      () => keyId(secret),
    ]) {
      expect(use).toThrow(coded('ERR_INVALID_SECRET', problem));
      expect(use).not.toThrow(/secret-one|4505123456/);
    }
  });

  it.each(invalid)('is a TypeError in a list to verify with if it is or has %s', (_name, value, problem) => {
    for (const secrets of [[value], ['secret-one', value]] as string[][]) {
      const verifying = (): unknown => verifyViewerContext(pair, { secrets });
      expect(verifying).toThrow(TypeError);
      expect(verifying).toThrow(problem);
      expect(verifying).not.toThrow(/secret-one|4505123456/);
    }
  });

  it('is copied: later changes to the bytes do not reach the key', () => {
    const given = Uint8Array.from(bytes);
    const key = toKey(given);
    given.fill(0);
    expect(sign(key, '', 'hex')).toBe(empty.signature);
  });
});

describe('the secrets to verify with', () => {
  const right = 'secret-one';
  const wrong = ['secret-two', 'test-secret', 'secret-four'];

  it.each([0, 1, 2, 3])('are all tried, the right one at position %i too', (position) => {
    const secrets = wrong.toSpliced(position, 0, right);
    expect(verifyViewerContext(pair, { secrets })).toEqual({ organizationId: 1, userId: 2 });
    expect(() => {
      verifyBody('', authorization, { secrets });
    }).not.toThrow();
  });

  it.each<[string, unknown]>([
    ['an empty list', { secrets: [] }],
    ['a secret in place of a list', { secrets: right }],
    ['bytes in place of a list', { secrets: bytes }],
    ['a missing secret in the list', { secrets: [right, undefined] }],
    ['no list', {}],
    ['no options', undefined],
    ['null', null],
    ['inherited secrets', Object.create({ secrets: [right] })],
  ])('are misused with %s', (_name, options) => {
    const message =
      /^options\.secrets(: No shared secret is configured| must be an array of at least one shared secret)\./;
    const ofViewer = (): unknown => verifyViewerContext(pair, options as never);
    for (const verifying of [ofViewer, verifyBody.bind(null, '', authorization, options as never)]) {
      expect(verifying).toThrow(TypeError);
      expect(verifying).toThrow(message);
    }
  });

  it('give the reason as the cause', () => {
    const error = failing(() => verifyViewerContext(pair, { secrets: [right, ' '] }));
    expect(error.cause).toEqual(coded('ERR_INVALID_SECRET', 'must not be empty or only whitespace'));
  });

  it('are not taken from Object.prototype', async () => {
    let error: unknown;
    await polluted('secrets', [right], () => {
      error = failing(() => verifyViewerContext(pair, {} as never));
    });
    expect(error).toBeInstanceOf(TypeError);
  });
});

describe('a signature that does not match', () => {
  const secrets = ['secret-two', 'test-secret'];
  const tried = ['cebdf378', '9caf06bb'];

  it.each<[string, () => unknown, number]>([
    ['viewer', () => verifyViewerContext(pair, { secrets }), payload.length],
    [
      'body',
      () => {
        verifyBody('é', authorization, { secrets });
      },
      2,
    ],
  ])('names the key ids of a %s as a property only, which no receiver echoes', (_name, verify, size) => {
    const error = failing(verify);
    if (!isViewerContextError(error)) throw error;
    expect(error.code).toBe('ERR_SIGNATURE_MISMATCH');
    expect(error.keyIds).toEqual(tried);
    expect(error.message).toContain(`${String(size)} bytes that it covers`);
    const echoes = [error.message, String(error), error.stack!, JSON.stringify(error)];
    for (const never of [...tried, ...secrets, signature, empty.signature, '"user_id":2']) {
      for (const echo of echoes) expect(echo).not.toContain(never);
    }
    expect(Object.entries(error)).toEqual([['code', 'ERR_SIGNATURE_MISMATCH']]);
  });
});

describe('the comparison', () => {
  const altered = (digits: string): string => digits.slice(0, -1) + (digits.endsWith('0') ? '1' : '0');
  const secrets = ['secret-one'];
  const cases: [string, string, (digits: string) => unknown][] = [
    [
      'viewer',
      signature,
      (digits) => verifyViewerContext({ ...pair, 'x-viewer-context-signature': digits }, { secrets }),
    ],
    [
      'body',
      empty.signature,
      (digits) => {
        verifyBody('', `Rpcsignature rpc0:${digits}`, { secrets });
      },
    ],
  ];

  it.each(cases)('of a %s is the constant-time one, over the whole digest', (_name, digits, verify) => {
    const { timingSafeEqual } = crypto;
    const compared: string[][] = []; // as text, since the bytes are wiped afterwards
    jest.spyOn(crypto, 'timingSafeEqual').mockImplementation((...sides) => {
      compared.push(sides.map((side) => Buffer.from(side as Uint8Array).toString('hex')));
      return timingSafeEqual(...sides);
    });
    expect(() => verify(digits)).not.toThrow();
    expect(() => verify(altered(digits))).toThrow(coded('ERR_SIGNATURE_MISMATCH'));
    expect(compared).toEqual([
      [digits, digits],
      [digits, altered(digits)],
    ]);
  });

  it.each(cases)('of a %s is the only one', (_name, digits, verify) => {
    const compare = jest.spyOn(crypto, 'timingSafeEqual').mockReturnValue(true);
    expect(() => verify(altered(digits))).not.toThrow();
    compare.mockReturnValue(false);
    expect(() => verify(digits)).toThrow(coded('ERR_SIGNATURE_MISMATCH'));
  });
});

/** The error that a call throws. Fails if it throws none. */
function failing(run: () => unknown): Error {
  try {
    run();
  } catch (error) {
    return error as Error;
  }
  throw new Error('Nothing was thrown.');
}
