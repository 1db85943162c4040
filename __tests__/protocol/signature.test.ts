import crypto from 'node:crypto';
import { signBody, verifyBody } from 'axios-viewer-context/protocol';

describe('signatures are compared in constant time', () => {
  const secret = 'secret-one';
  const authorization = signBody('{}', secret);
  const digits = /\w{64}$/.exec(authorization)![0];
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it.each([
    ['the right signature', digits, true],
    ['another first digit', (digits.startsWith('0') ? '1' : '0') + digits.slice(1), false],
    ['another last digit', digits.slice(0, -1) + (digits.endsWith('0') ? '1' : '0'), false],
  ])('%s', (_name, received, isRight) => {
    const compare = jest.spyOn(crypto, 'timingSafeEqual');
    const verify = (): void => {
      verifyBody('{}', authorization.replace(digits, received), { secrets: [secret] });
    };
    if (isRight) verify();
    else expect(verify).toThrow('does not match');
    // All 32 bytes, wherever they differ.
    expect(compare.mock.calls.map(([one, other]) => [one.byteLength, other.byteLength])).toEqual([[32, 32]]);
  });
});
