import { createHmac } from 'node:crypto';
import { FORMAT } from './format.js';
import type { Received } from './server.js';
import { keyIdOf } from './tokens.js';

// What a receiver does, written from the protocol and without this package, because the tests must not trust the code
// that they test.

export const SECRET = 'secret-one';

/** What the receiver reads: the ids in the payload, or that there is no viewer. */
export type Established = Record<string, number> | 'no viewer';

/** The viewer of a received request, which must have the format under test. Throws for anything unverified. */
export function establishViewer(request: Pick<Received, 'headers'>, secret = SECRET, format = FORMAT): Established {
  const { 'x-viewer-context': context, 'x-viewer-context-signature': signature } = request.headers;
  if (context === undefined && signature === undefined) return 'no viewer';
  if (typeof context !== 'string') throw new Error('half a pair');
  if (format === 'jwt') {
    if (signature !== undefined) throw new Error('a signature beside a token');
    return readToken(context, secret);
  }
  if (typeof signature !== 'string') throw new Error('half a pair');
  // Verifiers decode the header as Latin-1, encode it as UTF-8 and hash that.
  const expected = createHmac('sha256', secret).update(Buffer.from(context, 'utf8')).digest('hex');
  if (expected !== signature) throw new Error('bad signature');
  if (!/^\{("organization_id":\d+)?,?("user_id":\d+)?\}$/.test(context)) throw new Error('unexpected payload');
  return JSON.parse(context) as Record<string, number>;
}

function readToken(token: string, secret: string): Established {
  const [header = '', claims = '', signature = ''] = token.split('.');
  const expected = createHmac('sha256', secret).update(`${header}.${claims}`).digest('base64url');
  if (expected !== signature) throw new Error('bad signature');
  const text = (part: string): string => Buffer.from(part, 'base64url').toString();
  if (text(header) !== `{"alg":"HS256","kid":"${keyIdOf(secret)}","typ":"JWT"}`) throw new Error('unexpected header');
  const form =
    /^\{"actor_type":"[a-z]+",(?:"organization_id":\d+,)?(?:"user_id":\d+,)?"iat":(\d+),"exp":(\d+),"iss":"sentry"\}$/;
  const [, iat, exp] = form.exec(text(claims)) ?? [];
  const age = Date.now() / 1000 - Number(iat);
  if (Number(exp) - Number(iat) !== 900 || age < 0 || age > 900) throw new Error('unexpected payload');
  const ids = Object.entries(JSON.parse(text(claims)) as object).filter(([name]) =>
    /^(organization|user)_id$/.test(name),
  );
  return Object.fromEntries(ids);
}

/** Whether the body is correctly signed. */
export function isBodySigned(request: Received, secret = SECRET): boolean {
  const expected = createHmac('sha256', secret).update(request.body).digest('hex');
  return request.headers.authorization === `Rpcsignature rpc0:${expected}`;
}
