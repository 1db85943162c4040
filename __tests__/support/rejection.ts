import { isViewerContextError, type ViewerContextErrorCode } from 'axios-viewer-context';

/** Expects a request to be refused with this code, and returns the error for a closer look. */
export async function refusal(request: Promise<unknown>, code: ViewerContextErrorCode): Promise<Error> {
  const outcome: unknown = await request.then(
    () => 'not refused',
    (error: unknown) => error,
  );
  if (!isViewerContextError(outcome)) throw new Error(`Expected ${code}, got: ${String(outcome)}`, { cause: outcome });
  expect(outcome.code).toBe(code);
  return outcome;
}
