import { spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ViewerContextFormat } from 'axios-viewer-context/protocol';
import { FIELD_NAMES, FIELDS } from '../../src/protocol/viewer-context.js';
import { isInstalled } from '../support/commands.js';
import { fc, RUNS, SEED } from '../support/property.js';
import { base64url, headerOf, signParts, TOKEN_SECRET, tokenOf } from '../support/tokens.js';
import {
  expectedOf,
  isVerifyingCase,
  outcomeOf,
  VECTORS,
  VECTORS_FILE,
  type VerifyingCase,
} from '../support/vectors.js';
import answers from '../vectors/known-answers.json';

// The verifiers in Python and Go must decide as the one in TypeScript does, with the same codes: on the protocol's vectors, and
// on generated requests. Each test starts one process for all of its requests.

/** What the programs read. `now` is in seconds; header values are Latin-1, as they are when they arrive. */
interface Request {
  readonly secrets: readonly string[];
  readonly headers: readonly (readonly [string, string])[];
  readonly formats?: readonly ViewerContextFormat[];
  readonly body?: string;
  readonly now?: number | undefined;
}

const ROOT = join(__dirname, '../..');
const { issuedAt, header, signed } = answers.tokens;
const { secret, payload, signature } = answers.viewer;
const BOTH = ['pair', 'jwt'] as const;
const asUser = { organization_id: 1, user_id: 2, actor_type: 'user' };
const INVALID = 'ERR_INVALID_PAYLOAD';

const VERIFYING = VECTORS.groups.flatMap(({ cases }) => cases).filter(isVerifyingCase);

/** The outcome in TypeScript. */
const verifyHere = (request: Request): unknown => outcomeOf({ name: '', ...request } as VerifyingCase);

const hmac = (text: string, key = secret): string => createHmac('sha256', key).update(text).digest('hex');
const aPair = (text: string, given = hmac(text)): Request => ({
  secrets: [secret],
  headers: [
    ['X-Viewer-Context', text],
    ['X-Viewer-Context-Signature', given],
  ],
});
const aToken = (text: string, secondsLater = 10): Request => ({
  secrets: [secret, TOKEN_SECRET],
  headers: [['X-Viewer-Context', text]],
  formats: ['jwt'],
  now: issuedAt + secondsLater,
});
const aBody = (body: string, authorization?: string): Request => {
  const { headers, ...others } = aPair(payload);
  return {
    ...others,
    headers: [...headers, ...(authorization === undefined ? [] : [['Authorization', authorization] as const])],
    body,
  };
};

const known = `${header}.${base64url(signed.claims)}.${signed.signature}`;
const [, claims = '', tokenSignature = ''] = known.split('.');
const others = (changed: object): string => tokenOf({ ...(JSON.parse(signed.claims) as object), ...changed });

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
  ...FIELD_NAMES.map((field) => FIELDS[field].wireName),
  ...['token', 'iss', 'iat', 'exp', 'nbf', 'aud'],
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
    const headers = [['X-Viewer-Context', text] as const, ['x-viewer-context-signature', given] as const];
    return { secrets, formats, headers };
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
const claimOfAField = fc
  .tuple(fc.constantFrom(...FIELD_NAMES), fc.constantFrom(null, 3, '3', 0, -1, 1.5, 2 ** 53, true, {}, 'robot'))
  .map(([field, value]) => ({ [FIELDS[field].wireName]: value }));
const claimsToJudge = fc.oneof(fc.constant({}), claimOfAField);
const claimsBytes = fc.oneof(
  { weight: 2, arbitrary: claimsToJudge.map((changes) => others(changes).split('.')[1]!) },
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
  .tuple(fc.array(fc.tuple(name, value), { maxLength: 4 }), someFormats)
  .map(([headers, formats]): Request => ({ ...aToken(''), headers, formats }));

const bodyRequest = fc
  .tuple(fc.string({ unit: 'grapheme' }), fc.constantFrom('Rpcsignature rpc0:', 'Rpcsignature rpc1:', ''), fc.nat(5))
  .map(([body, scheme, kind]) => aBody(body, kind === 0 ? undefined : scheme + hmac(kind === 1 ? `${body} ` : body)));

const GENERATED = [pairRequest, tokenRequest, fc.oneof(headersRequest, bodyRequest)].flatMap((arbitrary, index) =>
  fc.sample(arbitrary, { numRuns: RUNS, seed: SEED + index }),
);

describe('the generated requests', () => {
  it('have every outcome', () => {
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
  ['verify.py', 'python3', 'python3', ['examples/verify.py']],
  ['verify.go', 'go', program, [], ['build', '-o', program, 'examples/verify.go']],
])('%s', (name, needed, command, args, build) => {
  const isThere = isInstalled(needed);
  const itIfThere = isThere ? it : it.skip;

  beforeAll(() => {
    if (isThere && build !== undefined) {
      expect(spawnSync(needed, build, { cwd: ROOT, encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
    }
  });

  /** The outcomes, and what the program says to people. */
  function verify(requests: readonly (Request | VerifyingCase)[]): { outcomes: unknown[]; stderr: string[] } {
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

  const cases = VERIFYING.filter(({ not_expressible_in: programs = [] }) => !programs.includes(name));

  itIfThere('decides each of the vectors that it can express', () => {
    expect(cases.length).toBeGreaterThan(390);
    const { outcomes } = verify(cases);
    const named = (of: (index: number) => unknown): unknown => cases.map((each, index) => [each.name, of(index)]);
    expect(named((index) => outcomes[index])).toEqual(named((index) => expectedOf(cases[index]!)));
  });

  itIfThere('says why, and never with the secret, the signature, the token or an id', () => {
    const { stderr } = verify(cases);
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

  itIfThere('refuses a lone surrogate, which no header holds, as any other letter that is not signed', () => {
    expect(verify([aPair('{"token":"\ud800"}', signature)]).outcomes).toEqual(['ERR_SIGNATURE_MISMATCH']);
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

describe('docs/protocol-vectors.json', () => {
  const SCRIPT = 'scripts/protocol-vectors.py';
  const python = ['python3', '/usr/bin/python3'].find(
    (command) => spawnSync(command, ['-c', 'import jwt']).status === 0,
  );
  const itIfThere = isInstalled('PyJWT', python ?? 'python3', ['-c', 'import jwt']) ? it : it.skip;

  itIfThere('is what the script writes, but for what another version of PyJWT decides', () => {
    const { status, stdout, stderr } = spawnSync(python!, [SCRIPT], {
      cwd: ROOT,
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
    });
    expect([status, stderr]).toEqual([0, '']);
    const committed = readFileSync(VECTORS_FILE, 'utf8');
    const isSameVersion = (JSON.parse(stdout) as typeof VECTORS).pyjwt === VECTORS.pyjwt;
    const comparable = (text: string): string =>
      isSameVersion ? text : text.replace(/"pyjwt": "[\d.]+"/, '').replaceAll(/,\n +"pyjwt": "\w+"/g, '');
    expect(comparable(stdout).split('\n')).toEqual(comparable(committed).split('\n'));
  });
});
