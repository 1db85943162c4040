import { ViewerContextError } from '../errors.js';
import { assertSigned, sign, type Keys, type SecretKeyObject } from './shared-secret.js';
import { isId, toViewer, VIEWER_CONTEXT_HEADER, type Viewer } from './viewer-context.js';

/** Carries HMAC-SHA256 of the exact value of `X-Viewer-Context`, as 64 lower-case hex digits. */
export const VIEWER_CONTEXT_SIGNATURE_HEADER = 'X-Viewer-Context-Signature';

type Pair = Readonly<Record<string, string>>;
type Header = string | undefined;

// The same viewer always has the same pair under the same key, so pairs are remembered, by key and then by payload.
const pairs = new WeakMap<SecretKeyObject, Map<string, Pair>>();
const MAX_PAIRS = 1024;

/** The two headers for a viewer. */
export function signPair(viewer: Viewer, key: SecretKeyObject): Pair {
  let known = pairs.get(key);
  if (known === undefined) pairs.set(key, (known = new Map<string, Pair>()));
  const payload = toPayload(viewer);
  let pair = known.get(payload);
  if (pair === undefined) {
    pair = { [VIEWER_CONTEXT_HEADER]: payload, [VIEWER_CONTEXT_SIGNATURE_HEADER]: sign(key, payload) };
    if (known.size >= MAX_PAIRS) known.clear();
    known.set(payload, pair);
  }
  return pair;
}

/**
 * Verifies the two header values, then reads the viewer; `null` if the sender signed a context without ids.
 *
 * Throws `ERR_MALFORMED_HEADER`, `ERR_SIGNATURE_MISMATCH`, `ERR_INVALID_PAYLOAD`.
 */
export function verifyPair(payload: Header, signature: Header, keys: Keys): Viewer | null {
  if (payload === undefined) throw malformed(`The header ${VIEWER_CONTEXT_HEADER} is missing beside its signature.`);
  if (signature === undefined || !/^[0-9a-f]{64}$/.test(signature)) {
    throw malformed(`The header ${VIEWER_CONTEXT_SIGNATURE_HEADER} is not 64 lower-case hex digits.`);
  }
  assertSigned(VIEWER_CONTEXT_HEADER, payload, signature, keys);
  return readPayload(payload);
}

/** Concatenated rather than stringified: a polluted `toJSON` cannot replace it, and it is ASCII by construction. */
function toPayload({ organizationId, userId }: Viewer): string {
  if (userId === undefined) return `{"organization_id":${String(organizationId)}}`;
  if (organizationId === undefined) return `{"user_id":${String(userId)}}`;
  return `{"organization_id":${String(organizationId)},"user_id":${String(userId)}}`;
}

// The list is closed. Bodies are signed with the same HMAC under the same secret, so with further keys, any signed body
// that names an organization would also verify as a viewer.
const KEYS = ['organization_id', 'user_id', 'project_id', 'actor_type', 'token'];

function readPayload(payload: string): Viewer | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(payload);
  } catch {
    // The parser's message would quote the payload.
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw invalidPayload('is signed, but is not a JSON object');
  }
  if (!Object.keys(parsed).every((key) => KEYS.includes(key))) {
    throw invalidPayload(`is signed, but has a key other than ${KEYS.join(', ')}`);
  }
  return toViewer(readId(parsed, 'organization_id'), readId(parsed, 'user_id'));
}

function readId(parsed: object, key: string): number | undefined {
  const id = Object.hasOwn(parsed, key) ? (parsed as Record<string, unknown>)[key] : null;
  if (id === null) return undefined;
  if (isId(id)) return id;
  throw invalidPayload(`is signed, but its ${key} is not an integer from 1 to 2^53 - 1`);
}

function malformed(message: string): ViewerContextError {
  return new ViewerContextError('ERR_MALFORMED_HEADER', message);
}

function invalidPayload(problem: string): ViewerContextError {
  return new ViewerContextError('ERR_INVALID_PAYLOAD', `The viewer context ${problem}.`);
}
