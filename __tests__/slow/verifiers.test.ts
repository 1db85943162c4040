import { spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isViewerContextError, verifyBody, verifyViewerContext } from 'axios-viewer-context/protocol';
import type { Viewer, ViewerContextFormat } from 'axios-viewer-context/protocol';
import { isInstalled } from '../support/commands.js';
import { fc, RUNS, SEED } from '../support/property.js';
import { base64url, headerOf, signParts, TOKEN_SECRET, tokenOf } from '../support/tokens.js';
import { FIELD_NAMES, FIELDS } from '../../src/protocol/viewer-context.js';
import answers from '../vectors/known-answers.json';

// The verifiers in Python and Go must decide as the one in TypeScript does, with the same codes. Each test starts one process
// for all of its requests.

/** What the programs read. `now` is in seconds; header values are Latin-1, as they are when they arrive. */
interface Request {
  readonly secrets: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly formats?: readonly ViewerContextFormat[];
  readonly body?: string;
  readonly now?: number | undefined;
}

/** A request, and what the verifiers must say: the viewer with the names of the wire, `null`, or the code of a refusal. */
type Case = readonly [name: string, request: Request, outcome: unknown];

const ROOT = join(__dirname, '../..');
const { issuedAt, header, signed, upstream } = answers.tokens;
const { secret, payload, signature } = answers.viewer;
const BOTH = ['pair', 'jwt'] as const;
const everyone = { organization_id: 1, user_id: 2 };

const withWireNames = (viewer: Viewer): unknown =>
  Object.fromEntries(FIELD_NAMES.map((field) => [FIELDS[field].wireName, viewer[field]]));

/** The outcome in TypeScript. */
function verifyHere({ secrets, headers, formats, body, now }: Request): unknown {
  const clock = jest.spyOn(Date, 'now');
  if (now !== undefined) clock.mockReturnValue(Math.round(now * 1000));
  try {
    if (body !== undefined) verifyBody(body, headers['Authorization'], { secrets });
    const viewer = verifyViewerContext(headers, { secrets, formats });
    return viewer && withWireNames(viewer);
  } catch (error) {
    if (isViewerContextError(error)) return error.code;
    throw error;
  } finally {
    clock.mockRestore();
  }
}

const hmac = (text: string, key = secret): string => createHmac('sha256', key).update(text).digest('hex');
const aPair = (text: string, given = hmac(text)): Request => ({
  secrets: [secret],
  headers: { 'X-Viewer-Context': text, 'X-Viewer-Context-Signature': given },
});
const aToken = (text: string, secondsLater = 10): Request => ({
  secrets: [secret, TOKEN_SECRET],
  headers: { 'X-Viewer-Context': text },
  formats: ['jwt'],
  now: issuedAt + secondsLater,
});
const aBody = (body: string, authorization?: string): Request => ({
  ...aPair(payload),
  headers: { ...aPair(payload).headers, ...(authorization === undefined ? {} : { Authorization: authorization }) },
  body,
});

const MALFORMED = 'ERR_MALFORMED_HEADER';
const MISMATCH = 'ERR_SIGNATURE_MISMATCH';
const INVALID = 'ERR_INVALID_PAYLOAD';

const known = `${header}.${base64url(signed.claims)}.${signed.signature}`;
const [, claims = '', tokenSignature = ''] = known.split('.');
const asUser = { ...everyone, actor_type: 'user' };
const others = (changed: object): string => tokenOf({ ...(JSON.parse(signed.claims) as object), ...changed });
const replaced = (from: string, to: string): string => tokenOf(signed.claims.replace(from, to));

const KNOWN_ANSWERS: Case[] = [
  ['the pair', aPair(payload, signature), everyone],
  ['the token', aToken(known), asUser],
  ...upstream.map(({ viewer, rest }, index): Case => {
    return [`token ${String(index)} of upstream`, aToken(`${header}.${rest}`), withWireNames(viewer as Viewer)];
  }),
  ...answers.keyIds.map(({ secret, keyId }): Case => {
    const token = tokenOf(signed.claims, `{"alg":"HS256","kid":"${keyId}","typ":"JWT"}`, secret);
    return [`the key ${keyId}`, { ...aToken(token), secrets: ['another', secret] }, asUser];
  }),
  ...answers.signatures.map(({ secret, message, signature }, index): Case => {
    const request = { ...aBody(message, `Rpcsignature rpc0:${signature}`), secrets: ['secret-one', secret] };
    return [`body ${String(index)}`, request, everyone];
  }),
];

