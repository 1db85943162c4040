import http from 'node:http';
import { attachViewerContext } from 'axios-viewer-context';
import { SECRET, VIEWER } from './clients.mjs';

/** A request to a real server on the loopback interface over kept connections: with the plugin, and without. */
export async function withLoopbackCases(axios, use) {
  const server = http.createServer((request, response) => {
    request.resume().on('end', () => response.end('{}'));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const httpAgent = new http.Agent({ keepAlive: true });
  const defaults = { baseURL: `http://127.0.0.1:${String(server.address().port)}`, httpAgent };
  const bare = axios.create(defaults);
  const plugin = axios.create(defaults);
  attachViewerContext(plugin, { secret: SECRET });
  try {
    return await use({
      bare: () => bare.post('/', { run_id: 1234 }),
      plugin: () => plugin.post('/', { run_id: 1234 }, { viewerContext: VIEWER }),
    });
  } finally {
    httpAgent.destroy();
    server.closeAllConnections();
    server.close();
  }
}
