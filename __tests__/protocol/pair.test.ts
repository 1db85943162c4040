import crypto, { createHmac, createSecretKey } from 'node:crypto';
import {
  signBody,
  signViewerContext,
  verifyViewerContext,
  type SharedSecret,
  type Viewer,
  type ViewerContext,
} from 'axios-viewer-context/protocol';
import { coded } from '../support/coded.js';
import { polluted } from '../support/pollution.js';
import answers from '../vectors/known-answers.json';

const SECRET = 'secret-one';

/** The pair for a payload, signed here without the package. */
function pairOf(payload: string, secret = SECRET): Record<string, string> {
  const signature = createHmac('sha256', secret).update(payload).digest('hex');
  return { 'X-Viewer-Context': payload, 'X-Viewer-Context-Signature': signature };
}

function verify(headers: Record<string, string>): Viewer | null {
  return verifyViewerContext(headers, { secrets: [SECRET] });
}

describe('a pair', () => {
  const { context, secret, payload, signature } = answers.viewer;
  const known = { 'X-Viewer-Context': payload, 'X-Viewer-Context-Signature': signature };

  it('is verified, as a normalized viewer', () => {
    expect(verifyViewerContext(known, { secrets: [secret] })).toStrictEqual(context);
  });

  it.each<[string, unknown]>([
    ['toJSON', () => ({ organizationId: 5, organization_id: 5 })],
    ['organization_id', 5],
    ['user_id', 5],
  ])('H14, H28: is not changed by a polluted %s', async (property, value) => {
    const seen: unknown[] = [];
    await polluted(property, value, () => {
      seen.push(signViewerContext({ organizationId: 1 }, SECRET), signViewerContext({ userId: 2 }, SECRET));
      seen.push(signViewerContext({ organizationId: 1, userId: 2 }, SECRET));
      seen.push(verify(pairOf('{"organization_id":1}')), verify(pairOf('{"user_id":2}')), verify(pairOf('{}')));
    });
    expect(seen).toStrictEqual([
      pairOf('{"organization_id":1}'),
      pairOf('{"user_id":2}'),
      known,
      { organizationId: 1, userId: undefined },
      { organizationId: undefined, userId: 2 },
      null,
    ]);
  });

  it.each<[string, string]>([
    ['another viewer', '{"organization_id":1,"user_id":3}'],
    ['a long payload', 'x'.repeat(100_000)],
  ])('is refused if its signature is that of %s', (_name, other) => {
    const headers = { ...known, 'X-Viewer-Context': other };
    expect(() => verify(headers)).toThrow(
      coded('ERR_SIGNATURE_MISMATCH', `${String(other.length)} bytes that it covers`),
    );
  });

  it.each<[string, string]>([
    ['upper-case digits', signature.toUpperCase()],
    ['an empty signature', ''],
  ])('is malformed with %s: the message says what it must be', (_name, value) => {
    const headers = { ...known, 'X-Viewer-Context-Signature': value };
    expect(() => verify(headers)).toThrow(coded('ERR_MALFORMED_HEADER', 'must be 64 lower-case hex digits. '));
  });
});

describe('a signed payload', () => {
  it.each(['x', '[{"organization_id":4505123456}]', '{"organization_id":4505123456'])(
    'is refused if it is not a JSON object: %s',
    (payload) => {
      const verifying = (): unknown => verify(pairOf(payload));
      expect(verifying).toThrow(coded('ERR_INVALID_PAYLOAD', 'is signed, but it must be a JSON object. '));
      expect(verifying).not.toThrow('4505123456');
    },
  );

  it.each(['0', '9007199254740992', '"4505123456"'])('is refused if an id is %s', (id) => {
    for (const key of ['organization_id', 'user_id']) {
      const verifying = (): unknown => verify(pairOf(`{"${key}":${id}}`));
      expect(verifying).toThrow(
        coded('ERR_INVALID_PAYLOAD', `is signed, but its ${key} must be an integer from 1 to 2^53 - 1. `),
      );
      expect(verifying).not.toThrow(/4505123456|9007199254740992/);
    }
  });

  it.each(['org-4505123456', '__proto__'])(
    'is refused with the further key "%s", and the message lists the allowed ones',
    (key) => {
      const verifying = (): unknown => verify(pairOf(`{"organization_id":1,"user_id":2,"${key}":1}`));
      const allowed = 'it must have no keys other than organization_id, user_id, project_id, actor_type, token.';
      expect(verifying).toThrow(coded('ERR_INVALID_PAYLOAD', allowed));
      expect(verifying).not.toThrow('4505123456');
    },
  );
});

