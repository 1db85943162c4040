import type { IncomingMessage } from 'node:http';
import getRawBody from 'raw-body';
import { MAX_BODY } from './verified-request.js';

/** The raw bytes of a body. Rejects with 413 if the body is too large, and with 400 if the upload is aborted. */
export async function readRawBytes(request: IncomingMessage): Promise<Buffer> {
  try {
    return await getRawBody(request, { limit: MAX_BODY, length: request.headers['content-length'] ?? null });
  } catch (error) {
    request.resume(); // lets the sender finish, so that it can read the response
    throw error;
  }
}
