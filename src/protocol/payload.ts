import { ViewerContextError } from '../errors.js';
import { ownValue } from './own-value.js';
import {
  AN_ID,
  createViewer,
  FIELD_NAMES,
  FIELDS,
  isId,
  toActorType,
  type Viewer,
  type ViewerField,
} from './viewer-context.js';

/** The header that carries the payload of a pair, or a token. */
export const VIEWER_CONTEXT_HEADER = 'X-Viewer-Context';

const ID_FIELDS = FIELD_NAMES.filter((field) => FIELDS[field].holds === 'id');

/**
 * The ids as members of a JSON object. They are concatenated rather than stringified, so that a polluted `toJSON`
 * cannot replace them. They are ASCII by construction.
 */
export function writeIds(viewer: Viewer): string {
  const present = ID_FIELDS.filter((field) => ownValue(viewer, field) !== undefined);
  return present.map((field) => `"${FIELDS[field].wireName}":${String(viewer[field])}`).join(',');
}

/**
 * The object in a payload whose signature has been verified, with own properties only. Throws `ERR_INVALID_PAYLOAD`.
 */
export function parsePayload(text: string): Readonly<Record<string, unknown>> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    // The parser's message would quote the payload.
  }
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return { __proto__: null, ...parsed };
  throw invalidPayload('it must be a JSON object');
}

/** Reads the viewer from a verified payload; `null` if it has no id. Throws `ERR_INVALID_PAYLOAD`. */
export function readViewer(payload: Readonly<Record<string, unknown>>, fields: readonly ViewerField[]): Viewer | null {
  const viewer = createViewer(fields, (field) => {
    const { wireName, holds } = FIELDS[field];
    const value = payload[wireName] ?? undefined;
    if (holds === 'actor type') return toActorType(value) ?? 'unknown';
    if (value === undefined || isId(value)) return value;
    throw invalidPayload(`its ${wireName} must be ${AN_ID}`);
  });
  return viewer ?? null;
}

/** For a payload with a valid signature that is not a viewer. */
export function invalidPayload(problem: string): ViewerContextError {
  return new ViewerContextError(
    'ERR_INVALID_PAYLOAD',
    `The viewer context is signed, but ${problem}. Change the sender: docs/protocol.md specifies what to sign.`,
  );
}
