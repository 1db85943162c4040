import { ViewerContextError } from '../errors.js';
import { useThenWipe } from './bytes.js';
import { keyIdOf } from './key-id.js';
import { invalidPayload, parsePayload, readViewer, VIEWER_CONTEXT_HEADER, writeIds } from './payload.js';
import { malformedHeader } from './received-headers.js';
import type { Keys, SecretKeyObject } from './shared-secret.js';
import { assertSigned, sign } from './signature.js';
import { FIELD_NAMES, type Viewer } from './viewer-context.js';

/** The names of the headers that `signToken` returns. */
export const TOKEN_HEADERS = [VIEWER_CONTEXT_HEADER] as const;

/** The viewer fields that a token carries: all of them. */
export const TOKEN_FIELDS = FIELD_NAMES;

const LIFETIME = 900; // s
const MAX_LIFETIME = 3600; // s
const LEEWAY = 5; // s, for clocks that differ

/**
 * Three parts. No sender makes the first part longer than this allows. The last character of the third part has two
 * spare bits, which must be 0. Otherwise, one signature could be written in four ways.
 */
const TOKEN = /^([\w-]{1,200})\.([\w-]+)\.([\w-]{42}[AEIMQUYcgkosw048])$/;

/** The only header that is accepted, with its entries in alphabetical order. No accepted value contains a comma. */
const SORTED_HEADER_ENTRIES = /^"alg":"HS256","kid":"(\w+)","typ":"JWT"$/;

// The header part depends only on the key, so it is cached. Tokens are never cached, because they expire.
const headerParts = new WeakMap<SecretKeyObject, string>();

/** One token for a viewer, issued now. Its claims are in the order that docs/protocol.md specifies. */
export function signToken(
  viewer: Viewer,
  key: SecretKeyObject,
): Readonly<Record<(typeof TOKEN_HEADERS)[number], string>> {
  const signingInput = `${headerPartOf(key)}.${encode(writeClaims(viewer))}`;
  return { [VIEWER_CONTEXT_HEADER]: `${signingInput}.${sign(key, signingInput, 'base64url')}` };
}

/**
 * Verifies a token, then reads the viewer; `null` if the sender signed a context without ids.
 *
 * Throws `ERR_MALFORMED_HEADER`, `ERR_SIGNATURE_MISMATCH`, `ERR_INVALID_PAYLOAD`, `ERR_EXPIRED`, `ERR_NOT_YET_VALID`.
 */
export function verifyToken(token: string, keys: Keys): Viewer | null {
  const [, headerPart = '', claimsPart = '', signature = ''] = TOKEN.exec(token) ?? [];
  // The header is read before the signature is checked. It says which key made the signature, and nothing else.
  const kid = readKeyId(decode(headerPart));
  const claimsText = decode(claimsPart);
  const message = `${headerPart}.${claimsPart}`;
  const candidates = keys.filter((key) => keyIdOf(key) === kid);
  assertSigned({ name: VIEWER_CONTEXT_HEADER, message, signature, encoding: 'base64url' }, keys, candidates);
  const claims = parsePayload(claimsText);
  assertClaims(claims);
  return readViewer(claims, TOKEN_FIELDS);
}

function headerPartOf(key: SecretKeyObject): string {
  let part = headerParts.get(key);
  if (part === undefined) {
    part = encode(`{"alg":"HS256","kid":"${keyIdOf(key)}","typ":"JWT"}`);
    headerParts.set(key, part);
  }
  return part;
}

function writeClaims(viewer: Viewer): string {
  const now = Math.floor(Date.now() / 1000); // some receivers refuse fractions of a second
  const times = `"iat":${String(now)},"exp":${String(now + LIFETIME)}`;
  return `{"actor_type":"${viewer.actorType ?? 'unknown'}",${writeIds(viewer)},${times},"iss":"sentry"}`;
}

function encode(text: string): string {
  const bytes = Buffer.alloc(Buffer.byteLength(text), text); // not Buffer.from, which uses Node's pool of small buffers
  return useThenWipe(bytes, () => bytes.toString('base64url'));
}

/** The text that a part encodes. Throws unless the part is the canonical encoding of its text. */
function decode(part: string): string {
  const bytes = Buffer.alloc(Math.floor((part.length * 3) / 4), part, 'base64url');
  const text = useThenWipe(bytes, () => bytes.toString());
  if (text !== '' && encode(text) === part) return text;
  throw malformedHeader(
    VIEWER_CONTEXT_HEADER,
    'was sent without X-Viewer-Context-Signature, so it must be a token: three base64url parts. Send both headers of a ' +
      'pair, or an unchanged token',
  );
}

/** Only one exact header is accepted, with its entries in any order. */
function readKeyId(header: string): string {
  const [, entries = ''] = /^\{(.*)\}$/.exec(header) ?? [];
  const [, kid] = SORTED_HEADER_ENTRIES.exec(entries.split(',').sort().join(',')) ?? [];
  if (kid !== undefined) return kid;
  throw malformedHeader(
    VIEWER_CONTEXT_HEADER,
    'is a token, and the header of the token must be exactly alg HS256, typ JWT and a kid. Sign it as docs/protocol.md ' +
      'specifies',
  );
}

/** Sentry signs other kinds of tokens with the same secret. Those have a different `typ`, an audience, or no actor. */
function assertClaims(claims: Readonly<Record<string, unknown>>): void {
  const { iss, iat, nbf = iat, exp, actor_type: actorType } = claims;
  if (iss !== 'sentry') throw invalidPayload('its iss must be "sentry"');
  if ('aud' in claims) throw invalidPayload('it must not have an aud, as other kinds of tokens have');
  if (typeof actorType !== 'string') throw invalidPayload('its actor_type must be a string');
  const hasTimes = isFiniteNumber(iat) && isFiniteNumber(nbf) && isFiniteNumber(exp);
  if (!hasTimes || exp <= iat || exp - iat > MAX_LIFETIME) {
    throw invalidPayload(`its times must be in seconds, with exp at most ${String(MAX_LIFETIME)} s after iat`);
  }
  const now = Date.now() / 1000;
  if (now >= exp + LEEWAY) {
    throw new ViewerContextError(
      'ERR_EXPIRED',
      `The token expired ${inSeconds(now - exp)} ago. Sign a new token for each attempt, and compare the clocks.`,
    );
  }
  const start = Math.max(iat, nbf);
  if (start > now + LEEWAY) {
    throw new ViewerContextError(
      'ERR_NOT_YET_VALID',
      `The token is not valid for another ${inSeconds(start - now)}. Compare the sender's clock with the receiver's.`,
    );
  }
}

function isFiniteNumber(value: unknown): value is number {
  return Number.isFinite(value);
}

function inSeconds(duration: number): string {
  return `${String(Math.round(duration))} s`;
}
