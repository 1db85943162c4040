import http, { type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it arrived over the wire. */
export interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** Names and values alternating, unmerged. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

export interface TestServer extends AsyncDisposable {
  readonly origin: string;
  readonly received: Received[];
  /** The last request; fails if there was none. */
  last(): Received;
  /** Forgets the requests so far. */
  forget(): void;
}

export type Answer = (request: Received, response: ServerResponse) => void;

/** A real server on a loopback port that the system chooses. */
export async function startServer(answer: Answer = answerOk): Promise<TestServer> {
  const received: Received[] = [];
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers, rawHeaders } = request;
      const entry = { method, url, headers, rawHeaders, body: Buffer.concat(chunks) };
      received.push(entry);
      answer(entry, response);
    });
  });
  // Otherwise, the server closes an idle connection after 5 s, perhaps just when a client sends on it.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    received,
    last() {
      const request = received.at(-1);
      if (request === undefined) throw new Error('The server has received no request.');
      return request;
    },
    forget() {
      received.length = 0;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answerOk(_request: Received, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}');
}

/** Responds to every request with a redirect to what `location` returns at that time. */
export function redirectTo(location: () => string, status = 302): Answer {
  return (_request, response) => {
    response.writeHead(status, { location: location() }).end();
  };
}

/** How often a header arrived, in any case, and with `-` or `_`. */
export function timesReceived(request: Received, name: string): number {
  const canonical = (header: string): string => header.toLowerCase().replaceAll('_', '-');
  return request.rawHeaders.filter((header, index) => index % 2 === 0 && canonical(header) === canonical(name)).length;
}

type View = Pick<TestServer, 'origin' | 'received' | 'last'>;

/**
 * A server for the tests of a suite, and a foreign server that must never receive a viewer. Both are reset for each
 * test.
 */
export function useServers(): { server: View; foreign: View } {
  let servers: TestServer[] = [];
  beforeAll(async () => {
    servers = [await startServer(), await startServer()];
  });
  afterEach(() => {
    for (const server of servers) server.forget();
  });
  afterAll(async () => {
    for (const server of servers) await server[Symbol.asyncDispose]();
  });
  const view = (index: number): View => ({
    get origin() {
      return servers[index]!.origin;
    },
    get received() {
      return servers[index]!.received;
    },
    last: () => servers[index]!.last(),
  });
  return { server: view(0), foreign: view(1) };
}
