import { createHash, createSecretKey, type KeyObject } from 'node:crypto';
import { deflateSync, gzipSync, unzipSync } from 'node:zlib';
import { isViewerContextError } from '../errors.js';
import { toAuthorization, verifyBody } from '../protocol/body.js';
import { verifyViewerContext, type ViewerContextFormat } from '../protocol/formats.js';
import { keyId, sign } from '../protocol/shared-secret.js';

/** What a receiver says about a request, check by check. Shows no secret, signature, token or id. */
export function explain(
  headers: readonly (readonly string[])[],
  body: Buffer | undefined,
  untrimmed: string,
  formats: readonly ViewerContextFormat[],
): { isRight: boolean; lines: string[] } {
  const secret = untrimmed.trim(); // takes off byte order marks too
  const lines = [`secret: ${String(Buffer.byteLength(secret))} bytes, key id ${keyId(secret)}`];
  if (secret !== untrimmed) lines.push('  WRONG: there is white space around it. Trim it where it is read.');
  let isRight = secret === untrimmed;
  const check = (what: string, signed: Signed, verify: () => unknown, isSigned: (signed: Signed) => boolean): void => {
    const sha256 = createHash('sha256').update(signed.message).digest('hex');
    lines.push(`${what}: ${String(Buffer.byteLength(signed.message))} bytes, SHA-256 ${sha256}`);
    try {
      verify();
      lines.push('  right');
    } catch (error) {
      if (!isViewerContextError(error)) throw error;
      isRight = false;
      // The first one: where the signature is right as it is, undoing what was not done changes nothing.
      const [cause] = Object.entries(withoutMistakes(signed, secret)).find(([, all]) => all.some(isSigned)) ?? [];
      lines.push(`  WRONG, ${error.code}: ${error.message}`, ...(cause ? [`  likely cause: ${cause}`] : []));
    }
  };

  const [context, signature, authorization] = ['x-viewer-context', 'x-viewer-context-signature', 'authorization'].map(
    (wanted) => headers.find(([name]) => name?.toLowerCase() === wanted)?.[1],
  );
  const [key, secrets] = [toKey(secret), [secret]];
  if (context === undefined && signature === undefined) {
    lines.push('viewer: none, since the request has no viewer headers');
    isRight &&= body !== undefined; // otherwise nothing is verified
  } else {
    const [, kid = 'missing'] = /"kid":"(\w{8})"/.exec(Buffer.from(context ?? '', 'base64url').toString()) ?? [];
    const verify = (): unknown => verifyViewerContext(headers as [string, string][], { secrets, formats });
    const what = signature === undefined ? `token, key id ${kid}` : 'pair';
    check(what, { key, message: context ?? '', signature }, verify, isViewerSigned);
  }
  if (body === undefined) {
    lines.push('body: not given, so not verified. Pass --body FILE, or --body /dev/null for an empty one.');
    isRight &&= authorization === undefined;
  } else {
    const verify = (): void => {
      verifyBody(body, authorization, { secrets });
    };
    check('body', { key, message: body, signature: authorization }, verify, isBodySigned);
  }
  return { isRight, lines };
}

type Signed = { readonly key: KeyObject; readonly message: string | Buffer; readonly signature: string | undefined };

const toKey = (secret: string | Buffer): KeyObject => createSecretKey(Buffer.from(secret as string));

function isViewerSigned({ key, message, signature }: Signed): boolean {
  if (signature !== undefined) return signature === sign(key, message);
  const [token, dot] = [message.toString(), message.lastIndexOf('.')];
  return token.slice(dot + 1) === sign(key, token.slice(0, dot), 'base64url');
}

const isBodySigned = ({ key, message, signature }: Signed): boolean => signature === toAuthorization(message, key);

/** A request without each known mistake, in each way that it may have been made. If it is right then, that was the cause. */
function withoutMistakes(signed: Signed, secret: string): Record<string, Signed[]> {
  const { key, message, signature } = signed;
  const [text, bytes] = [message.toString(), Buffer.from(message)];
  const secrets = (...all: (string | Buffer)[]): Signed[] => all.map((other) => ({ ...signed, key: toKey(other) }));
  const messages = (...all: (string | Buffer)[]): Signed[] => all.map((other) => ({ ...signed, message: other }));
  const [scheme = ''] = /^rpcsignature\s+rpc0:\s*/i.exec(signature ?? '') ?? [];
  const rest = (signature ?? '').slice(scheme.length);
  const digits = (hex: string): Signed[] => [{ ...signed, signature: (scheme && 'Rpcsignature rpc0:') + hex }];
  return {
    'the signature is right, and the message above says what is not': [signed],
    'the sender has no secret': secrets(''),
    'the sender has white space around the secret': secrets(...AROUND.flatMap((end) => [secret + end, end + secret])),
    'the sender decodes the secret': secrets(Buffer.from(secret, 'hex'), Buffer.from(secret, 'base64')),
    'a header was added twice, and joined': [{ key, message: halve(message), signature: halve(signature) }],
    'the scheme or the digits are in another case, or have other spaces': digits(rest.toLowerCase()),
    'the signature is in base64': digits(Buffer.from(rest, 'base64').toString('hex')),
    'outer white space or a byte order mark was changed': messages(text.trim(), `${text}\n`, `\ufeff${text}`),
    'the JSON was serialized again after signing': messages(...ifPossible(() => otherJson(text))),
    'the body was signed compressed, and inflated by a parser': messages(gzipSync(bytes), deflateSync(bytes)),
    'it was compressed after signing': messages(...ifPossible(() => [unzipSync(bytes, { maxOutputLength: 1e8 })])),
    'the sender signed before the body was there': messages(''),
  };
}

const AROUND = ['\n', '\r\n', ' ', '\t', '\ufeff'];

function halve<Value>(value: Value): Value | string {
  const half = typeof value === 'string' ? value.slice(0, (value.length - 2) / 2) : '';
  return value === `${half}, ${half}` ? half : value;
}

function otherJson(text: string): string[] {
  const compact = JSON.stringify(JSON.parse(text));
  const likePython = compact.replace(/("(?:[^"\\]|\\.)*")|[,:]/g, (match, quoted) => (quoted ? match : `${match} `));
  const toAscii = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  const all = [compact, likePython, JSON.stringify(JSON.parse(text), null, 2)];
  return [...all, ...all.map((json) => json.replace(/[\u0080-\uffff]/g, toAscii))];
}

function ifPossible<Value>(make: () => Value[]): Value[] {
  try {
    return make();
  } catch {
    return []; // not JSON, or not compressed
  }
}
