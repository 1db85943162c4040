/** axios-retry: every attempt carries the same viewer, and is signed again. */
import axios from 'axios';
import axiosRetry from 'axios-retry';
import { attachViewerContext } from 'axios-viewer-context';
import { startEchoServer } from './echo-server.js';

const secret = process.env['SEER_API_SHARED_SECRET'] ?? 'a secret for this example only';

async function main(): Promise<void> {
  let requests = 0;
  const server = await startEchoServer(secret, () => ((requests += 1) < 3 ? 503 : 200)); // fails twice

  const client = axios.create({ baseURL: server.url, proxy: false });
  attachViewerContext(client, { secret }); // before or after axiosRetry: the order makes no difference
  axiosRetry(client, { retries: 3 });

  const { data } = await client.get<unknown>('/v1/models', { viewerContext: { organizationId: 42, userId: 7 } });
  console.log(`after ${String(requests)} requests:`, data);
  await server.close();
}

void main();
