import type { Viewer, ViewerContextFormat } from 'axios-viewer-context';
import { FIELD_NAMES } from '../../src/protocol/viewer-context.js';
import { claimsNow, headerOf, tokenOf } from './tokens.js';

/** The format under test: the tests of the rules run once with pairs, and once with tokens (jest.config.ts). */
export const FORMAT = Reflect.get(globalThis, 'VIEWER_CONTEXT_FORMAT') as ViewerContextFormat;

/** The headers that carry a viewer in some format. No other value than ours may arrive in them. */
export const ALL_HEADERS: readonly string[] = ['X-Viewer-Context', 'X-Viewer-Context-Signature'];

/** Those of them that are signed in a format: a token needs no signature beside it. */
export const headersOf = (format: ViewerContextFormat): readonly string[] =>
  ALL_HEADERS.slice(0, format === 'jwt' ? 1 : 2);

/** Those that are signed in the format under test. */
export const VIEWER_HEADERS = headersOf(FORMAT);

/** A viewer in normal form, which has each field that the format carries. */
export function normalForm(given: Viewer, format = FORMAT): Viewer {
  const fields = format === 'jwt' ? FIELD_NAMES : ['organizationId', 'userId'];
  return { ...Object.fromEntries(fields.map((field) => [field, undefined])), ...given };
}

const PAIR = {
  'X-Viewer-Context': '{"organization_id":1,"user_id":2}',
  'X-Viewer-Context-Signature': '0fcce1276b18b09692e8abe64f8111705d9d4ee5cc9aadeab6bbd6fb4dcc529e',
};
const TOKEN = tokenOf({ ...claimsNow(), actor_type: 'unknown' }, headerOf('secret-one'), 'secret-one');

/**
 * Viewer headers captured from another viewer's request (user 2 of organization 1). Those of the format under test are
 * valid wherever they arrive. Beside a token there is the signature of a pair, which must not arrive at all.
 */
export const STOLEN = FORMAT === 'jwt' ? { ...PAIR, 'X-Viewer-Context': TOKEN } : PAIR;
