import { createHash, createHmac } from 'node:crypto';
import zlib, { deflateSync, gzipSync } from 'node:zlib';
import type { ViewerContextFormat } from 'axios-viewer-context/protocol';
import { diagnoseBody } from '../../src/cli/likely-cause.js';
import { report } from '../../src/cli/report.js';
import { claimsNow, headerOf, keyIdOf, tokenOf } from '../support/tokens.js';
import answers from '../vectors/known-answers.json';

const SECRET = 'secret-one';
const PAYLOAD = answers.viewer.payload;
const BODY = '{"b": 12, "thing": "thing"}';
const hmac = (message: string | Buffer, key: string | Buffer = SECRET): string =>
  createHmac('sha256', key).update(message).digest('hex');
const sha256 = (message: string): string => createHash('sha256').update(message).digest('hex');

type Headers = Record<string, string>;
const pair = (signature: string, payload = PAYLOAD): Headers => ({
  'x-viewer-context': payload,
  'X-Viewer-Context-Signature': signature,
});
const token = (secret: string, claims: object = {}): Headers => ({
  'X-Viewer-Context': tokenOf({ ...claimsNow(), ...claims }, headerOf(secret), secret),
});
const authorization = (digits: string): Headers => ({ Authorization: `Rpcsignature rpc0:${digits}` });

function explained(
  headers: Headers,
  body?: string | Buffer,
  secret = SECRET,
  formats: ViewerContextFormat[] = ['pair', 'jwt'],
): [boolean, string] {
  const bytes = body === undefined ? undefined : Buffer.from(body);
  const { isValid, lines } = report({ headers: Object.entries(headers), body: bytes, secret, formats });
  return [isValid, lines.join('\n')];
}

describe('accepts', () => {
  it('the known answers, and names lengths, SHA-256 and key id', () => {
    const signed = authorization(answers.signatures[1]!.signature);
    expect(explained({ ...pair(answers.viewer.signature), ...signed }, BODY)).toEqual([
      true,
      [
        'secret: 10 bytes, key id ea77193c',
        `pair: 33 bytes, SHA-256 ${sha256(PAYLOAD)}`,
        '  valid',
        `body: 27 bytes, SHA-256 ${sha256(BODY)}`,
        '  valid',
      ].join('\n'),
    ]);
  });

  it('a token, and names its key', () => {
    expect(explained(token(SECRET))).toEqual([true, expect.stringMatching(/^token, key id ea77193c: .*\n {2}valid$/m)]);
  });

  it('an empty body, and a signed body without a viewer', () => {
    const empty = authorization(answers.signatures[2]!.signature);
    const [isValid, text] = explained(empty, '');
    expect([isValid, text]).toEqual([true, expect.stringContaining('the request has no viewer headers')]);
  });
});

describe('a request that was not verified is not valid', () => {
  it.each<[string, Headers]>([
    ['nothing', {}],
    ['an Authorization without its body', { ...pair(answers.viewer.signature), ...authorization(hmac('')) }],
  ])('%s', (_name, headers) => {
    expect(explained(headers)).toEqual([false, expect.stringContaining('body: not given, so not verified')]);
  });
});

it('accepts a viewer alone, with an Authorization that signs no body', () => {
  for (const Authorization of ['Bearer hunter2', 'Bearer Rpcsignature']) {
    const [isValid, text] = explained({ ...pair(answers.viewer.signature), Authorization });
    expect([isValid, text]).toEqual([true, expect.stringContaining('body: not given, so not verified')]);
  }
  for (const scheme of ['Rpcsignature', 'rpcsignature', '"RPCSignature']) {
    const Authorization = `${scheme} rpc0:${hmac('')}`;
    expect(explained({ ...pair(answers.viewer.signature), Authorization })[0]).toBe(false);
  }
});