const REQUESTS: Case[] = [
  ['no header', { secrets: [secret], headers: {} }, 'ERR_MISSING_HEADER'],
  ['no header, both formats', { secrets: [secret], headers: {}, formats: BOTH }, 'ERR_MISSING_HEADER'],
  ['only a payload', { secrets: [secret], headers: { 'X-Viewer-Context': payload } }, MALFORMED],
  ['only a signature', { secrets: [secret], headers: { 'X-Viewer-Context-Signature': signature } }, MALFORMED],
  ['names in lower case', { ...aPair(payload), headers: lowerCase(aPair(payload).headers) }, everyone],
  [
    'a header twice',
    { ...aPair(payload), headers: { ...aPair(payload).headers, ...lowerCase(aPair(payload).headers) } },
    MALFORMED,
  ],
  ['names with _', { secrets: [secret], headers: { X_Viewer_Context: payload } }, 'ERR_MISSING_HEADER'],
  ['a pair where both are accepted', { ...aPair(payload), formats: BOTH }, everyone],
  ['a token where both are accepted', { ...aToken(known), formats: BOTH }, asUser],
  ['a pair where tokens are accepted', { ...aPair(payload), formats: ['jwt'] }, MALFORMED],
  ['a token where pairs are accepted', { ...aToken(known), formats: ['pair'] }, MALFORMED],
  ['a token with an empty signature', { ...aPair(known, ''), formats: BOTH }, MALFORMED],
  ['a token with a signature', { ...aPair(known), formats: BOTH }, INVALID],
  ['under the second of two secrets', { ...aPair(payload), secrets: ['secret-two', secret] }, everyone],
  ...['\x1f', '\x85', '\u200b'].map((end): Case => [
    `under a secret that ends with ${JSON.stringify(end)}, which is not white space`,
    { ...aPair(payload, hmac(payload, secret + end)), secrets: [secret + end] },
    everyone,
  ]),
  ['under another secret', { ...aPair(payload), secrets: ['secret-two'] }, MISMATCH],
  ['another payload', aPair('{"organization_id":1,"user_id":3}', signature), MISMATCH],
  ['not verified, so not read', aPair('{', signature), MISMATCH],
  ['a signature in upper case', aPair(payload, signature.toUpperCase()), MALFORMED],
  ['a signature with a line end', aPair(payload, `${signature}\n`), MALFORMED],
  ['a short signature', aPair(payload, signature.slice(1)), MALFORMED],
  ['an empty signature', aPair(payload, ''), MALFORMED],
  ['a signature that is not ASCII', aPair(payload, `${signature.slice(1)}é`), MALFORMED],
  ['an unsigned body', aBody('{}'), 'ERR_MISSING_HEADER'],
  ['another body', aBody('{}', `Rpcsignature rpc0:${hmac('{ }')}`), MISMATCH],
  ['a lone surrogate', aPair('{"token":"\ud800"}', signature), MISMATCH],
  ['a scheme in lower case', aBody('', `rpcsignature rpc0:${hmac('')}`), MALFORMED],
  ['two spaces in Authorization', aBody('', `Rpcsignature  rpc0:${hmac('')}`), MALFORMED],
  ['a body that is not ASCII', aBody('é日\u0000', `Rpcsignature rpc0:${hmac('é日\u0000')}`), everyone],
];

