import { isAxiosError, type AxiosInstance, type InternalAxiosRequestConfig } from 'axios';
import { isViewerContextError } from 'axios-viewer-context';

/** What happened to a request's viewer: only whether it was sent, never an id. */
export type Outcome = 'signed' | 'unsigned' | 'refused';

/**
 * Tells `count` the outcome of each request, and the error code if the request was refused before anything was sent.
 */
export function countRequests(client: AxiosInstance, count: (outcome: Outcome, code: string) => void): void {
  const countSent = ({ headers }: InternalAxiosRequestConfig): void => {
    count(headers.has('X-Viewer-Context') ? 'signed' : 'unsigned', '');
  };
  client.interceptors.response.use(
    (response) => {
      countSent(response.config);
      return response;
    },
    (error: unknown) => {
      if (isViewerContextError(error)) count('refused', error.code);
      else if (isAxiosError(error) && error.config) countSent(error.config); // a 401, a timeout
      throw error;
    },
  );
}