const utf16 = '{"text":"é"}';
it.each<[string, Headers, string | Buffer | undefined, string]>([
  ['another secret', pair(hmac(PAYLOAD, 'secret-two')), undefined, 'ERR_SIGNATURE_MISMATCH'],
  ["a token with another secret's key id", token('secret-two'), undefined, `token, key id ${keyIdOf('secret-two')}`],
  [
    'another secret, so that the ids are compared',
    authorization(hmac(BODY, 'x')),
    BODY,
    'likely cause: a different secret',
  ],
  ['half a pair', { 'X-Viewer-Context': PAYLOAD }, undefined, 'pair: 33 bytes'],
  ['half a pair, and why', { 'X-Viewer-Context': PAYLOAD }, undefined, 'drops X-Viewer-Context-Signature'],
  ['the other half, and why', { 'X-Viewer-Context-Signature': hmac('') }, undefined, 'but not its signature'],
  ['a token without a key id', { 'X-Viewer-Context': 'a.b.c' }, undefined, 'token, key id missing'],
  ['a signature alone', { 'X-Viewer-Context-Signature': hmac('') }, undefined, 'ERR_MALFORMED_HEADER'],
  ['a signature alone as half a pair', { 'X-Viewer-Context-Signature': hmac('') }, undefined, 'pair: 0 bytes'],
  ['an invalid id', pair(hmac('{"user_id":0}'), '{"user_id":0}'), undefined, 'ERR_INVALID_PAYLOAD'],
  [
    'an expired token',
    token(SECRET, { iat: 1700000000, exp: 1700000900 }),
    undefined,
    'ERR_EXPIRED: The token expired ',
  ],
  [
    'an expired token, and why',
    token(SECRET, { iat: 1700000000, exp: 1700000900 }),
    undefined,
    'likely cause: the headers were stored and sent later',
  ],
  ['upper case', pair(hmac(PAYLOAD).toUpperCase()), undefined, 'a different case or spacing'],
  [
    'base64',
    pair(createHmac('sha256', SECRET).update(PAYLOAD).digest('base64')),
    undefined,
    'the signature is in base64',
  ],
  ['a line end in the secret', pair(hmac(PAYLOAD, `${SECRET}\n`)), undefined, 'whitespace around the secret'],
  ['a space before the secret', pair(hmac(PAYLOAD, ` ${SECRET}`)), undefined, 'whitespace around the secret'],
  [
    'a space on both sides of the secret',
    pair(hmac(PAYLOAD, ` ${SECRET} `)),
    undefined,
    'whitespace around the secret',
  ],
  ['two line ends in the secret', pair(hmac(PAYLOAD, `${SECRET}\n\n`)), undefined, 'whitespace around the secret'],
  ['a line end in the secret of a token', token(`${SECRET}\n`), undefined, 'whitespace around the secret'],
  [
    'a byte order mark in the secret',
    authorization(hmac(BODY, `\ufeff${SECRET}`)),
    BODY,
    'whitespace around the secret',
  ],
  ['quotes around the secret', pair(hmac(PAYLOAD, `"${SECRET}"`)), undefined, 'the sender has quotes around'],
  ['other quotes around the secret', pair(hmac(PAYLOAD, `'${SECRET}'`)), undefined, 'the sender has quotes around'],
  ['no secret at the sender', authorization(hmac(BODY, '')), BODY, 'the sender signs with an empty secret'],
  ['a decoded secret', pair(hmac(PAYLOAD, Buffer.from(SECRET, 'base64'))), undefined, 'the sender decodes the secret'],
  ['a context with spaces', pair(hmac(PAYLOAD), '{"organization_id": 1, "user_id": 2}'), undefined, 'serialized again'],
  [
    'a joined pair',
    pair(`${hmac(PAYLOAD)}, ${hmac(PAYLOAD)}`, `${PAYLOAD}, ${PAYLOAD}`),
    undefined,
    'sent twice, and joined',
  ],
  ['a joined signature', pair(`${hmac(PAYLOAD)}, ${hmac(PAYLOAD)}`), undefined, 'sent twice, and joined'],
  ['an unsigned body', {}, BODY, 'ERR_MISSING_HEADER'],
  ['a sender that signs nothing', {}, BODY, 'likely cause: the sender signs nothing'],
  [
    'an attached client, which signs no body',
    pair(hmac(PAYLOAD)),
    BODY,
    'likely cause: the sender uses attachViewerContext',
  ],
  ['a body that was serialized again', authorization(hmac(BODY)), '{"b":12,"thing":"thing"}', 'serialized again'],
  [
    "a body in Python's spacing",
    authorization(hmac('{"b":12,"thing":"a, b: \\"c\\""}')),
    '{"b": 12, "thing": "a, b: \\"c\\""}',
    'serialized again',
  ],
  [
    'a body from Python, with quotes after a comma in its text',
    authorization(hmac('{"a": "b, c: \\"d\\"", "e": 1}')),
    '{"a":"b, c: \\"d\\"","e":1}',
    'serialized again',
  ],
  ['an indented body', authorization(hmac('{\n  "b": 1\n}')), '{"b":1}', 'serialized again'],
  [
    'a body whose sender escapes non-ASCII characters',
    authorization(hmac('{"text": "\\u00e9"}')),
    '{"text":"é"}',
    'serialized again',
  ],
  ['a body as PHP writes it', authorization(hmac('{"a":"\\/\\u00e9"}')), '{"a": "/é"}', 'serialized again'],
  ['a body as Go writes it', authorization(hmac('{"a":"\\u003cé\\u2028"}')), '{"a":"<é\u2028"}', 'serialized again'],
  [
    'a number that JSON.parse rewrites',
    authorization(hmac('{"a":1.0,"b":2}')),
    '{"a": 1.0, "b": 2}',
    'serialized again',
  ],
  [
    'a large number',
    authorization(hmac('{"id":12345678901234567890}')),
    '{"id": 12345678901234567890}',
    'serialized again',
  ],
  ['keys that are numbers', authorization(hmac('{"b":1,"1":2}')), '{"b": 1, "1": 2}', 'serialized again'],
  ['a body with four spaces', authorization(hmac('{\n    "b": 1\n}')), '{"b":1}', 'serialized again'],
  [
    'a secret from a file as PowerShell writes it',
    pair(hmac(PAYLOAD, `\ufeff${SECRET}\r\n`)),
    undefined,
    'whitespace around the secret',
  ],
  ['a pair joined without a space', pair(`${hmac(PAYLOAD)},${hmac(PAYLOAD)}`), undefined, 'sent twice, and joined'],
  [
    'a token of the right secret with a different key id',
    { 'X-Viewer-Context': tokenOf({ ...claimsNow() }, { ...headerOf(SECRET), kid: 'deadbeef' }, SECRET) },
    undefined,
    'likely cause: the key id in the token is not the key id of the secret that signed it',
  ],
  [
    'a token without a key id, whose claims have one',
    { 'X-Viewer-Context': tokenOf({ ...claimsNow(), kid: '45051234' }, { alg: 'HS256', typ: 'JWT' }, SECRET) },
    undefined,
    'token, key id missing',
  ],
  ['a tab after the secret', authorization(hmac(BODY, `${SECRET}\t`)), BODY, 'whitespace around the secret'],
  [
    'a body with an extra line ending',
    authorization(hmac(BODY)),
    `${BODY}\n`,
    'whitespace or a byte order mark was added or removed',
  ],
  [
    'a body without its line end',
    authorization(hmac(`${BODY}\n`)),
    BODY,
    'whitespace or a byte order mark was added or removed',
  ],
  [
    'a body with a byte order mark',
    authorization(hmac(BODY)),
    `\ufeff${BODY}`,
    'whitespace or a byte order mark was added or removed',
  ],
  [
    'a body without its byte order mark',
    authorization(hmac(`\ufeff${BODY}`)),
    BODY,
    'whitespace or a byte order mark was added or removed',
  ],
  ['a body that was inflated', authorization(hmac(gzipSync(BODY))), BODY, 'signed compressed, and then inflated'],
  ['a body that was inflated from deflate', authorization(hmac(deflateSync(BODY))), BODY, 'signed compressed'],
  ['a body that was compressed', authorization(hmac(utf16)), gzipSync(utf16), 'compressed after signing'],
  ['a body that was signed too early', authorization(hmac('')), BODY, 'the sender signed an empty body'],
  [
    'a scheme in lower case',
    { Authorization: `rpcsignature  rpc0:${hmac(BODY)}` },
    BODY,
    'a different case or spacing',
  ],
  [
    'a joined Authorization',
    { Authorization: [1, 2].map(() => `Rpcsignature rpc0:${hmac(BODY)}`).join(', ') },
    BODY,
    'sent twice, and joined',
  ],
  ['a bearer token', { Authorization: 'Bearer a-token-of-somebody' }, BODY, 'something else sets Authorization'],
  [
    'a token after Bearer',
    { 'X-Viewer-Context': `Bearer ${token(SECRET)['X-Viewer-Context']!}` },
    undefined,
    'the token has a prefix',
  ],
  [
    'a token with padding',
    { 'X-Viewer-Context': `${token(SECRET)['X-Viewer-Context']!}=` },
    undefined,
    'the parts of the token are padded',
  ],
  [
    'a body that was changed, with a valid viewer',
    { ...pair(hmac(PAYLOAD)), ...authorization(hmac('other')) },
    BODY,
    'likely cause: what arrived is not what was signed',
  ],
  [
    'a viewer that was changed, with a valid body',
    { ...pair(hmac('other')), ...authorization(hmac(BODY)) },
    BODY,
    'likely cause: what arrived is not what was signed',
  ],
  [
    'a body that was changed, with an expired token of the right secret',
    { ...token(SECRET, { iat: 1700000000, exp: 1700000900 }), ...authorization(hmac('other')) },
    BODY,
    'ERR_SIGNATURE_MISMATCH: The signature of the body does not match the 27 bytes that it covers.\n  likely cause: what arrived',
  ],
  [
    'a body of another secret, with the signature of a pair alone',
    { 'X-Viewer-Context-Signature': hmac(PAYLOAD), ...authorization(hmac(BODY, 'secret-two')) },
    BODY,
    'likely cause: a different secret',
  ],
  ['a bearer token that was sent twice', { Authorization: 'Bearer x, Bearer x' }, BODY, 'something else sets'],
  [
    'a token that is early',
    token(SECRET, { iat: Date.now() / 1000 + 100, exp: Date.now() / 1000 + 200 }),
    undefined,
    "likely cause: the sender's clock is ahead",
  ],
  ['other bytes', authorization(hmac(BODY)), 'not JSON', 'ERR_SIGNATURE_MISMATCH'],
])('explains %s, and shows no secret, signature, token or id', (_name, headers, body, reason) => {
  const [isValid, text] = explained(headers, body);
  expect(isValid).toBe(false);
  expect(text).toContain('INVALID');
  expect(text).toContain(reason);
  for (const value of Object.values(headers)) expect(text).not.toContain(value);
  expect(text).not.toContain(SECRET);
  // Any 64 digits that are shown are a SHA-256, never a signature.
  for (const digits of text.match(/[0-9a-f]{64}/gi) ?? []) expect(Object.values(headers).join()).not.toContain(digits);
});

