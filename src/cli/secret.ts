import { readFile } from './files.js';
import { UsageError } from './usage-error.js';

const MAX_SECRET = 10_000; // characters
const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }); // other bytes would become a different key

/** The secret in the file, or in the environment. Throws a `UsageError` if there is none. */
export function readSecret(file: string | undefined): string {
  const secret = file === undefined ? process.env['SEER_API_SHARED_SECRET'] : readSecretFile(file);
  if (secret === undefined || secret === '') {
    throw new UsageError('There is no secret. Set SEER_API_SHARED_SECRET, or pass --secret-file FILE.');
  }
  if (secret.length > MAX_SECRET) throw new UsageError(`The secret is longer than ${String(MAX_SECRET)} characters.`);
  return secret;
}

function readSecretFile(file: string): string {
  const bytes = readFile('secret-file', file);
  let text: string;
  try {
    text = UTF_8.decode(bytes);
  } catch {
    throw new UsageError('--secret-file: the file must be text in UTF-8.');
  }
  return text.replace(/\r?\n$/, ''); // editors add a line end
}