// What is signed and is not a viewer.
const PAYLOADS: Case[] = [
  ...['[1]', 'null', '1', '"x"', 'true', '{', '', ' ', '{}{}', '{"user_id":2}x', "{'user_id':2}", '{"user_id":2,}'],
  ...['{"Organization_ID":1}', '{"organizationId":1}', '{"organization_id":1,"thing":2}', '{"":1}', '{"__proto__":1}'],
  ...['{"user_id":NaN}', '{"token":NaN}', '{"token":Infinity}', '{"token":-Infinity}', '{"token":01}', '{"token":1.}'],
  ...['{"token":"\u0001"}', '{"token":"\\x"}', '{"user_id":2,"user_id":null,"user_id":"2"}', '\u00a0{"user_id":2}'],
  ...['0', '-0', '-1', '"1"', '1.5', '9007199254740992', '9007199254740993', '1e999', '9'.repeat(5000), 'true'].map(id),
  ...['false', '[1]', '{}', '""', '1e-999'].map(id),
]
  .map((text): Case => [text.slice(0, 50), aPair(text), INVALID])
  .concat(
    (
      [
        ['{}', null],
        ['{"organization_id":null,"user_id":2}', { user_id: 2 }],
        ['{"organization_id":null}', null],
        ['{"project_id":3}', null],
        ['{"user_id":2,"project_id":"x","actor_type":7,"token":{"a":[1e999]}}', { user_id: 2 }],
        [`{"user_id":2,"token":${'9'.repeat(5000)}}`, { user_id: 2 }],
        ['{"user_id":2.0}', { user_id: 2 }],
        ['{"user_id":1e3}', { user_id: 1000 }],
        ['{"user_id":9007199254740991}', { user_id: 9007199254740991 }],
        ['{"user_id":3,"user_id":2}', { user_id: 2 }],
        ['{"user\\u005fid":2}', { user_id: 2 }],
        ['{"user_id":2,"token":"\\ud800é"}', { user_id: 2 }],
        [' \t\r\n{ "user_id" : 2 } ', { user_id: 2 }],
      ] as const
    ).map(([text, outcome]) => [text.slice(0, 70), aPair(text), outcome]),
  );

