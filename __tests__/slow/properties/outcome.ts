import { isViewerContextError } from 'axios-viewer-context/protocol';

/** What a call returns, or the code of its error. Anything else that it throws is a fault. */
export function outcomeOf(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    if (isViewerContextError(error)) return error.code;
    throw error;
  }
}
