import { BODY_SIGNATURE_PREFIX } from './protocol/headers.js';
import { toSigningKey } from './protocol/shared-secret.js';
import { sign } from './protocol/signature.js';
import { serializeViewer, type Viewer } from './protocol/viewer-context.js';

/** Signs with one key. */
export interface Signer {
  /** Serializes a viewer and signs the payload. */
  signViewer(viewer: Viewer): SignedViewer;
  /** The value of `Authorization` for a body. */
  signBody(body: string | Uint8Array): string;
}

/** A viewer as it is sent. */
export interface SignedViewer {
  readonly payload: string;
  readonly signature: string;
}

interface RememberedViewer extends SignedViewer {
  readonly organizationId: number | undefined;
  readonly userId: number | undefined;
}

/** How many signed viewers are remembered: each has one place, which it may have to leave to another. */
const PLACES = 1024;

/**
 * Prepares the key of a secret, once, and remembers what it has signed: the same viewer under the same key always has the
 * same signature. It cannot be taken for another key's, since each signer has places of its own. Throws `ERR_INVALID_SECRET`.
 */
export function createSigner(secret: unknown): Signer {
  const key = toSigningKey(secret);
  const places = new Map<number, RememberedViewer>();
  return {
    signViewer(viewer): SignedViewer {
      const { organizationId, userId } = viewer;
      const place = ((organizationId ?? 0) * 31 + (userId ?? 0)) % PLACES;
      const known = places.get(place);
      if (known !== undefined && known.organizationId === organizationId && known.userId === userId) return known;
      const payload = serializeViewer(viewer);
      const signed: RememberedViewer = { organizationId, userId, payload, signature: sign(key, payload) };
      places.set(place, signed);
      return signed;
    },
    signBody: (body) => BODY_SIGNATURE_PREFIX + sign(key, body),
  };
}