const HOSTILE_TOKENS: Case[] = (
  [
    ['as it should be', known, asUser],
    ['a header in another order', tokenOf(signed.claims, '{"typ":"JWT","kid":"d8191259","alg":"HS256"}'), asUser],
    ['other claims', `${header}.${base64url(signed.claims.replace('2', '3'))}.${tokenSignature}`, MISMATCH],
    ['claims that are no JSON, not signed', `${header}.${base64url('no JSON')}.${tokenSignature}`, MISMATCH],
    ['another secret', tokenOf(signed.claims, headerOf(), 'secret-two'), MISMATCH],
    ['another secret with its key id', tokenOf(signed.claims, headerOf('secret-two'), 'secret-two'), MISMATCH],
    ['a key id of no secret', tokenOf(signed.claims, { ...headerOf(), kid: 'deadbeef' }), MISMATCH],
    ['a key id cut short', tokenOf(signed.claims, { ...headerOf(), kid: 'd819125' }), MISMATCH],
    ['a key id in upper case', tokenOf(signed.claims, { ...headerOf(), kid: 'D8191259' }), MISMATCH],
    ['the key id of another accepted secret', tokenOf(signed.claims, headerOf(secret)), MISMATCH],
    ['SHA-512, cut', signParts(header, claims, TOKEN_SECRET, 'sha512').slice(0, known.length - 1) + 'A', MISMATCH],
    ['nothing', '', MALFORMED],
    ['a payload', payload, MALFORMED],
    ['two parts', `${header}.${claims}`, MALFORMED],
    ['four parts', `${known}.${tokenSignature}`, MALFORMED],
    ['an empty header', `.${claims}.${tokenSignature}`, MALFORMED],
    ['a long header', signParts(base64url(`{"alg":${' '.repeat(200)}"HS256"}`), claims), MALFORMED],
    ['empty claims', signParts(header, ''), MALFORMED],
    ['Bearer', `Bearer ${known}`, MALFORMED],
    ['a space before', ` ${known}`, MALFORMED],
    ['a line end', `${known}\n`, MALFORMED],
    ['a line end within', signParts(header, `${claims.slice(0, 4)}\n${claims.slice(4)}`), MALFORMED],
    ['padding', `${known}=`, MALFORMED],
    ['padding of the header', signParts(`${header}=`, claims), MALFORMED],
    ['42 characters', known.slice(0, -1), MALFORMED],
    ['44 characters', `${known}A`, MALFORMED],
    ['spare bits', known.replace(/A$/, 'B'), MALFORMED],
    ['spare bits of the header', signParts(header.replace(/0$/, '1'), claims), MALFORMED],
    ['a long key id', tokenOf(signed.claims, { ...headerOf(), kid: 'a'.repeat(200) }), MALFORMED],
    ['spare bits of the claims', signParts(header, base64url('{}').replace(/0$/, '1')), MALFORMED],
    ['one character too many', signParts(header, `${claims}A`), MALFORMED],
    ['a header of one character', signParts('A', claims), MALFORMED],
    ['a header of one brace', signParts(base64url('{'), claims), MALFORMED],
    ['the alphabet of base64', signParts(header, `${base64url('{"a":"')}+/${base64url('"}')}`), MALFORMED],
    ['claims that are not UTF-8', signParts(header, base64url(Uint8Array.of(0x7b, 0xff, 0x7d))), MALFORMED],
    ['claims with a surrogate', signParts(header, base64url(Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22))), MALFORMED],
    ['letters that are not ASCII', `${known.slice(0, -2)}éA`, MALFORMED],
    ['a byte order mark', tokenOf(`\ufeff${signed.claims}`), INVALID],
    ...[
      ...[{ alg: 'none' }, { alg: 'HS512' }, { alg: 'hs256' }, { kid: null }, { kid: 81912590 }, { kid: '' }],
      ...[{ kid: 'd819é' }, { crit: ['exp'] }, { cty: 'JWT' }, { typ: 'sentry-agent+jwt' }, { typ: undefined }],
    ].map((changed): [string, string, unknown] => [
      `the header with ${JSON.stringify(changed)}`,
      tokenOf(signed.claims, { ...headerOf(), ...changed }),
      MALFORMED,
    ]),
    ...[
      ...['{}', '[]', 'null', '"HS256"', '{"alg":"HS256","kid":"deadbeef","kid":"d8191259","typ":"JWT"}'],
      ...['"alg":"HS256","kid":"d8191259","typ":"JWT"', '{"alg":"HS256","kid":"d8191259","typ":"JWT"}x'],
      ...['{{"alg":"HS256","kid":"d8191259","typ":"JWT"}}', '{"alg": "HS256", "kid": "d8191259", "typ": "JWT"}'],
      ...['{"alg":"HS256","kid":"d8191259","typ":"JWT"\n}', '{"alg":"HS256","kid":"\\u00648191259","typ":"JWT"}'],
    ].map((text): [string, string, unknown] => [`the header ${text}`, tokenOf(signed.claims, text), MALFORMED]),
    ...[
      ...[{ iss: undefined }, { iss: 'Sentry' }, { iss: ['sentry'] }, { iss: null }, { aud: 'seer' }, { aud: null }],
      ...[{ actor_type: undefined }, { actor_type: null }, { actor_type: 1 }, { actor_type: ['user'] }],
      ...[
        { iat: undefined },
        { exp: undefined },
        { iat: String(issuedAt) },
        { exp: null },
        { exp: true },
        { iat: [1] },
      ],
      ...[{ exp: (issuedAt + 900) * 1000 }, { exp: issuedAt + 3601 }, { exp: issuedAt }, { exp: issuedAt - 1 }],
      ...[{ nbf: null }, { nbf: 'now' }, { nbf: true }, { nbf: [issuedAt] }],
      ...[{ user_id: '2' }, { organization_id: 0 }, { project_id: -1 }, { user_id: true }, { user_id: 2 ** 53 }],
      ...[{ user_id: 1.5 }, { project_id: {} }],
    ].map((changed): [string, string, unknown] => [JSON.stringify(changed), others(changed), INVALID]),
    ['an infinite exp', replaced('1700000900', '1e999'), INVALID],
    ['an infinite iat', replaced('1700000000', '-1e999'), INVALID],
    ['an infinite nbf', replaced('{', '{"nbf":-1e999,'), INVALID],
    ['claims that are a list', tokenOf('[{"user_id":2}]'), INVALID],
    ['claims that are null', tokenOf('null'), INVALID],
    ['claims that are no JSON', tokenOf('{"user_id":2'), INVALID],
    ['NaN', replaced('{', '{"thing":NaN,'), INVALID],
    ['nothing but times', others({ organization_id: null, user_id: undefined }), null],
    ['an unknown actor_type', others({ actor_type: 'service_account' }), { ...everyone, actor_type: 'unknown' }],
    ['an actor_type with a line end', others({ actor_type: 'user\n' }), { ...everyone, actor_type: 'unknown' }],
    ['an empty actor_type', others({ actor_type: '' }), { ...everyone, actor_type: 'unknown' }],
    ...FIELD_NAMES.map((field): [string, string, object] => {
      const claim = { [FIELDS[field].wireName]: FIELDS[field].holds === 'id' ? 3 : 'agent' };
      return [`the field ${field}`, others(claim), { ...asUser, ...claim }];
    }),
    ['further claims', others({ superuser: 7, actor: {}, Aud: 'seer' }), asUser],
    ['fractions of seconds', others({ iat: issuedAt + 0.5, exp: issuedAt + 1800.75 }), asUser],
    ['a lifetime of an hour', others({ exp: issuedAt + 3600 }), asUser],
    ['nbf in the past', others({ nbf: 1 }), asUser],
    ['nbf in the future', others({ nbf: issuedAt + 16 }), 'ERR_NOT_YET_VALID'],
    ['a huge ignored number', replaced('{', `{"thing":${'9'.repeat(5000)},`), asUser],
  ] as [string, string, unknown][]
)
  .map(([name, token, outcome]): Case => [name, aToken(token), outcome])
  .concat(
    (
      [
        [904.999, asUser],
        [905, 'ERR_EXPIRED'],
        [365 * 86_400, 'ERR_EXPIRED'],
        [-5, asUser],
        [-5.001, 'ERR_NOT_YET_VALID'],
      ] as const
    ).map(([seconds, outcome]) => [`${String(seconds)} s after iat`, aToken(known, seconds), outcome]),
  );

