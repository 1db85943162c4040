import type { Viewer, ViewerContextFormat } from 'axios-viewer-context';
import { FIELD_NAMES } from '../../src/protocol/viewer-context.js';
import { claimsNow, headerOf, tokenOf } from './tokens.js';

/** The format under test: the tests of the rules run once with pairs, and once with tokens (jest.config.ts). */
export const FORMAT = Reflect.get(globalThis, 'VIEWER_CONTEXT_FORMAT') as ViewerContextFormat;

/** The headers that carry a viewer in some format. Only values from this package may arrive in them. */
export const ALL_HEADERS: readonly string[] = ['X-Viewer-Context', 'X-Viewer-Context-Signature'];

/** The viewer headers that are signed in a format. A token needs no separate signature. */
export const headersOf = (format: ViewerContextFormat): readonly string[] =>
  ALL_HEADERS.slice(0, format === 'jwt' ? 1 : 2);

/** The viewer headers that are signed in the format under test. */
export const VIEWER_HEADERS = headersOf(FORMAT);

/** A normalized viewer, which has each field that the format carries. */
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
 * Viewer headers captured from another viewer's request (user 2 of organization 1). The headers of the format under
 * test are valid wherever they arrive. With a token, there is also a pair's signature, which must not arrive at all.
 */
export const STOLEN = FORMAT === 'jwt' ? { ...PAIR, 'X-Viewer-Context': TOKEN } : PAIR;