describe('the cache of pairs', () => {
  const newKey = (secret = SECRET): SharedSecret => createSecretKey(secret, 'utf8');
  const organization = (organizationId: number, secret = SECRET): Record<string, string> =>
    pairOf(`{"organization_id":${String(organizationId)}}`, secret);

  /** How many HMACs are made while the function runs. */
  function hmacsOf(run: () => void): number {
    const spy = jest.spyOn(crypto, 'createHmac');
    run();
    const { length } = spy.mock.calls;
    spy.mockRestore();
    return length;
  }

  function signOrganizations(from: number, to: number, key: SharedSecret): void {
    for (let organizationId = from; organizationId <= to; organizationId += 1) {
      signViewerContext({ organizationId }, key);
    }
  }

  it('signs the same viewer under the same key once', () => {
    const key = newKey();
    const signing = (): void => {
      expect(signViewerContext({ organizationId: 1, userId: '2' }, key)).toEqual(
        signViewerContext({ userId: 2n, organizationId: 1 }, key),
      );
    };
    expect(hmacsOf(signing)).toBe(1);
    expect(hmacsOf(signing)).toBe(0);
  });

  it('shares nothing between two keys', () => {
    const [one, two, again] = [newKey(), newKey('secret-two'), newKey()] as const;
    expect(hmacsOf(() => [one, two, again].map((key) => signViewerContext({ organizationId: 1 }, key)))).toBe(3);
    for (const [key, secret] of [
      [one, SECRET],
      [two, 'secret-two'],
      [again, SECRET],
      [one, SECRET],
    ] as const) {
      expect(signViewerContext({ organizationId: 1 }, key)).toEqual(organization(1, secret));
    }
  });

  it('shares nothing between two viewers', () => {
    const key = newKey();
    const viewers: [ViewerContext, string][] = [
      [{ organizationId: 12 }, '{"organization_id":12}'],
      [{ userId: 12 }, '{"user_id":12}'],
      [{ organizationId: 1, userId: 2 }, '{"organization_id":1,"user_id":2}'],
      [{ organizationId: 2, userId: 1 }, '{"organization_id":2,"user_id":1}'],
      [{ organizationId: 1, userId: 23 }, '{"organization_id":1,"user_id":23}'],
      [{ organizationId: 12, userId: 3 }, '{"organization_id":12,"user_id":3}'],
    ];
    for (const [viewer, payload] of [...viewers, ...viewers]) {
      expect(signViewerContext(viewer, key)).toEqual(pairOf(payload));
    }
  });

  it('gives out copies: a caller that changes the headers does not change later ones', () => {
    const key = newKey();
    const headers = signViewerContext({ organizationId: 1 }, key);
    headers['X-Viewer-Context'] = '{"organization_id":2}';
    expect(signViewerContext({ organizationId: 1 }, key)).toEqual(organization(1));
  });

  it('holds 1,024 pairs of a key', () => {
    const key = newKey();
    const signing = (): void => {
      signOrganizations(1, 1024, key);
    };
    expect(hmacsOf(signing)).toBe(1024);
    expect(hmacsOf(signing)).toBe(0);
  });

  it('never holds more than 1,024 pairs of a key', () => {
    const key = newKey();
    signOrganizations(1, 5000, key);
    // Backwards, so that nothing that is signed again counts as cached later.
    const again = hmacsOf(() => {
      for (let organizationId = 5000; organizationId >= 1; organizationId -= 1) {
        signOrganizations(organizationId, organizationId, key);
      }
    });
    expect(again).toBeGreaterThanOrEqual(5000 - 1024);
    expect(signViewerContext({ organizationId: 1 }, key)).toEqual(organization(1));
  });

  it('holds no 1,025th pair', () => {
    const key = newKey();
    signOrganizations(1, 1025, key);
    const again = hmacsOf(() => {
      signOrganizations(1, 1025, key);
    });
    expect(again).toBeGreaterThanOrEqual(1);
  });

  it('does not cache bodies', () => {
    const key = newKey();
    const signing = (): void => {
      expect(signBody('{"organization_id":1}', key)).toBe(signBody('{"organization_id":1}', key));
    };
    expect(hmacsOf(signing)).toBe(2);
    signViewerContext({ organizationId: 1 }, key);
    expect(hmacsOf(signing)).toBe(2);
  });
});
