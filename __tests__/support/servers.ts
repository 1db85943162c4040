import { startServer, type TestServer } from './server.js';

type View = Pick<TestServer, 'origin' | 'received' | 'last'>;

/** For each test a server, and a foreign one where nothing of ours must arrive. */
export function useServers(): { server: View; foreign: View } {
  let servers: TestServer[] = [];
  beforeEach(async () => {
    servers = [await startServer(), await startServer()];
  });
  afterEach(async () => {
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
