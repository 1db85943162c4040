import type { RequestConfig } from './axios-types.js';

interface Abortable {
  signal?: Pick<AbortSignal, 'aborted' | 'addEventListener' | 'removeEventListener'>;
  cancelToken?: { subscribe(listener: () => void): void; unsubscribe(listener: () => void): void };
}

/**
 * Waits for the application, unless the request is aborted meanwhile: then it rejects at once, and axios reports the
 * cancellation when it is about to send the request (all versions).
 */
export async function unlessAborted(pending: unknown, config: RequestConfig): Promise<unknown> {
  const { signal, cancelToken } = config as Abortable;
  if (!signal && !cancelToken) return pending;
  let abort!: () => void;
  const aborted = new Promise<never>((_resolve, reject) => {
    abort = reject.bind(undefined, new Error('The request was aborted.'));
  });
  if (signal?.aborted) abort();
  signal?.addEventListener('abort', abort);
  cancelToken?.subscribe(abort); // calls it at once if the token is already cancelled
  try {
    return await Promise.race([pending, aborted]);
  } finally {
    signal?.removeEventListener('abort', abort);
    cancelToken?.unsubscribe(abort);
  }
}