function id(value: string): string {
  return `{"organization_id":${value}}`;
}

function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

// Generated requests. They are not nested deeply: there Python (about 1,000 levels) and Go (10,000) are stricter.

const NUMBERS = [
  ...['1', '2', '0', '-1', '-0', '1.0', '1e3', '1E+2', '1.5', '10e-1', '1e999', '-1e999', '1e-999', '9007199254740991'],
  ...['9007199254740992', '9007199254740993', '9007199254740991.4', '9007199254740991.5', '0.99999999999999999999'],
  ...['1'.repeat(400), '1'.repeat(5000), '01', '-01', '1.', '.5', '+1', '0x1', '1_0', '1e', '--1', '-', '\u00b2'],
];
const OTHERS = [
  ...['null', 'true', 'false', 'NaN', 'Infinity', '-Infinity', 'nul', 'undefined', '""', '"1"', '"user"', '"sentry"'],
  ...['"agent"', '[]', '[1]', '{}', '{"user_id":1}', '[1,]', '"\\ud800"', '"\\u00e9"', '"\u00e9"', '"\\x"', '"\n"', ''],
];
const KEYS = [
  ...['organization_id', 'user_id', 'project_id', 'actor_type', 'token', 'iss', 'iat', 'exp', 'nbf', 'aud'],
  ...['Organization_ID', 'user\\u005fid', 'user_id ', '__proto__', 'toString', '', '\\ud800', '\u017fub', 'ISS'],
];
const PIECES = [
  ...[
    '',
    '',
    '{',
    '}',
    '[',
    ']',
    ':',
    ',',
    '"',
    '\\',
    ' ',
    '\n',
    '\t',
    '\u000b',
    '\u0000',
    '\u00a0',
    '\u0085',
    '\u00e9',
  ],
  ...['0', '1', '.', '-', 'e', 'E5', '/', '/**/', "'", 'u0031', '.0', '00', '\u007f', '\ufeff', '\uff11', '\u2028'],
];

const raw = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...NUMBERS) },
  { weight: 2, arbitrary: fc.constantFrom(...OTHERS) },
  fc.json({ maxDepth: 2 }),
);

