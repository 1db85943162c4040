import crypto, { createHmac } from 'node:crypto';
import { signBody, signViewerContext, verifyViewerContext, type ViewerContext } from 'axios-viewer-context/protocol';
import { coded } from '../support/coded.js';
import { normalForm } from '../support/format.js';
import { polluted } from '../support/pollution.js';
import {
  base64url,
  claimsNow,
  decoded,
  headerOf,
  keyIdOf,
  signParts,
  TOKEN_SECRET as SECRET,
  tokenOf,
} from '../support/tokens.js';
import answers from '../vectors/known-answers.json';

const { issuedAt, header, signed, upstream } = answers.tokens;
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
  it('is the known answer when signed, in one header', () => {
    const context = signed.context as ViewerContext;
    expect(signViewerContext(context, SECRET, { format: 'jwt' })).toStrictEqual({ 'X-Viewer-Context': known });
  });

  it('is verified if it is the known answer, by this package or by upstream', () => {
    expect(verify(known)).toStrictEqual(everyone);
    for (const { viewer, rest } of upstream) expect(verify(`${header}.${rest}`)).toEqual(viewer);
  });

  it.each<[ViewerContext, string]>([
    [{ organizationId: 1 }, '{"actor_type":"unknown","organization_id":1,'],
    [{ userId: '2' }, '{"actor_type":"unknown","user_id":2,'],
    [{ projectId: 3n }, '{"actor_type":"unknown","project_id":3,'],
    [
      { actorType: 'agent', userId: 2, projectId: 3, organizationId: 1 },
      '{"actor_type":"agent","organization_id":1,"project_id":3,"user_id":2,',
    ],
    [
      { organizationId: 9007199254740991, actorType: null },
      '{"actor_type":"unknown","organization_id":9007199254740991,',
    ],
  ])('of %p has the claims of upstream, in their order: %s', (context, claims) => {
    const text = Buffer.from(sign(context).split('.')[1]!, 'base64url').toString();
    expect(text).toBe(`${claims}"iat":1700000000,"exp":1700000900,"iss":"sentry"}`);
  });

  it.each(['user', 'system', 'integration', 'agent', 'unknown'] as const)('says who acts: %s', (actorType) => {
    expect(verify(sign({ userId: 2, actorType }))).toMatchObject({ userId: 2, actorType });
  });

  it('is issued in whole seconds, rounded down, and expires after 900 s', () => {
    jest.setSystemTime(NOW + 999);
    expect(decoded(sign({ userId: 2 })).claims).toMatchObject({ iat: issuedAt, exp: issuedAt + 900 });
  });

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

  it('is null for a signed context without ids', () => {
    expect(verify(tokenOf({ actor_type: 'system', iat: issuedAt, exp: issuedAt + 900, iss: 'sentry' }))).toBeNull();
  });

  it('is accepted under each of several secrets, by its key id', () => {
    const secrets = ['secret-one', SECRET, 'secret-two'];
    for (const secret of secrets) expect(verify(sign({ userId: 2 }, secret), secrets)).toMatchObject({ userId: 2 });
  });
});

const mismatch = coded('ERR_SIGNATURE_MISMATCH');
const notToken = coded('ERR_MALFORMED_HEADER', 'has no signature header, and is not a token of three base64url parts');
const badHeader = coded('ERR_MALFORMED_HEADER', 'whose header is not exactly alg HS256, typ JWT and a kid');

