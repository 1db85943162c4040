import { rememberLast } from '../src/remember.js';
import { createSigner } from '../src/signer.js';
import { readSignerSource } from '../src/signer-source.js';
import { sign } from '../src/protocol/signature.js';

// That nothing wrong is remembered is proven on the wire (wire/remembered.test.ts); here, that something is, and how much.

jest.mock('../src/protocol/signature.js', () => {
  const original = jest.requireActual<object>('../src/protocol/signature.js');
  return { ...original, sign: jest.fn((original as { sign: typeof sign }).sign) };
});

/** How many signatures are made by something. */
function signaturesOf(work: () => void): number {
  jest.mocked(sign).mockClear();
  work();
  return jest.mocked(sign).mock.calls.length;
}

const users = (count: number) => Array.from({ length: count }, (_, n) => ({ userId: n + 1 }));

describe('a signer', () => {
  it.each([
    ['a viewer', [{ organizationId: 1, userId: 2 }]],
    ['a thousand users', users(1000)],
    ['a thousand users of an organization', users(1000).map((user) => ({ organizationId: 7, ...user }))],
    ['a thousand organizations', users(1000).map(({ userId }) => ({ organizationId: userId }))],
  ])('signs once, and then no more: %s', (_name, viewers) => {
    const signer = createSigner('secret-one');
    const signAll = (): void => {
      for (const viewer of viewers) signer.signViewer(viewer);
    };
    expect(signaturesOf(signAll)).toBe(viewers.length);
    expect(signaturesOf(signAll)).toBe(0);
  });

  it('remembers 1,024 viewers and no more', () => {
    const signer = createSigner('secret-one');
    for (const viewer of users(5000)) signer.signViewer(viewer);
    expect(
      signaturesOf(() => {
        users(5000)
          .reverse()
          .forEach((viewer) => signer.signViewer(viewer));
      }),
    ).toBe(5000 - 1024);
  });

  it('remembers no body', () => {
    const signer = createSigner('secret-one');
    const signTwice = (): void => {
      for (const body of ['{}', '{}']) signer.signBody(body);
    };
    expect(signaturesOf(signTwice)).toBe(2);
  });
});

describe('a function for the secret', () => {
  it('is asked each time, and its signer is kept while it returns the same', () => {
    let secret = 'secret-one';
    const source = readSignerSource(() => secret);
    const first = source();
    expect(source()).toBe(first);
    secret = 'secret-two';
    const second = source();
    expect(second).not.toBe(first);
    expect(source()).toBe(second);
  });
});

it('what is remembered of the last text is not asked again', () => {
  const answer = jest.fn((text: string) => text.length);
  const remembered = rememberLast(answer);
  expect(['one', 'one', 'three', 'three', 'one'].map(remembered)).toEqual([3, 3, 5, 5, 3]);
  expect(answer).toHaveBeenCalledTimes(3);
});
