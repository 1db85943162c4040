import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  isViewerContextError,
  keyId,
  signBody,
  signViewerContext,
  verifyBody,
  verifyViewerContext,
  type SharedSecret,
  type Viewer,
  type ViewerContext,
  type ViewerContextFormat,
} from 'axios-viewer-context/protocol';
import { FIELD_NAMES, FIELDS } from '../../src/protocol/viewer-context.js';

// The cases of docs/protocol-vectors.json, which docs/protocol.md describes.

export const VECTORS_FILE = join(__dirname, '../../docs/protocol-vectors.json');

type Bytes = { readonly base64: string };

interface Case {
  readonly name: string;
  readonly now?: number;
  readonly body?: string;
  readonly body_base64?: string;
  readonly not_expressible_in?: readonly string[];
}

/** What this package returns is compared with these. */
export interface KeyIdCase extends Case {
  readonly secret: string | Bytes;
  readonly key_id: string;
}

export interface SigningCase extends Case {
  readonly secret: string | Bytes;
  readonly viewer?: unknown;
  readonly format?: ViewerContextFormat;
  readonly headers?: readonly (readonly [string, string])[];
  readonly code?: string;
}

export interface VerifyingCase extends Case {
  readonly secrets: readonly (string | Bytes)[];
  readonly formats?: readonly ViewerContextFormat[];
  readonly headers: readonly (readonly [string, string])[];
  /** With the names on the wire; `null` if a context without ids was signed. */
  readonly viewer?: object | null;
  readonly code?: string;
  readonly pyjwt?: 'accepts' | 'refuses';
}

export type VectorCase = KeyIdCase | SigningCase | VerifyingCase;

interface Vectors {
  readonly pyjwt: string;
  readonly groups: readonly { readonly name: string; readonly cases: readonly VectorCase[] }[];
}

export const VECTORS = JSON.parse(readFileSync(VECTORS_FILE, 'utf8')) as Vectors;

export const isVerifyingCase = (vector: VectorCase): vector is VerifyingCase => 'secrets' in vector;

/** What the case says. */
export function expectedOf(vector: VectorCase): unknown {
  if ('key_id' in vector) return vector.key_id;
  return vector.code ?? (isVerifyingCase(vector) ? vector.viewer : vector.headers);
}

/** What this package says: a key id, signed headers, a viewer with the names on the wire, `null`, or a code. */
export function outcomeOf(vector: VectorCase): unknown {
  const clock = jest.spyOn(Date, 'now');
  if (vector.now !== undefined) clock.mockReturnValue(Math.round(vector.now * 1000));
  try {
    if ('key_id' in vector) return keyId(toSecret(vector.secret));
    return isVerifyingCase(vector) ? verify(vector) : sign(vector);
  } catch (error) {
    if (isViewerContextError(error)) return error.code;
    throw error;
  } finally {
    clock.mockRestore();
  }
}

function sign(vector: SigningCase): unknown {
  const secret = toSecret(vector.secret);
  const body = bodyOf(vector);
  if (body !== undefined) return [['Authorization', signBody(body, secret)]];
  const context = toContext(vector.viewer) as ViewerContext | null;
  return Object.entries(signViewerContext(context, secret, { format: vector.format }));
}

function verify(vector: VerifyingCase): unknown {
  const { headers, formats } = vector;
  const secrets = vector.secrets.map(toSecret);
  const body = bodyOf(vector);
  if (body !== undefined) {
    const values = headers.filter(([name]) => name.toLowerCase() === 'authorization').map(([, value]) => value);
    verifyBody(body, values as unknown as string, { secrets }); // an array, as in Node's headersDistinct
  }
  return withWireNames(verifyViewerContext(headers, { secrets, formats }));
}

/** A viewer with the names on the wire. */
export function withWireNames(viewer: Viewer | null): unknown {
  if (viewer === null) return null;
  const entries = FIELD_NAMES.map((field) => [FIELDS[field].wireName, viewer[field]] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

function toContext(viewer: unknown): unknown {
  if (typeof viewer !== 'object' || viewer === null || Array.isArray(viewer)) return viewer;
  const fieldOf = (key: string): string => FIELD_NAMES.find((field) => FIELDS[field].wireName === key) ?? key;
  return Object.fromEntries(Object.entries(viewer).map(([key, value]) => [fieldOf(key), value as unknown]));
}

function toSecret(secret: string | Bytes): SharedSecret {
  return typeof secret === 'string' ? secret : Buffer.from(secret.base64, 'base64');
}

function bodyOf({ body, body_base64: base64 }: Case): string | Buffer | undefined {
  return base64 === undefined ? body : Buffer.from(base64, 'base64');
}
