import { ViewerContextError } from '../errors.js';

/** Carries the viewer: compact JSON in ASCII, such as `{"organization_id":1,"user_id":2}`. */
export const VIEWER_CONTEXT_HEADER = 'X-Viewer-Context';

/** Carries HMAC-SHA256 over the exact value of `X-Viewer-Context`, as 64 lower-case hexadecimal digits. */
export const VIEWER_CONTEXT_SIGNATURE_HEADER = 'X-Viewer-Context-Signature';

/** Carries the signature of the body: {@link BODY_SIGNATURE_PREFIX} and 64 lower-case hexadecimal digits. */
export const AUTHORIZATION_HEADER = 'Authorization';

/** What precedes a body's signature, in exactly this case and with exactly one blank: the receiver knows no other form. */
export const BODY_SIGNATURE_PREFIX = 'Rpcsignature rpc0:';

/** The forms in which headers are read: Node's `IncomingHttpHeaders`, a web `Headers`, an axios headers object, a plain record in any case. */
export type ReceivedHeaders = Iterable<readonly [string, unknown]> | Readonly<Record<string, unknown>>;

/**
 * The one value of a header, by name in any case; own entries only.
 *
 * Throws `ERR_MISSING_HEADER`, and `ERR_MALFORMED_HEADER` for one that came twice or is not a string.
 */
export function readHeader(headers: ReceivedHeaders, name: string): string {
  const wanted = name.toLowerCase();
  const values: unknown[] = [];
  for (const entry of Symbol.iterator in headers ? (headers as Iterable<unknown>) : Object.entries(headers)) {
    if (!Array.isArray(entry)) throw new TypeError('The headers are not name and value pairs: pass request.headers.');
    const [key, value] = entry as unknown[];
    if (String(key).toLowerCase() === wanted) values.push(value);
  }
  // A list is a header that came several times; axios writes false for one that is not to be sent.
  const sent = values.flat().filter((value) => value !== undefined && value !== null && value !== false);
  const [value] = sent;
  if (sent.length === 0) throw new ViewerContextError('ERR_MISSING_HEADER', `The header ${name} is missing.`);
  if (sent.length > 1) throw repeatedHeader(name);
  if (typeof value !== 'string') {
    throw new ViewerContextError('ERR_MALFORMED_HEADER', `The header ${name} is not a string.`);
  }
  return value;
}

export function repeatedHeader(name: string): ViewerContextError {
  return new ViewerContextError('ERR_MALFORMED_HEADER', `The header ${name} came more than once.`);
}
