import { ViewerContextError } from './errors.js';
import type { Settings } from './options.js';

/** Makes the function that is called when there is something to sign and no secret. It throws, or warns the first time. */
export function missingSecretReporter({ logger, onMissingSecret, signsBody }: Settings): () => void {
  let reported = false;
  return () => {
    const unsigned = signsBody ? 'neither viewer nor body can be signed' : 'no viewer can be signed';
    const where = signsBody ? 'SEER_API_SHARED_SECRET or the option secret' : 'the option secret';
    const message = `No shared secret is configured, so ${unsigned}: set ${where}`;
    if (onMissingSecret === 'throw') throw new ViewerContextError('ERR_MISSING_SECRET', `${message}.`);
    if (reported) return;
    reported = true;
    // A missing secret never takes a request down, and neither does the log, at once or later.
    new Promise((resolve) => {
      resolve(logger.warn(`axios-viewer-context: ${message}. Until then, requests of this client go out unsigned.`));
    }).catch(() => undefined);
  };
}
