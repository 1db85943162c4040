import { invalidPayload, parsePayload, readViewer, VIEWER_CONTEXT_HEADER, writeIds } from './payload.js';
import { malformedHeader } from './received-headers.js';
import type { Keys, SecretKeyObject } from './shared-secret.js';
import { assertSigned, sign } from './signature.js';
import type { Viewer } from './viewer-context.js';

/** Carries HMAC-SHA256 of the exact value of `X-Viewer-Context`, as 64 lower-case hex digits. */
export const VIEWER_CONTEXT_SIGNATURE_HEADER = 'X-Viewer-Context-Signature';

/** The names of the headers that `signPair` returns. */
export const PAIR_HEADERS = [VIEWER_CONTEXT_HEADER, VIEWER_CONTEXT_SIGNATURE_HEADER] as const;

/** The viewer fields that a pair carries. */
export const PAIR_FIELDS = ['organizationId', 'userId'] as const;

// No other key is accepted, because bodies are signed with the same secret. Otherwise, any signed body with an
// organization_id would pass as a viewer. Sentry's senders are known to have sent these keys in pairs, and no others.
const ALLOWED_KEYS = ['organization_id', 'user_id', 'project_id', 'actor_type', 'token'];

const HEX_SIGNATURE = /^[0-9a-f]{64}$/;

type Pair = Readonly<Record<(typeof PAIR_HEADERS)[number], string>>;

// The same viewer always has the same pair under the same key, so pairs are cached, by key and then by payload.
const cachedPairs = new WeakMap<SecretKeyObject, Map<string, Pair>>();
const MAX_PAIRS = 1024; // for each key

/** The two headers for a viewer. */
export function signPair(viewer: Viewer, key: SecretKeyObject): Pair {
  let pairsOfKey = cachedPairs.get(key);
  if (pairsOfKey === undefined) {
    pairsOfKey = new Map();
    cachedPairs.set(key, pairsOfKey);
  }
  const payload = `{${writeIds(viewer)}}`;
  let pair = pairsOfKey.get(payload);
  if (pair === undefined) {
    pair = { [VIEWER_CONTEXT_HEADER]: payload, [VIEWER_CONTEXT_SIGNATURE_HEADER]: sign(key, payload, 'hex') };
    if (pairsOfKey.size >= MAX_PAIRS) pairsOfKey.clear();
    pairsOfKey.set(payload, pair);
  }
  return pair;
}

/**
 * Verifies the two header values, then reads the viewer; `null` if the sender signed a context without ids.
 *
 * Throws `ERR_MALFORMED_HEADER`, `ERR_SIGNATURE_MISMATCH`, `ERR_INVALID_PAYLOAD`.
 */
export function verifyPair(payload: string, signature: string, keys: Keys): Viewer | null {
  if (!HEX_SIGNATURE.test(signature)) {
    throw malformedHeader(
      VIEWER_CONTEXT_SIGNATURE_HEADER,
      'must be 64 lower-case hex digits. Send what signViewerContext returns, unchanged',
    );
  }
  assertSigned({ name: VIEWER_CONTEXT_HEADER, message: payload, signature, encoding: 'hex' }, keys);
  const parsed = parsePayload(payload);
  if (!Object.keys(parsed).every((key) => ALLOWED_KEYS.includes(key))) {
    throw invalidPayload(`it must have no keys other than ${ALLOWED_KEYS.join(', ')}`);
  }
  return readViewer(parsed, PAIR_FIELDS);
}
