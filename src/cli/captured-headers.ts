import type { Header } from './received-request.js';
import { UsageError } from './usage-error.js';

/** A header as HTTP/1.1 or `curl -v` writes it, perhaps after a byte order mark. */
const HEADER = /^(?:\xef\xbb\xbf)?(?:> )?([\w-]+):([\t -\xff]*)\r?$/;

/** A line that seems to be one of the headers that are verified. */
const VERIFIED_HEADER = /^\W*(x-viewer-context|authorization)\b/i;

/** The headers in what was captured. Other lines are left out. Throws a `UsageError` for a malformed one that matters. */
export function parseHeaders(captured: readonly Buffer[]): Header[] {
  const lines = captured.flatMap((bytes) => bytes.toString('latin1').split('\n'));
  const headers = lines.flatMap((line): Header[] => {
    const [, name, value] = HEADER.exec(line) ?? [];
    if (name !== undefined && value !== undefined) return [[name, trim(value)]];
    if (VERIFIED_HEADER.test(line)) throw new UsageError('A header is malformed: write "Name: value" on one line.');
    return [];
  });
  if (captured.length > 0 && headers.length === 0) {
    throw new UsageError('There is no header: write one "Name: value" on each line, in UTF-8.');
  }
  return headers;
}

/** Without the spaces and tabs around it, which are not part of a value. (`/[ \t]+$/` takes quadratic time.) */
function trim(value: string): string {
  const isSpace = (char: string | undefined): boolean => char === ' ' || char === '\t';
  let [start, end] = [0, value.length];
  while (start < end && isSpace(value[start])) start += 1;
  while (start < end && isSpace(value[end - 1])) end -= 1;
  return value.slice(start, end);
}