describe('a hostile token is refused', () => {
  it('control: the same, not hostile, is accepted', () => {
    expect(verify(tokenOf(claimsNow()))).toStrictEqual(everyone);
    const reordered = '{"typ":"JWT","kid":"d8191259","alg":"HS256"}';
    expect(verify(tokenOf(claimsNow(), reordered))).toStrictEqual(everyone);
  });

  const [, claims = '', signature = ''] = known.split('.');

  it.each<[string, string]>([
    ['with other claims', `${header}.${base64url(signed.claims.replace('"user_id":2', '"user_id":3'))}.${signature}`],
    ['with the signature of another', `${header}.${claims}.${upstream[0]!.rest.split('.')[1]!}`],
    ['under another secret', tokenOf(signed.claims, headerOf(), 'secret-two')],
    ['under another secret, with its key id', tokenOf(signed.claims, headerOf('secret-two'), 'secret-two')],
    ['with a key id of no secret', tokenOf(signed.claims, { ...headerOf(), kid: 'deadbeef' })],
    ['with a key id cut short', tokenOf(signed.claims, { ...headerOf(), kid: 'd819125' })],
    ['with the key id of another accepted secret', tokenOf(signed.claims, headerOf('secret-one'))],
    ['hashed with SHA-512, cut to size', signParts(header, claims, SECRET, 'sha512').slice(0, known.length - 1) + 'A'],
  ])('as wrongly signed: %s', (_name, token) => {
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
    ['a JSON payload, as half a pair has it', '{"organization_id":1,"user_id":2}'],
    ['two parts', `${header}.${claims}`],
    ['two parts and a dot', `${header}.${claims}.`],
    ['four parts', `${known}.${signature}`],
    ['an empty header', `.${claims}.${signature}`],
    ['a header of more than 200 characters', signParts(base64url(`{"alg":${' '.repeat(200)}"HS256"}`), claims)],
    ['empty claims', `${header}..${signature}`],
    ['the prefix Bearer', `Bearer ${known}`],
    ['a space before', ` ${known}`],
    ['a space after', `${known} `],
    ['a line end', `${known}\n`],
    ['padding of the signature', `${known}=`],
    ['padding of the header', signParts(`${header}=`, claims)],
    ['a signature of 42 characters', known.slice(0, -1)],
    ['a signature of 44 characters', `${known}A`],
    [
      'a signature in hex',
      `${header}.${claims}.${createHmac('sha256', SECRET).update(`${header}.${claims}`).digest('hex')}`,
    ],
    ['a signature with spare bits set', known.replace(/A$/, 'B')],
    ['a header with spare bits set', signParts(header.replace(/0$/, '1'), claims)],
    ['a header of one character', signParts('A', claims)],
    ['the alphabet of base64', signParts(header, `${base64url('{"a":"')}+/${base64url('"}')}`)],
    ['a header that is not UTF-8', signParts(base64url(Uint8Array.of(0x7b, 0xff, 0x7d)), claims)],
    ['a signature of HS512', signParts(header, claims, SECRET, 'sha512')],
    ['no signature, as alg none has it', `${base64url('{"alg":"none","typ":"JWT"}')}.${claims}.`],
  ])('as not a token: %s', (_name, token) => {
    expect(() => verify(token)).toThrow(notToken);
  });

  it('as not a token, though correctly signed: claims that are not canonical base64url of UTF-8', () => {
    expect(() => verify(signParts(header, base64url(Uint8Array.of(0x7b, 0xff, 0x7d))))).toThrow(notToken);
    expect(() => verify(signParts(header, `${claims}A`))).toThrow(notToken);
  });

  it.each<[string, object | string]>([
    ['alg none', { ...headerOf(), alg: 'none' }],
    ['alg RS256', { ...headerOf(), alg: 'RS256' }],
    ['alg HS512', { ...headerOf(), alg: 'HS512' }],
    ['alg in lower case', { ...headerOf(), alg: 'hs256' }],
    ['no alg', { kid: 'd8191259', typ: 'JWT' }],
    ['no kid', { alg: 'HS256', typ: 'JWT' }],
    ['a numeric kid', { ...headerOf(), kid: 81912590 }],
    ['a list as kid', { ...headerOf(), kid: ['d8191259'] }],
    ['kid null', { ...headerOf(), kid: null }],
    ['an empty kid', { ...headerOf(), kid: '' }],
    ['two kids', '{"alg":"HS256","kid":"deadbeef","kid":"d8191259","typ":"JWT"}'],
    ['two kids and no typ', '{"alg":"HS256","kid":"deadbeef","kid":"d8191259"}'],
    ['an escaped kid', '{"alg":"HS256","kid":"\\u00648191259","typ":"JWT"}'],
    ['crit', { ...headerOf(), crit: ['exp'] }],
    ['a further entry', { ...headerOf(), cty: 'JWT' }],
    ['a further entry that sorts first', { ...headerOf(), a: 1 }],
    ['a further entry that sorts last', { ...headerOf(), zip: 'DEF' }],
    ['typ at+jwt', { ...headerOf(), typ: 'at+jwt' }],
    ['typ sentry-agent+jwt', { ...headerOf(), typ: 'sentry-agent+jwt' }],
    ['typ in lower case', { ...headerOf(), typ: 'jwt' }],
    ['no typ', { alg: 'HS256', kid: 'd8191259' }],
    ['no entry', '{}'],
    ['a list', '["alg","HS256"]'],
    ['text', '"HS256"'],
    ['null', 'null'],
    ['not JSON', '{"alg":"HS256","kid":"d8191259","typ":"JWT"'],
    ['entries without braces', '"alg":"HS256","kid":"d8191259","typ":"JWT"'],
    ['something before it', 'x{"alg":"HS256","kid":"d8191259","typ":"JWT"}'],
    ['something after it', '{"alg":"HS256","kid":"d8191259","typ":"JWT"}x'],
    ['a nested one', '{{"alg":"HS256","kid":"d8191259","typ":"JWT"}}'],
    ['spaces', '{"alg": "HS256", "kid": "d8191259", "typ": "JWT"}'],
    ['a line end', '{"alg":"HS256","kid":"d8191259","typ":"JWT"\n}'],
    ['kid of Object.prototype', '{"alg":"HS256","__proto__":"d8191259","typ":"JWT"}'],
  ])('for its header: %s', (_name, hostile) => {
    expect(() => verify(tokenOf(signed.claims, hostile))).toThrow(badHeader);
  });

  const others = (changed: object): object => ({ ...(JSON.parse(signed.claims) as object), ...changed });
  const timing = 'its times are not in seconds, or exp is not within 3600 s after iat';

  it.each<[string, object | string, string]>([
    ['no iss', others({ iss: undefined }), 'its iss is not "sentry"'],
    ['another iss', others({ iss: 'Sentry' }), 'its iss is not "sentry"'],
    ['a list as iss', others({ iss: ['sentry'] }), 'its iss is not "sentry"'],
    ['aud', others({ aud: 'seer' }), 'it has an aud'],
    ['aud null', others({ aud: null }), 'it has an aud'],
    ['aud empty', others({ aud: [] }), 'it has an aud'],
    ['no actor_type (LLM-proxy tokens)', others({ actor_type: undefined, exp: issuedAt + 3600 }), 'its actor_type'],
    ['actor_type null', others({ actor_type: null }), 'its actor_type is not a string'],
    ['a numeric actor_type', others({ actor_type: 1 }), 'its actor_type is not a string'],
    ['a list as actor_type', others({ actor_type: ['user'] }), 'its actor_type is not a string'],
    ['no iat', others({ iat: undefined }), timing],
    ['no exp', others({ exp: undefined }), timing],
    ['iat as text', others({ iat: String(issuedAt) }), timing],
    ['exp as text', others({ exp: String(issuedAt + 900) }), timing],
    ['exp null', others({ exp: null }), timing],
    ['exp true', others({ exp: true }), timing],
    ['an infinite exp', JSON.stringify(others({})).replace('1700000900', '1e999'), timing],
    ['an infinite iat', JSON.stringify(others({})).replace('1700000000', '-1e999'), timing],
    ['exp in milliseconds', others({ exp: NOW + 900_000 }), timing],
    ['exp in a year', others({ exp: issuedAt + 365 * 86_400 }), timing],
    ['exp 3601 s after iat', others({ exp: issuedAt + 3601 }), timing],
    ['exp equal to iat', others({ exp: issuedAt }), timing],
    ['exp before iat', others({ exp: issuedAt - 1 }), timing],
    ['an id as text', others({ user_id: '2' }), 'its user_id is not an integer from 1 to 2^53 - 1'],
    ['the id 0', others({ organization_id: 0 }), 'its organization_id is not an integer'],
    ['a negative project', others({ project_id: -4505123456 }), 'its project_id is not an integer'],
    ['an id true', others({ user_id: true }), 'its user_id is not an integer'],
    ['an id beyond 2^53 - 1', others({ user_id: 2 ** 53 }), 'its user_id is not an integer'],
    ['a fraction', others({ user_id: 1.5 }), 'its user_id is not an integer'],
    ['claims that are a list', '[{"organization_id":4505123456}]', 'is not a JSON object'],
    ['claims that are null', 'null', 'is not a JSON object'],
    ['claims that are not JSON', '{"organization_id":4505123456', 'is not a JSON object'],
  ])('for its claims: %s', (_name, claims, problem) => {
    const verifying = (): unknown => verify(tokenOf(claims));
    expect(verifying).toThrow(coded('ERR_INVALID_PAYLOAD', `is signed, but ${problem}`));
    expect(verifying).not.toThrow('4505123456');
  });

  it('is verified before it is read', () => {
    expect(() => verify(`${header}.${base64url('no JSON')}.${signature}`)).toThrow(mismatch);
  });

  it.each<[string, number, string | undefined]>([
    ['expires now', 900, undefined],
    ['expired 4 s ago', 904, undefined],
    ['expired 4.999 s ago', 904.999, undefined],
    ['expired 5 s ago', 905, 'ERR_EXPIRED'],
    ['expired 6 s ago', 906, 'ERR_EXPIRED'],
    ['expired a year ago', 900 + 365 * 86_400, 'ERR_EXPIRED'],
    ['was issued 4 s ahead', -4, undefined],
    ['was issued 5 s ahead', -5, undefined],
    ['was issued 5.001 s ahead', -5.001, 'ERR_NOT_YET_VALID'],
    ['was issued 6 s ahead', -6, 'ERR_NOT_YET_VALID'],
  ])('by the clock if it %s', (_name, secondsLater, code) => {
    jest.setSystemTime(NOW + secondsLater * 1000);
    if (code === undefined) expect(verify(known)).toStrictEqual(everyone);
    else expect(() => verify(known)).toThrow(coded(code as 'ERR_EXPIRED', 'compare the clocks'));
  });

  it('by the clock: the message says by how much', () => {
    jest.setSystemTime(NOW + 1_000_000);
    expect(() => verify(known)).toThrow('The token expired 100 s ago.');
    jest.setSystemTime(NOW - 60_000);
    expect(() => verify(known)).toThrow('The token is 60 s early.');
  });
});

