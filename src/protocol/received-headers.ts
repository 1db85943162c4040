import { ViewerContextError } from '../errors.js';

/**
 * The forms in which headers can be passed: Node's `IncomingHttpHeaders`, a web `Headers`, an axios headers object, a
 * `Map`, or a plain record with names in any case.
 */
export type ReceivedHeaders = Iterable<readonly [string, unknown]> | Readonly<Record<string, unknown>>;

/**
 * The one value of a header, by its name in any case; `undefined` if the header is absent.
 *
 * Throws `ERR_MALFORMED_HEADER` if it was sent twice or is not a string, and a `TypeError` for anything but headers.
 */
export function readHeader(headers: ReceivedHeaders, name: string): string | undefined {
  const wanted = name.toLowerCase();
  const values: unknown[] = [];
  for (const [key, value] of entriesOf(headers)) {
    if (String(key).toLowerCase() === wanted) values.push(value);
  }
  // A list is a header that was sent several times. axios writes false for one that is not to be sent.
  const received = values.flat().filter((value) => value !== undefined && value !== null && value !== false);
  const [value] = received;
  if (received.length > 1 || (value !== undefined && typeof value !== 'string')) {
    throw malformedHeader(name, 'was sent more than once, or is not a string');
  }
  return value;
}

export function malformedHeader(name: string, problem: string): ViewerContextError {
  return new ViewerContextError('ERR_MALFORMED_HEADER', `The ${name} header ${problem}.`);
}

function entriesOf(headers: unknown): Iterable<[unknown, unknown]> {
  if (typeof headers !== 'object' || headers === null) throw notHeaders('not an object');
  if ('then' in headers && typeof headers.then === 'function') throw notHeaders('a promise: await it');
  const { headers: nested } = headers as { headers?: unknown };
  const { headers: polluted } = Object.prototype as { headers?: unknown }; // which makes nothing a request
  if (nested !== polluted && typeof nested === 'object' && !Array.isArray(nested)) throw notHeaders('a whole request');
  if (!(Symbol.iterator in headers)) return Object.entries(headers);
  const entries = [...(headers as Iterable<unknown>)];
  if (!entries.every((entry) => Array.isArray(entry))) throw notHeaders('not pairs of name and value');
  return entries as [unknown, unknown][];
}

function notHeaders(problem: string): TypeError {
  return new TypeError(`The headers to verify are ${problem}. Pass request.headers.`);
}
