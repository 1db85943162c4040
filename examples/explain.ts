/**
 * Says which check of a captured request fails, and why. It prints no secret, no signature and no id, just lengths, key ids
 * and the SHA-256 of what was received, to be compared with the other side.
 *
 *     SEER_API_SHARED_SECRET=… npx tsx examples/explain.ts --headers headers.txt --body body.bin
 *     SEER_API_SHARED_SECRET=… npx tsx examples/explain.ts -H 'X-Viewer-Context: {"user_id":7}' -H 'X-Viewer-…: …' -d '{}'
 *
 * `headers.txt` has one `Name: value` a line, as curl prints them. Without a body, just the viewer is explained.
 */
import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { isViewerContextError, keyId, verifyBody, verifyViewerContext } from 'axios-viewer-context/protocol';

/** A captured request. Headers as they came, a repeated one more than once; no body if it was not captured. */
export interface CapturedRequest {
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body?: Buffer | undefined;
}

/** Explains a request line by line; `isRight` if every check that could be made has passed. */
export function explain(request: CapturedRequest, secret: string): { isRight: boolean; lines: string[] } {
  const lines: string[] = [];
  let isRight = true;
  const check = (
    what: string,
    bytes: string | Buffer,
    verify: () => unknown,
    hints: () => (string | undefined)[],
  ): void => {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    lines.push(`${what}: ${String(Buffer.byteLength(bytes))} bytes received, SHA-256 ${sha256}`);
    try {
      verify();
      lines.push('  right');
    } catch (error) {
      if (!isViewerContextError(error)) throw error;
      isRight = false;
      lines.push(`  WRONG, ${error.code}: ${error.message}`);
      lines.push(...hints().flatMap((hint) => (hint === undefined ? [] : [`  -> ${hint}`])));
    }
  };

  const usable = secret.trim();
  if (usable === '') return { isRight: false, lines: ['WRONG: there is no secret; set SEER_API_SHARED_SECRET.'] };
  lines.push(`secret: key id ${keyId(usable)}, ${String(Buffer.byteLength(usable))} bytes`);
  if (usable !== secret) {
    isRight = false;
    lines.push('  WRONG: it begins or ends with white space here. Trim it where it is read; below it is trimmed.');
  }
  const secrets = [usable];

  const payload = valueOf(request, 'X-Viewer-Context');
  const signature = valueOf(request, 'X-Viewer-Context-Signature');
  if (payload === undefined && signature === undefined) {
    lines.push('viewer context: none, so the request has no viewer');
  } else {
    const verify = () => verifyViewerContext(request.headers, { secrets, formats: ['pair', 'jwt'] });
    check('viewer context', payload ?? '', verify, () =>
      hintsOf(signature ?? '', payload ?? '', usable, 'its payload'),
    );
  }

  const { body } = request;
  if (body === undefined) {
    lines.push('body: not captured, so not checked');
  } else {
    const authorization = valueOf(request, 'Authorization');
    const verify = () => {
      verifyBody(body, authorization, { secrets });
    };
    check('body', body, verify, () => [
      schemeHint(authorization),
      ...hintsOf(authorization?.split(':').at(-1) ?? '', body.toString(), usable, 'the body'),
    ]);
  }
  return { isRight, lines };
}

/** What is known to go wrong, tried: whichever makes the signature right is the cause. */
function hintsOf(received: string, text: string, secret: string, what: string): string[] {
  const signature = received.trim();
  const isHmac = (key: string | Buffer, message: string): boolean =>
    createHmac('sha256', key).update(message).digest('hex') === signature.toLowerCase();
  const hints: string[] = [];
  const tell = (isSo: boolean, hint: string): void => {
    if (isSo) hints.push(hint);
  };
  if (signature === '') return hints;
  tell(
    isHmac(secret, text) && signature !== signature.toLowerCase(),
    'The digits are right but in upper case: the protocol wants them in lower case.',
  );
  tell(
    ['\n', '\r\n', ' '].some((end) => isHmac(secret + end, text)),
    'The sender signed with this secret and white space after it: trim it where the sender reads it.',
  );
  tell(
    isHmac(Buffer.from(secret, 'hex'), text) || isHmac(Buffer.from(secret, 'base64'), text),
    'The sender decoded the secret from hex or base64; the key is the UTF-8 bytes of its text.',
  );
  tell(
    createHmac('sha256', secret).update(text).digest('base64').replace(/=+$/, '') === signature.replace(/=+$/, ''),
    'The signature is right, but written as base64: the protocol wants hexadecimal digits.',
  );
  tell(text !== '' && isHmac(secret, ''), `The sender signed no bytes at all: it signed before ${what} was there.`);
  tell(
    otherJsonOf(text).some((json) => isHmac(secret, json)),
    `The sender signed the same JSON with other spaces or line ends: ${what} was serialized again after it was signed, or on the way.`,
  );
  return hints;
}

function otherJsonOf(text: string): string[] {
  try {
    const value: unknown = JSON.parse(text);
    const compact = JSON.stringify(value);
    const python = compact.replace(
      /("(?:[^"\\]|\\.)*")|([,:])/g,
      (_match, string: string, mark: string) => string || `${mark} `,
    );
    return [compact, python, JSON.stringify(value, null, 2), `${text}\n`, text.trim()].filter(
      (other) => other !== text,
    );
  } catch {
    return [];
  }
}

function schemeHint(authorization: string | undefined): string | undefined {
  if (authorization === undefined || authorization.startsWith('Rpcsignature rpc0:')) return undefined;
  if (/^rpcsignature\s+rpc0:/i.test(authorization)) {
    return 'The scheme must be "Rpcsignature rpc0:" in exactly this case, with one space.';
  }
  return 'Something else has set Authorization: another interceptor, auth, or user:password@ in the URL.';
}

function valueOf({ headers }: CapturedRequest, name: string): string | undefined {
  return headers.find(([other]) => other.toLowerCase() === name.toLowerCase())?.[1];
}

function main(): void {
  const { values } = parseArgs({
    options: {
      headers: { type: 'string' },
      header: { type: 'string', short: 'H', multiple: true, default: [] },
      body: { type: 'string' },
      data: { type: 'string', short: 'd' },
    },
  });
  const fromFile = values.headers === undefined ? [] : readFileSync(values.headers, 'utf8').split(/\r?\n/);
  const headers = [...fromFile, ...values.header].flatMap((line): [string, string][] => {
    const colon = line.indexOf(':');
    return colon < 1 ? [] : [[line.slice(0, colon).trim(), line.slice(colon + 1).trim()]];
  });
  const body =
    values.body !== undefined
      ? readFileSync(values.body)
      : values.data !== undefined
        ? Buffer.from(values.data)
        : undefined;
  const { isRight, lines } = explain({ headers, body }, process.env['SEER_API_SHARED_SECRET'] ?? '');
  for (const line of lines) console.log(line);
  process.exitCode = isRight ? 0 : 1;
}

if (process.argv[1]?.endsWith('explain.ts')) main();
