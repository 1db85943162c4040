import type { Values } from './arguments.js';
import { parseHeaders, type Captured } from './captured-headers.js';
import { readFile } from './files.js';
import { readFormats } from './formats.js';
import { print } from './print.js';
import { report } from './report.js';

/** `verify`: verifies a captured request as a receiver does, and prints what it finds. */
export function verify(values: Values, secret: string): number {
  const { header = [], headers, body, formats, format } = values;
  const captured: Captured[] = header.map((line) => ({ flag: '--header', bytes: Buffer.from(line) }));
  if (headers !== undefined) captured.push({ flag: '--headers', bytes: readFile('headers', headers) });
  const { isValid, lines } = report({
    headers: parseHeaders(captured),
    body: body === undefined ? undefined : readFile('body', body),
    secret,
    formats: readFormats(formats ?? format),
  });
  print(lines.join('\n'));
  return isValid ? 0 : 1;
}
