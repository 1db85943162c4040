/** The receiving side. It verifies with `node:crypto` alone, so it does not share a mistake with the package. */
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';

/**
 * Starts a receiver, and a server with another origin to which it redirects requests for `/redirect…`.
 *
 * The receiver responds with 200 and what it has verified, or with 401. `/arrived` lists the requests that both have
 * received.
 */
export async function startReceiver(secret) {
  const arrived = [];

  const elsewhere = createServer((request, response) => {
    arrived.push(`elsewhere ${request.url}`);
    respond(response, 200, { headers: Object.keys(request.headers) });
  });
  const elsewhereUrl = await listen(elsewhere);

  const receiver = createServer(async (request, response) => {
    arrived.push(request.url);
    if (request.url === '/arrived') return respond(response, 200, arrived);
    try {
      const body = Buffer.concat(await request.toArray());
      const verified = { ...verifyViewer(request.headers, secret), body: verifyBody(request.headers, body, secret) };
      // Only a verified request is redirected, because a viewer that stays behind must have been there.
      if (!request.url.startsWith('/redirect')) return respond(response, 200, verified);
      response.writeHead(302, { location: elsewhereUrl + request.url }).end();
    } catch (error) {
      respond(response, 401, { refused: error.message });
    }
  });
  const url = await listen(receiver);

  const close = () => {
    for (const server of [receiver, elsewhere]) server.close().closeAllConnections();
  };
  return { url, close };
}

async function listen(server) {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `http://127.0.0.1:${server.address().port}`;
}

function respond(response, status, content) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(content));
}

function verifyViewer(headers, secret) {
  const context = headers['x-viewer-context'];
  const pairSignature = headers['x-viewer-context-signature'];
  if (context === undefined) throw new Error('no viewer');
  if (pairSignature !== undefined) {
    if (pairSignature !== hmac(secret, context, 'hex')) throw new Error('wrong signature of the pair');
    return { format: 'pair', viewer: readViewer(context) };
  }
  const [header, claims, tokenSignature] = context.split('.');
  if (tokenSignature !== hmac(secret, `${header}.${claims}`, 'base64url'))
    throw new Error('wrong signature of the token');
  return { format: 'jwt', viewer: readViewer(Buffer.from(claims, 'base64url').toString()) };
}

function readViewer(text) {
  const { organization_id: organizationId, user_id: userId } = JSON.parse(text);
  return { organizationId, userId };
}

function verifyBody({ authorization }, body, secret) {
  if (authorization === undefined) return 'unsigned';
  if (authorization !== `Rpcsignature rpc0:${hmac(secret, body, 'hex')}`)
    throw new Error('wrong signature of the body');
  return 'signed';
}

function hmac(secret, message, encoding) {
  return createHmac('sha256', secret).update(message).digest(encoding);
}