/** The members of an object as texts, changed: some with other values, some absent, twice, or in another order. */
const objectOf = (members: readonly (readonly [string, string])[]): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.shuffledSubarray([...members], { minLength: Math.max(0, members.length - 1) }),
      fc.array(fc.tuple(fc.constantFrom(...KEYS), raw), { maxLength: 2 }),
      fc.boolean(),
    )
    .map(([own, added, isFirst]) => {
      const all = isFirst ? [...added, ...own] : [...own, ...added];
      return `{${all.map(([key, value]) => `"${key}":${value}`).join()}}`;
    });

/** A text with a piece put in, in place of up to two characters. */
const changed = (text: fc.Arbitrary<string>, pieces: readonly string[]): fc.Arbitrary<string> =>
  fc.tuple(text, fc.nat(), fc.constantFrom(...pieces), fc.nat(2)).map(([before, at, piece, length]) => {
    const index = at % (before.length + 1);
    return before.slice(0, index) + piece + before.slice(index + length);
  });
const maybeChanged = (text: fc.Arbitrary<string>, pieces: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof({ weight: 3, arbitrary: text }, changed(text, pieces));

const isLatin1 = (text: string): boolean => Buffer.from(text, 'latin1').toString('latin1') === text;
const latin1 = fc.string({ unit: fc.nat(255).map((code) => String.fromCharCode(code)), maxLength: 100 });
const SECRETS = [secret, TOKEN_SECRET, 'sécret'];
const key = fc.constantFrom(...SECRETS, 'secret-two');
const someSecrets = fc.shuffledSubarray(SECRETS, { minLength: 1 });
const someFormats = fc.constantFrom<readonly ViewerContextFormat[]>(['pair'], ['jwt'], BOTH, BOTH, BOTH);

const pairText = fc
  .oneof(
    {
      weight: 6,
      arbitrary: maybeChanged(
        fc.oneof(
          objectOf([]),
          raw.chain((value) => objectOf([['organization_id', value]])),
          objectOf([
            ['organization_id', '1'],
            ['user_id', '2'],
          ]),
        ),
        PIECES,
      ),
    },
    raw,
    latin1,
  )
  .filter(isLatin1);
const pairRequest = fc
  .tuple(pairText, key, fc.nat(9), latin1, someSecrets, someFormats)
  .map(([text, signing, kind, noise, secrets, formats]): Request => {
    const right = hmac(text, signing);
    const given = [right.toUpperCase(), right.slice(1), `${right} `, noise, hmac(noise, signing)][kind] ?? right;
    return { secrets, formats, headers: { 'X-Viewer-Context': text, 'x-viewer-context-signature': given } };
  });

const time = fc
  .constantFrom(-7200, -3600, -906, -905, -904.999, -900, -5, -1, 0, 0.5, 4.999, 5, 5.001, 6, 900, 3600, 3600.5)
  .map((seconds) => String(issuedAt + seconds));
const lifetime = fc.constantFrom(-1, 0, 0.25, 1, 900, 900, 900, 3600, 3600.001, 1e6);
const aClaim = (usual: string): fc.Arbitrary<string> =>
  fc.oneof({ weight: 15, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: raw });
const claimsText = fc
  .tuple(time, lifetime, aClaim('"user"'), aClaim('1'), aClaim('2'), aClaim('"sentry"'), fc.option(time, { freq: 4 }))
  .chain(([iat, seconds, actor, organization, user, iss, nbf]) =>
    objectOf([
      ['actor_type', actor],
      ['organization_id', organization],
      ['user_id', user],
      ['iat', iat],
      ['exp', String(Number(iat) + seconds)],
      ['iss', iss],
      ...(nbf === null ? [] : [['nbf', nbf] as const]),
    ]),
  );
const rightClaims = fc.constantFrom<object>({}, { user_id: null }, { project_id: 3 }, { actor_type: 'robot' });
const claimsBytes = fc.oneof(
  { weight: 2, arbitrary: rightClaims.map((changes) => others(changes).split('.')[1]!) },
  { weight: 6, arbitrary: maybeChanged(claimsText, PIECES).map(base64url) },
  raw.map(base64url),
  changed(fc.constantFrom('{}', signed.claims, `${signed.claims} `).map(base64url), ['A', 'B', '_', '-', '']),
  fc.tuple(claimsText, fc.nat(), fc.nat(255)).map(([text, at, byte]) => {
    const bytes = Buffer.from(text);
    bytes[at % bytes.length] = byte;
    return base64url(bytes);
  }),
);
const headerText = (signing: string): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 12, arbitrary: fc.constant(JSON.stringify(headerOf(signing))) },
    fc
      .shuffledSubarray(Object.entries(headerOf(signing)), { minLength: 2 })
      .map((entries) => JSON.stringify(Object.fromEntries(entries))),
    changed(fc.constant(JSON.stringify(headerOf(signing))), PIECES),
  );