it('is quick with long input', () => {
  const long = 'x'.repeat(1_000_000);
  for (const value of [`${long}:`, `${long}, ${long}`, `Rpcsignature ${' '.repeat(1_000_000)}rpc0:`]) {
    const [isValid] = explained({ Authorization: value, 'X-Viewer-Context': value }, long);
    expect(isValid).toBe(false);
  }
});

it('explains a long text, which a regular expression could run out of stack for', () => {
  const long = 'x'.repeat(900_000);
  for (const [signed, received] of [
    [`{"a":"${long}"}`, `{ "a":"${long}"}`],
    [`{"a": "${long}"}`, `{"a":"${long}"}`],
  ] as const) {
    const [, text] = explained(authorization(hmac(signed)), received);
    expect(text).toContain('likely cause: the JSON was serialized again');
  }
});

it('does not inflate a small body without limit', () => {
  const bomb = gzipSync(Buffer.alloc(2_000_000));
  const unzip = jest.spyOn(zlib, 'unzipSync');
  const [isValid, text] = explained(authorization(hmac('x')), bomb);
  expect([isValid, text]).toEqual([false, expect.stringContaining('likely cause: a different secret')]);
  expect(unzip.mock.results).toMatchObject([{ type: 'throw', value: { code: 'ERR_BUFFER_TOO_LARGE' } }]);
  unzip.mockRestore();
});

