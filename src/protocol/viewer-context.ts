import { ViewerContextError } from '../errors.js';

/**
 * The id of an organization or a user: an integer from 1 to 2^53 − 1, as a number, a bigint or a canonical decimal string
 * (`'42'`; not `'042'`, `'4.2e1'` or `' 42'`). Sentry's JSON APIs return ids as strings.
 */
export type ViewerId = number | bigint | string;

/** The kind of actor. */
export type ActorType = 'user' | 'system' | 'integration' | 'agent' | 'unknown';

const ACTOR_TYPES: readonly ActorType[] = ['user', 'system', 'integration', 'agent', 'unknown'];

/** The organization and the user that a request is made for. A field that is `null` or `undefined` is absent. */
export interface ViewerContext {
  /** Sent as `organization_id`. */
  readonly organizationId?: ViewerId | null | undefined;
  /** Sent as `user_id`. */
  readonly userId?: ViewerId | null | undefined;
  /** Sent as `project_id`. Only with `format: 'jwt'`. */
  readonly projectId?: ViewerId | null | undefined;
  /**
   * Sent as `actor_type`. Only with `format: 'jwt'`.
   *
   * @defaultValue `'unknown'` in the token: the actor is never guessed
   */
  readonly actorType?: ActorType | null | undefined;
}

/**
 * A viewer in normal form: frozen, with numbers as ids, and with at least one id. The config of a sent request holds
 * one, and the verifier returns one. Absent fields are `undefined`.
 */
export interface Viewer {
  /** From 1 to 2^53 − 1. */
  readonly organizationId?: number | undefined;
  /** From 1 to 2^53 − 1. */
  readonly userId?: number | undefined;
  /** From 1 to 2^53 − 1. Only with `format: 'jwt'`. */
  readonly projectId?: number | undefined;
  /** Only with `format: 'jwt'`. In a viewer from a verified token it is always set. */
  readonly actorType?: ActorType | undefined;
}

/** The header that carries the payload of a pair, or a token. */
export const VIEWER_CONTEXT_HEADER = 'X-Viewer-Context';

/** A field of a viewer. Each format defines which ones it carries. */
export type ViewerField = keyof Viewer;

const WIRE_NAMES: Readonly<Record<ViewerField, string>> = {
  organizationId: 'organization_id',
  userId: 'user_id',
  projectId: 'project_id',
  actorType: 'actor_type',
};
const SENTRY_ORDER = ['organizationId', 'projectId', 'userId'] as const;
const CANONICAL_DECIMAL = /^[1-9]\d{0,15}$/;
const AN_ID = 'an integer from 1 to 2^53 - 1';
const AN_ID_OF_A_CALLER = `${AN_ID}, written as a number, a bigint or a decimal string`;
const AN_ACTOR_TYPE = `one of ${ACTOR_TYPES.join(', ')}`;

/**
 * Checks a viewer context and returns it in normal form, or `null` if it holds no id. `fields` are those that the
 * format carries. `name` is what errors call the context.
 *
 * Throws `ERR_INVALID_VIEWER_CONTEXT`.
 */
export function normalizeViewerContext(context: unknown, fields: readonly ViewerField[], name: string): Viewer | null {
  if (context === undefined || context === null) return null;
  if (!isPlainObject(context)) {
    throw invalid(name, 'is not a plain object. Write { organizationId, userId }, or null for no viewer');
  }
  for (const key of Object.keys(context) as ViewerField[]) {
    if (fields.includes(key)) continue;
    if (!Object.hasOwn(WIRE_NAMES, key)) throw invalid(name, `has a key other than ${fields.join(', ')}`);
    // A viewer from a client that sends tokens has all fields. Absent values are fine.
    if ((context[key] ?? undefined) !== undefined) throw invalid(`${name}.${key}`, "needs format: 'jwt'");
  }
  return toViewer(fields, (key) => {
    const given = (Object.hasOwn(context, key) ? context[key] : undefined) ?? undefined;
    const value = key === 'actorType' ? toActorType(given) : toId(given);
    if (given === undefined || value !== undefined) return value;
    throw invalid(`${name}.${key}`, `is not ${key === 'actorType' ? AN_ACTOR_TYPE : AN_ID_OF_A_CALLER}`);
  });
}

/** The object in a payload whose signature has been verified, with own properties only. Throws `ERR_INVALID_PAYLOAD`. */
export function parsePayload(text: string): Readonly<Record<string, unknown>> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    // The parser's message would quote the payload.
  }
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return { __proto__: null, ...parsed };
  throw invalidPayload('is not a JSON object');
}

/** Reads the viewer from a verified payload; `null` if it has no id. Throws `ERR_INVALID_PAYLOAD`. */
export function readViewer(payload: Readonly<Record<string, unknown>>, fields: readonly ViewerField[]): Viewer | null {
  return toViewer(fields, (key) => {
    const value = payload[WIRE_NAMES[key]] ?? undefined;
    if (key === 'actorType') return toActorType(value) ?? 'unknown';
    if (value === undefined || isId(value)) return value;
    throw invalidPayload(`its ${WIRE_NAMES[key]} is not ${AN_ID}`);
  });
}

/**
 * The ids as members of a JSON object, in the order in which Sentry sends them. They are concatenated rather than
 * stringified: a polluted `toJSON` cannot replace them, and they are ASCII by construction.
 */
export function writeIds(viewer: Viewer): string {
  const ids = SENTRY_ORDER.filter((key) => Object.hasOwn(viewer, key) && viewer[key] !== undefined);
  return ids.map((key) => `"${WIRE_NAMES[key]}":${String(viewer[key])}`).join();
}

export function invalidPayload(problem: string): ViewerContextError {
  return new ViewerContextError('ERR_INVALID_PAYLOAD', `The viewer context is signed, but ${problem}.`);
}

/** Absent values are own properties too, so that a polluted Object.prototype cannot supply them. */
function toViewer(fields: readonly ViewerField[], read: (key: ViewerField) => unknown): Viewer | null {
  const viewer: Partial<Record<ViewerField, unknown>> = {};
  for (const key of fields) viewer[key] = read(key);
  const hasId = fields.some((key) => key !== 'actorType' && viewer[key] !== undefined);
  return hasId ? Object.freeze(viewer as Viewer) : null;
}

/** A number that is an integer from 1 to 2^53 − 1. */
function isId(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}

function toId(given: unknown): number | undefined {
  const isText = typeof given === 'string' && CANONICAL_DECIMAL.test(given);
  const id = typeof given === 'bigint' || isText ? Number(given) : given;
  return isId(id) ? id : undefined;
}

function toActorType(given: unknown): ActorType | undefined {
  return ACTOR_TYPES.find((type) => type === given);
}

/**
 * Whether an object was made by `{}` or `Object.create(null)`, in any realm: jest runs tests in a realm of their own.
 * Do not pass `undefined` or `null`.
 */
function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function invalid(name: string, problem: string): ViewerContextError {
  return new ViewerContextError('ERR_INVALID_VIEWER_CONTEXT', `${name} ${problem}.`);
}
