import crypto from 'node:crypto';
import { signViewerContext, verifyViewerContext, type ViewerContext } from 'axios-viewer-context/protocol';
import { coded } from '../support/coded.js';
import { normalForm } from '../support/format.js';
import { polluted } from '../support/pollution.js';
import {
  base64url,
  decoded,
  headerOf,
  keyIdOf,
  signParts,
  TOKEN_SECRET as SECRET,
  tokenOf,
} from '../support/tokens.js';
import answers from '../vectors/known-answers.json';

const { issuedAt, header, signed } = answers.tokens;
const known = `${header}.${base64url(signed.claims)}.${signed.signature}`;
const NOW = issuedAt * 1000;
const everyone = normalForm({ organizationId: 1, userId: 2, actorType: 'user' }, 'jwt');

const sign = (context: ViewerContext, secret = SECRET): string =>
  signViewerContext(context, secret, { format: 'jwt' })['X-Viewer-Context']!;
const verify = (token: string, secrets = [SECRET]): unknown =>
  verifyViewerContext({ 'x-viewer-context': token }, { secrets, formats: ['jwt'] });

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
});
afterEach(() => {
  jest.useRealTimers();
});

describe('a token', () => {
  it('names its key by the first 8 hex digits of the SHA-256 of the secret, different for each key', () => {
    for (const { secret, keyId } of answers.keyIds) {
      expect(Buffer.from(sign({ userId: 2 }, secret).split('.')[0]!, 'base64url').toString()).toBe(
        `{"alg":"HS256","kid":"${keyId}","typ":"JWT"}`,
      );
    }
  });

  it('hashes its key for the key id once', () => {
    const key = crypto.createSecretKey(SECRET, 'utf8');
    const hashing = jest.spyOn(crypto, 'createHash');
    for (const userId of [2, 3]) signViewerContext({ userId }, key, { format: 'jwt' });
    expect(hashing).toHaveBeenCalledTimes(1);
    hashing.mockRestore();
  });

  it('is never cached: the same viewer under the same key gets a different one a second later', () => {
    const key = crypto.createSecretKey(SECRET, 'utf8');
    const tokenNow = (): string => signViewerContext({ userId: 2 }, key, { format: 'jwt' })['X-Viewer-Context']!;
    const spy = jest.spyOn(crypto, 'createHmac');
    const first = tokenNow();
    jest.advanceTimersByTime(1000);
    const second = tokenNow();
    expect(decoded(second).claims['iat']).toBe(issuedAt + 1);
    expect(second).not.toBe(first);
    expect(spy).toHaveBeenCalledTimes(2);
    spy.mockRestore();
  });

  it.each<[string, unknown]>([
    ['toJSON', () => ({ user_id: 5 })],
    ['projectId', 5],
    ['actorType', 'system'],
    ['project_id', 5],
    ['user_id', 5],
    ['actor_type', 'system'],
    ['aud', 'seer'],
    ['exp', 1],
    ['format', 'pair'],
    ['formats', ['pair']],
  ])('H14, H28: is not changed by a polluted %s, neither signed nor verified', async (property, value) => {
    const seen: unknown[] = [];
    const claims = { actor_type: 'user', organization_id: 1, iat: issuedAt, exp: issuedAt + 900, iss: 'sentry' };
    const tokens = [tokenOf(claims), tokenOf({ ...claims, organization_id: undefined })];
    await polluted(property, value, () => {
      const signing = sign({ organizationId: 1 });
      seen.push(Buffer.from(signing.split('.')[1]!, 'base64url').toString());
      seen.push(...tokens.map((token) => verify(token)));
    });
    expect(seen).toStrictEqual([
      '{"actor_type":"unknown","organization_id":1,"iat":1700000000,"exp":1700000900,"iss":"sentry"}',
      normalForm({ organizationId: 1, actorType: 'user' }, 'jwt'),
      null,
    ]);
  });
});

const mismatch = coded('ERR_SIGNATURE_MISMATCH');
const notToken = coded(
  'ERR_MALFORMED_HEADER',
  'without X-Viewer-Context-Signature, so it must be a token: three base64url',
);
const badHeader = coded('ERR_MALFORMED_HEADER', 'the header of the token must be exactly alg HS256, typ JWT and a kid');

describe('a hostile token is refused', () => {
  it('control: the same, not hostile, is accepted, as a normalized viewer', () => {
    expect(verify(known)).toStrictEqual(everyone);
  });

  const [, claims = '', signature = ''] = known.split('.');

  it('as wrongly signed: the error holds the key ids of all accepted secrets', () => {
    const token = `${header}.${base64url(signed.claims.replace('"user_id":2', '"user_id":3'))}.${signature}`;
    let error: unknown;
    try {
      verify(token, ['secret-one', SECRET]);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toEqual(mismatch);
    expect(error).toMatchObject({ keyIds: [keyIdOf('secret-one'), keyIdOf(SECRET)] });
    expect((error as Error).message).toContain(`${String(token.lastIndexOf('.'))} bytes that it covers`);
  });

  it.each<[string, string]>([
    ['empty', ''],
    ['a signature with spare bits set', known.replace(/A$/, 'B')],
    ['a header that is not UTF-8', signParts(base64url(Uint8Array.of(0x7b, 0xff, 0x7d)), claims)],
    ['claims that are not canonical base64url', signParts(header, `${claims}A`)],
  ])('as not a token: %s', (_name, token) => {
    expect(() => verify(token)).toThrow(notToken);
  });

  it.each<[string, object | string]>([
    ['alg none', { ...headerOf(), alg: 'none' }],
    ['no entry', '{}'],
  ])('for its header: %s', (_name, hostile) => {
    expect(() => verify(tokenOf(signed.claims, hostile))).toThrow(badHeader);
  });

  const others = (changed: object): object => ({ ...(JSON.parse(signed.claims) as object), ...changed });
  const timing = 'its times must be in seconds, with exp at most 3600 s after iat. ';

  it.each<[string, object | string, string]>([
    ['no iss', others({ iss: undefined }), 'its iss must be "sentry". '],
    ['aud', others({ aud: 'seer' }), 'it must not have an aud, '],
    ['no actor_type (LLM-proxy tokens)', others({ actor_type: undefined, exp: issuedAt + 3600 }), 'its actor_type'],
    ['no iat', others({ iat: undefined }), timing],
    ['exp 3601 s after iat', others({ exp: issuedAt + 3601 }), timing],
    ['an id as text', others({ user_id: '2' }), 'its user_id must be an integer from 1 to 2^53 - 1. '],
    ['a negative project', others({ project_id: -4505123456 }), 'its project_id must be an integer'],
    ['claims that are a list', '[{"organization_id":4505123456}]', 'it must be a JSON object. '],
    ['claims that are not JSON', '{"organization_id":4505123456', 'it must be a JSON object. '],
  ])('for its claims: %s', (_name, claims, problem) => {
    const verifying = (): unknown => verify(tokenOf(claims));
    expect(verifying).toThrow(coded('ERR_INVALID_PAYLOAD', `is signed, but ${problem}`));
    expect(verifying).not.toThrow('4505123456');
  });

  it('by the clock: the message says by how much', () => {
    jest.setSystemTime(NOW + 1_000_000);
    expect(() => verify(known)).toThrow(
      'The token expired 100 s ago. Sign a new token for each attempt, and compare the clocks.',
    );
    jest.setSystemTime(NOW - 60_000);
    expect(() => verify(known)).toThrow(
      "The token is not valid for another 60 s. Compare the sender's clock with the receiver's.",
    );
  });
});
