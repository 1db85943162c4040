import { isViewerContextError } from '../errors.js';
import { AUTHORIZATION_HEADER, signBody } from '../protocol/body.js';
import { isFormatName } from '../protocol/formats.js';
import { signViewerContext } from '../protocol/sign-viewer-context.js';
import { FIELD_NAMES, FIELDS, type ViewerContext, type ViewerField } from '../protocol/viewer-context.js';
import type { Flag, Values } from './arguments.js';
import { readFile } from './files.js';
import { print } from './print.js';
import { UsageError } from './usage-error.js';

type ViewerFlag = Extract<Flag, 'organization' | 'project' | 'user' | 'actor-type'>;

/** The flag for each field of a viewer: `--organization` for `organizationId`, `--actor-type` for `actorType`. */
export const VIEWER_FLAGS = FIELD_NAMES.map(flagOf);

function flagOf(field: ViewerField): ViewerFlag {
  return FIELDS[field].wireName.replace(/_id$/, '').replaceAll('_', '-') as ViewerFlag;
}

/** `sign`: prints the signed headers of a request. */
export function sign(values: Values, secret: string): number {
  const headers = signViewer(values, secret);
  const { body } = values;
  if (body !== undefined) headers[AUTHORIZATION_HEADER] = signBody(readFile('body', body), secret);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  if (lines.length === 0) throw new UsageError('There is nothing to sign. Pass --organization, --user or --body.');
  return print(values.curl === undefined ? lines.join('\n') : lines.map((line) => `-H '${line}'`).join(' '));
}

function signViewer(values: Values, secret: string): Record<string, string> {
  const format = values.format ?? 'pair';
  if (!isFormatName(format)) throw new UsageError('--format must be pair or jwt.');
  const context: ViewerContext = Object.fromEntries(FIELD_NAMES.map((field) => [field, values[flagOf(field)]]));
  try {
    return signViewerContext(context, secret, { format });
  } catch (error) {
    if (isViewerContextError(error) && error.code === 'ERR_INVALID_VIEWER_CONTEXT') {
      throw new UsageError(inFlags(error.message));
    }
    throw error;
  }
}

/** An error message of the library, with the flags of the command line instead of the names in the API. */
function inFlags(message: string): string {
  const fields = new RegExp(`viewerContext\\.(${FIELD_NAMES.join('|')})`, 'g');
  return message
    .replace(fields, (_name, field: ViewerField) => `--${flagOf(field)}`)
    .replace("format: 'jwt'", '--format jwt')
    .replace(', written as a number, a bigint or a decimal string', '');
}
