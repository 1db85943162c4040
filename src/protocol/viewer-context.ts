import { isViewerContextError, ViewerContextError } from '../errors.js';
import { isObjectPrototype } from '../properties.js';

/**
 * The id of an organization or a user: an integer from 1 to 2^53 − 1, as a number, a bigint or a canonical decimal
 * string (`'42'`; not `'042'`, `'4.2e1'` or `' 42'`). Sentry's JSON APIs print ids as strings.
 */
export type ViewerId = number | bigint | string;

/** On whose behalf a request is made. Absent and `null` ids mean the same; without any id it is nobody. */
export interface ViewerContext {
  /** The organization on whose behalf it is, sent as `organization_id`. */
  readonly organizationId?: ViewerId | null | undefined;
  /** The user on whose behalf it is, sent as `user_id`. */
  readonly userId?: ViewerId | null | undefined;
}

/**
 * A viewer in normal form, as found on a sent request's config and as returned by the verifier: ids are numbers, at least
 * one is there. It inherits nothing, so that an absent id is `undefined` whatever Object.prototype holds.
 */
export interface Viewer {
  /** From 1 to 2^53 − 1. */
  readonly organizationId?: number;
  /** From 1 to 2^53 − 1. */
  readonly userId?: number;
}

const CANONICAL_DECIMAL = /^[1-9]\d{0,15}$/;

/**
 * Validates a context and brings it to normal form; `null` for nobody.
 *
 * `where` names the input in messages. Throws `ERR_INVALID_VIEWER_CONTEXT`.
 */
export function normalizeViewerContext(context: unknown, where = 'viewerContext'): Viewer | null {
  if (context === undefined || context === null) return null;
  try {
    return readContext(context, where);
  } catch (cause) {
    if (isViewerContextError(cause)) throw cause;
    throw new ViewerContextError('ERR_INVALID_VIEWER_CONTEXT', `${where} cannot be read; the reason is the cause.`, {
      cause,
    });
  }
}

function readContext(context: unknown, where: string): Viewer | null {
  if (!isPlainObject(context)) {
    throw invalid(where, 'is not a plain object; write { organizationId, userId }, or null for nobody');
  }
  // Own keys only, whatever Object.prototype has been made to hold.
  const viewer = new EmptyViewer();
  for (const key of Object.getOwnPropertyNames(context)) {
    if (key !== 'organizationId' && key !== 'userId') throw unknownKey(where, key);
    const id = (context as ViewerContext)[key];
    if (id !== undefined && id !== null) viewer[key] = normalizeId(id, where, key);
  }
  if (Object.getOwnPropertySymbols(context).length > 0) throw unknownKey(where, '');
  return orNobody(viewer);
}

/** The JSON that is signed and sent. Concatenated from digits: no `toJSON` can replace it, and it is ASCII by construction. */
export function serializeViewer({ organizationId, userId }: Viewer): string {
  if (userId === undefined) return `{"organization_id":${String(organizationId)}}`;
  if (organizationId === undefined) return `{"user_id":${String(userId)}}`;
  return `{"organization_id":${String(organizationId)},"user_id":${String(userId)}}`;
}

/**
 * Reads a payload whose signature has been verified; `null` for nobody.
 *
 * Keys this library does not know are ignored (upstream sends more), `null` ids are absent. Throws `ERR_INVALID_PAYLOAD`.
 */
export function parseViewer(payload: string): Viewer | null {
  const viewer = new EmptyViewer();
  const seen = new Set<string>();
  for (const [key, value] of topLevelEntries(payload)) {
    if (key !== 'organization_id' && key !== 'user_id') continue;
    if (seen.has(key)) throw new ViewerContextError('ERR_INVALID_PAYLOAD', `The viewer context names ${key} twice.`);
    seen.add(key);
    if (value === 'null') continue;
    if (!CANONICAL_DECIMAL.test(value) || !Number.isSafeInteger(Number(value))) {
      throw new ViewerContextError(
        'ERR_INVALID_PAYLOAD',
        `The viewer context's ${key} is not a JSON integer from 1 to 2^53 - 1.`,
      );
    }
    viewer[key === 'organization_id' ? 'organizationId' : 'userId'] = Number(value);
  }
  return orNobody(viewer);
}

type Writable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

/**
 * Its instances inherit nothing: an absent id must not be found on a polluted Object.prototype. (Nor on a prototype of
 * theirs, which is empty and frozen. With none at all they would be much slower: V8 keeps them as dictionaries.)
 */
const EmptyViewer = function () {
  // nothing of its own either
} as unknown as new () => Writable<Viewer>;
EmptyViewer.prototype = Object.freeze(Object.create(null) as object);

function orNobody(viewer: Viewer): Viewer | null {
  return viewer.organizationId === undefined && viewer.userId === undefined ? null : viewer;
}

function normalizeId(id: unknown, where: string, key: string): number {
  const number = typeof id === 'bigint' || (typeof id === 'string' && CANONICAL_DECIMAL.test(id)) ? Number(id) : id;
  // A bigint or a string beyond 2^53 - 1 becomes an unsafe number; one that would have to be rounded never passes.
  if (typeof number === 'number' && Number.isSafeInteger(number) && number >= 1) return number;
  throw invalid(`${where}.${key}`, 'is not an integer from 1 to 2^53 - 1, as a number, a bigint or a decimal string');
}

/** Plain: made by `{}` or `Object.create(null)`, in any realm (tests run in one of their own), or a viewer of any build. */
function isPlainObject(value: unknown): value is object {
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype === null || prototype === EmptyViewer.prototype) return true;
  return isObjectPrototype(prototype) || inheritsNothing(prototype);
}

function inheritsNothing(prototype: object): boolean {
  return Object.getPrototypeOf(prototype) === null && Reflect.ownKeys(prototype).length === 0;
}

function unknownKey(where: string, key: string): ViewerContextError {
  return invalid(where, `has a key other than organizationId and userId${hint(key)}`);
}

function hint(key: string): string {
  if (key === 'organization_id') return ': write organizationId for organization_id';
  if (key === 'user_id') return ': write userId for user_id';
  // Shown if it is a name; a value that became a key by mistake is not.
  return /^[a-z_]{1,40}$/i.test(key) ? `: ${key}` : '';
}

function invalid(where: string, problem: string): ViewerContextError {
  return new ViewerContextError('ERR_INVALID_VIEWER_CONTEXT', `${where} ${problem}.`);
}

const JSON_TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|[^\s"{}[\],:]+/g;

/**
 * The keys of a JSON object with the first token of each value, as written. `JSON.parse` alone would take the last of a
 * repeated key, and `1.0` or an unsafe integer for an integer.
 */
function* topLevelEntries(json: string): Generator<[key: string, value: string]> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    // Its message would quote the payload.
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new ViewerContextError('ERR_INVALID_PAYLOAD', 'The viewer context is signed, but is not a JSON object.');
  }
  let depth = 0;
  let previous = '';
  let key: string | undefined;
  for (const [token] of json.matchAll(JSON_TOKEN)) {
    if (key !== undefined) yield [key, token];
    key = token === ':' && depth === 1 ? (JSON.parse(previous) as string) : undefined;
    if (token === '{' || token === '[') depth += 1;
    if (token === '}' || token === ']') depth -= 1;
    previous = token;
  }
}
