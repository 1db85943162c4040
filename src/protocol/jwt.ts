import { ViewerContextError } from '../errors.js';
import { malformedHeader } from './received-headers.js';
import { assertSigned, keyId, sign, type Keys, type SecretKeyObject } from './shared-secret.js';
import { invalidPayload, parsePayload, readViewer, VIEWER_CONTEXT_HEADER, writeIds } from './viewer-context.js';
import type { Viewer } from './viewer-context.js';

/** The fields of a viewer that a token carries. */
export const TOKEN_FIELDS = ['organizationId', 'userId', 'projectId', 'actorType'] as const;

const LIFETIME = 900; // s
const MAX_LIFETIME = 3600; // s
const LEEWAY = 5; // s, for clocks that differ

/**
 * Three parts. No sender makes the first part longer than this allows. The last character of the third has two spare
 * bits, which must be 0: otherwise one signature could be written in four ways.
 */
const TOKEN = /^(([\w-]{1,200})\.([\w-]+))\.([\w-]{42}[AEIMQUYcgkosw048])$/;

// The header part depends on the key only, so it is cached. Tokens are never cached: they expire.
const headerParts = new WeakMap<SecretKeyObject, string>();

/** One token for a viewer, issued now, with the claims that Sentry sends, in the same order. */
export function signToken(viewer: Viewer, key: SecretKeyObject): Readonly<Record<string, string>> {
  let header = headerParts.get(key);
  if (header === undefined) {
    headerParts.set(key, (header = encode(`{"alg":"HS256","kid":"${keyId(key)}","typ":"JWT"}`)));
  }
  const signingInput = `${header}.${encode(toClaims(viewer))}`;
  return { [VIEWER_CONTEXT_HEADER]: `${signingInput}.${sign(key, signingInput, 'base64url')}` };
}

/**
 * Verifies a token, then reads the viewer; `null` if the sender signed a context without ids.
 *
 * Throws `ERR_MALFORMED_HEADER`, `ERR_SIGNATURE_MISMATCH`, `ERR_INVALID_PAYLOAD`, `ERR_EXPIRED`, `ERR_NOT_YET_VALID`.
 */
export function verifyToken(token: string, keys: Keys): Viewer | null {
  const [, signingInput = '', header = '', claims = '', signature = ''] = TOKEN.exec(token) ?? [];
  const [kid, claimsText] = [readKeyId(decode(header)), decode(claims)];
  assertSigned(VIEWER_CONTEXT_HEADER, signingInput, signature, keys, kid);
  const payload = parsePayload(claimsText);
  assertClaims(payload);
  return readViewer(payload, TOKEN_FIELDS);
}

function toClaims(viewer: Viewer): string {
  const now = Math.floor(Date.now() / 1000); // some receivers refuse fractions of a second
  const times = `"iat":${String(now)},"exp":${String(now + LIFETIME)}`;
  return `{"actor_type":"${viewer.actorType ?? 'unknown'}",${writeIds(viewer)},${times},"iss":"sentry"}`;
}

// Buffer.alloc, not Buffer.from: the ids stay out of the pool that Node shares between small buffers.
function encode(text: string): string {
  return Buffer.alloc(Buffer.byteLength(text), text).toString('base64url');
}

/** Accepts only the canonical encoding of each text. */
function decode(part: string): string {
  const text = Buffer.alloc(Math.floor((part.length * 3) / 4), part, 'base64url').toString();
  if (text !== '' && encode(text) === part) return text;
  throw malformedHeader(VIEWER_CONTEXT_HEADER, 'has no signature header, and is not a token of three base64url parts');
}

/**
 * The header is read before the signature is checked, so only this exact header is accepted, with its entries in any
 * order.
 */
function readKeyId(header: string): string {
  const [, entries = ''] = /^\{(.*)\}$/.exec(header) ?? [];
  // Sorted, so that the order does not matter. No accepted value contains a comma.
  const [, kid] = /^"alg":"HS256","kid":"(\w+)","typ":"JWT"$/.exec(entries.split(',').sort().join()) ?? [];
  if (kid !== undefined) return kid;
  throw malformedHeader(VIEWER_CONTEXT_HEADER, 'is a token whose header is not exactly alg HS256, typ JWT and a kid');
}

/** Sentry signs other kinds of tokens with the same secret. They have a different `typ`, an audience, or no actor. */
function assertClaims(claims: Readonly<Record<string, unknown>>): void {
  const { iss, iat, nbf = iat, exp, actor_type: actorType } = claims;
  if (iss !== 'sentry') throw invalidPayload('its iss is not "sentry"');
  if ('aud' in claims) throw invalidPayload('it has an aud, so it is a different kind of token');
  if (typeof actorType !== 'string') throw invalidPayload('its actor_type is not a string');
  const hasTimes = isFiniteNumber(iat) && isFiniteNumber(nbf) && isFiniteNumber(exp);
  if (!hasTimes || exp <= iat || exp - iat > MAX_LIFETIME) {
    throw invalidPayload(`its times are not in seconds, or exp is not within ${String(MAX_LIFETIME)} s after iat`);
  }
  const now = Date.now() / 1000;
  if (now >= exp + LEEWAY) throw untimely('ERR_EXPIRED', `expired ${String(Math.round(now - exp))} s ago`);
  const start = Math.max(iat, nbf);
  if (start > now + LEEWAY) throw untimely('ERR_NOT_YET_VALID', `is ${String(Math.round(start - now))} s early`);
}

function isFiniteNumber(value: unknown): value is number {
  return Number.isFinite(value);
}

function untimely(code: 'ERR_EXPIRED' | 'ERR_NOT_YET_VALID', problem: string): ViewerContextError {
  return new ViewerContextError(code, `The token ${problem}. Sign one for each attempt, and compare the clocks.`);
}
