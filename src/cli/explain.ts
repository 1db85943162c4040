import { createHash, createSecretKey, type KeyObject } from 'node:crypto';
import { deflateSync, gzipSync, unzipSync } from 'node:zlib';
import { isViewerContextError } from '../errors.js';
import { toAuthorization, verifyBody } from '../protocol/body.js';
import type { ViewerContextFormat } from '../protocol/formats.js';
import { keyId } from '../protocol/key-id.js';
import { sign } from '../protocol/signature.js';
import { verifyViewerContext } from '../protocol/verify-viewer-context.js';

type Formats = readonly ViewerContextFormat[];
type Explanation = { readonly isRight: boolean; readonly lines: readonly string[] };

/** Verifies a request as a receiver does, check by check. Shows no secret, signature, token or id. */
export function explain(headers: Headers, body: Buffer | undefined, untrimmed: string, formats: Formats): Explanation {
  const secret = untrimmed.trim(); // removes byte order marks too
  const lines = [`secret: ${String(Buffer.byteLength(secret))} bytes, key id ${keyId(secret)}`];
  if (secret !== untrimmed) lines.push('  INVALID: it has white space around it. Trim it where it is read.');
  let isRight = secret === untrimmed;
  const check = (what: string, signed: Signed, isSigned: (signed: Signed) => boolean, verify: () => void): void => {
    const sha256 = createHash('sha256').update(signed.message).digest('hex');
    lines.push(`${what}: ${String(Buffer.byteLength(signed.message))} bytes, SHA-256 ${sha256}`);
    try {
      verify();
      lines.push('  valid');
    } catch (error) {
      if (!isViewerContextError(error)) throw error;
      isRight = false;
      lines.push(`  INVALID, ${error.code}: ${error.message}`);
      // Take the first match: if the signature matches as it is, undoing a mistake that was not made matches as well.
      const [cause] = Object.entries(withoutMistakes(signed, secret)).find(([, all]) => all.some(isSigned)) ?? [];
      if (cause !== undefined) lines.push(`  likely cause: ${cause}`);
      else if (error.code === 'ERR_SIGNATURE_MISMATCH') lines.push(NO_KNOWN_MISTAKE);
    }
  };

  const context = headers.get('x-viewer-context') ?? undefined;
  const signature = headers.get('x-viewer-context-signature') ?? undefined;
  const authorization = headers.get('authorization') ?? undefined;
  const key = toKey(secret);
  const secrets = [secret];
  if (context === undefined && signature === undefined) {
    lines.push('viewer: none, since the request has no viewer headers');
    isRight &&= body !== undefined; // otherwise nothing is verified
  } else {
    const [, kid = 'missing'] = /^{[^}]*"kid":"(\w{8})"/.exec(Buffer.from(context ?? '', 'base64url').toString()) ?? [];
    const what = signature !== undefined || context?.startsWith('{') ? 'pair' : `token, key id ${kid}`;
    check(what, { key, message: context ?? '', signature }, isViewerSigned, () => {
      verifyViewerContext(headers, { secrets, formats });
    });
  }
  if (body === undefined) {
    lines.push('body: not given, so not verified. Pass --body FILE, or --body /dev/null for an empty one.');
    isRight &&= !/^\W*rpcsignature/i.test(authorization ?? ''); // another scheme signs no body
  } else {
    check('body', { key, message: body, signature: authorization }, isBodySigned, () => {
      verifyBody(body, authorization, { secrets });
    });
  }
  return { isRight, lines };
}

const WHITE_SPACE = ['', '\n', '\r\n', '\n\n', ' ', '\t', '\ufeff'];
const NO_KNOWN_MISTAKE = '  No known mistake explains it. Compare the key ids: a different secret is the usual cause.';

type Signed = { readonly key: KeyObject; readonly message: string | Buffer; readonly signature: string | undefined };

const toKey = (secret: string | Buffer): KeyObject => createSecretKey(Buffer.from(secret as string));

function isViewerSigned({ key, message, signature }: Signed): boolean {
  if (signature !== undefined) return signature === sign(key, message, 'hex');
  const token = message.toString();
  const dot = token.lastIndexOf('.');
  return token.slice(dot + 1) === sign(key, token.slice(0, dot), 'base64url');
}

