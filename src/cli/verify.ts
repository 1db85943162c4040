import type { Values } from './arguments.js';
import { parseHeaders } from './captured-headers.js';
import { readFile } from './files.js';
import { readFormats } from './formats.js';
import { print } from './print.js';
import { report } from './report.js';

/** `verify`: verifies a captured request as a receiver does, and prints what it finds. */
export function verify(values: Values, secret: string): number {
  const { headers, body, formats, format } = values;
  const { header = [] } = values as { header?: readonly string[] };
  const captured: Buffer[] = header.map((line) => Buffer.from(line));
  if (headers !== undefined) captured.push(readFile('headers', headers));
  const { isValid, lines } = report({
    headers: parseHeaders(captured),
    body: body === undefined ? undefined : readFile('body', body),
    secret,
    formats: readFormats(formats ?? format),
  });
  print(lines.join('\n'));
  return isValid ? 0 : 1;
}
