/**
 * axios-cache-interceptor: the default cache key does not include the viewer, so one viewer would be served another's
 * response. Generate a key that includes the viewer.
 */
import axios, { type AxiosInstance } from 'axios';
import { setupCache } from 'axios-cache-interceptor';
import { attachViewerContext } from 'axios-viewer-context';
import { startEchoServer } from './echo-server.js';

const secret = process.env['SEER_API_SHARED_SECRET'] ?? 'a secret for this example only';

async function main(): Promise<void> {
  let requests = 0;
  const server = await startEchoServer(secret, () => {
    requests += 1;
    return 200;
  });

  const client = axios.create({ baseURL: server.url, proxy: false });
  setupCache(client, {
    generateKey: ({ baseURL, url, method, params, data, viewerContext }) =>
      JSON.stringify([baseURL, url, method, params, data, viewerContext]),
  });
  // After setupCache, so that a default viewer is already on the config when the key is made.
  attachViewerContext(client, { secret });

  for (const userId of [1, 2, 1]) await ask(client, userId);
  console.log(`${String(requests)} requests sent`);
  await server.close();
}

async function ask(client: AxiosInstance, userId: number): Promise<void> {
  const { data } = await client.get<unknown>('/v1/models', { viewerContext: { userId } });
  console.log(`user ${String(userId)} is served`, JSON.stringify(data));
}

void main();