describe('takes a bounded number of attempts', () => {
  const headers = Object.entries(authorization(hmac('x')));
  const diagnose = (body: Buffer) =>
    diagnoseBody({ headers, body, secret: SECRET, formats: ['pair'] }, body, 'ERR_SIGNATURE_MISMATCH');

  it('with a body that was nested to take long, and says what it left out', () => {
    const nested = `${'['.repeat(1_000)}"€",${'1,'.repeat(90_000)}1${']'.repeat(1_000)}`;
    const { attempts, notTried } = diagnose(Buffer.from(nested));
    expect(attempts).toBeLessThan(100);
    expect(notTried).toEqual(['whether the JSON was serialized again after signing, because it is nested too deeply']);
  });

  it('with a body that is nested less, which is written in other ways', () => {
    const { attempts, notTried } = diagnose(Buffer.from(`${'['.repeat(100)}1${']'.repeat(100)}`));
    expect([attempts < 100, notTried]).toEqual([true, []]);
  });

  it('with a large body: none', () => {
    expect(diagnose(Buffer.alloc(1_000_001))).toEqual({
      attempts: 0,
      notTried: ['to undo known mistakes, because the body is larger than 1000000 bytes'],
    });
    expect(diagnose(Buffer.alloc(1_000_000)).attempts).toBeGreaterThan(50);
  });

  it('with a long Authorization: none', () => {
    const [isValid, text] = explained(authorization('a'.repeat(100_001)), BODY);
    expect([isValid, text]).toEqual([false, expect.stringContaining('because the header is longer than 100000')]);
  });

  it('with a long header: none', () => {
    const long = 'x'.repeat(100_001);
    for (const headers of [pair(hmac('x'), long), pair(long), { 'X-Viewer-Context': `${long}.b.c` }]) {
      const [isValid, text] = explained(headers);
      expect([isValid, text]).toEqual([
        false,
        expect.stringContaining('not tried: to undo known mistakes, because the header'),
      ]);
    }
  });
});

