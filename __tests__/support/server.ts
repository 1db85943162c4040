import http, { type IncomingHttpHeaders, type ServerResponse } from 'node:http';

/** A request as it came over the wire. */
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
}

type Answer = (request: Received, response: ServerResponse) => void;

/** A real server on a loopback port that the system chooses, or on a unix socket. */
export async function startServer(answer: Answer = answerOk, socketPath?: string): Promise<TestServer> {
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
  const where = socketPath === undefined ? { port: 0, host: '127.0.0.1' } : { path: socketPath };
  await new Promise<void>((resolve) => server.listen(where, resolve));
  const address = server.address()!;
  return {
    origin: typeof address === 'string' ? 'http://localhost' : `http://127.0.0.1:${String(address.port)}`,
    received,
    last() {
      const request = received.at(-1);
      if (request === undefined) throw new Error('The server has received no request.');
      return request;
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

/** Answers every request with a redirect to what `location` returns at that time. */
export function redirectTo(location: () => string, status = 302): Answer {
  return (_request, response) => {
    response.writeHead(status, { location: location() }).end();
  };
}

/** How often a header came, in whatever case, and with `_` for `-` too. */
export function timesReceived(request: Received, name: string): number {
  const canonical = (header: string): string => header.toLowerCase().replaceAll('_', '-');
  return request.rawHeaders.filter((header, index) => index % 2 === 0 && canonical(header) === canonical(name)).length;
}