describe('a token of other senders is accepted', () => {
  const others = (changed: object): object => ({ ...(JSON.parse(signed.claims) as object), ...changed });

  it.each<[string, object, object]>([
    ['an unknown actor_type reads as unknown', { actor_type: 'service_account' }, { actorType: 'unknown' }],
    ['an empty actor_type reads as unknown', { actor_type: '' }, { actorType: 'unknown' }],
    ['an actor_type of Object.prototype reads as unknown', { actor_type: 'toString' }, { actorType: 'unknown' }],
    ['an id that is null is absent', { organization_id: null }, { organizationId: undefined, userId: 2 }],
    ['further claims are ignored', { superuser: { read_only: true }, organization_is_early_adopter: true }, everyone],
    ['also a malformed superuser', { superuser: 7 }, everyone],
    ['fractions of seconds', { iat: issuedAt + 0.5, exp: issuedAt + 0.75 }, everyone],
    ['a lifetime of an hour', { exp: issuedAt + 3600 }, everyone],
  ])('%s', (_name, changed, viewer) => {
    expect(verify(tokenOf(others(changed)))).toMatchObject(viewer);
  });
});

describe('nbf', () => {
  const withNbf = (nbf: unknown): string => tokenOf({ ...claimsNow(), nbf });

  it.each([issuedAt - 9999, issuedAt, issuedAt + 5])('is accepted if it is %p', (nbf) => {
    expect(verify(withNbf(nbf))).toStrictEqual(everyone);
  });

  it('is obeyed if it is in the future', () => {
    expect(() => verify(withNbf(issuedAt + 6))).toThrow(coded('ERR_NOT_YET_VALID', 'The token is 6 s early.'));
  });

  it.each([null, 'now', true, [issuedAt]])('is refused if it is %p', (nbf) => {
    expect(() => verify(withNbf(nbf))).toThrow(coded('ERR_INVALID_PAYLOAD', 'its times are not in seconds'));
  });
});

describe('a signed body, with its signature in base64url', () => {
  const digits = (body: string): string => signBody(body, SECRET).replace('Rpcsignature rpc0:', '');
  const asToken = (body: string): string => `${body}.${Buffer.from(digits(body), 'hex').toString('base64url')}`;

  it('is not a token if it is JSON', () => {
    for (const body of [signed.claims, '{}', `"${header}.${base64url(signed.claims)}"`]) {
      expect(() => verify(asToken(body))).toThrow(notToken);
    }
  });

  it('is one if it is the first two parts of a token: a documented limit', () => {
    expect(verify(asToken(`${header}.${base64url(signed.claims)}`))).toStrictEqual(everyone);
  });
});