const isBodySigned = ({ key, message, signature }: Signed): boolean => signature === toAuthorization(message, key);

/**
 * The request with each known mistake undone, in every way that it may have been made. If one of them is valid, that
 * mistake was the cause.
 */
function withoutMistakes(signed: Signed, secret: string): Record<string, Signed[]> {
  const { key, message, signature } = signed;
  const text = message.toString();
  const bytes = Buffer.from(message);
  const secrets = (...all: (string | Buffer)[]): Signed[] => all.map((other) => ({ ...signed, key: toKey(other) }));
  const messages = (...all: (string | Buffer)[]): Signed[] => all.map((other) => ({ ...signed, message: other }));
  const [scheme = ''] = /^rpcsignature\s+rpc0:\s*/i.exec(signature ?? '') ?? [];
  const rest = (signature ?? '').slice(scheme.length);
  const digits = (hex: string): Signed[] => [{ ...signed, signature: (scheme && 'Rpcsignature rpc0:') + hex }];
  const padded = WHITE_SPACE.flatMap((start) => WHITE_SPACE.map((end) => start + secret + end));
  return {
    'the signature matches; the key id or the message above says what is wrong': [signed],
    'the sender signs with an empty secret': secrets(''),
    'the sender has white space around the secret': secrets(...padded),
    'the sender decodes the secret': secrets(Buffer.from(secret, 'hex'), Buffer.from(secret, 'base64')),
    'a header was sent twice, and joined': [{ key, message: halve(message), signature: halve(signature) }],
    'the signature has a different case or spacing': digits(rest.toLowerCase()),
    'the signature is in base64 instead of hex': digits(Buffer.from(rest, 'base64').toString('hex')),
    'white space or a byte order mark was added or removed': messages(text.trim(), `${text}\n`, `\ufeff${text}`),
    'the JSON was serialized again after signing': messages(...ifPossible(() => otherJson(text))),
    'the body was signed compressed, and then inflated': messages(gzipSync(bytes), deflateSync(bytes)),
    'it was compressed after signing': messages(...ifPossible(() => [unzipSync(bytes, { maxOutputLength: 1e8 })])),
    'the sender signed an empty body, before setting the real one': messages(''),
  };
}

function halve<Value>(value: Value): Value | string {
  const half = typeof value === 'string' ? value.slice(0, (value.length - 1) / 2) : '';
  return value === `${half}, ${half}` || value === `${half},${half}` ? half : value;
}

/** The same JSON, as other languages write it. */
function otherJson(text: string): string[] {
  const pretty = [2, 4, '\t'].map((indent) => JSON.stringify(JSON.parse(text), null, indent));
  // Not parsed as a whole, which would rewrite numbers and reorder keys.
  const segments = splitAtStrings(text).map(({ between, string }) => ({
    between: between.replace(/\s+/g, ''),
    string: string === '' ? '' : JSON.stringify(JSON.parse(string)),
  }));
  const compact = segments.map(({ between, string }) => between + string).join('');
  const python = segments.map(({ between, string }) => between.replace(/[,:]/g, '$& ') + string).join('');
  const escape = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  const all = [compact, python, ...pretty, compact.replaceAll('/', '\\/')]; // PHP: \/
  const go = compact.replace(/[<>&\u2028\u2029]/g, escape);
  return [go, ...all, ...all.map((json) => json.replace(/[\u0080-\uffff]/g, escape))];
}

interface Segment {
  readonly between: string;
  /** With its quotes; empty at the end of the text. */
  readonly string: string;
}

/**
 * The strings of a valid JSON text, each with what stands before it. (A pattern can run out of stack on a long string.)
 */
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

/** Whether an odd number of backslashes stands before this place. */
function isEscaped(json: string, place: number): boolean {
  let backslashes = 0;
  while (json[place - 1 - backslashes] === '\\') backslashes += 1;
  return backslashes % 2 === 1;
}

function ifPossible<Value>(make: () => Value[]): Value[] {
  try {
    return make();
  } catch {
    return []; // not JSON, or not compressed
  }
}
