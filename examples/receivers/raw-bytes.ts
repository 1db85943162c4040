import type { IncomingMessage } from 'node:http';
import getRawBody from 'raw-body';
import { MAX_BODY } from './verified-request.js';

/** The bytes of a body as they were sent. Rejects with 413 for too many, and with 400 if the upload is aborted. */
export async function readRawBytes(request: IncomingMessage): Promise<Buffer> {
  try {
    return await getRawBody(request, { limit: MAX_BODY, length: request.headers['content-length'] ?? null });
  } catch (error) {
    request.resume(); // lets the sender finish, and so read the answer
    throw error;
  }
}