const token = key.chain((signing) =>
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc
        .tuple(headerText(signing), claimsBytes)
        .map(([head, body]) => signParts(base64url(head), body, signing)),
    },
    changed(fc.constant(tokenOf(signed.claims, headerOf(signing), signing)), ['A', 'B', '.', '=', '+', '\n', 'é', '_']),
    latin1,
  ),
);
const tokenRequest = fc
  .tuple(token, someSecrets, someFormats, fc.constantFrom(0, 0, 1, 904.999, 905, -5.001))
  .map(([text, secrets, formats, later]): Request => ({ ...aToken(text, later), secrets, formats }));

const name = fc.constantFrom(
  ...['X-Viewer-Context', 'x-viewer-context', 'X-Viewer-Context-Signature', 'X-VIEWER-CONTEXT-SIGNATURE'],
  ...['X_Viewer_Context', 'X-Viewer-Context-', 'Authorization', 'X-Other'],
);
const value = fc.constantFrom(payload, signature, known, '', `${payload}, ${payload}`, `${signature},${signature}`);
const headersRequest = fc
  .tuple(fc.dictionary(name, value, { maxKeys: 4 }), someFormats)
  .map(([headers, formats]): Request => ({ ...aToken(''), headers, formats }));

const bodyRequest = fc
  .tuple(fc.string({ unit: 'grapheme' }), fc.constantFrom('Rpcsignature rpc0:', 'Rpcsignature rpc1:', ''), fc.nat(5))
  .map(([body, scheme, kind]) => aBody(body, kind === 0 ? undefined : scheme + hmac(kind === 1 ? `${body} ` : body)));

const GENERATED = [pairRequest, tokenRequest, fc.oneof(headersRequest, bodyRequest)].flatMap((arbitrary, index) =>
  fc.sample(arbitrary, { numRuns: RUNS, seed: SEED + index }),
);

describe('the cases for other languages', () => {
  it.each([
    ['known answers', KNOWN_ANSWERS],
    ['requests', REQUESTS],
    ['payloads', PAYLOADS],
    ['hostile tokens', HOSTILE_TOKENS],
  ])('%s are what this package says', (_name, cases) => {
    expect(cases.map(([name, request]) => [name, verifyHere(request)])).toEqual(
      cases.map(([name, , outcome]) => [name, outcome]),
    );
  });

  it('generated ones have every outcome', () => {
    const kinds = GENERATED.map(verifyHere).map((outcome) => (typeof outcome === 'object' ? !outcome : outcome));
    const codes = ['EXPIRED', 'INVALID_PAYLOAD', 'MALFORMED_HEADER', 'MISSING_HEADER', 'NOT_YET_VALID'];
    expect([...new Set(kinds)].map(String).sort()).toEqual(
      [...codes, 'SIGNATURE_MISMATCH'].map((code) => `ERR_${code}`).concat('false', 'true'),
    );
  });
});

const program = join(tmpdir(), `verify-${String(process.pid)}-${String(Date.now())}`);
afterAll(() => {
  rmSync(program, { force: true });
});

