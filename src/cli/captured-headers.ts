import type { Header } from './received-request.js';
import { UsageError } from './usage-error.js';

/** What contains headers: the value of a flag, or the file that it names. */
export interface Captured {
  readonly flag: '--header' | '--headers';
  readonly bytes: Buffer;
}

/** A header as HTTP/1.1 or `curl -v` writes it, perhaps after a byte order mark. */
const HEADER = /^(?:\xef\xbb\xbf)?(?:> )?([\w-]+):([\t -\xff]*)\r?$/;

/** A line that looks like one of the headers that are verified. */
const VERIFIED_HEADER = /^\W*(x-viewer-context|authorization)\b/i;

/** The captured headers. Other lines are ignored. Throws a `UsageError` if a header that is verified is malformed. */
export function parseHeaders(captured: readonly Captured[]): Header[] {
  const headers = captured.flatMap(({ flag, bytes }) => {
    const lines = bytes.toString('latin1').split('\n');
    return lines.flatMap((line, index) =>
      parseLine(line, lines.length === 1 ? flag : `${flag}, line ${String(index + 1)}`),
    );
  });
  if (captured.length > 0 && headers.length === 0) {
    throw new UsageError('No header was found. Write one "Name: value" per line, in UTF-8.');
  }
  return headers;
}

function parseLine(line: string, place: string): Header[] {
  const [, name, value] = HEADER.exec(line) ?? [];
  if (name !== undefined && value !== undefined) return [[name, trim(value)]];
  if (!VERIFIED_HEADER.test(line)) return [];
  throw new UsageError(`${place}: this viewer or Authorization header is malformed. Write "Name: value" on one line.`);
}

/** Removes the spaces and tabs around a value, which are not part of it. (`/[ \t]+$/` takes quadratic time.) */
function trim(value: string): string {
  const isSpace = (char: string | undefined): boolean => char === ' ' || char === '\t';
  let [start, end] = [0, value.length];
  while (start < end && isSpace(value[start])) start += 1;
  while (start < end && isSpace(value[end - 1])) end -= 1;
  return value.slice(start, end);
}
