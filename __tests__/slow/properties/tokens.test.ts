import { createHmac } from 'node:crypto';
import { signViewerContext, verifyViewerContext, type ViewerContext } from 'axios-viewer-context/protocol';
import { FIELD_NAMES, FIELDS } from '../../../src/protocol/viewer-context.js';
import { acceptedContext, id } from '../../support/arbitraries.js';
import { fc, RUNS } from '../../support/property.js';
import { base64url, claimsNow, decoded, headerOf, keyIdOf, signParts, tokenOf } from '../../support/tokens.js';
import { outcomeOf } from './outcome.js';
import { isId, membersOf } from './payload.js';

const SECRETS = ['secret-one', 'secret-two'];
const ACTORS = ['user', 'system', 'integration', 'agent', 'unknown'];

/** What the verifier makes of headers: a viewer, `null`, or the code of its error. */
function verified(headers: Record<string, unknown>, formats: ('pair' | 'jwt')[] = ['jwt']): unknown {
  return outcomeOf(() => verifyViewerContext(headers, { secrets: SECRETS, formats }));
}

/** What a receiver must make of a token, by the rules of the protocol and without this package. */
function judge(token: string): unknown {
  const parts = token.split('.');
  const isCanonical = (part: string): boolean => part !== '' && base64url(Buffer.from(part, 'base64url')) === part;
  if (parts.length !== 3 || !parts.every(isCanonical)) return 'ERR_MALFORMED_HEADER';
  const [header, claims, signature] = parts as [string, string, string];
  if (Buffer.from(signature, 'base64url').length !== 32) return 'ERR_MALFORMED_HEADER';
  const form =
    /^\{(?=.*"alg":"HS256"[,}])(?=.*"typ":"JWT"[,}])(?=.*"kid":"(\w+)"[,}])"\w+":"\w+","\w+":"\w+","\w+":"\w+"\}$/;
  const kid = form.exec(textOf(header) ?? '')?.[1];
  if (kid === undefined) return 'ERR_MALFORMED_HEADER';
  const text = textOf(claims);
  if (text === undefined) return 'ERR_MALFORMED_HEADER';
  const secret = SECRETS.find((candidate) => keyIdOf(candidate) === kid);
  if (secret === undefined || signParts(header, claims, secret) !== token) return 'ERR_SIGNATURE_MISMATCH';
  return judgeClaims(text);
}

/** `undefined` for anything that is not UTF-8. */
function textOf(part: string): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(part, 'base64url'));
  } catch {
    return undefined;
  }
}

function judgeClaims(text: string): unknown {
  const claims = membersOf(text);
  if (claims === undefined) return 'ERR_INVALID_PAYLOAD';
  const [iat, exp, actor] = ['iat', 'exp', 'actor_type'].map((name) => claims.get(name));
  const nbf = claims.has('nbf') ? claims.get('nbf') : iat;
  if (claims.get('iss') !== 'sentry' || claims.has('aud') || typeof actor !== 'string') return 'ERR_INVALID_PAYLOAD';
  if (typeof iat !== 'number' || typeof exp !== 'number' || !Number.isFinite(iat + exp)) return 'ERR_INVALID_PAYLOAD';
  if (typeof nbf !== 'number' || !Number.isFinite(nbf) || exp <= iat || exp - iat > 3600) return 'ERR_INVALID_PAYLOAD';
  if (Date.now() / 1000 - exp >= 5) return 'ERR_EXPIRED';
  if (Math.max(iat, nbf) - Date.now() / 1000 > 5) return 'ERR_NOT_YET_VALID';
  const idFields = FIELD_NAMES.filter((field) => FIELDS[field].holds === 'id');
  const ids = idFields.map((field) => [field, claims.get(FIELDS[field].wireName) ?? undefined] as const);
  if (!ids.every(([, value]) => value === undefined || isId(value))) return 'ERR_INVALID_PAYLOAD';
  if (ids.every(([, value]) => value === undefined)) return null;
  return { ...Object.fromEntries(ids), actorType: ACTORS.includes(actor) ? actor : 'unknown' };
}