describe.each<[string, string, string, string[], string[]?]>([
  ['Python', 'python3', 'python3', ['examples/verify.py']],
  ['Go', 'go', program, [], ['build', '-o', program, 'examples/verify.go']],
])('the verifier in %s', (_language, needed, command, args, build) => {
  const isThere = isInstalled(needed);
  const itIfThere = isThere ? it : it.skip;

  beforeAll(() => {
    if (isThere && build !== undefined) {
      expect(spawnSync(needed, build, { cwd: ROOT, encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
    }
  });

  /** The outcomes, and what the program says to people. */
  function verify(requests: readonly Request[]): { outcomes: unknown[]; stderr: string[] } {
    const input = requests.map((request) => JSON.stringify(request)).join('\n');
    const options = { cwd: ROOT, input, encoding: 'utf8', maxBuffer: 2 ** 28 } as const;
    const { status, stdout, stderr } = spawnSync(command, args, options);
    const printed = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { refused?: string } | null);
    const outcomes = printed.map((line) => line?.refused ?? line);
    const lines = stderr.split('\n').filter(Boolean);
    const refusals = outcomes.filter((outcome) => typeof outcome === 'string').length;
    expect([outcomes.length, status, lines.length]).toEqual([requests.length, refusals > 0 ? 1 : 0, refusals]);
    return { outcomes, stderr: lines };
  }

  itIfThere.each([
    ['gives the known answers', KNOWN_ANSWERS],
    ['refuses forged and malformed requests, and accepts the others', REQUESTS],
    ['refuses what is signed and is not a viewer', PAYLOADS],
    ['refuses hostile tokens', HOSTILE_TOKENS],
  ])('%s', (_name, cases) => {
    const { outcomes } = verify(cases.map(([, request]) => request));
    // As JSON, an absent id is absent.
    const expected = JSON.parse(JSON.stringify(cases.map(([name, , outcome]) => [name, outcome]))) as unknown;
    expect(cases.map(([name], index) => [name, outcomes[index]])).toEqual(expected);
  });

  itIfThere('says why, and never with the secret, the signature, the token or an id', () => {
    const { stderr } = verify([...REQUESTS, ...PAYLOADS, ...HOSTILE_TOKENS].map(([, request]) => request));
    const texts = [secret, TOKEN_SECRET, signature, tokenSignature, claims, '9007199254740992'];
    expect(stderr.filter((line) => texts.some((text) => line.includes(text)))).toEqual([]);
    expect(stderr.filter((line) => !/^refused: ERR_[A-Z_]+: .{10}/.test(line))).toEqual([]);
  });

  itIfThere('uses the clock, if no time is given', () => {
    const now = Math.floor(Date.now() / 1000);
    const tokens = [others({ iat: now, exp: now + 900 }), others({ iat: now - 900, exp: now - 10 }), known];
    const requests = tokens.map((text): Request => ({ ...aToken(text), now: undefined }));
    expect(verify(requests).outcomes).toEqual([asUser, 'ERR_EXPIRED', 'ERR_EXPIRED']);
  });

  itIfThere('refuses deep nesting, which this package accepts', () => {
    const deep = `{"user_id":2,"token":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    expect(verifyHere(aPair(deep))).toEqual({ user_id: 2 });
    expect(verify([aPair(deep)]).outcomes).toEqual([INVALID]);
  });

  itIfThere.each([
    [[]],
    [['']],
    [[' ']],
    [['secret-one\n']],
    [['\ufeffsecret-one']],
    [['\0\0']],
    [['secret-one', '']],
    [['a\u3000']],
    [['\xa0a']],
  ])('does not start with the secrets %j', (secrets) => {
    const input = JSON.stringify({ ...aPair(payload), secrets });
    const { status, stdout } = spawnSync(command, args, { cwd: ROOT, input, encoding: 'utf8' });
    expect([status, stdout]).toEqual([1, '']);
    expect(() => verifyHere({ ...aPair(payload), secrets })).toThrow(TypeError);
  });

  itIfThere('decides as this package does, whatever arrives', () => {
    const { outcomes } = verify(GENERATED);
    const expected = JSON.parse(JSON.stringify(GENERATED.map(verifyHere))) as unknown[];
    const differences = GENERATED.map((request, index) => ({ request, there: outcomes[index], here: expected[index] }));
    expect(
      differences.filter(({ there, here }) => !isSame(there, here)).map((difference) => JSON.stringify(difference)),
    ).toEqual([]);
  });
});

/** The two print keys in different orders. */
function isSame(one: unknown, other: unknown): boolean {
  const sorted = (value: unknown): unknown =>
    typeof value === 'object' && value !== null ? Object.entries(value).sort() : value;
  return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
}
