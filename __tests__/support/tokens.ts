import { createHash, createHmac } from 'node:crypto';

// Tokens made with Node alone: valid tokens, and any kind of invalid token.

export const TOKEN_SECRET = 'test-seer-api-shared-secret-thirty-two-bytes!';

export const base64url = (text: string | Uint8Array): string => Buffer.from(text).toString('base64url');

export const keyIdOf = (secret: string): string => createHash('sha256').update(secret).digest('hex').slice(0, 8);

/** The header that senders write. */
export const headerOf = (secret = TOKEN_SECRET): Record<string, unknown> => ({
  alg: 'HS256',
  kid: keyIdOf(secret),
  typ: 'JWT',
});

/** The claims of user 2 of organization 1, issued now. */
export function claimsNow(): Record<string, unknown> {
  const iat = Math.floor(Date.now() / 1000);
  return { actor_type: 'user', organization_id: 1, user_id: 2, iat, exp: iat + 900, iss: 'sentry' };
}

/** Signs two parts, whatever they say. */
export function signParts(header: string, claims: string, secret = TOKEN_SECRET, hash = 'sha256'): string {
  const signed = `${header}.${claims}`;
  return `${signed}.${createHmac(hash, secret).update(signed).digest('base64url')}`;
}

/** A correctly signed token. A part that is a string is used as it is, and an object as its JSON. */
export function tokenOf(claims: object | string, header: object | string = headerOf(), secret = TOKEN_SECRET): string {
  const toText = (part: object | string): string => (typeof part === 'string' ? part : JSON.stringify(part));
  return signParts(base64url(toText(header)), base64url(toText(claims)), secret);
}

/** The parts of a token, decoded and not verified. */
export function decoded(token: string): { header: Record<string, unknown>; claims: Record<string, unknown> } {
  const [header, claims] = token
    .split('.')
    .slice(0, 2)
    .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>);
  return { header: header!, claims: claims! };
}
