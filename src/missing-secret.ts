import type { WarningLogger } from './options.js';

/** For the warning, and for the error with `onMissingSecret: 'throw'`. */
export const MISSING_SECRET_MESSAGE =
  'No shared secret is configured. Set the secret option; createSeerClient also reads SEER_API_SHARED_SECRET.';

/** Warns once, and again whenever there was a secret and then no longer is. */
export interface MissingSecretWarning {
  warn(): void;
  /** There is a secret. If it is lost, warn again. */
  reset(): void;
}

/** Creates the warning of one client. */
export function createMissingSecretWarning(logger: WarningLogger): MissingSecretWarning {
  let hasWarned = false;
  return {
    warn() {
      if (!hasWarned) logger.warn(`axios-viewer-context: ${MISSING_SECRET_MESSAGE} Requests are unsigned.`);
      hasWarned = true;
    },
    reset() {
      hasWarned = false;
    },
  };
}
