import { isFormatName, type ViewerContextFormat } from '../protocol/formats.js';
import { UsageError } from './usage-error.js';

/** Reads the value of `--formats`. Throws a `UsageError`. */
export function readFormats(value = 'pair,jwt'): ViewerContextFormat[] {
  const formats = value.split(',');
  if (formats.every(isFormatName)) return formats;
  throw new UsageError('--formats must be pair, jwt or pair,jwt.');
}
