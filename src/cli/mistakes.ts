import { createSecretKey, timingSafeEqual } from 'node:crypto';
import { deflateSync, gzipSync, unzipSync } from 'node:zlib';
import { sign, type SignatureEncoding } from '../protocol/signature.js';
import { rewriteJson } from './json-variations.js';

// The known mistakes, and how to undo each, in every way in which it could have been made. If the signature then
// matches, that mistake was the cause.

/** For a larger body or a longer header, no mistake is undone, because each attempt reads all of it. */
export const MAX_BODY = 1_000_000; // bytes
export const MAX_HEADER = 100_000; // characters

/** A message, its signature, and the secret that should have made it. */
export interface Signed {
  readonly secret: string | Buffer;
  readonly message: string | Buffer;
  readonly signature: string;
  readonly encoding: SignatureEncoding;
}

export interface Mistake {
  readonly cause: string;
  /** The ways to undo the mistake: what replaces the received values. `undefined` if the replacements are too large. */
  readonly undo: (signed: Signed) => Partial<Signed>[] | undefined;
}

/** The result of undoing mistakes. */
interface Outcome {
  /** The mistake that was made; `undefined` if it is not a known mistake. */
  readonly cause?: string;
  /** What was not tried because it would take too long. */
  readonly notTried: readonly string[];
  /** How many ways were tried. */
  readonly attempts: number;
}

/** Undoes one mistake after another until the signature matches. */
export function undoMistakes(mistakes: readonly Mistake[], signed: Signed): Outcome {
  const notTried: string[] = [];
  let attempts = 0;
  for (const { cause, undo } of mistakes) {
    const ways = undo(signed);
    if (ways === undefined) notTried.push(`whether ${cause}, because it is nested too deeply`);
    for (const changes of ways ?? []) {
      const attempt = { ...signed, ...changes };
      const isAsReceived = Object.keys(changes).every(
        (name) => attempt[name as keyof Signed] === signed[name as keyof Signed],
      );
      if (isAsReceived) continue;
      attempts += 1;
      if (isSigned(attempt)) return { cause, notTried: [], attempts };
    }
  }
  return { notTried, attempts };
}

/** Whether the signature is that of the message under the secret. */
export function isSigned({ secret, message, signature, encoding }: Signed): boolean {
  const key = createSecretKey(Buffer.from(secret as string));
  const expected = Buffer.from(sign(key, message, encoding));
  const received = Buffer.from(signature);
  return expected.length === received.length && timingSafeEqual(expected, received);
}

const WHITE_SPACE = ['', '\n', '\r\n', '\n\n', ' ', '\t', '\ufeff'];

/** Mistakes with the secret, on either side. */
export const SECRET_MISTAKES: readonly Mistake[] = [
  { cause: 'the sender signs with an empty secret', undo: () => [{ secret: '' }] },
  {
    cause: 'the sender has whitespace around the secret',
    undo: ({ secret }) =>
      WHITE_SPACE.flatMap((start) => WHITE_SPACE.map((end) => ({ secret: `${start}${String(secret)}${end}` }))),
  },
  {
    cause: 'the sender has quotes around the secret, as `docker --env-file` keeps them',
    undo: ({ secret }) => ['"', "'"].map((quote) => ({ secret: `${quote}${String(secret)}${quote}` })),
  },
  {
    cause: "this secret has quotes around it, and the sender's secret has none",
    undo: ({ secret }) => [{ secret: String(secret).replace(/^(["'])(.*)\1$/s, '$2') }],
  },
  {
    cause: 'the sender has the secret only up to its first #, where some .env parsers start a comment',
    undo: ({ secret }) => [{ secret: String(secret).split('#', 1).join('').trimEnd() }],
  },
  {
    cause: 'the sender decodes the secret from hex or base64',
    undo: ({ secret }) => [
      { secret: Buffer.from(String(secret), 'hex') },
      { secret: Buffer.from(String(secret), 'base64') },
    ],
  },
];

/** Mistakes with the signature, or with the header that carries it. */
export const SIGNATURE_MISTAKES: readonly Mistake[] = [
  {
    cause: 'a header was sent twice, and joined',
    undo: ({ message, signature }) => [{ message: halve(message), signature: halve(signature) }],
  },
  {
    cause: 'the signature has a different case or spacing',
    undo: ({ signature }) => [{ signature: signature.trim().toLowerCase() }],
  },
  {
    cause: 'the signature is in base64 instead of hex',
    undo: ({ signature }) => [{ signature: Buffer.from(signature, 'base64').toString('hex') }],
  },
];

/** Mistakes with what is signed. */
export const TEXT_MISTAKES: readonly Mistake[] = [
  {
    cause: 'whitespace or a byte order mark was added or removed',
    undo: ({ message }) => [
      { message: String(message).trim() },
      { message: `${String(message)}\n` },
      { message: `\ufeff${String(message)}` },
    ],
  },
  {
    cause: 'the JSON was serialized again after signing',
    undo: ({ message }) => rewriteJson(message.toString())?.map((other) => ({ message: other })),
  },
];

/** Mistakes with a body. */
export const BODY_MISTAKES: readonly Mistake[] = [
  {
    cause: 'the body was signed compressed, and then inflated',
    undo: ({ message }) => [{ message: gzipSync(message) }, { message: deflateSync(message) }],
  },
  { cause: 'the body was compressed after signing', undo: ({ message }) => inflate(message) },
  { cause: 'the sender signed an empty body, before setting the real one', undo: () => [{ message: '' }] },
];

/** Mistakes with the three parts of a token, or with the text around it. */
export const TOKEN_MISTAKES: readonly Mistake[] = [
  {
    cause: 'the token has a prefix, such as Bearer',
    undo: ({ message }) => [{ message: String(message).replace(/^\w+ +/, '') }],
  },
  {
    cause: 'the parts of the token are padded with =, or use the base64 alphabet instead of base64url',
    undo: ({ message, signature }) => [{ message: toBase64url(String(message)), signature: toBase64url(signature) }],
  },
];

function toBase64url(text: string): string {
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** Half of a value that was sent twice and joined; any other value as it is. */
export function halve<Value extends string | Buffer>(value: Value): Value | string {
  if (typeof value !== 'string') return value;
  const half = value.slice(0, (value.length - 1) / 2);
  return value === `${half}, ${half}` || value === `${half},${half}` ? half : value;
}

/** Whether a header was sent twice, and joined. */
export function isTwice(value: string): boolean {
  return halve(value) !== value;
}

function inflate(message: string | Buffer): Partial<Signed>[] {
  try {
    return [{ message: unzipSync(message, { maxOutputLength: MAX_BODY }) }];
  } catch {
    return []; // not compressed, or too large
  }
}
