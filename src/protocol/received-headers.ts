import { ViewerContextError } from '../errors.js';

/**
 * The forms in which headers can be passed: Node's `IncomingHttpHeaders`, a web `Headers`, an axios headers object, a
 * `Map`, pairs of a name and a value, or a plain record. Names can be in any case.
 */
export type ReceivedHeaders = Iterable<readonly [string, unknown]> | Readonly<Record<string, unknown>>;

/**
 * The one value of a header, by its name in any case; `undefined` if the header is absent.
 *
 * Throws `ERR_MALFORMED_HEADER` if it was sent twice or is not a string, and a `TypeError` for anything but headers.
 */
export function readHeader(headers: ReceivedHeaders, name: string): string | undefined {
  const lowerCaseName = name.toLowerCase();
  const received = entriesOf(headers)
    .filter(([key]) => String(key).toLowerCase() === lowerCaseName)
    .flatMap(([, value]) => value) // an array is a header that was sent several times
    .filter((value) => value !== undefined && value !== null && value !== false); // axios does not send these
  const [value] = received;
  if (received.length > 1 || (value !== undefined && typeof value !== 'string')) {
    throw malformedHeader(name, 'was sent more than once, or is not a string. Make sure that only the sender sets it');
  }
  return value;
}

/** For a header whose value does not have the form that the protocol gives it. */
export function malformedHeader(name: string, problem: string): ViewerContextError {
  return new ViewerContextError('ERR_MALFORMED_HEADER', `The ${name} header ${problem}.`);
}

/**
 * Throws a `TypeError` if some value is a function or an object, which no header has. Another object, such as a Hono
 * request, must not pass as headers without a viewer.
 */
export function assertHeaderValues(headers: ReceivedHeaders): void {
  for (const [, value] of entriesOf(headers)) {
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (isObject || typeof value === 'function') throw notHeaders('must have only values that headers can have');
  }
}

function entriesOf(headers: unknown): [unknown, unknown][] {
  if (typeof headers !== 'object' || headers === null) throw notHeaders('must be an object');
  if ('then' in headers && typeof headers.then === 'function') {
    throw notHeaders('must be awaited, because they are a promise');
  }
  const { headers: nested } = headers as { headers?: unknown };
  const { headers: polluted } = Object.prototype as { headers?: unknown }; // does not make an object a request
  if (nested !== polluted && typeof nested === 'object' && !Array.isArray(nested)) {
    throw notHeaders('must not be a whole request');
  }
  if (Symbol.iterator in headers) {
    const entries = [...(headers as Iterable<unknown>)];
    if (!entries.every((entry) => Array.isArray(entry))) throw notHeaders('must be pairs of a name and a value');
    return entries as [unknown, unknown][];
  }
  return Object.entries(headers);
}

function notHeaders(problem: string): TypeError {
  return new TypeError(`The headers to verify ${problem}. Pass request.headers.`);
}
