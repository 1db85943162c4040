import { isFormatName, type ViewerContextFormat } from '../protocol/formats.js';
import { UsageError } from './usage-error.js';

/** The formats that a list names. Throws a `UsageError`. */
export function readFormats(list = 'pair,jwt'): ViewerContextFormat[] {
  const formats = list.split(',');
  if (formats.every(isFormatName)) return formats;
  throw new UsageError('--formats must be pair, jwt or pair,jwt.');
}
