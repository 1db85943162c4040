import { signToken, TOKEN_FIELDS, TOKEN_HEADERS } from './jwt.js';
import { PAIR_FIELDS, PAIR_HEADERS, signPair } from './pair.js';
import type { SecretKeyObject } from './shared-secret.js';
import type { Viewer, ViewerField } from './viewer-context.js';

/** What signing returns: header names and values. Later steps work with the names, and know nothing about formats. */
export type SignedHeaders = Readonly<Record<string, string>>;

/** `'pair'`: two headers, which never expire. `'jwt'`: one token, which expires 15 minutes after it is signed. */
export type ViewerContextFormat = 'pair' | 'jwt';

/** What a sender needs to know about a format. */
export interface Format {
  /** The viewer fields that the format carries. */
  readonly fields: readonly ViewerField[];
  /** The names of the headers that `sign` returns. */
  readonly headers: readonly string[];
  readonly sign: (viewer: Viewer, key: SecretKeyObject) => SignedHeaders;
}

/** The forms that a signed viewer can take on the wire. */
export const FORMATS: Readonly<Record<ViewerContextFormat, Format>> = {
  pair: { fields: PAIR_FIELDS, headers: PAIR_HEADERS, sign: signPair },
  jwt: { fields: TOKEN_FIELDS, headers: TOKEN_HEADERS, sign: signToken },
};

/** Every header that carries a viewer in some format. */
export const VIEWER_HEADERS: readonly string[] = [
  ...new Set(Object.values(FORMATS).flatMap((format) => format.headers)),
];

/** Whether a value is the name of a format. */
export function isFormatName(value: unknown): value is ViewerContextFormat {
  return typeof value === 'string' && Object.hasOwn(FORMATS, value);
}
