import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { keyId } from '../protocol/key-id.js';
import type { Values } from './arguments.js';
import { readFormats } from './formats.js';
import { print } from './print.js';
import { createStandIn } from './stand-in.js';
import { UsageError } from './usage-error.js';

/** `serve`: runs a stand-in for Seer until it is stopped. */
export async function serve(values: Values, secret: string): Promise<number> {
  const { port = '9091', host = '127.0.0.1', formats, 'viewer-only': viewerOnly } = values;
  // Otherwise node:http would choose a port, or listen on every address.
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) throw new UsageError('--port must be a number up to 65535.');
  if (host === '') throw new UsageError('--host must not be empty.');
  const id = keyId(secret);
  const acceptedFormats = readFormats(formats);
  const server = createServer(
    createStandIn({ secret, formats: acceptedFormats, isViewerOnly: viewerOnly !== undefined, log: print }),
  );
  try {
    await once(server.listen({ port: Number(port), host }), 'listening');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(`The server cannot listen on this --port and --host (${String(code)}). Pass another.`);
  }
  const { port: chosen } = server.address() as AddressInfo;
  const shownHost = host.includes(':') ? `[${host}]` : host; // IPv6
  print(`Listening at http://${shownHost}:${String(chosen)}, with key id ${id}. Press Ctrl-C to stop.`);
  // Not `once`: a second signal must not kill the process before it has stopped.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => server.close().closeAllConnections());
  await once(server, 'close');
  return 0;
}
