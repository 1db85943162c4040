import { ViewerContextError } from '../errors.js';

/**
 * The id of an organization or a user: an integer from 1 to 2^53 − 1, as a number, a bigint or a canonical decimal string
 * (`'42'`; not `'042'`, `'4.2e1'` or `' 42'`). Sentry's JSON APIs print ids as strings.
 */
export type ViewerId = number | bigint | string;

/** The organization and the user that a request is made for. An id that is `null` or `undefined` is absent. */
export interface ViewerContext {
  /** Sent as `organization_id`. */
  readonly organizationId?: ViewerId | null | undefined;
  /** Sent as `user_id`. */
  readonly userId?: ViewerId | null | undefined;
}

/**
 * A viewer in normal form: frozen, with numbers as ids, at least one of them. The config of a sent request holds one, and
 * the verifier returns one. An absent id is `undefined`.
 */
export interface Viewer {
  /** From 1 to 2^53 − 1. */
  readonly organizationId?: number | undefined;
  /** From 1 to 2^53 − 1. */
  readonly userId?: number | undefined;
}

/** Carries the viewer. */
export const VIEWER_CONTEXT_HEADER = 'X-Viewer-Context';

const KEYS = ['organizationId', 'userId'];
const CANONICAL_DECIMAL = /^[1-9]\d{0,15}$/;

/**
 * Checks a viewer context and returns it in normal form, or `null` if it holds no id. `name` says in errors what it is.
 *
 * Throws `ERR_INVALID_VIEWER_CONTEXT`.
 */
export function normalizeViewerContext(context: unknown, name = 'viewerContext'): Viewer | null {
  if (context === undefined || context === null) return null;
  if (!isPlainObject(context)) {
    throw invalid(name, 'is not a plain object. Write { organizationId, userId }, or null for no viewer');
  }
  const isKnown = Object.keys(context).every((key) => KEYS.includes(key));
  if (!isKnown) throw invalid(name, `has a key other than ${KEYS.join(' and ')}`);
  return toViewer(readId(context, 'organizationId', name), readId(context, 'userId', name));
}

/** A viewer from checked ids; `null` without any. */
export function toViewer(organizationId: number | undefined, userId: number | undefined): Viewer | null {
  if (organizationId === undefined && userId === undefined) return null;
  // Both ids are own properties, so that a polluted Object.prototype cannot supply an absent one.
  return Object.freeze({ organizationId, userId });
}

/** Whether a value is an id as viewers hold it: a number, an integer from 1 to 2^53 − 1. */
export function isId(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}

function readId(context: ViewerContext, key: keyof ViewerContext, name: string): number | undefined {
  const given = Object.hasOwn(context, key) ? context[key] : undefined;
  if (given === undefined || given === null) return undefined;
  const isText = typeof given === 'string' && CANONICAL_DECIMAL.test(given);
  const id = typeof given === 'bigint' || isText ? Number(given) : given;
  if (isId(id)) return id;
  throw invalid(
    `${name}.${key}`,
    'is not an integer from 1 to 2^53 - 1, written as a number, a bigint or a decimal string',
  );
}

/** Made by `{}` or `Object.create(null)`, in any realm: jest runs tests in a realm of their own. */
function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function invalid(name: string, problem: string): ViewerContextError {
  return new ViewerContextError('ERR_INVALID_VIEWER_CONTEXT', `${name} ${problem}.`);
}
