import type { ViewerContextErrorCode } from 'axios-viewer-context';

/** For `toThrow`: an error with this code, whose message contains the text. */
export function coded(code: ViewerContextErrorCode, message = ''): Error {
  return expect.objectContaining({ code, message: expect.stringContaining(message) as string }) as Error;
}