it.each<[string, string, string]>([
  ['quotes around its own secret', `"${SECRET}"`, 'this secret has quotes around it'],
  ['a secret that the sender has only up to a #', `${SECRET} # of staging`, 'only up to its first #'],
])('explains %s', (_name, secret, cause) => {
  const [isValid, text] = explained(pair(hmac(PAYLOAD)), undefined, secret);
  expect([isValid, text]).toEqual([false, expect.stringContaining(cause)]);
});

it.each<[string, Headers]>([
  ['another format', { 'X-Viewer-Context': 'a.b.c' }],
  ['another payload', pair(hmac('{"user_id":0}'), '{"user_id":0}')],
])('names no cause where the message says all: %s', (_name, headers) => {
  const [isValid, text] = explained(headers);
  expect([isValid, text]).toEqual([false, expect.not.stringContaining('likely cause')]);
});

it('explains a header that was sent twice', () => {
  const headers = [...Object.entries(pair(hmac(PAYLOAD))), ...Object.entries(pair(hmac(PAYLOAD)))];
  const { isValid, lines } = report({ headers, body: undefined, secret: SECRET, formats: ['pair'] });
  expect([isValid, lines.join()]).toEqual([false, expect.stringContaining('a header was sent twice, and joined')]);
});

it.each<[string, Headers, ViewerContextFormat[]]>([
  ['a token', token(SECRET), ['pair']],
  ['a pair', pair(hmac(PAYLOAD)), ['jwt']],
])('explains %s where it is not accepted', (_name, headers, formats) => {
  const [isValid, text] = explained(headers, undefined, SECRET, formats);
  expect([isValid, text]).toEqual([
    false,
    expect.stringMatching(
      / (token or half a pair|makes this a pair)\.\n {2}likely cause: the sender signs (tokens|pairs), which --formats does not accept/,
    ),
  ]);
  expect(text.match(/likely cause/g)).toHaveLength(1);
});

it('does not explain misuse: it throws', () => {
  expect(() => explained(pair(hmac(PAYLOAD)), undefined, SECRET, [])).toThrow(TypeError);
});

it('trims the secret, and says so', () => {
  for (const secret of [`${SECRET}\n`, ` ${SECRET}`, `\ufeff${SECRET}`]) {
    const [isValid, text] = explained(pair(hmac(PAYLOAD)), undefined, secret);
    expect([isValid, text]).toEqual([
      false,
      expect.stringMatching(/INVALID: the secret has whitespace around it[^]*\n {2}valid/),
    ]);
  }
});
