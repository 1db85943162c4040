import type { RequestConfig } from './axios-types.js';
import { ownValue } from './protocol/own-value.js';

interface Abortable {
  signal?: Pick<AbortSignal, 'aborted' | 'addEventListener' | 'removeEventListener'>;
  cancelToken?: { subscribe(listener: () => void): void; unsubscribe(listener: () => void): void };
}

/**
 * Waits for a value that the application supplies. Rejects immediately if the request is aborted; axios then reports
 * the cancellation when it is about to send the request (all versions).
 */
export async function unlessAborted(pending: unknown, config: RequestConfig): Promise<unknown> {
  // Own properties only: a value inherited from a polluted Object.prototype would throw below, and leave `pending`
  // unhandled.
  const signal = ownValue(config, 'signal') as Abortable['signal'];
  const cancelToken = ownValue(config, 'cancelToken') as Abortable['cancelToken'];
  if (!signal && !cancelToken) return pending;
  let abort!: () => void;
  const aborted = new Promise<never>((_resolve, reject) => {
    abort = () => {
      reject(new Error('The request was aborted.'));
    };
  });
  if (signal?.aborted) abort();
  signal?.addEventListener('abort', abort);
  cancelToken?.subscribe(abort); // calls it immediately if the token is already canceled
  try {
    return await Promise.race([pending, aborted]);
  } finally {
    signal?.removeEventListener('abort', abort);
    cancelToken?.unsubscribe(abort);
  }
}
