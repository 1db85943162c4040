import { createHmac } from 'node:crypto';
import { runInNewContext } from 'node:vm';
import { signBody, verifyBody, type SharedSecret, type ViewerContextErrorCode } from 'axios-viewer-context/protocol';
import { coded } from '../support/coded.js';
import { polluted } from '../support/pollution.js';

const BODY = '{"b": 12, "thing": "thing"}';
const AUTHORIZATION = 'Rpcsignature rpc0:d2e6070dfab955db6fc9f3bc0518f75f27ca93ae2e393072929e5f6cba26ff07';
const bytes = new TextEncoder().encode(BODY);
const padded = Uint8Array.from([0, ...bytes, 0]);

/** A verification to expect something of. It returns nothing when it succeeds. */
function verifying(body: unknown, authorization: unknown, secrets: readonly SharedSecret[] = ['secret-one']) {
  return (): void => {
    verifyBody(body as string, authorization as string, { secrets });
  };
}

describe("a body's signature", () => {
  it.each<[string, unknown]>([
    ['a string', BODY],
    ['a Buffer', Buffer.from(BODY)],
    ['a Uint8Array', bytes],
    ['a part of a larger array', padded.subarray(1, -1)],
    ['an ArrayBuffer', bytes.buffer.slice(0)],
    ['an array of another realm', runInNewContext('Uint8Array.from(bytes)', { bytes })],
    ['an ArrayBuffer of another realm', runInNewContext('Uint8Array.from(bytes).buffer', { bytes })],
  ])('covers the exact bytes of %s', (_name, body) => {
    expect(signBody(body as string, 'secret-one')).toBe(AUTHORIZATION);
    expect(verifying(body, AUTHORIZATION)).not.toThrow();
  });

  it('covers the UTF-8 bytes of a string', () => {
    const digits = createHmac('sha256', 'secret-one').update(Uint8Array.of(0xc3, 0xa9)).digest('hex');
    expect(signBody('é', 'secret-one')).toBe(`Rpcsignature rpc0:${digits}`);
    expect(verifying('é', AUTHORIZATION)).toThrow('the 2 bytes that it covers');
  });

  it.each<[string, string, string, ViewerContextErrorCode]>([
    ['another body', `${BODY} `, AUTHORIZATION, 'ERR_SIGNATURE_MISMATCH'],
  ])('does not match %s', (_name, body, authorization, code) => {
    expect(verifying(body, authorization)).toThrow(coded(code, 'The signature of the body does not match'));
  });

  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['what axios does not send', false],
    ['an empty list', []],
  ])('is missing if Authorization is %s', (_name, authorization) => {
    expect(verifying(BODY, authorization)).toThrow(
      coded('ERR_MISSING_HEADER', 'The Authorization header is missing. The sender must sign the body'),
    );
  });

  it.each<[string, unknown]>([
    ['empty', ''],
    ['of another scheme', 'Bearer abc'],
    ['two values', [AUTHORIZATION, AUTHORIZATION]],
    ['a number', 42],
    ['an object', { value: AUTHORIZATION }],
  ])('is malformed if Authorization is %s', (_name, authorization) => {
    const refused = verifying(BODY, authorization);
    expect(refused).toThrow(coded('ERR_MALFORMED_HEADER', 'The Authorization header '));
    expect(refused).not.toThrow(/[0-9a-f]{63}/i);
  });

  it.each<[string, unknown, string]>([
    ['undefined', undefined, 'undefined'],
    ['null', null, 'null'],
    ['{}', {}, 'a parsed object'],
    ['a parsed body', JSON.parse(BODY), 'a parsed object'],
    ['a parsed list', [1], 'a parsed object'],
    ['a number', 4505123456, 'number'],
    ['a boolean', true, 'boolean'],
    ['a function', () => BODY, 'function'],
    ['a URLSearchParams', new URLSearchParams('a=1'), 'a parsed object'],
    ['a Blob', new Blob([BODY]), 'a parsed object'],
  ])("cannot be made or verified for %s; the message says to pass '' for no body", (_name, body, mistake) => {
    const advice = (direction: string): string =>
      `The body is ${mistake}. Pass the exact bytes that were ${direction}, as a string or bytes. ` +
      "For a request without a body, pass '' instead of the undefined, null or {} that body parsers leave.";
    const signing = (): string => signBody(body as string, 'secret-one');
    expect(signing).toThrow(coded('ERR_UNSIGNABLE_BODY', advice('sent')));
    expect(verifying(body, AUTHORIZATION)).toThrow(coded('ERR_UNSIGNABLE_BODY', advice('received')));
    expect(signing).not.toThrow(/4505123456|thing/);
  });

  it("is that of '' for a request without a body", () => {
    const empty = 'Rpcsignature rpc0:7bb95bbc7e5d951c7e9af9d0f0b917cfe9c35a1b70977e39a11a7e842ece85f7';
    for (const body of ['', Buffer.alloc(0), new ArrayBuffer(0)]) {
      expect(signBody(body, 'secret-one')).toBe(empty);
      expect(verifying(body, empty)).not.toThrow();
    }
  });

  it('is not taken from a polluted Authorization', async () => {
    const codes: unknown[] = [];
    for (const name of ['Authorization', 'authorization']) {
      await polluted(name, AUTHORIZATION, () => {
        codes.push(codeOf(verifying(BODY, undefined)));
      });
    }
    expect(codes).toEqual(['ERR_MISSING_HEADER', 'ERR_MISSING_HEADER']);
  });

  it('is not made with a missing or an invalid secret', () => {
    expect(() => signBody(BODY, '')).toThrow(coded('ERR_MISSING_SECRET'));
    expect(() => signBody(BODY, ' ')).toThrow(coded('ERR_INVALID_SECRET'));
  });
});

/** The code of the error that a call throws; `undefined` if it throws none. */
function codeOf(run: () => void): unknown {
  try {
    run();
    return undefined;
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
}
