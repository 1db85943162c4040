import { ViewerContextError } from '../errors.js';
import { ownValue } from './own-value.js';

/**
 * The id of an organization, a user or a project: an integer from 1 to 2^53 − 1, as a number, a bigint or a canonical
 * decimal string (`'42'`; not `'042'`, `'4.2e1'` or `' 42'`). Sentry's JSON APIs return ids as strings.
 */
export type ViewerId = number | bigint | string;

/** The kind of actor that makes a request. A verifier reads any other value as `'unknown'`. */
export type ActorType = 'user' | 'system' | 'integration' | 'agent' | 'unknown';

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
   * @defaultValue `'unknown'` in the token, because the actor is never guessed
   */
  readonly actorType?: ActorType | null | undefined;
}

/**
 * A normalized viewer: frozen, with numeric ids, and at least one of them. Absent fields are `undefined`. The config of
 * a sent request contains its viewer in this form, and the verifier returns viewers in this form.
 */
export interface Viewer {
  /** From 1 to 2^53 − 1. */
  readonly organizationId?: number | undefined;
  /** From 1 to 2^53 − 1. */
  readonly userId?: number | undefined;
  /** From 1 to 2^53 − 1. Only with `format: 'jwt'`. */
  readonly projectId?: number | undefined;
  /** Only with `format: 'jwt'`. Always set in a viewer from a verified token. */
  readonly actorType?: ActorType | undefined;
}

/** A field of a viewer. Each format defines which fields it carries. */
export type ViewerField = keyof Viewer & keyof ViewerContext;

interface FieldRule {
  /** What the field is called on the wire. */
  readonly wireName: string;
  readonly holds: 'id' | 'actor type';
}

/** Every field. The ids are signed in this order. */
export const FIELDS: Readonly<Record<ViewerField, FieldRule>> = {
  organizationId: { wireName: 'organization_id', holds: 'id' },
  projectId: { wireName: 'project_id', holds: 'id' },
  userId: { wireName: 'user_id', holds: 'id' },
  actorType: { wireName: 'actor_type', holds: 'actor type' },
};

/** The name of every field. */
export const FIELD_NAMES = Object.keys(FIELDS) as readonly ViewerField[];

/** What an id must be, for error messages. */
export const AN_ID = 'an integer from 1 to 2^53 - 1';

const ACTOR_TYPES: readonly ActorType[] = ['user', 'system', 'integration', 'agent', 'unknown'];
const CANONICAL_DECIMAL = /^[1-9]\d{0,15}$/;

/**
 * Checks and normalizes a viewer context that a caller sets. Returns `null` for `null`, which means no viewer, and
 * `undefined` for `undefined` or a context without ids, which set no viewer. `fields` are the fields that the format
 * carries. `name` is what error messages call the context.
 *
 * Throws `ERR_INVALID_VIEWER_CONTEXT`.
 */
export function normalizeViewerContext(
  context: unknown,
  fields: readonly ViewerField[],
  name: string,
): Viewer | null | undefined {
  if (context === undefined || context === null) return context;
  if (!isPlainObject(context)) {
    throw invalid(name, 'must be a plain object. Write { organizationId, userId }, or null for no viewer');
  }
  for (const key of Object.keys(context)) {
    if (fields.includes(key as ViewerField)) continue;
    if (!Object.hasOwn(FIELDS, key)) throw invalid(name, `must have no keys other than ${fields.join(', ')}`);
    // The viewer of a client that sends tokens has all fields. Absent values are fine.
    if (context[key] !== undefined && context[key] !== null) throw invalid(`${name}.${key}`, "requires format: 'jwt'");
  }
  return createViewer(fields, (field) => {
    const given = ownValue(context, field) ?? undefined;
    if (given === undefined) return undefined;
    const isIdField = FIELDS[field].holds === 'id';
    const value = isIdField ? toId(given) : toActorType(given);
    if (value !== undefined) return value;
    const wanted = isIdField
      ? `${AN_ID}, written as a number, a bigint or a decimal string`
      : `one of ${ACTOR_TYPES.join(', ')}`;
    throw invalid(`${name}.${field}`, `must be ${wanted}`);
  });
}

/**
 * Makes a normalized viewer from the value of each field; `undefined` if no id has a value.
 *
 * Absent values are own properties too, so that they are not read from a polluted Object.prototype.
 */
export function createViewer(
  fields: readonly ViewerField[],
  valueOf: (field: ViewerField) => unknown,
): Viewer | undefined {
  const viewer: Partial<Record<ViewerField, unknown>> = {};
  for (const field of fields) viewer[field] = valueOf(field);
  const hasId = fields.some((field) => FIELDS[field].holds === 'id' && viewer[field] !== undefined);
  return hasId ? Object.freeze(viewer as Viewer) : undefined;
}

/** Whether a value is a number that is an integer from 1 to 2^53 − 1. */
export function isId(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}

/** The value, if it is an actor type. */
export function toActorType(value: unknown): ActorType | undefined {
  return ACTOR_TYPES.find((type) => type === value);
}

function toId(given: unknown): number | undefined {
  const isDecimal = typeof given === 'string' && CANONICAL_DECIMAL.test(given);
  const id = typeof given === 'bigint' || isDecimal ? Number(given) : given;
  return isId(id) ? id : undefined;
}

/**
 * Whether an object was made by `{}` or `Object.create(null)`, in any realm. (jest runs tests in a realm of their own.)
 * Do not pass `undefined` or `null`.
 */
function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function invalid(name: string, problem: string): ViewerContextError {
  return new ViewerContextError('ERR_INVALID_VIEWER_CONTEXT', `${name} ${problem}.`);
}