const secret = fc.constantFrom(...SECRETS, 'secret-three');
const rightToken = fc
  .tuple(secret, fc.constantFrom<object>({}, { user_id: 3 }, { project_id: 3 }, { actor_type: 'agent' }))
  .map(([key, changed]) => tokenOf({ ...claimsNow(), ...changed }, headerOf(key), key));

/** A valid token with one character replaced, added or removed, or its case changed. */
const damagedToken = fc
  .tuple(rightToken, fc.nat(), fc.constantFrom('A', 'B', '.', '=', ' ', '-', '+', '', '\n', 'é'), fc.nat(2))
  .map(([token, at, letter, removed]) => {
    const index = at % (token.length + 1);
    return token.slice(0, index) + letter + token.slice(index + removed);
  });
const mixedToken = fc.tuple(rightToken, rightToken, fc.subarray([0, 1, 2])).map(([one, other, indexes]) =>
  one
    .split('.')
    .map((part, index) => (indexes.includes(index) ? other.split('.')[index]! : part))
    .join('.'),
);

const strange = fc.oneof(
  fc.constantFrom<unknown>(null, true, 0, -1, 1, 1.5, 2 ** 53, '', '1', 'user', 'sentry', [], {}, ['sentry']),
  fc.jsonValue({ maxDepth: 1 }),
);
const someHeader = fc.oneof(
  fc
    .tuple(secret, fc.shuffledSubarray(['alg', 'kid', 'typ', 'crit', 'cty'], { minLength: 2 }), strange, fc.nat(9))
    .map(([key, names, value, at]) => {
      const values: Record<string, unknown> = { ...headerOf(key), crit: ['exp'], cty: 'JWT' };
      return JSON.stringify(
        Object.fromEntries(names.map((name, index) => [name, index === at ? value : values[name]])),
      );
    }),
  secret.map((key) => JSON.stringify(headerOf(key))),
  fc.json({ maxDepth: 1 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
);
const time = fc.oneof(
  // Not within a second of a limit: the clock keeps running.
  fc
    .constantFrom(-7200, -3600, -908, -903, -900, -10, 0, 3, 8, 900, 3600)
    .map((seconds) => (now: number) => now + seconds),
  fc.constantFrom<(now: number) => unknown>(
    (now) => now * 1000,
    (now) => String(now),
    () => undefined,
    () => 1e308,
    (now) => now + 0.5,
  ),
);
const someClaims = fc.oneof(
  fc
    .tuple(
      time,
      time,
      fc.dictionary(fc.constantFrom('iss', 'aud', 'actor_type', 'user_id', 'nbf'), strange, { maxKeys: 1 }),
    )
    .map(([iat, exp, changed]) => {
      const now = Math.floor(Date.now() / 1000);
      return JSON.stringify({ ...claimsNow(), iat: iat(now), exp: exp(now), ...changed });
    }),
  fc
    .dictionary(
      fc.constantFrom('iss', 'aud', 'actor_type', 'organization_id', 'project_id', 'iat', 'exp', '__proto__'),
      strange,
    )
    .map((changed) => JSON.stringify({ ...claimsNow(), ...changed })),
  fc.json({ maxDepth: 1 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
);
const signedToken = fc
  .tuple(fc.option(someHeader), someClaims, secret)
  .map(([header, claims, key]) => tokenOf(claims, header ?? headerOf(key), key));

/** Correctly signed, around the time limits. Not within a second of one: the clock keeps running. */
const timedToken = fc
  .tuple(
    secret,
    fc.constantFrom(-7200, -3603, -908, -903, -10, 0, 3, 8, 900),
    fc.constantFrom(-1, 1, 3, 890, 3600, 3601),
  )
  .map(([key, age, lifetime]) => {
    const iat = Math.floor(Date.now() / 1000) + age;
    return tokenOf({ ...claimsNow(), iat, exp: iat + lifetime }, headerOf(key), key);
  });

const anyToken = fc.oneof(
  { weight: 3, arbitrary: signedToken },
  { weight: 3, arbitrary: damagedToken },
  { weight: 2, arbitrary: timedToken },
  mixedToken,
  rightToken,
  rightToken.map((token) => `Bearer ${token}`),
  fc.tuple(fc.base64String(), fc.base64String(), fc.base64String()).map((parts) => parts.join('.')),
  fc.string({ unit: 'binary', maxLength: 200 }),
);

describe('a token, for any input', () => {
  it('control: the judge accepts a valid token, and refuses invalid ones', () => {
    const token = tokenOf(claimsNow(), headerOf('secret-one'), 'secret-one');
    expect(judge(token)).toEqual({ organizationId: 1, userId: 2, projectId: undefined, actorType: 'user' });
    expect(judge(`${token}A`)).toBe('ERR_MALFORMED_HEADER');
    expect(judge(tokenOf(claimsNow(), headerOf('secret-one'), 'secret-two'))).toBe('ERR_SIGNATURE_MISMATCH');
    expect(judge(tokenOf({ ...claimsNow(), aud: null }, headerOf('secret-one'), 'secret-one'))).toBe(
      'ERR_INVALID_PAYLOAD',
    );
  });

  it('a header value is the viewer, or is refused with the code, that the protocol prescribes', () => {
    const counts = new Map<string, number>();
    fc.assert(
      fc.property(anyToken, (token) => {
        const outcome = verified({ 'x-viewer-context': token });
        expect(outcome).toEqual(judge(token));
        const kind = typeof outcome === 'string' ? outcome : 'a viewer';
        counts.set(kind, (counts.get(kind) ?? 0) + 1);
      }),
      { numRuns: RUNS },
    );
    // The inputs reach every outcome.
    const codes = ['MALFORMED_HEADER', 'SIGNATURE_MISMATCH', 'INVALID_PAYLOAD', 'EXPIRED', 'NOT_YET_VALID'];
    expect([...counts.keys()].sort()).toEqual([...codes.map((code) => `ERR_${code}`), 'a viewer'].sort());
  });

  it('where both formats are accepted, a signature makes it a pair', () => {
    const signature = fc.oneof(fc.constant(undefined), fc.constant(''), fc.stringMatching(/^[0-9a-f]{64}$/));
    fc.assert(
      fc.property(anyToken, signature, fc.boolean(), (token, given, isRight) => {
        const right = createHmac('sha256', 'secret-one').update(token).digest('hex');
        const signed = given !== undefined && isRight ? right : given;
        const headers = { 'x-viewer-context': token, 'x-viewer-context-signature': signed };
        const outcome = verified(headers, ['pair', 'jwt']);
        if (signed === undefined) expect(outcome).toEqual(judge(token));
        else expect(outcome).toMatch(/^ERR_(MALFORMED_HEADER|SIGNATURE_MISMATCH|INVALID_PAYLOAD)$/);
      }),
      { numRuns: RUNS },
    );
  });

  it('a signed context has the expected claims, and verifies as the same viewer', () => {
    const actor = fc.option(fc.constantFrom(...ACTORS), { nil: undefined });
    fc.assert(
      fc.property(
        acceptedContext,
        fc.option(id),
        actor,
        fc.constantFrom(...SECRETS),
        (accepted, project, actorType, key) => {
          const [ids, established] = accepted;
          const context = { ...ids, projectId: project?.[0], actorType } as ViewerContext;
          const headers = signViewerContext(context, key, { format: 'jwt' });
          const expected: Record<string, unknown> = established === 'no viewer' ? {} : { ...established };
          if (project !== null) expected['project_id'] = project[1];
          if (Object.keys(expected).length === 0) {
            expect(headers).toEqual({});
            return;
          }
          const token = headers['X-Viewer-Context']!;
          const { iat, exp, iss, ...said } = decoded(token).claims;
          expect(said).toEqual({ ...expected, actor_type: actorType ?? 'unknown' });
          expect([iss, Number(exp) - Number(iat)]).toEqual(['sentry', 900]);
          expect(verified(headers)).toEqual(judge(token));
          expect(verified(headers)).toMatchObject({ actorType: actorType ?? 'unknown' });
        },
      ),
      { numRuns: RUNS },
    );
  });
});
