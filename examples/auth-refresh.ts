/** axios-auth-refresh: a request that is sent again with a fresh token carries the same viewer. */
import axios from 'axios';
import { createAuthRefresh } from 'axios-auth-refresh';
import { attachViewerContext } from 'axios-viewer-context';
import { startEchoServer } from './echo-server.js';

const secret = process.env['SEER_API_SHARED_SECRET'] ?? 'a secret for this example only';

async function main(): Promise<void> {
  const server = await startEchoServer(secret, ({ headers }) => (headers.authorization === 'Bearer fresh' ? 200 : 401));
  let token = 'stale';

  const client = axios.create({ baseURL: server.url, proxy: false });
  client.interceptors.request.use((config) => {
    config.headers.set('Authorization', `Bearer ${token}`); // the plugin signs only the viewer, and leaves this alone
    return config;
  });
  createAuthRefresh(client, () => {
    token = 'fresh';
    return Promise.resolve();
  });
  attachViewerContext(client, { secret });

  const { data } = await client.get<unknown>('/v1/models', { viewerContext: { organizationId: 42, userId: 7 } });
  console.log(`with the ${token} token:`, data);
  await server.close();
}

void main();
