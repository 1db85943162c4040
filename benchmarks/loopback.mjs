import http from 'node:http';
import { attachViewerContext } from 'axios-viewer-context';
import { PAYLOAD, SECRET, VIEWER, hmacOf } from './clients.mjs';

/**
 * A request to a real server on the loopback interface over kept connections, by what is sent. The server is in the same
 * process, so what it takes to read two more headers counts too.
 */
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
  const headers = { 'X-Viewer-Context': PAYLOAD, 'X-Viewer-Context-Signature': hmacOf(PAYLOAD)() };
  const body = { run_id: 1234 };
  try {
    return await use({
      bare: () => bare.post('/', body),
      'axios alone: two constant headers': () => bare.post('/', body, { headers }),
      nobody: () => plugin.post('/', body),
      'viewer seen before': () => plugin.post('/', body, { viewerContext: VIEWER }),
    });
  } finally {
    httpAgent.destroy();
    server.closeAllConnections();
    server.close();
  }
}
