import { createHmac } from 'node:crypto';
import type { Received } from './server.js';

// What a receiver does, written against the protocol and without this package: the tests must not trust the code they test.

export const SECRET = 'secret-one';

/** What the receiver establishes: the ids in the payload, or that there is no viewer. */
export type Established = Record<string, number> | 'no viewer';

/** The viewer of a received request. Throws for anything unverified. */
export function establishViewer(request: Pick<Received, 'headers'>, secret = SECRET): Established {
  const { 'x-viewer-context': context, 'x-viewer-context-signature': signature } = request.headers;
  if (context === undefined && signature === undefined) return 'no viewer';
  if (typeof context !== 'string' || typeof signature !== 'string') throw new Error('half a pair');
  // Verifiers decode the header as Latin-1, encode it as UTF-8 and hash that.
  const expected = createHmac('sha256', secret).update(Buffer.from(context, 'utf8')).digest('hex');
  if (expected !== signature) throw new Error('bad signature');
  if (!/^\{("organization_id":\d+)?,?("user_id":\d+)?\}$/.test(context)) throw new Error('unexpected payload');
  return JSON.parse(context) as Record<string, number>;
}

/** Whether the body is signed, and rightly. */
export function isBodySigned(request: Received, secret = SECRET): boolean {
  const expected = createHmac('sha256', secret).update(request.body).digest('hex');
  return request.headers.authorization === `Rpcsignature rpc0:${expected}`;
}
