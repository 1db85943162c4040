import { ViewerContextError } from './errors.js';
import { isPromiseLike } from './properties.js';
import { asBytes } from './protocol/bytes.js';
import { isConfigured, isSecretForm } from './protocol/shared-secret.js';
import { createSigner, type Signer } from './signer.js';

/** Gives the signer for one request, or `undefined` when no secret is configured. Throws or rejects with `ERR_INVALID_SECRET`. */
export type SignerSource = () => Signer | undefined | Promise<Signer | undefined>;

/** Reads the option `secret`; a `TypeError` for what cannot be one. Its content is judged where it is needed. */
export function readSignerSource(secret: unknown): SignerSource {
  if (typeof secret === 'function') return callingFor(secret as () => unknown);
  if (!isConfigured(secret)) return () => undefined;
  if (!isSecretForm(secret)) throw new TypeError('options.secret is not a string, bytes, a KeyObject or a function.');
  // Bytes are copied now: the caller may wipe them.
  const bytes = asBytes(secret);
  const copy = bytes === undefined ? secret : Buffer.from(bytes);
  let signer: Signer | undefined;
  return () => (signer ??= createSigner(copy));
}

/** Calls the function for each request, and prepares what it returns only if that has changed. */
function callingFor(readSecret: () => unknown): SignerSource {
  let last: unknown;
  let signer: Signer | undefined;
  const signerFor = (secret: unknown): Signer | undefined => {
    if (!isConfigured(secret)) return undefined;
    // Bytes may be others by now in the same place; a string or a KeyObject never changes.
    if (secret !== last || asBytes(secret) !== undefined) {
      signer = createSigner(secret);
      last = secret;
    }
    return signer;
  };
  return () => {
    let secret: unknown;
    let isPromise: boolean;
    try {
      secret = readSecret();
      isPromise = isPromiseLike(secret);
    } catch (cause) {
      throw failed(cause);
    }
    return isPromise ? resolved(secret).then(signerFor) : signerFor(secret);
  };
}

async function resolved(secret: unknown): Promise<unknown> {
  try {
    return await secret;
  } catch (cause) {
    throw failed(cause);
  }
}

function failed(cause: unknown): ViewerContextError {
  return new ViewerContextError('ERR_INVALID_SECRET', 'The function options.secret failed; its reason is the cause.', {
    cause,
  });
}
