/**
 * A default viewer from AsyncLocalStorage, behind a queue (p-queue) and a batcher (DataLoader) that all users share. Three
 * users ask at the same time, and each line shows the viewer that the receiver has verified for each of them: the wrong
 * viewer without a remedy, the right viewer with it.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import axios from 'axios';
import { attachViewerContext, type Viewer } from 'axios-viewer-context';
import DataLoader from 'dataloader';
import { startEchoServer } from './echo-server.js';

const secret = process.env['SEER_API_SHARED_SECRET'] ?? 'a secret for this example only';
const storage = new AsyncLocalStorage<Viewer>();

/** Calls the function for three users at the same time, each within the async flow of its own inbound request. */
async function show(title: string, ask: (userId: number) => Promise<Viewer>): Promise<void> {
  const results = [1, 2, 3].map((userId) => storage.run({ userId }, ask, userId));
  const seen = (await Promise.all(results)).map((viewer, index) => `${String(index + 1)} as ${String(viewer.userId)}`);
  console.log(`${title}: user ${seen.join(', user ')}`);
}

async function main(): Promise<void> {
  const { default: PQueue } = await import('p-queue'); // an ES module
  const server = await startEchoServer(secret);
  const client = axios.create({ baseURL: server.url, proxy: false });
  attachViewerContext(client, { secret, defaultViewerContext: () => storage.getStore() });

  /** Resolves with the viewer that the receiver has verified. */
  async function call(viewerContext?: Viewer): Promise<Viewer> {
    const { data } = await client.get<{ viewer: Viewer }>('/', viewerContext && { viewerContext });
    return data.viewer;
  }

  await show('without a queue', () => call());

  // A queue runs a task in the async flow of the call that started the queue.
  const queue = new PQueue({ concurrency: 1 });
  await show('queue', () => queue.add(() => call()));
  await show('queue, bound task', () => queue.add(AsyncLocalStorage.bind(() => call())));
  await show('queue, explicit viewer', () => {
    const viewer = storage.getStore(); // read before the task is queued
    return queue.add(() => call(viewer));
  });

  // A batcher makes one request for several keys, so the request can carry the viewer of only one of the callers.
  const createLoader = (): DataLoader<number, Viewer> =>
    new DataLoader(async (keys) => {
      const viewer = await call();
      return keys.map(() => viewer);
    });
  const shared = createLoader();
  await show('shared DataLoader', (key) => shared.load(key));
  await show('a DataLoader for each inbound request', (key) => createLoader().load(key));

  await server.close();
}

void main();
