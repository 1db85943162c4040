import { startServer, type TestServer } from '../../__tests__/support/server.js';
import { NOTES } from './notes.js';
import { receive } from './receive.js';
import type { Tally } from './tally.js';

const SIGNATURE = /x[-_]viewer[-_]context|rpcsignature/i;

/** A server that receives each request, and fails or redirects those that ask for it. */
export async function startReceiver(foreignOrigin: string, tally: Tally): Promise<TestServer> {
  const server = await startServer(({ headers, url }, response) => {
    server.forget(); // the array of received requests would grow
    receive(headers, tally);
    if (headers[NOTES.fail] === 'yes') response.writeHead(503).end();
    else if (url === '/redirect') response.writeHead(302, { location: foreignOrigin }).end();
    else response.end();
  });
  return server;
}

/** The server that requests are redirected to. No viewer may reach it. */
export async function startForeignServer(tally: Tally): Promise<TestServer> {
  const server = await startServer(({ rawHeaders }, response) => {
    server.forget();
    if (SIGNATURE.test(rawHeaders.join())) tally.reportFault('a signature arrived at a foreign server');
    response.end();
  });
  return server;
}
