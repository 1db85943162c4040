import http, { type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server on a loopback port that the system chooses. */
export interface ExampleServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Listens on a loopback port that the system chooses. */
export async function listen(listener: RequestListener): Promise<ExampleServer> {
  const server = http.createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
