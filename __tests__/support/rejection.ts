import type { AxiosError } from 'axios';
import { isViewerContextError, type ViewerContextError, type ViewerContextErrorCode } from 'axios-viewer-context';

/** Expects a request to be refused with this code, and returns the error for a closer look. */
export async function refusal(request: Promise<unknown>, code: ViewerContextErrorCode): Promise<ViewerContextError> {
  const error: unknown = await rejected(request);
  if (!isViewerContextError(error)) throw new Error(`Expected ${code}, got: ${String(error)}`, { cause: error });
  expect(error.code).toBe(code);
  return error;
}

/** What a request was rejected with. Fails if it was not. */
export function rejected(request: Promise<unknown>): Promise<AxiosError> {
  return request.then(
    () => Promise.reject(new Error('The request was not rejected.')),
    (error: unknown) => error as AxiosError,
  );
}
