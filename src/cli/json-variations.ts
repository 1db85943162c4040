/**
 * The limit for the indentation of an indented text: the depths of its lines, added up. Without it, a deeply nested
 * text would grow a thousandfold.
 */
export const MAX_INDENTATION = 2_000_000;

/**
 * The same JSON, as programs in other languages write it: compact, with spaces, indented, and with other characters
 * escaped. Empty if the text is not JSON; `undefined` if it has too much to indent.
 *
 * The text is not parsed and serialized as a whole, which would rewrite numbers and reorder keys.
 */
export function rewriteJson(text: string): string[] | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return [];
  }
  const segments = splitAtStrings(text);
  if (indentationOf(segments) > MAX_INDENTATION) return undefined;

  const compact = write(segments, (between) => between);
  const spaced = write(segments, (between) => between.replace(/[,:]/g, '$& ')); // Python
  const indented = [2, 4, '\t'].map((indent) => JSON.stringify(parsed, null, indent));
  const withEscapedSlashes = compact.replaceAll('/', '\\/'); // PHP
  const withEscapedHtml = compact.replace(/[<>&\u2028\u2029]/g, escape); // Go
  const all = [compact, spaced, ...indented, withEscapedSlashes];
  return [...all, withEscapedHtml, ...all.map((json) => json.replace(/[\u0080-\uffff]/g, escape))];
}

function escape(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

interface Segment {
  readonly between: string;
  /** With its quotes; empty at the end of the text. */
  readonly string: string;
}

/** The strings in valid JSON, each with the text before it. (A pattern can run out of stack on a long string.) */
function splitAtStrings(json: string): Segment[] {
  const segments: Segment[] = [];
  let start = 0;
  for (;;) {
    const open = json.indexOf('"', start);
    if (open === -1) return [...segments, { between: json.slice(start), string: '' }];
    let close = json.indexOf('"', open + 1);
    while (isEscaped(json, close)) close = json.indexOf('"', close + 1);
    segments.push({ between: json.slice(start, open), string: json.slice(open, close + 1) });
    start = close + 1;
  }
}

/** Whether there is an odd number of backslashes before this place. */
function isEscaped(json: string, place: number): boolean {
  let backslashes = 0;
  while (json[place - 1 - backslashes] === '\\') backslashes += 1;
  return backslashes % 2 === 1;
}

/** How much there is to indent: the depths at all places where a line begins, added up. */
export function indentationOf(segments: readonly Pick<Segment, 'between'>[]): number {
  let depth = 0;
  let sum = 0;
  for (const { between } of segments) {
    for (const char of between) {
      if (char === '[' || char === '{') depth += 1;
      if (char === ']' || char === '}') depth -= 1;
      if ('[{,'.includes(char)) sum += depth;
    }
  }
  return sum;
}

/** The segments without whitespace, with each string written as JSON.stringify writes it. */
function write(segments: readonly Segment[], separate: (between: string) => string): string {
  return segments
    .map(({ between, string }) => {
      const separators = separate(between.replace(/\s+/g, ''));
      return string === '' ? separators : separators + JSON.stringify(JSON.parse(string));
    })
    .join('');
}
