import { malformedHeader } from './received-headers.js';
import { assertSigned, sign, type Keys, type SecretKeyObject } from './shared-secret.js';
import { invalidPayload, parsePayload, readViewer, VIEWER_CONTEXT_HEADER, writeIds } from './viewer-context.js';
import type { Viewer } from './viewer-context.js';

/** Carries HMAC-SHA256 of the exact value of `X-Viewer-Context`, as 64 lower-case hex digits. */
export const VIEWER_CONTEXT_SIGNATURE_HEADER = 'X-Viewer-Context-Signature';

/** The fields of a viewer that a pair carries. */
export const PAIR_FIELDS = ['organizationId', 'userId'] as const;

// No other key is accepted. Bodies are signed with the same secret, so otherwise any signed body that names an organization
// would pass as a viewer.
const ALLOWED_KEYS = ['organization_id', 'user_id', 'project_id', 'actor_type', 'token'];

type Pair = Readonly<Record<string, string>>;

// The same viewer always has the same pair under the same key, so pairs are cached, by key and then by payload.
const pairs = new WeakMap<SecretKeyObject, Map<string, Pair>>();
const MAX_PAIRS = 1024;

/** The two headers for a viewer. */
export function signPair(viewer: Viewer, key: SecretKeyObject): Pair {
  let known = pairs.get(key);
  if (known === undefined) pairs.set(key, (known = new Map<string, Pair>()));
  const payload = `{${writeIds(viewer)}}`;
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
export function verifyPair(payload: string, keys: Keys, signature: string | undefined): Viewer | null {
  if (signature === undefined || !/^[0-9a-f]{64}$/.test(signature)) {
    throw malformedHeader(VIEWER_CONTEXT_SIGNATURE_HEADER, 'is not 64 lower-case hex digits');
  }
  assertSigned(VIEWER_CONTEXT_HEADER, payload, signature, keys);
  const parsed = parsePayload(payload);
  if (!Object.keys(parsed).every((key) => ALLOWED_KEYS.includes(key))) {
    throw invalidPayload(`has a key other than ${ALLOWED_KEYS.join(', ')}`);
  }
  return readViewer(parsed, PAIR_FIELDS);
}
